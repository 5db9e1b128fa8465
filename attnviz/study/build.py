"""A study.toml becomes a frozen study: photos are explained, chosen and rendered, and the plan is written last."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from attnviz.errors import ImageError, StudyError
from attnviz.families import Family
from attnviz.images import View, open_picture
from attnviz.study.candidates import Candidate
from attnviz.study.choose import Rejected, Usable, choose, rule_broken, too_few
from attnviz.study.plan import PLAN, Image, LeftOut, Plan, read_plan, write_plan
from attnviz.study.power import write_power
from attnviz.study.preregistration import ANALYSIS, stopping, write_preregistration
from attnviz.study.schedule import APART, schedule
from attnviz.study.settings import INPUT_METHODS, Settings, candidates_of, family_of, read_settings
from attnviz.study.stimuli import Heats, Stimuli, check_stimuli

Advance = Callable[[int, int], None]
_SCHEDULES = 200  # so many participants' trials are drawn to see whether the plan has room for its own rules
_AT_ONCE = 32  # photos that a network sees at once


def build(folder: Path, advance: Advance = lambda done, total: None, device: str | None = None) -> Plan:
    """Freezes the study of a folder: the same settings, photos and weights give the same bytes.

    Args:
        folder: with a study.toml, and no plan.
        advance: called with the parts of the work that are done and those in all; what it raises ends the work.
        device: ``cuda``, ``mps`` or ``cpu``; None for the first there is.

    Returns:
        The plan, which is in ``plan.json`` with all that belongs to it, or not at all.

    Raises:
        StudyError: if the settings are wrong, there are too few usable photos, the plan has no room for its own rules,
            there is a plan already, or the folder cannot be written to.
        AttnvizError: for a family or device that cannot be.
    """
    if (folder / PLAN).exists():
        raise StudyError(
            "There is a frozen plan in this folder already; make a new folder for a new study; votes keep theirs."
        )
    settings = read_settings(folder)
    family = family_of(folder, settings, device)
    return freeze(folder, settings, family, candidates_of(folder, settings, family), advance)


def freeze(
    folder: Path, settings: Settings, family: Family, candidates: Sequence[Candidate], advance: Advance,
    demo: bool = False,
) -> Plan:  # fmt: skip
    """Freezes a study of given photos; see :func:`build`.

    Args:
        folder: to write to.
        settings: checked ones.
        family: of the settings.
        candidates: photos to choose from.
        advance: as for :func:`build`.
        demo: whether it is a demonstration: it takes all photos that can be used, and fewer pairs if those are few.
    """
    pairs = settings.compared(family)
    models = tuple(dict.fromkeys(name for pair in pairs for name in pair))
    total = len(candidates) + settings.count + settings.practice

    def part(done: int) -> None:
        advance(done, total)

    usable, rejected = _sift(settings, family, models, candidates, part)
    if demo:  # makes do with what there is
        few = {"count": max(len(usable), 1), "pairs_per_image": None if len(usable) > APART else 1}
        settings = settings.model_copy(update=few)
    if len(usable) < settings.count + settings.practice:
        raise too_few(settings.count, settings.practice, len(candidates), len(usable), rejected)
    taken = choose(usable, settings.count, settings.practice, settings.catch_trials, settings.seed)
    chosen = [*taken.main, *taken.practice]
    files = {one.candidate.file for one in chosen}
    rejected += [Rejected(one.candidate.file, "not drawn", "not drawn")
                 for one in usable if one.candidate.file not in files]  # fmt: skip
    presentation = settings.presentation.model_dump(mode="json")
    try:
        stimuli = Stimuli(folder, settings.seed, presentation)
        try:
            images = []
            for place, one in enumerate(chosen):
                part(len(candidates) + place)
                counts, catch = place < settings.count, place in taken.catches
                view = family.preprocessing.view(open_picture(_unchanged(one)))
                images.append(
                    Image(
                        id=f"i{place + 1:02}" if counts else f"p{place - settings.count + 1:02}",
                        file=one.candidate.file,
                        label=family.classes.names[one.candidate.label],
                        sha256=one.sha256,
                        stimulus=stimuli.add(view, one.heats, catch),
                        practice=not counts,
                        catch=catch,
                    )
                )
            plan = Plan(
                study=slug(settings.title.en),
                title=settings.title.model_dump(),
                question=settings.question.model_dump(),
                intro=settings.intro.model_dump(),
                consent=settings.consent.model_dump(),
                family=family.name,
                weights={name: _weights_digest(family, name) for name in models},
                pairs=pairs,
                pairs_per_image=settings.pairs_per_image or len(pairs),
                images=tuple(images),
                selection=settings.selection,
                left_out=tuple(LeftOut(file=one.file, why=one.why) for one in sorted(rejected)),
                method=settings.method,
                stage=settings.place,
                presentation=presentation,
                participants=settings.participants,
                repeats=settings.repeats,
                catches=settings.catch_trials,
                closes=settings.closing,
                minimum_ms=settings.minimum_ms,
                seed=settings.seed,
                exclusion=settings.exclusion.model_dump(),
                stopping=stopping(settings.participants, settings.closing),
                analysis=ANALYSIS,
                versions=_versions(),
                demo=demo,
            )
            check_schedule(plan)
            stimuli.finish()
        finally:
            stimuli.drop()
        if not demo:
            write_preregistration(folder, plan)
            write_power(folder, plan)
        write_plan(folder, plan)
    except OSError as error:
        raise StudyError('"{folder}" cannot be written to: {reason}.', folder=folder.name,
                         reason=error.strerror) from None  # fmt: skip
    part(total)
    return plan


def check(folder: Path) -> Plan:
    """Verifies a frozen study: plan, pictures, photos and weights are as they were, and the plan can keep its rules.

    Raises:
        StudyError: for the first thing that is not.
    """
    plan = read_plan(folder)
    check_stimuli(folder, plan)
    settings = read_settings(folder)
    family = family_of(folder, settings)
    for name, digest in plan.weights.items():
        if family.name != plan.family or _digest(family.path(name)) != digest:
            raise StudyError('The weights of "{model}" are not those that the study was built with; restore them, or '
                             "build the study in a new folder.", model=name)  # fmt: skip
    paths = {candidate.file: candidate.path for candidate in candidates_of(folder, settings, family)}
    for image in plan.images:
        if image.file not in paths or _digest(paths[image.file]) != image.sha256:
            raise _changed(image.file)
    check_schedule(plan)
    return plan


def check_schedule(plan: Plan) -> None:
    """Checks that a plan has room for its own rules.

    Raises:
        StudyError: if it is too small.
    """
    for participant in range(min(plan.participants, _SCHEDULES)):
        schedule(plan, participant)


def slug(title: str) -> str:
    """Returns a short name for exports."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-") or "study"


