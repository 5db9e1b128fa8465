"""Photos become batches that the networks see, in a thread of their own, while the batch before is scored."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from attnviz.errors import AttnvizError, DataError
from attnviz.evaluation.boxes import Boxes, BoxTable
from attnviz.evaluation.photos import Photo, PhotoSet
from attnviz.families import Family
from attnviz.images import Preprocessing, open_picture
from attnviz.scores import seen_boxes

Advance = Callable[[int, int], None]
MOST_AT_ONCE, PIXELS_AT_ONCE = 64, 2**20
"""Photos in a batch: fewer where they are large, since BAM's gate has a value a channel and place."""
AHEAD = 2
"""Batches that are made ready before they are asked for."""


@dataclass(frozen=True)
class Batch:
    """Photos as the networks see them.

    Attributes:
        photos: N of them that could be read.
        images: (N,3,S,S) float32, normalised, on the CPU.
        boxes: for each photo (B,4) in pixels of the network's input, maybe none.
        skipped: photos that cannot be read, each with the reason in one sentence.
    """

    photos: tuple[Photo, ...]
    images: Tensor
    boxes: tuple[Boxes, ...]
    skipped: tuple[tuple[Photo, str], ...]


@dataclass(frozen=True)
class Loader:
    """What makes batches of photos.

    Attributes:
        photos: the set.
        boxes: of its photos, if there are any.
        preprocessing: of the family.
    """

    photos: PhotoSet
    boxes: BoxTable | None
    preprocessing: Preprocessing

    def load(self, photos: Sequence[Photo]) -> Batch:
        """Reads, decodes and crops photos. One that cannot be read is skipped, whatever is wrong with it."""
        good, seen, boxes, skipped = [], [], [], []
        for photo in photos:
            try:
                pixels, its = self._read(photo)
            except AttnvizError as error:
                skipped.append((photo, str(error)))
                continue
            good.append(photo)
            seen.append(pixels)
            boxes.append(its)
        return Batch(tuple(good), self._tensor(seen), tuple(boxes), tuple(skipped))

    def ahead(self, parts: Iterable[Sequence[Photo]]) -> Iterator[Batch]:
        """Yields the batches of parts, in order; a thread makes the next ones ready meanwhile."""
        waiting: deque[Future[Batch]] = deque()
        with ThreadPoolExecutor(1, "photos") as pool:
            try:
                for part in parts:
                    waiting.append(pool.submit(self.load, part))
                    if len(waiting) > AHEAD:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                pool.shutdown(cancel_futures=True)

    def _read(self, photo: Photo) -> tuple[np.ndarray, Boxes]:
        view = self.preprocessing.view(open_picture(self.photos.files.read(photo.name)))
        whole = None if self.boxes is None else self.boxes.of.get(photo.name)
        boxes = np.zeros((0, 4)) if whole is None else seen_boxes(whole, view)
        return np.asarray(view.seen), boxes

    def _tensor(self, seen: Sequence[np.ndarray]) -> Tensor:
        side = self.preprocessing.input_size
        pixels = np.stack(seen) if seen else np.zeros((0, side, side, 3), np.uint8)
        mean = torch.tensor(self.preprocessing.mean)[:, None, None]
        std = torch.tensor(self.preprocessing.std)[:, None, None]
        # the order of View.tensor(), so that it is the same to the bit
        return (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255 - mean) / std


def batches_of_classes(
    family: Family,
    photos: PhotoSet,
    wanted: Sequence[Photo],
    boxes: BoxTable | None = None,
    advance: Advance = lambda done, total: None,
    batch: int | None = None,
) -> Iterator[Batch]:
    """Yields photos of a family's classes in batches.

    Args:
        family: whose preprocessing they get.
        photos: the set.
        wanted: those of the set that are read, in this order.
        boxes: of the photos, if there are any.
        advance: called with the numbers of photos done and in all.
        batch: photos at once; None for as many as their size allows.

    Raises:
        DataError: if none is wanted.
    """
    if not wanted:
        raise DataError(
            'No photo in "{name}" is of a class of the family; name its folders by the classes, or by their wnids.',
            name=photos.files.name,
        )
    batch = batch or max(1, min(MOST_AT_ONCE, PIXELS_AT_ONCE // family.preprocessing.input_size**2))
    parts, done = [wanted[first : first + batch] for first in range(0, len(wanted), batch)], 0
    for read in Loader(photos, boxes, family.preprocessing).ahead(parts):
        yield read
        done += len(read.photos) + len(read.skipped)
        advance(done, len(wanted))


def check_read(read: int, unreadable: Mapping[str, str]) -> None:
    """Does nothing if photos were read.

    Args:
        read: how many were.
        unreadable: why others were not, by name.

    Raises:
        DataError: if none was.
    """
    if not read:
        raise DataError("No photo can be read; the first is {reason}", reason=": ".join(next(iter(unreadable.items()))))


def seed_of(photo: Photo) -> int:
    """Returns the seed of what is drawn for a photo, which no other photo of the batch may change."""
    return int.from_bytes(hashlib.sha256(photo.name.encode("utf-8", "surrogatepass")).digest()[:4], "big")
