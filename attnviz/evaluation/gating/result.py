"""The gates of a family over a set of photos, in memory and in a file."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attnviz.errors import DataError
from attnviz.evaluation.gating.channels import ChannelStatistics, Floats

FORMAT = "attnviz gate statistics 1"


@dataclass(frozen=True)
class GatePlace:
    """One gate of one model over the photos.

    Attributes:
        name: of the gate, ``stage3.1.cbam.spatial``. ``stage2.bam.spatial`` is the sigmoid of the spatial branch's
            logits: what BAM's gate would be if its channel branch had nothing to add.
        numbers: of each photo, (N,), by their names in :data:`attnviz.evaluation.gating.places.MEASURES`: ``mean`` of
            every gate, the others of a gate that differs between places, and those in ``BOXED`` where there are boxes.
        channels: of a gate that differs between channels.
        fixed_excess: the mean ``excess`` that the gate would have if it were the same for every photo, see
            :class:`attnviz.evaluation.gating.places.MeanGate`; NaN where there are no boxes, or no places.
    """

    name: str
    numbers: Mapping[str, Floats]
    channels: ChannelStatistics | None
    fixed_excess: float = math.nan

    @property
    def stage(self) -> str:
        """``stage3``."""
        return self.name.split(".")[0]

    @property
    def is_spatial(self) -> bool:
        """Whether it differs between places."""
        return "entropy" in self.numbers


@dataclass(frozen=True)
class GateStatistics:
    """What :func:`attnviz.evaluation.gating.measure_gates` returns.

    Attributes:
        family: name of the family.
        data: name of the set of photos.
        digest: SHA-256 of the names and sizes of the set's photos.
        weights: what each model's file hashes to, as family.toml says it, by the model's name.
        classes: names of the family's K classes.
        photos: names of the N photos.
        labels: (N,), their classes.
        boxes: how many of them have a box that the networks see.
        unreadable: why photos could not be read, by their names; they are in no number.
        unknown: photos in folders of no class of the family's, by folder; they are in no number either.
        models: by model, and by name of the gate.
    """

    family: str
    data: str
    digest: str
    weights: Mapping[str, str]
    classes: tuple[str, ...]
    photos: tuple[str, ...]
    labels: NDArray[np.int64]
    boxes: int
    unreadable: Mapping[str, str]
    unknown: Mapping[str, int]
    models: Mapping[str, Mapping[str, GatePlace]]

    def places(self) -> Iterator[tuple[str, GatePlace]]:
        """Yields every gate with its model's name."""
        for model, gates in self.models.items():
            for gate in gates.values():
                yield model, gate

    def save(self, path: Path) -> None:
        """Writes everything into one .npz, which ``numpy.load`` reads too: ``about`` is JSON, the rest arrays.

        Arrays are called ``se/stage1.0.se/class_means``: those of :class:`ChannelStatistics`, every number
        of the photos, and ``fixed_excess``, by their own names.

        Raises:
            OSError: if it cannot be written.
        """
        about = {name: getattr(self, name) for name in _ABOUT}
        gates = {model: list(places) for model, places in self.models.items()}
        arrays: dict[str, Any] = {
            "about": np.array(json.dumps({"format": FORMAT, **about, "gates": gates})), "labels": self.labels,
        }  # fmt: skip
        for model, gate in self.places():
            mine = {**gate.numbers, _FIXED: gate.fixed_excess}
            if gate.channels is not None:
                mine |= {name: getattr(gate.channels, name) for name in _CHANNELS}
            arrays |= {f"{model}/{gate.name}/{name}": np.asarray(values) for name, values in mine.items()}
        with path.open("wb") as file:
            np.savez_compressed(file, **arrays)


_ABOUT = ("family", "data", "digest", "weights", "classes", "photos", "boxes", "unreadable", "unknown")
_CHANNELS = ("counts", "class_means", "squares", "low", "high")
_FIXED = "fixed_excess"


def load_statistics(path: Path) -> GateStatistics:
    """Reads what :meth:`GateStatistics.save` wrote; nothing in the file is run.

    Raises:
        DataError: if it cannot be read, or is something else.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            if about.pop("format") != FORMAT:
                raise KeyError
            arrays = {name: file[name] for name in file.files}
        gates = about.pop("gates")
        models = {model: {name: _place(model, name, arrays) for name in places} for model, places in gates.items()}
        about |= {"classes": tuple(about["classes"]), "photos": tuple(about["photos"])}
        return GateStatistics(**about, labels=arrays["labels"], models=models)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile):
        raise DataError(
            '"{name}" holds no gate statistics; make it with: attnviz gates.', name=path.name
        ) from None  # fmt: skip


def _place(model: str, name: str, arrays: Mapping[str, Any]) -> GatePlace:
    prefix = f"{model}/{name}/"
    mine = {key.removeprefix(prefix): values for key, values in arrays.items() if key.startswith(prefix)}
    fixed = float(mine.pop(_FIXED))
    if "counts" not in mine:
        return GatePlace(name, mine, None, fixed)
    counts, means, squares, low, high = (mine.pop(key) for key in _CHANNELS)
    return GatePlace(name, mine, ChannelStatistics(counts, means, squares, float(low), float(high)), fixed)
