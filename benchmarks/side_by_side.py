"""attnviz beside Captum, pytorch-grad-cam and torch-cam: time, memory and agreement of Grad-CAM, in one run.

    pip install -r requirements-bench.txt
    python -m benchmarks.side_by_side                         # CPU: depth 18 and 50, batch 1 and 16
    python -m benchmarks.side_by_side --device cuda --batches 1 16 64 256
    python -m benchmarks.side_by_side --depths 18 --batches 1 --repetitions 5 --json out.json

In every repetition each candidate runs once, in random order; what counts is its time over that of the plain forward
pass in the same repetition (median and quartiles), so that whatever else the machine does falls on all alike. Memory
is the peak above the loaded network and images, at the largest batch, each in a process of its own. Agreement is the
largest difference to Captum's map, after one post-processing; a random deep network's shallow maps are sums that
cancel, in any library.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import subprocess
import sys
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

import attnviz
from attnviz.families import choose_device
from attnviz.nets import STAGES
from attnviz.scores.interleaved import ratio, times_of, wait_for
from benchmarks.candidates import candidates, networks
from benchmarks.system import resident_mib

SIDE = 224
WANTED = {"stage 4": ("stage4",), "four stages": STAGES}


def main() -> None:
    """Measures what the command line asks for, and prints Markdown."""
    asked = _asked()
    torch.set_num_threads(asked.threads or torch.get_num_threads())
    choose_device(asked.device)  # in full float32 on a GPU too
    if asked.memory:
        print(_peak_here(*asked.memory, device=torch.device(asked.device)))
        return
    rows, retarget = [], {}
    for depth in asked.depths:
        for batch in asked.batches:
            rows += _rows(depth, batch, asked)
            _keep(rows, retarget, asked)
        retarget[depth] = _retarget_ms(depth, torch.device(asked.device))
    _keep(rows, retarget, asked)
    print(_where(asked))
    print(_markdown(rows, asked))
    for depth, milliseconds in retarget.items():
        print(
            f"Another class at stage 4, ResNet-{depth}, one image: {milliseconds:.2f} ms (median of 200), "
            "no forward pass."
        )


def _keep(rows: list[dict[str, Any]], retarget: dict[int, float], asked: argparse.Namespace) -> None:
    """Writes what was measured so far, so that a run that is cut off was not for nothing."""
    if asked.json:
        asked.json.write_text(json.dumps({"where": _where(asked), "rows": rows, "retarget_ms": retarget}, indent=1))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--depths", type=int, nargs="+", choices=(18, 50), default=[18, 50])
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 16])
    parser.add_argument("--repetitions", type=int, default=30)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--memory", nargs=3, metavar=("DEPTH", "BATCH", "NAME"), help=argparse.SUPPRESS)
    return parser.parse_args()


def _rows(depth: int, batch: int, asked: argparse.Namespace) -> list[dict[str, Any]]:
    device = torch.device(asked.device)
    ways = candidates(*networks(depth, device))
    images = torch.randn(batch, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1)).to(device)
    runs = {("plain forward", "stage 4"): ways["plain forward"]} | {
        (name, wanted): way for wanted in WANTED for name, way in ways.items() if name != "plain forward"
    }
    turns = {key: partial(way, images, WANTED[key[1]]) for key, way in runs.items()}
    times = times_of(turns, asked.repetitions, random.Random(0), device)
    plain = times["plain forward", "stage 4"]
    found = {key: way(images[:1], WANTED[key[1]]).cpu() for key, way in runs.items() if key[0] != "plain forward"}
    rows = []
    for (name, wanted), seconds in times.items():
        agreement = (
            None if name == "plain forward" else float((found[name, wanted] - found["captum", wanted]).abs().max())
        )
        peak = None if batch < max(asked.batches) else _peak(depth, batch, f"{name}:{wanted}", asked)
        maps = "" if name == "plain forward" else wanted
        rows.append({"depth": depth, "batch": batch, "maps": maps, "name": name,
                     "time": asdict(ratio(seconds, plain)), "difference": agreement, "peak_mib": peak})  # fmt: skip
        print(".", end="", file=sys.stderr, flush=True)
    return rows


def _retarget_ms(depth: int, device: torch.device) -> float:
    ours, _ = networks(depth, device)
    found = attnviz.explain(ours, torch.randn(1, 3, SIDE, SIDE), None, ("stage4",))
    seconds = []
    for target in range(220):
        wait_for(device)
        start = time.perf_counter()
        found.retarget(target)
        wait_for(device)
        seconds.append(time.perf_counter() - start)
    return 1000 * float(np.median(seconds[20:]))


def _peak(depth: int, batch: int, name: str, asked: argparse.Namespace) -> float:
    """Returns the peak memory of a candidate in a process of its own, MiB above the loaded network and images."""
    command = [sys.executable, "-m", "benchmarks.side_by_side", "--device", asked.device, "--memory", str(depth),
               str(batch), name] + (["--threads", str(asked.threads)] if asked.threads else [])  # fmt: skip
    if asked.device != "cpu":
        torch.cuda.empty_cache()  # the other process needs the memory
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1])


def _peak_here(depth: str, batch: str, name: str, device: torch.device) -> float:
    way, _, wanted = name.partition(":")
    ways = candidates(*networks(int(depth), device))
    images = torch.randn(int(batch), 3, SIDE, SIDE).to(device)
    ways[way](images[:1, :, :64, :64], WANTED[wanted])  # what a library loads at its first use is not the maps'
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        ways[way](images, WANTED[wanted])
        return (torch.cuda.max_memory_allocated(device) - before) / 2**20
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    before = resident_mib()
    ways[way](images, WANTED[wanted])
    return resident_mib("VmHWM") - before


def _where(asked: argparse.Namespace) -> str:
    from importlib.metadata import version

    device = torch.cuda.get_device_name(asked.device) if "cuda" in asked.device else platform.processor() or "CPU"
    libraries = ", ".join(f"{name} {version(name)}" for name in ("torch", "captum", "grad-cam", "torchcam"))
    return (
        f"On {device}, {torch.get_num_threads()} threads; {libraries}; {asked.repetitions} repetitions, {SIDE} pixels."
    )


def _markdown(rows: list[dict[str, Any]], asked: argparse.Namespace) -> str:
    """Returns the table: a row a candidate, its time over the plain forward pass's, its peak memory, its agreement."""
    titles = ["maps", "library"]
    for depth in asked.depths:
        titles += [f"ResNet-{depth}, batch {batch}" for batch in asked.batches] + [f"MiB at batch {max(asked.batches)}"]
    titles.append("off Captum by")
    lines = [f"| {' | '.join(titles)} |", f"| --- | --- |{' ---: |' * (len(titles) - 2)}"]
    kinds = dict.fromkeys((row["maps"], row["name"]) for row in rows)
    for maps, name in sorted(kinds, key=lambda kind: ("", *WANTED).index(kind[0])):
        cells, off = [maps, name], []
        for row in rows:
            if (row["maps"], row["name"]) == (maps, name):
                cells.append("{median:.2f} ({low:.2f} to {high:.2f})".format(**row["time"]))
                cells += [] if row["peak_mib"] is None else [f"{row['peak_mib']:.0f}"]
                off.append(row["difference"])
        cells.append("" if name in ("plain forward", "captum") else f"{max(off):.0e}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
