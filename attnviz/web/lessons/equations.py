"""What attnviz.nets and attnviz.maps compute, in MathML, and what each symbol stands for."""

from __future__ import annotations

from typing import Final, NamedTuple

from attnviz.web.lessons.mathml import (
    bar,
    display,
    frac,
    gap,
    inline,
    named,
    of,
    over,
    prime,
    row,
    sub,
    subsup,
    sup,
    total,
)


class Symbol(NamedTuple):
    """A symbol, and the key of the text that explains it."""

    formula: str
    text: str


F, F1, F2, M = "F", prime("F"), prime("F", "″"), of("M", "F")
PLACE = row("i", "j")
CHANNEL_PLACE = row("c", "i", "j")
MC, MS = named("M", "c"), named("M", "s")
FACTOR = row("(", "1", "+", M, ")")
ONE_BY_ONE, THREE, SEVEN = (row(side, "×", side) for side in "137")


def _conv(kernel: str, *features: str, low: str = "") -> str:
    filter_ = subsup("f", low, kernel) if low else sup("f", kernel)
    return of(filter_, *features)


def _norm(*features: str) -> str:
    return of("BN", *features)


def _relu(*features: str) -> str:
    return of("ReLU", *features)


def _mean(index: str, count: str) -> str:
    return row(frac("1", count), total(index))


AREA, MAP_AREA = row("H", "W"), row("h", "w")
SCORE = sub("y", "t")
HEAT = sub("L", PLACE)
FEATURE, FEATURE_BAR, AFTER_BAR = sub(F, CHANNEL_PLACE), sub(bar(F), PLACE), sub(prime(bar(F)), PLACE)
KTH = sub("A", row("k", "i", "j"))
CHANNEL_MAX, CHANNEL_MEAN = over("max", "c"), over("mean", "c")

EQUATIONS: Final[dict[str, tuple[str, ...]]] = {
    "none": (
        display("Y", "=", _relu(of("R", "X"), "+", of("S", "X"))),
        display(of("R", "X"), "=", _norm(_conv(THREE, _relu(_norm(_conv(THREE, "X")))))),
        display(of("S", "X"), "=", "X"),
        display(of("S", "X"), "=", _norm(_conv(ONE_BY_ONE, "X"))),
    ),
    "features": (
        display(FEATURE_BAR, "=", _mean("c", "C"), FEATURE),
        display(AFTER_BAR, "=", _mean("c", "C"), sub("M", "c"), FEATURE),
        display(AFTER_BAR, "=", sub("M", PLACE), FEATURE_BAR),
        display(AFTER_BAR, "=", _mean("c", "C"), "(", "1", "+", sub("M", CHANNEL_PLACE), ")", FEATURE),
    ),
    "gradcam": (
        display(sub("α", "k"), "=", _mean(PLACE, MAP_AREA), frac(row("∂", SCORE), row("∂", KTH))),
        display(HEAT, "=", total("k"), sub("α", "k"), KTH),
        display(sub("α", "k"), "=", frac(sub("w", row("t", "k")), MAP_AREA), gap(),
                total(PLACE), HEAT, "=", SCORE, "−", sub("b", "t")),
        display(frac(_relu(HEAT), row(over("max", PLACE), _relu(HEAT)))),
    ),
    "se": (
        display(sub("z", "c"), "=", _mean(PLACE, AREA), FEATURE),
        display(M, "=", of("σ", sub("W", "2"), _relu(sub("W", "1"), "z", "+", sub("b", "1")), "+", sub("b", "2"))),
        display(F1, "=", F, "⊗", M),
    ),
    "bam": (
        display(F1, "=", F, "⊗", FACTOR),
        display(M, "=", of("σ", of(MC, F), "+", of(MS, F))),
        display(of(MC, F), "=", sub("W", "1"), of("g", sub("W", "0"), of("AvgPool", F), "+", sub("b", "0")),
                "+", sub("b", "1")),
        display(of(MS, F), "=", _conv(ONE_BY_ONE, of("g", _conv(THREE, of("g", _conv(THREE, of("g",
                _conv(ONE_BY_ONE, F, low="0")), low="1")), low="2")), low="3")),
        display(of("g", "U"), "=", _relu(_norm("U"))),
    ),
    "cbam.channel": (
        display(F1, "=", of(MC, F), "⊗", F),
        display(of(MC, F), "=", of("σ", of("MLP", of("AvgPool", F)), "+", of("MLP", of("MaxPool", F)))),
        display(of("MLP", "v"), "=", sub("W", "1"), _relu(sub("W", "0"), "v", "+", sub("b", "0")), "+", sub("b", "1")),
    ),
    "cbam.spatial": (
        display(F2, "=", of(MS, F1), "⊗", F1),
        display(of(MS, F1), "=", of("σ", _norm(_conv(SEVEN, "[", CHANNEL_MAX, F1, ";", CHANNEL_MEAN, F1, "]")))),
    ),
}  # fmt: skip
"""By lesson, the equations in the order of the texts ``<lesson>.equation.<number>``."""

