"""The equations are well formed, and every letter in them is explained under them."""

import xml.etree.ElementTree as ET

import pytest

from attnviz.web.lessons import TOPICS
from attnviz.web.lessons.equations import EQUATIONS, INLINE, OUTPUTS, SYMBOLS
from attnviz.web.lessons.mathml import bar, display, frac, inline, named, of, prime, sub


def letters(mathml: str) -> set[str]:
    return {leaf.text or "" for leaf in ET.fromstring(mathml).iter("mi")}


@pytest.mark.parametrize("formula", [*INLINE.values(), *(f"<p>{output}</p>" for output in OUTPUTS.values())])
def test_formulas_in_sentences_are_well_formed(formula: str) -> None:
    assert len(list(ET.fromstring(formula).iter("math"))) >= 1


def test_there_are_equations_and_symbols_for_every_lesson() -> None:
    assert EQUATIONS.keys() == SYMBOLS.keys() == set(TOPICS)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_letter_is_explained(topic: str) -> None:
    used = set().union(*map(letters, EQUATIONS[topic]))
    explained = set().union(*(letters(symbol.formula) for symbol in SYMBOLS[topic]))
    assert used - explained == set()


@pytest.mark.parametrize("topic", TOPICS)
def test_no_symbol_is_explained_that_is_not_used(topic: str) -> None:
    used = "".join(ET.fromstring(f"<all>{''.join(EQUATIONS[topic])}</all>").itertext())
    for formula, key in SYMBOLS[topic]:
        # k stands for a kernel's side, and C is in what is said of the other symbols
        assert all(letter in used for letter in (letters(formula) or {"⊗"}) - {"k", "C"}), key


def test_mathml() -> None:
    assert inline("F", "=", "1") == "<math><mrow><mi>F</mi><mo>=</mo><mn>1</mn></mrow></math>"
    assert display("a<b").startswith('<math display="block"><mrow><mi>a&lt;b</mi>')
    low = '<mpadded voffset="-0.15em"><mi>i</mi></mpadded>'
    assert sub("L", "i") == f"<msub><mi>L</mi>{low}</msub>"
    assert named("M", "c") == sub("M", '<mi mathvariant="normal">c</mi>')
    assert prime("F") == "<mrow><mi>F</mi><mtext>′</mtext></mrow>"
    assert frac("1", "C") == "<mfrac><mn>1</mn><mi>C</mi></mfrac>"
    assert '<mo stretchy="false">(</mo>' in of("M", "F")
    assert bar("F").startswith('<mover accent="true">')
