"""What an evaluation costs over the plain forward passes of the same networks, on the same batches, in one run.

    python -m benchmarks.evaluate --images val.zip

A real run of :func:`attnviz.evaluation.run.evaluate` over the photos. Before or after each of its batches is scored,
by the toss of a coin, the same batch goes through the same networks and nothing else (eval mode, no gradients). Two
ratios come out: of scoring alone, and of all that the run does, with the time of the plain passes taken out: reading
and decoding (in a thread beside), scoring, writing, choosing levels and the table. Processor time, of the thread that
scores, is told too; with one thread it does not depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from attnviz.evaluation import run
from attnviz.evaluation.batches import Batch
from attnviz.evaluation.boxes import read_boxes
from attnviz.evaluation.photos import open_photo_set
from attnviz.evaluation.question import ask, photos_of
from attnviz.families import DEFAULT_FAMILY, Family, open_family

SCORES = ("pointing_game", "energy_pointing_game", "box_iou", "max_box_acc")


@torch.no_grad()
def plain(family: Family, batch: Batch) -> None:
    for name in family:
        family[name](batch.images)


class Watch:
    """Times batches and their plain forward passes."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.rows_of = run.rows_of
        self.scoring: list[float] = []
        self.plain: list[float] = []
        self.cpu = {"scoring": 0.0, "plain": 0.0}
        self.coin = random.Random(0)

    def __call__(self, batch: Batch, *rest: Any) -> Any:
        first = self.coin.random() < 0.5
        if first:
            self._plain(batch)
        start, start_cpu = time.perf_counter(), time.thread_time()
        rows = self.rows_of(batch, *rest)
        self.scoring.append(time.perf_counter() - start)
        self.cpu["scoring"] += time.thread_time() - start_cpu
        if not first:
            self._plain(batch)
        return rows

    def _plain(self, batch: Batch) -> None:
        start, start_cpu = time.perf_counter(), time.thread_time()
        plain(self.family, batch)
        self.plain.append(time.perf_counter() - start)
        self.cpu["plain"] += time.thread_time() - start_cpu


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    family = open_family(arguments.family, "cpu")
    photos = open_photo_set(arguments.images, family.classes)
    question = ask(list(family), scores=SCORES, references=arguments.references, limit=arguments.limit)
    chosen = photos_of(question, photos)
    boxes = read_boxes(None, photos.files, [photo.name for photo in chosen])
    watch = Watch(family)
    warm = torch.zeros(question.batch, 3, family.preprocessing.input_size, family.preprocessing.input_size)
    plain(family, Batch((), warm, (), ()))
    run.rows_of = watch  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        run.evaluate(family, photos, boxes, question, Path(folder))
        everything = time.perf_counter() - start - sum(watch.plain)
    ratios = sorted(each / other for each, other in zip(watch.scoring, watch.plain, strict=True))
    quartiles = statistics.quantiles(ratios, n=4)
    return {
        "family": family.name, "photos": len(chosen), "references": arguments.references, "scores": SCORES,
        "threads": torch.get_num_threads(), "torch": torch.__version__, "machine": platform.platform(),
        "plain_ms_a_photo": 1000 * sum(watch.plain) / len(chosen),
        "scoring_over_plain": sum(watch.scoring) / sum(watch.plain),
        "scoring_over_plain_quartiles_of_batches": quartiles,
        "scoring_over_plain_in_cpu_time": watch.cpu["scoring"] / watch.cpu["plain"],
        "whole_run_over_plain": everything / sum(watch.plain),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--family", default=DEFAULT_FAMILY)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--references", action="store_true", help="score the references too")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    result = measure(arguments)
    print(json.dumps(result, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
