"""The run: the fit half, the levels that it gives, the report half, and the table. It goes on where it was stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attnviz.errors import DataError, OptionError
from attnviz.evaluation.batches import Batch, Loader
from attnviz.evaluation.boxes import BoxTable
from attnviz.evaluation.folder import Cells, Folder, header_as_csv, opened, rows_as_csv
from attnviz.evaluation.levels import KINDS, Fitted, fitted, unpacked
from attnviz.evaluation.lines import (
    COLUMNS,
    REASON,
    SKIPPED_COLUMNS,
    Levels,
    hits_column,
    key_of,
    part_columns,
    part_line,
    skipped_line,
    table_line,
)
from attnviz.evaluation.photos import Photo, PhotoSet, written
from attnviz.evaluation.question import Question, photos_of
from attnviz.evaluation.rows import Key, rows_of
from attnviz.evaluation.settings import settings_of
from attnviz.families import Family

Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Summary:
    """What came of a run.

    Attributes:
        photos: that were evaluated.
        skipped: that could not be read.
        rows: of the table.
        degenerate: maps that show nothing, by model; of references too.
    """

    photos: int
    skipped: int
    rows: int
    degenerate: Mapping[str, int]


@dataclass(frozen=True)
class _Part:
    """A batch to be: its number, its photos, all of one half, and the number of its first photo in that half."""

    number: int
    photos: tuple[Photo, ...]
    start: int


def evaluate(
    family: Family,
    photos: PhotoSet,
    boxes: BoxTable | None,
    question: Question,
    folder: Path,
    advance: Advance = lambda done, total: None,
) -> Summary:
    """Evaluates a family over a set of photos, into a results folder; goes on where the folder's last run was stopped.

    Finished batches are kept, and on a CPU what comes out is the same to the bit whether a run was stopped or not.

    Args:
        family: from :func:`attnviz.open_family`.
        photos: from :func:`attnviz.evaluation.photos.open_photo_set`.
        boxes: from :func:`attnviz.evaluation.boxes.read_boxes`.
        question: from :func:`attnviz.evaluation.question.ask`.
        folder: the results folder; made where there is none.
        advance: called with the photos done, times the models, and those in all; what it raises stops the run.

    Raises:
        OptionError: if the folder holds results of another configuration, or another run is at work in it; and for
            scores that need boxes where there are none.
        DataError: if it cannot be written, or no photo is of a class of the family.
        AttnvizError: for weights that are not here or are damaged.
    """
    if question.needs_boxes and boxes is None:
        raise OptionError(
            'Scores of localisation need boxes, and "{name}" has none; name a file of boxes, or other scores.',
            name=photos.files.name,
        )
    if not photos_of(question, photos):
        raise DataError(
            'None of the {count} photos in "{name}" is of a class of the family; a folder is matched by the wnid, name '
            "or index of a class.",
            count=len(photos.photos), name=photos.files.name,
        )  # fmt: skip
    with opened(folder, settings_of(family, photos, boxes, question)) as kept:
        if not kept.is_finished:
            loader = Loader(photos, boxes, family.preprocessing)
            _Work(family, loader, question, kept, advance).finish()
        return _summary(kept)


@dataclass
class _Work:
    family: Family
    loader: Loader
    question: Question
    kept: Folder
    advance: Advance
    parts: Mapping[str, list[_Part]] = field(init=False)
    columns: Sequence[str] = field(init=False)
    total: int = field(init=False)
    done: int = 0

    def __post_init__(self) -> None:
        chosen = photos_of(self.question, self.loader.photos)
        parts = list(_parts(chosen, self.question.batch))
        self.parts = {half: [part for part in parts if part.photos[0].split == half] for half in ("fit", "report")}
        self.columns = part_columns(self.question.scores)
        self.total = len(chosen) * len(self.question.models)

    def finish(self) -> None:
        """Makes the parts that are not there, and the table of all."""
        self._make(self.parts["fit"], {})
        levels = self._levels()
        self._make(self.parts["report"], levels)
        columns = (*COLUMNS, *self.question.scores)
        blocks: dict[str, bytes] = {}  # of an image as text: as dicts, a hundred thousand of them would need gigabytes
        skipped: list[Cells] = []
        for part in (*self.parts["fit"], *self.parts["report"]):
            for image, lines in groupby(self._whole(part), lambda line: line["image"]):
                of_image = list(lines)
                if of_image[0][REASON]:
                    skipped.append({"image": image, "reason": of_image[0][REASON]})
                else:
                    made = [table_line(line, self.question.scores, levels) for line in of_image]
                    blocks[image] = rows_as_csv(columns, made)
        results = [header_as_csv(columns), *(blocks[image] for image in sorted(blocks))]
        skipped.sort(key=lambda line: line["image"])
        unread = header_as_csv(SKIPPED_COLUMNS) + rows_as_csv(SKIPPED_COLUMNS, skipped)
        self.kept.finish(b"".join(results), unread, _readable(levels))

    def _make(self, parts: Sequence[_Part], levels: Levels) -> None:
        missing = [part for part in parts if self._lines(part) is None]
        have = sum(len(part.photos) for part in parts) - sum(len(part.photos) for part in missing)
        self._tell(have * len(self.question.models))
        batches = self.loader.ahead(part.photos for part in missing)
        for part, batch in zip(missing, batches, strict=True):
            self.kept.write_part(part.number, self.columns, self._made(part, batch, levels))

    def _made(self, part: _Part, batch: Batch, levels: Levels) -> list[Cells]:
        count = len(part.photos)
        rows = rows_of(batch, self.family, self.question, levels, part.start, lambda models: self._tell(models * count))
        if not batch.photos:
            self._tell(count * len(self.question.models))
        return [part_line(row) for row in rows] + [skipped_line(*each) for each in batch.skipped]

    def _tell(self, more: int) -> None:
        self.done += more
        self.advance(self.done, self.total)

    def _lines(self, part: _Part) -> list[Cells] | None:
        """Returns a part that is finished; None for one that is not, or is of other photos after all."""
        lines = self.kept.read_part(part.number, self.columns)
        same = lines is not None and {line["image"] for line in lines} == {written(photo.name) for photo in part.photos}
        return lines if same else None

    def _whole(self, part: _Part) -> list[Cells]:
        """Returns a part that was finished."""
        lines = self._lines(part)
        if lines is None:
            raise DataError("A part of the results was changed while they were made; run the same command again.")
        return lines

    def _levels(self) -> Levels:
        """Returns the levels that the fit half gives, by map and score; none for a map that no photo has a box for."""
        counts: dict[tuple[Key, str], NDArray[np.int_]] = {}
        kinds = [score for score in self.question.scores if score in KINDS]
        for part in self.parts["fit"] if kinds else ():
            for line in self._whole(part):
                for score in kinds:
                    hits = unpacked(score, line[hits_column(score)])
                    if hits is not None:
                        place = key_of(line), score
                        counts[place] = counts.get(place, 0) + hits.astype(int)
        levels: dict[Key, dict[str, Fitted]] = {}
        for (key, score), count in counts.items():
            levels.setdefault(key, {})[score] = fitted(count)
        return levels


def _parts(photos: Sequence[Photo], batch: int) -> Iterator[_Part]:
    number = 0
    for _, of_half in groupby(photos, lambda photo: photo.split):
        half = tuple(of_half)
        for start in range(0, len(half), batch):
            yield _Part(number, half[start : start + batch], start)
            number += 1


def _readable(levels: Levels) -> list[dict[str, object]]:
    """Returns levels as levels.json has them."""
    return [
        {"model": model, "method": place.method, "stage": place.stage, "score": score, "levels": chosen.levels}
        for (model, place), of_map in levels.items()
        for score, chosen in of_map.items()
    ]


def _summary(kept: Folder) -> Summary:
    degenerate: Counter[str] = Counter()
    images, rows = set(), 0
    for line in kept.read_results():
        rows += 1
        images.add(line["image"])
        degenerate[line["model"]] += line["degenerate"] == "True"
    return Summary(len(images), len(kept.read_skipped()), rows, degenerate)
