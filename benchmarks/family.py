"""What one photo costs in the four models of a family, from the decoded picture to what the page draws.

    python -m benchmarks.family                               # the bundled family, and ResNet-50 at 224 pixels
    python -m benchmarks.family --repetitions 60 --json out.json
    python -m benchmarks.family --steady 10000                # memory over so many comparisons of the bundled family

Each candidate runs once in every repetition, in random order; what counts is its time over the sum of the four plain
forward passes of the same repetition (median and quartiles).
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from attnviz.families import Family, open_family
from attnviz.families.made import family_of_files
from attnviz.maps import explain
from attnviz.nets import STAGES, resnet
from attnviz.scores.interleaved import Ratio, ratio, times_of
from attnviz.web.cards import cards
from attnviz.web.choice import ALL_STAGES, Choice
from attnviz.web.comparisons import Comparisons
from attnviz.web.photo import Upload
from attnviz.web.stages import stages
from attnviz.web.texts import Say
from benchmarks.system import resident_mib

MODELS = {"baseline": "none", "se": "se", "bam": "bam", "cbam": "cbam"}


def main() -> None:
    """Measures what the command line asks for, and prints Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--repetitions", type=int, default=30)
    parser.add_argument("--steady", type=int, help="comparisons to make, one photo each")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    if asked.steady:
        print(_steady(asked.steady))
        return
    with tempfile.TemporaryDirectory() as folder:
        families = {"bundled": open_family(device="cpu"), "ResNet-50, 224 pixels": random_family(Path(folder))}
        found = {name: measure(family, asked.repetitions) for name, family in families.items()}
    print(_markdown(found))
    if asked.json:
        asked.json.write_text(
            json.dumps({name: {one: asdict(row) for one, row in rows.items()} for name, rows in found.items()})
        )


def measure(family: Family, repetitions: int) -> dict[str, Ratio]:
    """Returns, by candidate, its time over that of the four plain forward passes."""
    comparisons = Comparisons(family, "cpu")
    comparisons.start()
    comparisons.wait()
    photo = Image.effect_noise((640, 480), 60).convert("RGB")
    tensor = family.preprocessing.view(photo).tensor()
    say = Say("en")

    def plain() -> None:
        with torch.no_grad():
            for model in family.values():
                model(tensor)

    def maps(gates: bool) -> Callable[[], None]:
        return lambda: [explain(model, tensor, 1, STAGES, gates) for model in family.values()] and None

    def page(stage: str, draw: Callable[..., str]) -> Callable[[], None]:
        def show() -> None:
            another = Upload(photo, secrets.token_hex())  # each time, so that nothing is kept of it
            key = comparisons.keep(another, family.name)
            draw(comparisons.compare(Choice(key, family.name, stage=stage)))

        return show

    candidates = {
        "plain forward passes": plain,
        "four stages": maps(gates=False),
        "four stages and every gate": maps(gates=True),
        "Compare, from the picture to the HTML": page("stage4", lambda shown: cards(shown, say)),
        "Stages, from the picture to the HTML": page(
            ALL_STAGES, lambda shown: stages(shown, tuple(shown.comparison), say)
        ),
    }
    times = times_of(candidates, repetitions, random.Random(0), torch.device("cpu"))
    forward = times["plain forward passes"]
    return {name: ratio(seconds, forward) for name, seconds in times.items()}


def random_family(folder: Path) -> Family:
    """Returns a family of untrained ResNet-50 whose BatchNorm statistics are those of noise."""
    files = {}
    for name, attention in MODELS.items():
        torch.manual_seed(0)
        network = resnet(50, attention)  # type: ignore[arg-type]
        with torch.no_grad():
            for _ in range(4):
                network(torch.randn(4, 3, 64, 64))
        files[name] = folder / f"{name}.pth"
        torch.save(network.state_dict(), files[name])
    return family_of_files(files, device="cpu")


def _steady(count: int) -> str:
    """Returns the process's memory after a thousand comparisons, the caches being full, and after all."""
    family = open_family(device="cpu")
    comparisons = Comparisons(family, "cpu")
    comparisons.start()
    comparisons.wait()
    noise = np.random.default_rng(0)
    seen = {}
    for number in range(1, count + 1):
        photo = Image.fromarray(noise.integers(0, 256, (96, 128, 3), np.uint8))
        key = comparisons.keep(Upload(photo, secrets.token_hex()), family.name)
        cards(comparisons.compare(Choice(key, family.name)), Say("en"))
        if number in (1000, count // 2, count):
            seen[number] = resident_mib()
    return ", ".join(f"{mib:.0f} MiB after {number}" for number, mib in seen.items())


def _markdown(found: dict[str, dict[str, Ratio]]) -> str:
    lines = [f"| | {' | '.join(f'{name} | ms' for name in found)} |", f"| --- |{' ---: | ---: |' * len(found)}"]
    for candidate in next(iter(found.values())):
        cells = []
        for rows in found.values():
            row = rows[candidate]
            cells += [f"{row.median:.2f} ({row.low:.2f} to {row.high:.2f})", f"{1000 * row.seconds:.0f}"]
        lines.append(f"| {candidate} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
