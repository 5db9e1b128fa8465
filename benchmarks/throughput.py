"""Photos a second through the four models of a family, with all their maps, beside the plain forward passes.

    python -m benchmarks.throughput                           # CPU, the bundled family and ResNet-50 at 224 pixels
    python -m benchmarks.throughput --device cuda --batches 1 4 16 64 256

In every repetition each candidate runs once, in random order; the ratio is to the plain forward passes of the same
repetition (median and quartiles).
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from attnviz.families import Family, choose_device, open_family
from attnviz.maps import explain
from attnviz.nets import STAGES, ResNet, merged
from attnviz.scores.interleaved import Ratio, ratio, times_of
from benchmarks.family import random_family

PLAIN = "plain forward passes"


def main() -> None:
    """Measures what the command line asks for, and prints Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 4, 16, 64])
    parser.add_argument("--repetitions", type=int, default=10)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for family in (open_family(device="cpu"), random_family(Path(folder))):
            print(f"\n{family.name}, {family.preprocessing.input_size} pixels\n")
            for line in _table(family, choose_device(asked.device), asked.batches, asked.repetitions):
                print(line, flush=True)


def _table(family: Family, device: torch.device, batches: list[int], repetitions: int) -> list[str]:
    plain = [model.to(device) for model in family.values()]
    fast = [merged(model) for model in plain]
    side, lines = family.preprocessing.input_size, []
    for batch in batches:
        images = torch.randn(batch, 3, side, side, generator=torch.Generator().manual_seed(1)).to(device)
        candidates = {
            PLAIN: lambda images=images: _forward(plain, images),
            "four stages": _maps(plain, images, gates=False),
            "and every gate": _maps(plain, images, gates=True),
            "fast form": _maps(fast, images, gates=False),
        }
        times = times_of(candidates, repetitions, random.Random(0), device)
        found = {name: ratio(seconds, times[PLAIN]) for name, seconds in times.items()}
        if not lines:
            lines = [f"| batch | {' | '.join(found)} |", f"| ---: |{' ---: |' * len(found)}"]
        lines.append(f"| {batch} | {' | '.join(_said(each, batch) for each in found.values())} |")
    return lines


@torch.no_grad()
def _forward(models: list[ResNet], images: Tensor) -> None:
    for model in models:
        model(images)


def _maps(models: list[ResNet], images: Tensor, gates: bool) -> Callable[[], None]:
    def run() -> None:
        for model in models:
            explain(model, images, None, STAGES, gates)

    return run


def _said(found: Ratio, batch: int) -> str:
    return f"{batch / found.seconds:.3g} photos/s, {found.median:.2f} ({found.low:.2f} to {found.high:.2f})"


if __name__ == "__main__":
    main()