_DIMENSIONS = Symbol(inline("C", ",", "H", ",", "W"), "symbol.dimensions")
_INDICES = Symbol(inline("c", ",", "i", ",", "j"), "symbol.indices")
_SIGMA = Symbol(inline("σ"), "symbol.sigma")
_RELU = Symbol(inline("ReLU"), "symbol.relu")
_NORM = Symbol(inline("BN"), "symbol.norm")
_CONV = Symbol(inline(sup("f", row("k", "×", "k"))), "symbol.conv")
_TIMES = Symbol(inline("⊗"), "symbol.times")
_BEFORE = Symbol(inline(F), "symbol.before")
_AFTER = Symbol(inline(F1), "symbol.after")
_AVGPOOL = Symbol(inline("AvgPool"), "symbol.avgpool")

SYMBOLS: Final[dict[str, tuple[Symbol, ...]]] = {
    "none": (
        Symbol(inline("X", ",", "Y"), "symbol.in_out"),
        Symbol(inline("R"), "symbol.residual"),
        Symbol(inline("S"), "symbol.shortcut"),
        _CONV, _NORM, _RELU,
    ),
    "features": (
        _BEFORE, _AFTER,
        Symbol(inline("M"), "symbol.any_gate"),
        Symbol(inline(bar(F)), "symbol.bar"),
        Symbol(inline("C"), "symbol.channels"), _INDICES,
    ),
    "gradcam": (
        Symbol(inline("A"), "symbol.stage_output"),
        Symbol(inline(SCORE), "symbol.score"),
        Symbol(inline(sub("α", "k")), "symbol.alpha"),
        Symbol(inline("L"), "symbol.map"),
        Symbol(inline(sub("w", row("t", "k")), ",", sub("b", "t")), "symbol.last_layer"),
        Symbol(inline("h", ",", "w"), "symbol.map_size"),
        Symbol(inline("k", ",", "i", ",", "j"), "symbol.indices"),
        _RELU,
    ),
    "se": (
        _BEFORE, _AFTER,
        Symbol(inline("z"), "symbol.means"),
        Symbol(inline(M), "symbol.channel_gate"),
        Symbol(inline(sub("W", "1"), ",", sub("b", "1"), ",", sub("W", "2"), ",", sub("b", "2")), "symbol.layers"),
        _SIGMA, _RELU, _TIMES, _DIMENSIONS, _INDICES,
    ),
    "bam": (
        _BEFORE, _AFTER,
        Symbol(inline(M), "symbol.full_gate"),
        Symbol(inline(MC, ",", MS), "symbol.logits"),
        Symbol(inline(sub("W", "0"), ",", sub("b", "0"), ",", sub("W", "1"), ",", sub("b", "1")), "symbol.layers"),
        Symbol(inline(sup("f", row("k", "×", "k"))), "symbol.bam_conv"),
        Symbol(inline("g", ",", "U"), "symbol.step"),
        _AVGPOOL, _NORM, _RELU, _SIGMA, _TIMES,
    ),
    "cbam.channel": (
        _BEFORE,
        Symbol(inline(F1), "symbol.channel_weighed"),
        Symbol(inline(of(MC, F)), "symbol.channel_gate"),
        Symbol(inline(of("MLP", "v")), "symbol.mlp"),
        Symbol(inline(sub("W", "0"), ",", sub("b", "0"), ",", sub("W", "1"), ",", sub("b", "1")), "symbol.layers"),
        _AVGPOOL,
        Symbol(inline("MaxPool"), "symbol.maxpool"),
        _SIGMA, _RELU, _TIMES,
    ),
    "cbam.spatial": (
        Symbol(inline(F1), "symbol.channel_weighed"),
        Symbol(inline(F2), "symbol.output"),
        Symbol(inline(of(MS, F1)), "symbol.spatial_gate"),
        Symbol(inline(sub("max", "c"), ",", sub("mean", "c")), "symbol.over_channels"),
        _CONV, _NORM, _SIGMA, _TIMES,
    ),
}  # fmt: skip
"""By lesson, every symbol of its equations."""

INLINE: Final[dict[str, str]] = {
    "F": inline(F),
    "M": inline(M),
    "Mc": inline(MC),
    "Ms": inline(MS),
    "factor": inline("1", "+", M),
    "product": inline(of("σ", MC, "·", MS)),
    "sum": inline(of("σ", MC, "+", MS)),
    "r": inline("r"),
}  # fmt: skip
"""Formulas for the middle of a sentence, by the names that texts call them by."""

OUTPUTS: Final[dict[str, str]] = {
    "none": inline(F),
    "se": inline(F, "⊗", M),
    "bam": inline(F, "⊗", FACTOR),
    "cbam": inline(F1, "=", of(MC, F), "⊗", F) + "<br/>" + inline(F2, "=", of(MS, F1), "⊗", F1),
}
"""By attention, what becomes of the features."""
