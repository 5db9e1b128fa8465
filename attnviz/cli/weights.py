"""``attnviz weights``: which network a weights file is of, files in attnviz's own layout, and what networks cost.

``list`` and ``get`` are in weights_fetch.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attnviz.cli.outputs import check_output
from attnviz.cli.show import errors_in_one_line, show, table
from attnviz.errors import OptionError

if TYPE_CHECKING:
    from attnviz.families.identify import Identified

app = typer.Typer(rich_markup_mode="markdown", no_args_is_help=True)

File = Annotated[
    Path, typer.Argument(metavar="FILE", help=".safetensors, .pth, .pt, .pth.tar, .pkl, or a .zip of one.")
]
LayoutName = Annotated[
    str | None,
    typer.Option(
        "--layout",
        help="Whose names the file has: torchvision, attention-module, pytorchcv, timm, cadene, moskomule or attnviz.",
        show_default="told from the names",
    ),
]
StrideIn = Annotated[
    str | None,
    typer.Option(help="Which convolution of a bottleneck has the stride: 3x3 or 1x1.", show_default="the layout's"),
]
Option = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="What else names cannot tell, e.g. combine=sum or stem=3x3-stride2.",
                 show_default=False),
]  # fmt: skip


@app.callback()
def weights() -> None:
    """Weights files: what they are, how they become attnviz's own, and where those come from that are not here."""


@app.command()
def check(file: File, layout: LayoutName = None, stride_in: StrideIn = None, option: Option = None) -> None:
    """Say whose layout a weights file has and which network it is of, or what does not fit.

    No code in the file is run. What the file cannot tell is listed as assumed, with the option that changes it.

    Example: `attnviz weights check RESNET50_CBAM_new_name_wrap.pth`
    """
    with errors_in_one_line():
        found = _identified(file, layout, stride_in, option)
        found.network()  # the values, too, must be those of a network
        show(table(file.name, ("", ""), _rows(found)))


@app.command()
def convert(
    file: File,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write: .safetensors.", show_default=False)],
    layout: LayoutName = None,
    stride_in: StrideIn = None,
    option: Option = None,
) -> None:
    """Write a weights file in attnviz's layout; the header says where it came from.

    Example: `attnviz weights convert RESNET50_CBAM_new_name_wrap.pth -o cbam.safetensors`
    """
    with errors_in_one_line():
        check_output(output, (".safetensors",))
        if output.exists() and file.exists() and output.samefile(file):
            raise OptionError('"{name}" is the file itself; write to another file.', name=output.name)
        found = _identified(file, layout, stride_in, option)
        from attnviz.families.convert import convert as write

        write(found, output)
        show(table(output.name, ("", ""), _rows(found)))


@app.command("table")
def costs() -> None:
    """Count the parameters and multiply-adds of the papers' ImageNet networks, beside what the papers print.

    Counted from the networks themselves, at 224 x 224: convolutions and linear layers, with the stride in the 3x3
    convolution (the authors' code) and in the 1x1 (what the papers print).

    Example: `attnviz weights table`
    """
    import torch

    from attnviz.nets import cost_of, resnet
    from attnviz.nets.papers import PAPERS

    rows = []
    for (depth, attention), printed in PAPERS.items():
        with torch.device("meta"):
            ours, theirs = (
                cost_of(resnet(depth, attention, stride_in=stride_in), 224)  # type: ignore[arg-type]
                for stride_in in ("3x3", "1x1")
            )
        rows.append((f"ResNet-{depth}", attention, f"{ours.parameters:,}", printed.parameters, f"{ours.gmacs:.4f}",
                     f"{theirs.gmacs:.4f}", printed.gflops, printed.source))  # fmt: skip
    columns = (
        "network",
        "attention",
        "parameters",
        "paper, 10^6",
        "GMACs, stride in 3x3",
        "stride in 1x1",
        "paper",
        "source",
    )
    show(table("ImageNet networks at 224 x 224", columns, rows, right=columns[2:7]))


def _identified(file: Path, layout: str | None, stride_in: str | None, options: list[str] | None) -> Identified:
    told: dict[str, Any] = {}
    for option in options or []:
        name, equals, value = option.partition("=")
        if not equals or name in ("layout", "stride_in", "path"):
            raise OptionError('--option takes NAME=VALUE, e.g. combine=sum; "{option}" is not so.', option=option)
        told[name] = {"true": True, "false": False}.get(value, int(value) if value.isdecimal() else value)
    from attnviz.families.identify import identify

    return identify(file, layout, stride_in, **told)


def _rows(found: Identified) -> list[tuple[str, str]]:
    import torch

    from attnviz.nets import cost_of, resnet

    with torch.device("meta"):
        cost = cost_of(resnet(**found.architecture), 224)
    architecture = dict(found.architecture)
    assumed = [f"{name} {value} (change it with {_changes(name)})" for name, value in found.assumed.items()]
    return [
        ("layout", f"{found.layout.name}: {found.layout.title}"),
        ("tested against", f"the {found.layout.tested}" if "code" in found.layout.tested else found.layout.tested),
        ("network", f"ResNet-{architecture.pop('depth')}, attention {architecture.pop('attention')}, "
                    f"{architecture.pop('classes'):,} classes"),
        *((name, str(value)) for name, value in architecture.items()),
        ("parameters", f"{cost.parameters:,}"),
        ("GMACs at 224 x 224", f"{cost.gmacs:.4f}"),
        ("assumed", "; ".join(assumed) or "nothing"),
        ("found in", " > ".join(found.file.wrapping) or "no wrapping"),
        *((f"note: {name}", value) for name, value in found.file.notes.items()),
        ("SHA-256", found.file.sha256),
    ]  # fmt: skip


def _changes(name: str) -> str:
    return "--stride-in" if name == "stride_in" else f"--option {name}=..."