def _sift(
    settings: Settings, family: Family, models: Sequence[str], candidates: Sequence[Candidate],
    part: Callable[[int], None],
) -> tuple[list[Usable], list[Rejected]]:  # fmt: skip
    """Explains every candidate, and tells those that fulfil the rules from the others."""
    usable: list[Usable] = []
    rejected: list[Rejected] = []
    known: dict[str, str] = {}
    waiting: list[tuple[Candidate, str, View]] = []
    for done, candidate in enumerate(candidates, start=1):
        try:
            data = candidate.path.read_bytes()
            view = family.preprocessing.view(open_picture(data))
        except OSError as error:
            rejected.append(Rejected(candidate.file, "unreadable", f"cannot be read: {error.strerror}"))
        except ImageError as error:
            rejected.append(Rejected(candidate.file, "unreadable", str(error)))
        else:
            digest = hashlib.sha256(data).hexdigest()
            if digest in known:
                rejected.append(Rejected(candidate.file, "twice", f"the same picture as {known[digest]}"))
            else:
                known[digest] = candidate.file
                waiting.append((candidate, digest, view))
        if len(waiting) == _AT_ONCE or (waiting and done == len(candidates)):
            explained = _explain(settings, family, models, [(view, one.label) for one, _, view in waiting])
            for (one, digest, _), (found, heats) in zip(waiting, explained, strict=True):
                why = rule_broken(settings.selection, found, heats, one.label, family.classes.names)
                if why is None:
                    usable.append(Usable(one, digest, heats))
                else:
                    rejected.append(Rejected(one.file, *why))
            waiting.clear()
            part(done)
    return usable, rejected


def _explain(
    settings: Settings, family: Family, models: Sequence[str], photos: Sequence[tuple[View, int]]
) -> list[tuple[dict[str, int], Heats]]:
    """Returns for each photo and its class what every model finds most probable, and every model's map of the class."""
    import torch

    from attnviz.maps import explain, explain_input

    images = torch.cat([view.tensor() for view, _ in photos])
    labels = [label for _, label in photos]
    found: list[dict[str, int]] = [{} for _ in photos]
    heats: list[dict[str, Any]] = [{} for _ in photos]
    for name in models:
        if settings.method in INPUT_METHODS:
            at_input = explain_input(family[name], images, labels, settings.method)
            logits, maps = at_input.logits, at_input.map
        else:
            passed = explain(family[name], images, labels, (settings.stage,), gates=False, method=settings.method)
            logits, maps = passed.logits, passed.maps[settings.stage]
        for place, (best, heat) in enumerate(zip(logits.argmax(1).tolist(), maps.cpu().numpy(), strict=True)):
            found[place][name], heats[place][name] = best, heat.copy()
    return list(zip(found, heats, strict=True))


def _unchanged(one: Usable) -> bytes:
    """Returns a photo's bytes, if they are still those that were explained."""
    data = one.candidate.path.read_bytes()
    if hashlib.sha256(data).hexdigest() != one.sha256:
        raise _changed(one.candidate.file)
    return data


def _changed(photo: str) -> StudyError:
    return StudyError(
        'The photo "{photo}" is not the one that the study was built with; restore it, or build the study in a new '
        "folder.",
        photo=photo,
    )


def _weights_digest(family: Family, name: str) -> str:
    """Returns the SHA-256 of a model's weights, which were just read: family.toml's, or the file's own."""
    return family.members[name].sha256 or _digest(family.path(name))


def _digest(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _versions() -> dict[str, str]:
    import numpy
    import PIL
    import torch

    from attnviz import __version__

    return {
        "attnviz": __version__,
        "numpy": numpy.__version__,
        "pillow": PIL.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
