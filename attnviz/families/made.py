"""A family made of weights files: what family.toml says is told from the files themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from attnviz.errors import AttnvizError, FamilyError
from attnviz.families.classes import Classes, read_classes, write_classes
from attnviz.families.family import Family
from attnviz.families.file import WEIGHTS_FILE, Architecture, FamilyFile, Input, Member, read_family_file
from attnviz.families.find import find_family

IMAGENET, IMAGENET_CLASSES = "imagenet-resnet50", 1000
IMAGENET_INPUT = Input(input_size=224, resize=256)
ATTENTIONS = ("none", "se", "bam", "cbam")
NAMES = {"none": "baseline"}
"""What a model is called after its attention, where that is not the attention's own name."""


@dataclass(frozen=True)
class Found:
    """What one file tells; the same as of :class:`attnviz.families.identify.Identified`, without its tensors."""

    path: Path
    sha256: str
    layout: str
    architecture: Mapping[str, Any]
    assumed: Mapping[str, Any]


@dataclass(frozen=True)
class Description:
    """What files tell of a family.

    Attributes:
        file: as family.toml would say it; not matched, since nothing tells that they were trained alike.
        classes: from beside the files, or ImageNet's where there are 1000, or numbered.
    """

    file: FamilyFile
    classes: Classes


def family_of_files(files: Mapping[str, Path], classes: Path | None = None, device: str | None = None) -> Family:
    """Opens weights files as a family, where they are; nothing is written.

    Args:
        files: by the name that each model is to have, of lower-case letters, digits and hyphens.
        classes: a classes.csv; None for what stands beside the files, or ImageNet's names where there are 1000 classes,
            or numbers.
        device: ``cuda``, ``mps`` or ``cpu``; None for the first there is.

    Raises:
        FamilyError: if the models do not have the same classes, or a name cannot be a model's.
        WeightsError: if a file cannot be read, or is of no network that is known.
    """
    return family_of_found(look_at(files), classes, device)


def look_at(files: Mapping[str, Path]) -> dict[str, Found]:
    """Finds out which network each file is of; the first part of :func:`family_of_files`.

    Raises:
        FamilyError: if a name cannot be a model's.
        WeightsError: if a file cannot be read, or is of no network that is known.
    """
    for name in files:
        if not re.fullmatch(r"[a-z0-9-]+", name):
            raise FamilyError(
                '"{name}" cannot be the name of a model; use lower-case letters, digits and hyphens.', name=name
            )
    return {name: look(path) for name, path in files.items()}


def family_of_found(found: Mapping[str, Found], classes: Path | None = None, device: str | None = None) -> Family:
    """Opens as a family what :func:`look_at` found; the second part of :func:`family_of_files`.

    Raises:
        FamilyError: if the models do not have the same classes.
    """
    files = {name: one.path for name, one in found.items()}
    made = describe(found, classes, title=", ".join(path.name for path in files.values()))
    return Family("files", Path(), made.file, made.classes, device, files)


def weights_files(folder: Path) -> list[Path]:
    """Returns the weights files in a folder that is to become a family, by name.

    Raises:
        FamilyError: if there are none, or the folder is a family already.
    """
    if (folder / "family.toml").exists():
        raise FamilyError('There is a "family.toml" in "{folder}" already.', folder=folder.resolve().name)
    files = [path for path in sorted(folder.glob("*")) if path.is_file() and re.fullmatch(WEIGHTS_FILE, path.name)]
    if not files:
        raise FamilyError(
            'There are no weights files in "{folder}" whose names are of letters, digits, ".", "_" and "-" and end in '
            ".safetensors, .pth, .pt, .tar, .pkl, .bin, .ckpt or .zip.",
            folder=folder.resolve().name,
        )
    return files


def look(path: Path) -> Found:
    """Finds out which network a file is of.

    Raises:
        WeightsError: if it cannot be read, or is of no network that is known.
    """
    from attnviz.families.identify import identify

    one = identify(path)
    return Found(path, one.file.sha256, one.layout.name, dict(one.architecture), dict(one.assumed))


