"""``attnviz switch``: what each gate does to the answer, for one photo or over a set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attnviz.cli import options
from attnviz.cli.models import open_models
from attnviz.cli.outputs import JSON, check_output, write_json
from attnviz.cli.show import end_if_unreadable, errors_in_one_line, progress, show, table, tell
from attnviz.errors import FamilyError, OptionError

if TYPE_CHECKING:
    from attnviz.effects import Effects
    from attnviz.evaluation.switches import Change, SwitchTable
    from attnviz.families import Family

OFF_CAVEAT = "off: features then leave the range that the later layers were trained on; mean stays in it."


def switch(
    photo: Annotated[Path | None, typer.Argument(metavar="PHOTO", help="One photo.", show_default=False)] = None,
    images: Annotated[
        Path | None,
        typer.Option(metavar="DIR|ZIP", help="Instead of a photo a set, a subfolder a class.", show_default=False),
    ] = None,
    family: options.Family = None,
    model: options.Model = None,
    target: options.Target = None,
    stage: Annotated[int, typer.Option(min=1, max=4, help="Stage of the maps that are correlated.")] = 4,
    place: Annotated[
        list[str] | None,
        typer.Option(metavar="GATE", help="With --images: what to switch, once for each.", show_default="every gate"),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="With --images: at most so many photos.", show_default="all")
    ] = None,
    device: options.Device = None,
    json: options.Json = None,
) -> None:
    """Switch every gate of a family to its mean and off, and print what that does.

    For one photo: P(target), its change in percentage points, the target's rank, the most probable class, and the
    correlation of the Grad-CAM map with the plain one. With --images: accuracy and mean P(label) of the photos, and
    their paired changes with 95 % bootstrap intervals over photos. A gate is switched to its mean over the photos that
    gate-means.safetensors names, or off: its module becomes the identity.

    Example: `attnviz switch lion.jpg --model bam`

    Over a set: `attnviz switch --images tiny-imagenet-200/val.zip --limit 500 --place all`
    """
    with errors_in_one_line():
        if (photo is None) == (images is None):
            raise OptionError("Name one photo, or a set of them with --images.")
        if images is None and (place or limit is not None):
            raise OptionError("--place and --limit belong to --images; for one photo every gate is switched.")
        if images is not None and target is not None:
            raise OptionError("Over a set the target is each photo's own class; leave --target out.")
        if json is not None:
            check_output(json, JSON)
        opened, models = open_models(family, model, None, device)
        kinds = _kinds(opened)
        if photo is not None:
            from attnviz.effects import switch_effects

            with progress("switching gates") as advance:
                effects = switch_effects(opened, photo, target, f"stage{stage}", models=models, kinds=kinds,
                                         advance=advance)  # fmt: skip
            show(_of_photo(effects, photo.name), OFF_CAVEAT)
            if json is not None:
                write_json(json, {"photos": [{"photo": photo.name, **effects.to_json()}]})
            return
        assert images is not None
        from attnviz.evaluation.photos import open_photo_set
        from attnviz.evaluation.switches import measure_switches

        photos = open_photo_set(images.expanduser(), opened.classes)
        with progress("switching gates") as advance:
            measured = measure_switches(opened, photos, models, place, kinds, limit, advance)
        show(_of_set(measured), OFF_CAVEAT)
        if json is not None:
            write_json(json, measured.to_json())
        end_if_unreadable(measured.unreadable)


def _kinds(family: Family) -> Any:
    """Returns what gates can be switched to: without means in the family's folder, off alone, which is told."""
    from attnviz.families.means import read_family_means
    from attnviz.maps.interventions import SWITCHES

    try:
        read_family_means(family.folder, family.name)
    except FamilyError as error:
        tell(f"{error} Gates are switched off only.")
        return ("off",)
    return SWITCHES


def _of_photo(effects: Effects, photo: str) -> Any:
    columns = ("model", "gate", "switched to", "P", "change, points", "rank", "most probable", "map's correlation")
    rows = []
    for name, plain in effects.answers.items():
        rows.append((name, "", "", f"{plain.probability:.4f}", "", str(plain.rank), plain.top, ""))
        for each in effects.effects:
            if each.model == name:
                answer = each.answer
                rows.append((
                    name, each.place, each.kind, f"{answer.probability:.4f}", f"{100 * each.change:+.2f}",
                    str(answer.rank), answer.top, f"{each.correlation:.3f}",
                ))  # fmt: skip
    title = f"{photo}: P({effects.plain.target}), {effects.plain.method} at {effects.stage}, in {effects.plain.family}"
    return table(title, columns, rows, right=("P", "change, points", "rank", "map's correlation"))


def _of_set(measured: SwitchTable) -> Any:
    columns = ("model", "gate", "switched to", "top-1", "change, points (95 %)", "mean P(label)", "change (95 %)")
    rows = [
        (each.model, each.place, each.kind, f"{each.accuracy:.2%}",
         _change(each.accuracy_change, 100, 2) if each.place else "", f"{each.probability:.4f}",
         _change(each.probability_change, 1, 4) if each.place else "")
        for each in measured.rows
    ]  # fmt: skip
    return table(f"{measured.photos:,} photos of {measured.data}", columns, rows, right=columns[3:])


def _change(change: Change, times: int, digits: int) -> str:
    mean = f"{times * change.mean:+.{digits}f}"
    if change.low != change.low:  # NaN: no interval of few photos, or of photos that all change alike
        return mean
    return f"{mean} ({times * change.low:+.{digits}f} to {times * change.high:+.{digits}f})"
