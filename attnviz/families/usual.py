"""gate-statistics.json: what is usual for the gates of a family, over a set of photos.

Written by ``attnviz gates --write`` into the family's folder, and read where one photo's gates are shown.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attnviz.errors import FamilyError
from attnviz.families.whole import write_whole

FILE = "gate-statistics.json"
FORMAT = 1
_STORED = "<f2"  # half precision is exact to 0.0003 between 0 and 1, and the page shows three digits

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class UsualGate:
    """What is usual for one gate, over photos.

    Attributes:
        mean: of the photos' mean gates.
        sd: their standard deviation.
        excess: the share of the gate's mass in the objects' boxes less the boxes' share of the area, mean and 95 %
            interval; None for a gate that does not differ between places, and without boxes.
        by_channel: (C,), mean over photos; None for a gate that does not differ between channels.
        by_class: (K,C), mean over the photos of each class, NaN for a class without photos; None likewise.
    """

    mean: float
    sd: float
    excess: tuple[float, float, float] | None = None
    by_channel: Floats | None = None
    by_class: Floats | None = None


@dataclass(frozen=True)
class UsualGates:
    """What is usual for a family's gates.

    Attributes:
        data: name of the set of photos.
        digest: SHA-256 of the names and sizes of its photos, with those of other classes.
        photos: how many of them were read.
        boxes: how many of these have a box.
        weights: what each model's file hashed to, by model.
        gates: by model, and by name of the gate.
    """

    data: str = ""
    digest: str = ""
    photos: int = 0
    boxes: int = 0
    weights: Mapping[str, str] = field(default_factory=dict)
    gates: Mapping[str, Mapping[str, UsualGate]] = field(default_factory=dict)

    def of(self, weights: Mapping[str, str]) -> UsualGates:
        """Returns what holds for models whose files hash to ``weights``, by model."""
        same = {model: gates for model, gates in self.gates.items() if self.weights[model] == weights.get(model)}
        return replace(self, gates=same)

    def get(self, model: str, gate: str) -> UsualGate | None:
        """Returns what is usual for a gate, if that is known."""
        return self.gates.get(model, {}).get(gate)

    def save(self, path: Path) -> None:
        """Writes them.

        Raises:
            FamilyError: if they cannot be written.
        """
        models = {
            model: {"weights": self.weights[model], "gates": {name: _written(gate) for name, gate in gates.items()}}
            for model, gates in self.gates.items()
        }
        about = {"data": self.data, "digest": self.digest, "photos": self.photos, "boxes": self.boxes}
        text = json.dumps({"format": FORMAT, **about, "models": models}, indent=1, allow_nan=False)
        write_whole(path, f"{text}\n".encode())


def read_usual_gates(folder: Path, classes: int) -> UsualGates:
    """Reads a family's gate-statistics.json; nothing is usual where there is none.

    Args:
        folder: of the family.
        classes: how many it has.

    Raises:
        FamilyError: if the file is damaged, or of a family of other classes.
    """
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ValueError
        models = content["models"]
        weights = {model: str(each["weights"]) for model, each in models.items()}
        gates = {
            model: {name: _read(gate, classes) for name, gate in each["gates"].items()}
            for model, each in models.items()
        }
        return UsualGates(
            str(content["data"]), str(content["digest"]), int(content["photos"]), int(content["boxes"]), weights, gates
        )
    except FileNotFoundError:
        return UsualGates()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise FamilyError(
            '"{file}" is damaged, or is another family\'s; make it anew with: attnviz gates --write.', file=FILE
        ) from None


def _written(gate: UsualGate) -> dict[str, Any]:
    told: dict[str, Any] = {"mean": round(gate.mean, 4), "sd": round(gate.sd, 4)}
    if gate.excess is not None:
        told["excess"] = [round(value, 4) for value in gate.excess]
    if gate.by_channel is not None and gate.by_class is not None:
        rows = np.concatenate([gate.by_channel[None], gate.by_class]).astype(_STORED)
        told |= {"channels": len(gate.by_channel), "all_then_classes": base64.b64encode(rows.tobytes()).decode("ascii")}
    return told


def _read(told: dict[str, Any], classes: int) -> UsualGate:
    excess = None
    if "excess" in told:
        mean, low, high = (float(value) for value in told["excess"])
        excess = (mean, low, high)
    if "all_then_classes" not in told:
        return UsualGate(float(told["mean"]), float(told["sd"]), excess)
    stored = np.frombuffer(base64.b64decode(told["all_then_classes"], validate=True), _STORED)
    rows = stored.reshape(1 + classes, int(told["channels"])).astype(np.float64)
    return UsualGate(float(told["mean"]), float(told["sd"]), excess, rows[0], rows[1:])
