"""A small study of whatever photos there are, so that voting can be tried at once: its votes count for nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

from attnviz.errors import StudyError
from attnviz.families import DEFAULT_FAMILY, Family, open_family
from attnviz.study.build import Advance, freeze
from attnviz.study.candidates import Candidate
from attnviz.study.plan import PLAN, Plan, read_plan
from attnviz.study.settings import Presentation, Settings, Text

PAIRS = (("baseline", "cbam"), ("baseline", "bam"))
_SEED = 20180908  # of the European Conference on Computer Vision 2018


def demo_study(
    folder: Path,
    photos: Mapping[str, Path] | Sequence[tuple[Path, str]],
    family: Family | str = DEFAULT_FAMILY,
    advance: Advance = lambda done, total: None,
) -> Plan:
    """Freezes a demonstration in a folder, or returns the one that is there.

    Args:
        folder: made if it is not there.
        photos: with their classes, by name, wnid or index.
        family: whose models are compared.
        advance: as for :func:`attnviz.study.build.build`.

    Raises:
        StudyError: if there are too few photos, or the folder cannot be written to.
    """
    if (folder / PLAN).exists():
        return read_plan(folder)
    opened = family if isinstance(family, Family) else open_family(family)
    named = [(path, label) for label, path in photos.items()] if isinstance(photos, Mapping) else list(photos)
    candidates = [Candidate(path.name, path, opened.classes.find(label)) for path, label in named]
    pairs = [pair for pair in PAIRS if set(pair) <= set(opened)] or list(combinations(opened, 2))
    if not pairs:
        raise StudyError('The family "{family}" has fewer than two models to compare.', family=opened.name)
    settings = Settings(
        title=Text(en="Demonstration", ko="시연"),
        question=Text(
            en='Which highlighted region is more specific to the class "{target}"?',
            ko='강조된 두 영역 가운데 어느 쪽이 "{target}" 클래스를 더 잘 나타냅니까?',
        ),
        intro=Text(
            en="This is a demonstration, to try how voting works. It is not blind, and its votes count for nothing.",
            ko="투표가 어떻게 진행되는지 보여 주는 시연입니다. 눈가림이 아니며 투표는 결과에 들어가지 않습니다.",
        ),
        consent=Text(
            en="Your answers are stored on this computer under a random number, and count for nothing.",
            ko="답변은 임의의 번호로 이 컴퓨터에 저장되며 결과에 들어가지 않습니다.",
        ),
        family=opened.name,
        pairs=tuple(pairs),
        images="photos",
        count=max(len(candidates), 1),
        selection="all",
        presentation=Presentation(),
        participants=10_000,
        seed=_SEED,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudyError('"{folder}" cannot be written to: {reason}.', folder=folder.name,
                         reason=error.strerror) from None  # fmt: skip
    return freeze(folder, settings, opened, candidates, advance, demo=True)