def describe(
    found: Mapping[str, Found], classes: Path | None = None, given: Input | None = None, title: str = "Models"
) -> Description:
    """Tells what family files would be.

    Args:
        found: by name of the model; at least one.
        classes: as for :func:`family_of_files`.
        given: what the networks take; None for what a family.toml beside the files says, or ImageNet's 224 pixels.
        title: for people.

    Raises:
        FamilyError: if the models do not have the same classes, or classes.csv names others.
    """
    counts = {name: one.architecture["classes"] for name, one in found.items()}
    count = next(iter(counts.values()))
    if set(counts.values()) != {count}:
        raise FamilyError(
            "The models must have the same classes, and their numbers of classes are: {counts}.",
            counts=", ".join(f"{name} {number}" for name, number in counts.items()),
        )
    beside = _beside([one.path for one in found.values()])
    named = read_classes(classes) if classes else beside[1] if beside else _numbered(count)
    if len(named) != count:
        raise FamilyError(
            "There are {names} names of classes for {count} classes; name each of them.", names=len(named), count=count
        )
    shared = _shared([one.architecture for one in found.values()])
    family = FamilyFile(
        title=title,
        matched=False,
        architecture=shared,
        input=given or (beside[0] if beside else IMAGENET_INPUT),
        models={name: _member(one, shared) for name, one in found.items()},
    )
    return Description(family, named)


def named_after_attention(found: Sequence[Found]) -> dict[str, Found]:
    """Returns what was found by a name for each: its attention's, or where several have the same, its file's.

    In the order of the attentions, as in every family.
    """
    found = sorted(found, key=lambda one: ATTENTIONS.index(one.architecture["attention"]))
    attentions = [one.architecture["attention"] for one in found]
    names: dict[str, Found] = {}
    for one, attention in zip(found, attentions, strict=True):
        name = NAMES.get(attention, attention) if attentions.count(attention) == 1 else _slug(one.path)
        while name in names:
            name += "-2"
        names[name] = one
    return names


def write_family(folder: Path, description: Description) -> None:
    """Writes family.toml, and classes.csv where there is none.

    Raises:
        FamilyError: if there is a family.toml, or the folder cannot be written to.
    """
    content = description.file.model_dump(exclude_defaults=True, exclude_none=True)
    try:
        with (folder / "family.toml").open("x", encoding="utf-8") as file:
            file.write(tomli_w.dumps(content))
        if not (folder / "classes.csv").exists():
            write_classes(folder / "classes.csv", description.classes)
    except FileExistsError:
        raise FamilyError('There is a "family.toml" in "{folder}" already.', folder=folder.resolve().name) from None
    except OSError as error:
        raise FamilyError(
            '"{folder}" cannot be written to: {reason}.', folder=folder.resolve().name, reason=error.strerror
        ) from None


def _shared(architectures: Sequence[Mapping[str, Any]]) -> Architecture:
    """Returns what the models share; where they differ, or some do not say, that of the first that does."""
    told: dict[str, Any] = {}
    for architecture in architectures:
        told = {**architecture, **told}
    return Architecture(**{name: told[name] for name in Architecture.model_fields if name in told})


def _member(found: Found, shared: Architecture) -> Member:
    network = {name: value for name, value in found.architecture.items() if name not in ("attention", "classes")}
    options = {name: value for name, value in network.items() if shared.model_dump().get(name, ...) != value}
    file = re.sub(r"[^\w.-]", "-", found.path.name)
    return Member(
        attention=found.architecture["attention"],
        file=file if re.fullmatch(WEIGHTS_FILE, file) else f"{file}.pth",
        sha256=found.sha256,
        layout=found.layout,  # type: ignore[arg-type]  # a test holds the two lists to each other
        options=options,
    )


def _beside(paths: Sequence[Path]) -> tuple[Input, Classes] | None:
    """Returns input and classes of the one family.toml that names all files from beside them, if there is one."""
    folders = {path.resolve().parent for path in paths}
    if len(folders) != 1:
        return None
    folder = folders.pop()
    try:
        family, classes = read_family_file(folder / "family.toml"), read_classes(folder / "classes.csv")
    except AttnvizError:
        return None
    known = {member.file for member in family.models.values()}
    return (family.input, classes) if {path.name for path in paths} <= known else None


def _numbered(count: int) -> Classes:
    if count == IMAGENET_CLASSES:
        return read_classes(find_family(IMAGENET) / "classes.csv")
    return Classes(tuple(f"class {index}" for index in range(count)), tuple(str(index) for index in range(count)))


def _slug(path: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.name.split(".")[0].lower()).strip("-") or "model"
