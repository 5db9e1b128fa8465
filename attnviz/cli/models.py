"""``--model NAME`` and ``--model NAME=FILE``: models of a family, or a family made of files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from attnviz.cli.show import tell
from attnviz.errors import OptionError

if TYPE_CHECKING:
    from attnviz.families import Family


def open_models(
    family: str | None, models: list[str] | None, classes: Path | None, device: str | None
) -> tuple[Family, list[str] | None]:
    """Returns the family that the options mean, and which of its models; None for all.

    Args:
        family: of ``--family``.
        models: of ``--model``: all of them names, or all of them ``NAME=FILE``.
        classes: of ``--classes``, for files.
        device: of ``--device``.

    Raises:
        OptionError: if names and files are mixed, or files and a family.
        AttnvizError: as of opening the family, or the files.
    """
    from attnviz.families import DEFAULT_FAMILY, open_family
    from attnviz.families.made import family_of_found, look_at

    given = models or []
    files = [model for model in given if "=" in model]
    if not files:
        if classes is not None:
            raise OptionError("--classes names the classes of files; give them with --model NAME=FILE.")
        return open_family(family or DEFAULT_FAMILY, device), given or None
    if family is not None or len(files) < len(given):
        raise OptionError(
            "--model NAME=FILE makes a family of files: give all models so, and no --family. "
            "--model NAME chooses one of the family's models."
        )
    named: dict[str, Path] = {}
    for model in files:
        name, _, path = model.partition("=")
        if name in named:
            raise OptionError('Two files are called "{name}"; give each a name of its own.', name=name)
        named[name] = Path(path).expanduser()
    found = look_at(named)
    for name, one in found.items():
        if one.assumed:
            tell(
                f"{name}: {said(one.assumed)} is assumed, since the file does not tell. If it is otherwise, make a "
                "family.toml (attnviz families new) and say so there."
            )
    return family_of_found(found, classes, device), None


def said(options: Mapping[str, object]) -> str:
    """Returns options as text: ``stride_in 1x1``."""
    return ", ".join(f"{name} {value}" for name, value in options.items())
