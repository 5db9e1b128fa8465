"""What is usual for a gate, beside the gate of one photo."""

from __future__ import annotations

import logging
from html import escape

import numpy as np

from attnviz.errors import FamilyError
from attnviz.families import Family
from attnviz.families.usual import UsualGates, read_usual_gates
from attnviz.stages import Picture, Row
from attnviz.web.pictures import grid_data
from attnviz.web.texts import Say

log = logging.getLogger(__name__)
GATES = ("se", "bam", "cbam")
"""Kinds of rows that show gates."""


def usual_of(family: Family) -> UsualGates:
    """Returns what is usual for a family's gates; nothing where that is not known of its weights."""
    try:
        usual = read_usual_gates(family.folder, len(family.classes))
    except FamilyError as error:
        log.warning("%s", error)
        return UsualGates()
    return usual.of({name: member.checksum.spec for name, member in family.members.items()})


def usual_mean(usual: UsualGates, model: str, picture: Picture, row: Row, say: Say) -> str:
    """Returns the HTML of a line under a gate: its mean over photos, to hold this photo's against."""
    gate = usual.get(model, picture.place) if row.kind in GATES else None
    if gate is None:
        return ""
    title = escape(say("usual_title", photos=usual.photos, data=usual.data))
    said = escape(say("usual_mean", photos=usual.photos, mean=gate.mean, sd=gate.sd))
    return f'<span class="av-usual av-small" title="{title}">{said}</span>'


def usual_in_box(usual: UsualGates, model: str, row: Row, say: Say) -> str:
    """Returns a sentence on how much of a row's gates lies in the objects' boxes, by stage; empty if not known."""
    if row.kind not in GATES:
        return ""
    found = {
        stage: gate.excess
        for stage, pictures in row.cells.items()
        for picture in pictures
        if (gate := usual.get(model, picture.place)) is not None and gate.excess is not None
    }
    if not found:
        return ""
    stages = ", ".join(
        say("usual_stage", stage=stage, mean=_points(mean), low=_points(low), high=_points(high))
        for stage, (mean, low, high) in found.items()
    )
    return say("usual_in_box", photos=usual.photos, stages=stages)


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")


def usual_data(usual: UsualGates, model: str, picture: Picture, label: int | None) -> str:
    """Returns the attributes of a channel gate's strip that say what each channel usually is, for static/usual.js.

    Args:
        usual: of the family.
        model: whose gate it is.
        picture: the strip.
        label: index of the class that is explained.
    """
    gate = usual.get(model, picture.place)
    if not picture.is_strip or gate is None or gate.by_channel is None or gate.by_class is None:
        return ""
    if len(gate.by_channel) != len(picture.values):
        return ""
    own = None if label is None else gate.by_class[label]
    of_class = "" if own is None or np.isnan(own).any() else f' data-usual-class="{grid_data(own)}"'
    return f' data-usual="{grid_data(gate.by_channel)}"{of_class}'
