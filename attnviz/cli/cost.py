"""``attnviz cost``: what attention costs, measured beside the same network without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from attnviz.cli import options
from attnviz.cli.models import open_models
from attnviz.cli.show import errors_in_one_line, progress, show, table
from attnviz.errors import OptionError

if TYPE_CHECKING:
    from attnviz.nets import ResNet
    from attnviz.scores.cost import Measured
    from attnviz.scores.interleaved import Ratio

ATTENTIONS = ("none", "se", "bam", "cbam")
IMAGENET_SIDE = 224


def cost(
    family: options.Family = None,
    model: options.Model = None,
    classes: options.Classes = None,
    depth: Annotated[
        int | None,
        typer.Option(help="Fresh networks instead of a family: 18, 34, 50, 101 or 152 layers.", show_default=False),
    ] = None,
    attention: Annotated[
        list[str] | None,
        typer.Option(help="With --depth: none, se, bam or cbam; once for each.", show_default="all four"),
    ] = None,
    stride_in: Annotated[str, typer.Option(help="With --depth: 3x3 (the authors' code) or 1x1 (the papers).")] = "3x3",
    side: Annotated[
        int | None, typer.Option(min=32, max=1024, help="Side of the images.", show_default="the family's, or 224")
    ] = None,
    batch: Annotated[int, typer.Option(min=1, help="Images at once for the throughput.")] = 16,
    repetitions: Annotated[int, typer.Option(min=5, help="How often each network runs.")] = 30,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads.", show_default="torch's choice")] = None,
    device: options.Device = None,
) -> None:  # fmt: skip
    """Measure what attention costs: parameters, multiply-adds, memory, latency and throughput.

    All networks run in one process, in random order, in every repetition; times are ratios to the first network (the
    baseline) in the same repetition, with quartiles. Beside them stand the papers' numbers, where a paper has them.

    Example: `attnviz cost --depth 50`
    """
    with errors_in_one_line():
        if depth is None and attention:
            raise OptionError("--attention chooses among fresh networks; give --depth with it.")
        if depth is not None and (family is not None or model):
            raise OptionError("--depth makes fresh networks; give it without --family and --model.")
        import torch

        if threads is not None:
            torch.set_num_threads(threads)
        if depth is None:
            opened, names = open_models(family, model, classes, device)
            networks = {name: opened[name] for name in names or opened}
            pixels, title = side or opened.preprocessing.input_size, opened.name
        else:
            networks = _fresh(depth, attention or list(ATTENTIONS), stride_in, device)
            pixels, title = side or IMAGENET_SIDE, f"ResNet-{depth}, stride in the {stride_in} convolution"

        from attnviz.scores.cost import measure_costs

        with progress("measuring") as advance:
            measured = measure_costs(networks, pixels, batch, repetitions, advance=advance)
        show(_counted(title, pixels, networks, measured), _timed(batch, repetitions, networks, measured))


def _fresh(depth: int, attentions: list[str], stride_in: str, device: str | None) -> dict[str, ResNet]:
    from attnviz.families import choose_device
    from attnviz.nets import resnet

    made: dict[str, Any] = {}
    for attention in attentions:
        network = resnet(depth, attention, stride_in=stride_in).eval().requires_grad_(False)  # type: ignore[arg-type]
        made["baseline" if attention == "none" else attention] = network.to(choose_device(device))
    return made


def _counted(title: str, side: int, networks: dict[str, ResNet], measured: dict[str, Measured]) -> Any:
    """Returns the table of what is counted, with the papers' numbers where the network is one of theirs."""
    from attnviz.nets.papers import PAPERS

    first = next(iter(measured.values())).cost
    rows = []
    for name, one in measured.items():
        built = networks[name].architecture
        imagenet = (built["width"], built["classes"], built["stem"], built["reduction"], side) == (
            64,
            1000,
            "7x7",
            16,
            224,
        )
        printed = PAPERS.get((built["depth"], built["attention"])) if imagenet else None
        rows.append((
            name, f"{one.cost.parameters:,}", _more(one.cost.parameters, first.parameters),
            printed.parameters if printed else "", f"{one.cost.gmacs:.4f}", _more(one.cost.gmacs, first.gmacs),
            printed.gflops if printed else "", f"{one.weight_bytes / 2**20:.1f}",
            "not told" if one.activation_bytes is None else f"{one.activation_bytes / 2**20:.0f}",
        ))  # fmt: skip
    columns = ("network", "parameters", "more", "paper, 10^6", f"GMACs at {side} x {side}", "more", "paper, 10^9",
               "weights, MiB", "peak of a batch, MiB")  # fmt: skip
    return table(title, columns, rows, right=columns[1:])


def _timed(batch: int, repetitions: int, networks: dict[str, ResNet], measured: dict[str, Measured]) -> Any:
    import torch

    device = next(iter(networks.values())).conv1.weight.device
    where = (
        torch.cuda.get_device_name(device) if device.type == "cuda" else f"{device}, {torch.get_num_threads()} threads"
    )
    columns = ("network", "latency, 1 image", "ms", f"time of {batch} images", "images/s")
    rows = [
        (name, _quartiles(one.latency), f"{1000 * one.latency.seconds:.2f}", _quartiles(one.throughput),
         f"{batch / one.throughput.seconds:.1f}")
        for name, one in measured.items()
    ]  # fmt: skip
    first = next(iter(measured))
    title = f"Times over those of {first}, median (quartiles) of {repetitions}; {where}, torch {torch.__version__}"
    return table(title, columns, rows, right=columns[1:])


def _more(value: float, first: float) -> str:
    return f"{value / first - 1:+.2%}"


def _quartiles(ratio: Ratio) -> str:
    return f"{ratio.median:.3f} ({ratio.low:.3f} to {ratio.high:.3f})"
