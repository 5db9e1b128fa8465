"""Trains one network, epoch by epoch; a run that was killed goes on from its last whole epoch."""

from __future__ import annotations

import csv
import dataclasses
import math
import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from attnviz.errors import DataError
from attnviz.images import Preprocessing
from attnviz.nets import ResNet, fast_memory_format
from attnviz.training.augment import random_crops
from attnviz.training.measure import Measured, measure, normalised
from attnviz.training.photos import Photos
from attnviz.training.recipe import Recipe

_OTHER = {"recipe": "with another recipe", "architecture": "of another network", "data": "over other photos"}
LOG_FIELDS = ("epoch", "size", "learning_rate", "loss", "top1", "top5", "seconds")


def train(
    network: ResNet,
    recipe: Recipe,
    training: Photos,
    validation: Photos,
    preprocessing: Preprocessing,
    folder: Path,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Measured:
    """Trains ``network`` in place, on the device that the photos are on.

    ``folder`` receives ``log.csv``, a row an epoch, and ``state.pt``, from which a later call with the same
    recipe, network and photos goes on. Batches and crops depend on the seed and the epoch only, so that a resumed run
    sees what an unbroken one would have seen.

    Args:
        advance: called with the numbers of steps done and in all.

    Returns:
        The accuracies on the validation photos after the last epoch, in the recipe's precision.

    Raises:
        DataError: if ``folder`` holds the state of another recipe or network or of other photos, or the loss is not
            finite after an epoch.
    """
    layout = fast_memory_format(network)
    network.to(training.images.device).to(memory_format=layout)
    steps = len(training.labels) // recipe.batch
    if steps == 0:
        raise DataError(
            "There are {photos} training photos, fewer than one batch of {batch}.",
            photos=len(training.labels),
            batch=recipe.batch,
        )
    optimiser = _optimiser(network, recipe)
    schedule = _one_cycle(optimiser, recipe, recipe.epochs * steps)
    run = {"network": network, "optimiser": optimiser, "schedule": schedule}
    asked = {
        "recipe": dataclasses.asdict(recipe),
        "architecture": network.architecture,
        "data": [training.images.shape[-1], preprocessing.input_size, len(training.labels), len(validation.labels)],
    }
    folder.mkdir(parents=True, exist_ok=True)
    first = _restore(folder / "state.pt", run, asked)
    measured = _measure(network, recipe, validation, preprocessing) if first == recipe.epochs else None
    for epoch in range(first, recipe.epochs):
        began = time.perf_counter()
        size = recipe.size_at(epoch, training.images.shape[-1])
        losses = []
        network.train()
        for step, (images, labels) in enumerate(_batches(training, recipe, epoch, size)):
            images = normalised(images, preprocessing).contiguous(memory_format=layout)
            losses.append(_step(network, optimiser, images, labels, recipe))
            schedule.step()
            advance(epoch * steps + step + 1, recipe.epochs * steps)
        measured = _measure(network, recipe, validation, preprocessing)
        loss = torch.stack(losses).mean().item()
        if not math.isfinite(loss):
            raise DataError("The loss of epoch {epoch} is not a number; choose a lower learning rate.", epoch=epoch + 1)
        row = (epoch + 1, size, f"{schedule.get_last_lr()[0]:.5f}", f"{loss:.4f}",
               f"{measured.top1:.4f}", f"{measured.top5:.4f}", f"{time.perf_counter() - began:.1f}")  # fmt: skip
        _log(folder / "log.csv", epoch, row)
        _save(folder / "state.pt", run, asked, epoch + 1)
    assert measured is not None
    return measured


def _optimiser(network: ResNet, recipe: Recipe) -> torch.optim.SGD:
    decayed = [p for p in network.parameters() if p.ndim > 1]
    rest = [p for p in network.parameters() if p.ndim <= 1]
    groups = [
        {"params": decayed, "weight_decay": recipe.weight_decay},
        {"params": rest, "weight_decay": 0.0},
    ]
    return torch.optim.SGD(groups, recipe.learning_rate, recipe.momentum, nesterov=True)


def _one_cycle(optimiser: torch.optim.SGD, recipe: Recipe, steps: int) -> torch.optim.lr_scheduler.OneCycleLR:
    return torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        recipe.learning_rate,
        total_steps=steps,
        pct_start=0.25 if steps != 4 else 0.3,  # torch divides by zero where the rise takes exactly one step
        base_momentum=recipe.momentum - 0.1,
        max_momentum=recipe.momentum,
    )


def _batches(photos: Photos, recipe: Recipe, epoch: int, size: int) -> Iterator[tuple[Tensor, Tensor]]:
    generator = torch.Generator().manual_seed(recipe.seed * 100_003 + epoch)
    order = torch.randperm(len(photos.labels), generator=generator)
    for chosen in order[: len(order) // recipe.batch * recipe.batch].split(recipe.batch):
        chosen = chosen.to(photos.images.device)
        yield random_crops(photos.images[chosen], size, recipe.smallest_crop, generator), photos.labels[chosen]


def _step(network: ResNet, optimiser: torch.optim.SGD, images: Tensor, labels: Tensor, recipe: Recipe) -> Tensor:
    with _precision(recipe, images.device):
        loss = F.cross_entropy(network(images), labels, label_smoothing=recipe.label_smoothing)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.detach()


def _measure(network: ResNet, recipe: Recipe, photos: Photos, preprocessing: Preprocessing) -> Measured:
    with _precision(recipe, photos.images.device):
        return measure(network.eval(), photos, preprocessing)


def _precision(recipe: Recipe, device: torch.device) -> torch.autocast:
    return torch.autocast(device.type, torch.bfloat16, enabled=recipe.precision == "bfloat16")


def _restore(path: Path, run: dict[str, Any], asked: dict[str, Any]) -> int:
    """Loads the last saved state into ``run`` and returns the number of whole epochs behind it."""
    if not path.exists():
        return 0
    try:
        saved = torch.load(path, weights_only=True, map_location="cpu")
        known = {name: saved[name] for name in asked}
    except (EOFError, RuntimeError, KeyError, TypeError, pickle.UnpicklingError):
        raise DataError('"{name}" in the output folder is damaged; delete it to begin anew.', name=path.name) from None
    for name, told in _OTHER.items():
        if known[name] != asked[name]:
            raise DataError("The output folder holds a run {of}; name another folder or delete that one.", of=told)
    try:
        for name, part in run.items():
            part.load_state_dict(saved[name])
    except (RuntimeError, ValueError, KeyError):
        raise DataError("The output folder holds a run of another network; name another folder.") from None
    return int(saved["epochs"])


def _save(path: Path, run: dict[str, Any], asked: dict[str, Any], epochs: int) -> None:
    state = {name: part.state_dict() for name, part in run.items()}
    unfinished = path.with_suffix(".part")
    torch.save({**state, **asked, "epochs": epochs}, unfinished)
    unfinished.replace(path)


def _log(path: Path, epoch: int, row: tuple[object, ...]) -> None:
    """Writes the row of ``epoch``; rows of this and later epochs, left by a killed run, go."""
    kept = []
    if path.exists():
        with path.open(newline="") as file:
            kept = [old for old in csv.reader(file) if old and old[0].isdigit() and int(old[0]) <= epoch]
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", newline="") as file:
        csv.writer(file).writerows([LOG_FIELDS, *kept, row])
    unfinished.replace(path)
