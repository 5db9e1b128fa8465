"""``attnviz weights list`` and ``get``: which weights are here, and fetching those that are not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from attnviz.cli.show import USER_CAN_MEND, errors_in_one_line, progress, show, table, tell
from attnviz.errors import FamilyError, FetchError, WeightsError

if TYPE_CHECKING:
    from attnviz.families import Family


def list_weights() -> None:
    """List the weights of every family: which are here, how large they are, and where the others come from.

    Example: `attnviz weights list`
    """
    with errors_in_one_line():
        from attnviz.families import list_families, open_family
        from attnviz.families.find import families_cache

        rows: list[tuple[str, ...]] = []
        for name, folder in list_families().items():
            try:
                family = open_family(folder)
            except FamilyError as error:
                rows.append((name, f"cannot be read: {error}", "", "", "", "", ""))
                continue
            rows += [_row(family, model) for model in family.members]
        columns = ("family", "model", "weights", "size", "file", "licence", "address")
        show(table("weights", columns, rows, right=("size",)))
        show(f"What is fetched is kept in {families_cache()}, a folder a family.")


def get(
    family: Annotated[str, typer.Argument(metavar="FAMILY", help="Name or folder of the family.")],
    models: Annotated[
        list[str] | None, typer.Argument(metavar="MODEL", help="Models to fetch.", show_default="all that are missing")
    ] = None,
    dest: Annotated[
        Path | None,
        typer.Option(help="Folder to put the files in.", show_default="the family's in the user's cache"),
    ] = None,
) -> None:
    """Fetch weights from their publisher.

    A file counts when it has the checksum that family.toml gives. What an interruption leaves is kept, and the next
    call goes on from there. Put --dest elsewhere, on a machine with a network, for one that has none: the files then
    go into the family's folder there, or are given with `--model NAME=PATH`.

    Example: `attnviz weights get imagenet-resnet50 baseline cbam`
    """
    with errors_in_one_line():
        from attnviz.families import open_family
        from attnviz.families.fetch import fetch

        opened = open_family(family)
        names = models or (list(opened.members) if dest is not None else list(opened.missing))
        for name in names:
            opened.member(name)
        for place, name in enumerate(names):
            try:
                with progress(f"{name} ({place + 1} of {len(names)})", in_bytes=True) as advance:
                    path = fetch(opened, name, dest, advance)
            except (FetchError, WeightsError) as error:
                tell(error)
                for missing in names[place:]:
                    tell(_instead(opened, missing, dest))
                raise typer.Exit(USER_CAN_MEND) from None
            show(f"{name}: {path}")
        if not names:
            show(f'All weights of "{opened.name}" are here.')


def _row(family: Family, name: str) -> tuple[str, ...]:
    member, path = family.members[name], family.path(name)
    where = "not here" if path is None else "fetched" if path.parent == family.cache else "here"
    address = member.url or ""
    return family.name, name, where, _size(family, name), member.file, member.licence or "", address


def _size(family: Family, name: str) -> str:
    member, path = family.members[name], family.path(name)
    if path is not None:
        return f"{path.stat().st_size / 1e6:.0f} MB"
    if member.about_bytes is None:
        return "not known"
    return f"{'' if member.size else 'about '}{member.about_bytes / 1e6:.0f} MB"


def _instead(family: Family, name: str, dest: Path | None) -> str:
    """Says what a person without a network does by hand. The command line may name the folder."""
    member = family.members[name]
    inside = f", which is in {member.file}.zip," if member.is_zipped else ""
    source = f" from {member.url}" if member.url else ""
    place = dest if dest is not None else family.cache
    return f'{name}: get "{member.file}"{inside}{source}, and put the file, {member.checksum}, here: {place}'
