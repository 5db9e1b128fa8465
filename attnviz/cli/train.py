"""``attnviz train``: trains one member of a family."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from attnviz.cli import options
from attnviz.cli.outputs import make_folder
from attnviz.cli.show import errors_in_one_line, progress, show


class AttentionName(StrEnum):
    """The kinds of attention."""

    none = "none"
    se = "se"
    bam = "bam"
    cbam = "cbam"


class StemName(StrEnum):
    """The first layers of the network."""

    imagenet = "7x7"
    small = "3x3"
    small_stride2 = "3x3-stride2"


class DepthName(StrEnum):
    """The numbers of layers."""

    d18 = "18"
    d34 = "34"
    d50 = "50"
    d101 = "101"


class PrecisionName(StrEnum):
    """What the convolutions are computed in."""

    float32 = "float32"
    bfloat16 = "bfloat16"


def train(
    data: Annotated[Path, typer.Option(help="Folder with train/ and val/, or zips of them, a subfolder a class.")],
    attention: Annotated[AttentionName, typer.Option(help="The attention module.")],
    out: Annotated[Path, typer.Option(help="Folder for weights, log and state; a killed run goes on from it.")],
    classes: Annotated[
        Path | None, typer.Option(help="The classes in the order of the logits.", show_default="classes.csv in --data")
    ] = None,
    depth: Annotated[DepthName, typer.Option(help="Layers of the ResNet.")] = DepthName.d18,
    stem: Annotated[StemName, typer.Option(help="First layers: 3x3 for small pictures.")] = StemName.small_stride2,
    width: Annotated[int, typer.Option(min=1, help="Channels of stage 1's 3x3 convolutions.")] = 64,
    reduction: Annotated[int, typer.Option(min=1, help="r of the attention modules.")] = 16,
    size: Annotated[int, typer.Option(min=32, help="Side of the network's input, in pixels.")] = 64,
    start_size: Annotated[
        int | None, typer.Option(help="Side of the first epoch's crops, growing to --size.", show_default="--size")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training photos.")] = 12,
    batch: Annotated[int, typer.Option(min=2, help="Photos in a step.")] = 128,
    learning_rate: Annotated[float, typer.Option(help="Peak of the one-cycle schedule.")] = 0.2,
    smallest_crop: Annotated[float, typer.Option(help="Least share of a photo's area in a random crop.")] = 0.25,
    precision: Annotated[
        PrecisionName | None, typer.Option(help="Of the convolutions.", show_default="bfloat16 on a GPU, else float32")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same for all members of a family.")] = 1,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads.", show_default="torch's choice")] = None,
    device: options.Device = None,
) -> None:  # fmt: skip
    """Train one member of a family, from scratch, jointly with its attention modules.

    Run it once for each attention with all else equal, the seed too. Killed, it goes on from its last whole epoch.

    Example: `attnviz train --data tiny-imagenet-200 --attention cbam --out runs/cbam`
    """
    with errors_in_one_line():
        import torch

        from attnviz.families.classes import read_classes
        from attnviz.families.device import choose_device
        from attnviz.images import Preprocessing
        from attnviz.nets import resnet
        from attnviz.training import Recipe, read_photos
        from attnviz.training import train as run
        from attnviz.training.export import export

        if threads is not None:
            torch.set_num_threads(threads)
        place = choose_device(device)
        usual = PrecisionName.bfloat16 if place.type == "cuda" else PrecisionName.float32
        recipe = Recipe(
            epochs, batch, learning_rate, smallest_crop=smallest_crop, start_size=start_size,
            precision=(precision or usual).value, seed=seed,
        )  # fmt: skip
        wnids = read_classes(classes or data / "classes.csv").wnids
        preprocessing = Preprocessing(input_size=size, resize=size)
        torch.manual_seed(seed)
        network = resnet(int(depth), attention.value, len(wnids), stem.value, width=width, reduction=reduction)  # type: ignore[arg-type]
        make_folder(out)
        with progress("reading training photos") as advance:
            training = read_photos(data, "train", wnids, preprocessing, advance).to(place)
        with progress("reading validation photos") as advance:
            validation = read_photos(data, "val", wnids, preprocessing, advance).to(place)
        with progress(f"training {attention.value}") as advance:
            measured = run(network, recipe, training, validation, preprocessing, out, advance)
        name = "baseline" if attention == AttentionName.none else attention.value
        export(network, out / f"{name}.safetensors", {"attention": attention.value, "seed": str(seed)})
        show(f"top-1 {measured.top1:.1%}, top-5 {measured.top5:.1%}: {name}.safetensors")
