"""A run learns, goes on after being killed as if it had not been, and does not mix with another."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from attnviz.errors import DataError
from attnviz.images import Preprocessing
from attnviz.nets import ResNet, resnet
from attnviz.training import Photos, Recipe, train
from attnviz.training.measure import measure

SQUARE = Preprocessing(32, 32)
RECIPE = Recipe(epochs=3, batch=16, learning_rate=0.1)
STEPS = 3


def reddish_and_bluish(count: int, seed: int) -> Photos:
    """Noisy photos of two classes that differ in their colour only."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % 2
    images = torch.randint(0, 140, (count, 3, 32, 32), generator=generator)
    images[labels == 0, 0] += 100
    images[labels == 1, 2] += 100
    return Photos(images.byte(), labels, tuple(f"{index}.png" for index in range(count)))


TRAINING, VALIDATION = reddish_and_bluish(50, seed=1), reddish_and_bluish(40, seed=2)


def network(attention: Any = "none", seed: int = 3, width: int = 4, stem: Any = "3x3-stride2") -> ResNet:
    torch.manual_seed(seed)
    return resnet(18, attention, classes=2, stem=stem, width=width, reduction=2)


def run(
    net: ResNet, folder: Path, recipe: Recipe = RECIPE, training: Photos = TRAINING, validation: Photos = VALIDATION,
    **options: Any,
) -> Any:  # fmt: skip
    return train(net, recipe, training, validation, SQUARE, folder, **options)


def log_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "log.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def same(one: ResNet, other: ResNet) -> bool:
    return all(torch.equal(tensor, other.state_dict()[name]) for name, tensor in one.state_dict().items())


class KilledError(Exception):
    """Stands for a power cut."""


def killer(at: int) -> Callable[[int, int], None]:
    def advance(done: int, total: int) -> None:
        if done == at:
            raise KilledError

    return advance


@pytest.mark.parametrize("attention", ["none", "se", "bam", "cbam"])
def test_learns(tmp_path: Path, attention: str) -> None:
    net = network(attention)
    measured = run(net, tmp_path)
    assert measured.top1 > 0.9
    assert measured.top5 == 1.0
    assert measured == measure(net.eval(), VALIDATION, SQUARE)
    rows = log_of(tmp_path)
    assert list(rows[0]) == ["epoch", "size", "learning_rate", "loss", "top1", "top5", "seconds"]
    assert [(row["epoch"], row["size"]) for row in rows] == [("1", "32"), ("2", "32"), ("3", "32")]
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert rows[-1]["top1"] == f"{measured.top1:.4f}"


@pytest.mark.parametrize("attention", ["none", "cbam"])
@pytest.mark.parametrize("killed_at", [1, STEPS + 2, 2 * STEPS + 1])
def test_a_killed_run_ends_as_an_unbroken_one(tmp_path: Path, attention: str, killed_at: int) -> None:
    unbroken, killed, resumed = network(attention), network(attention), network(attention, seed=99)
    expected = run(unbroken, tmp_path / "unbroken")
    with pytest.raises(KilledError):
        run(killed, tmp_path / "killed", advance=killer(killed_at))
    if killed_at == 1:
        resumed = network(attention)  # no epoch was whole, so that the network is the caller's
    assert run(resumed, tmp_path / "killed") == expected
    assert same(resumed, unbroken)
    without_time = [[{**row, "seconds": ""} for row in log_of(tmp_path / folder)] for folder in ("unbroken", "killed")]
    assert without_time[0] == without_time[1]


def test_killed_twice(tmp_path: Path) -> None:
    unbroken, resumed = network(), network(seed=99)
    run(unbroken, tmp_path / "unbroken")
    for killed_at in (STEPS + 1, 2 * STEPS + 3):
        with pytest.raises(KilledError):
            run(network(), tmp_path / "killed", advance=killer(killed_at))
    run(resumed, tmp_path / "killed")
    assert same(resumed, unbroken)


def test_killed_between_the_log_and_the_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row of an epoch whose state was not saved is written anew, not twice."""
    real = torch.save

    def save(state: dict[str, Any], path: Path) -> None:
        if state["epochs"] == 2:
            raise KilledError
        real(state, path)

    monkeypatch.setattr(torch, "save", save)
    with pytest.raises(KilledError):
        run(network(), tmp_path)
    assert [row["epoch"] for row in log_of(tmp_path)] == ["1", "2"]
    monkeypatch.undo()
    run(network(), tmp_path)
    assert [row["epoch"] for row in log_of(tmp_path)] == ["1", "2", "3"]


def test_finished_run_is_only_measured_again(tmp_path: Path) -> None:
    trained, again, calls = network(), network(seed=99), []
    measured = run(trained, tmp_path)
    before = (tmp_path / "log.csv").read_bytes()
    assert run(again, tmp_path, advance=lambda done, total: calls.append(done)) == measured
    assert same(again, trained)
    assert calls == []
    assert (tmp_path / "log.csv").read_bytes() == before


@pytest.mark.parametrize(("width", "last"), [(4, False), (8, True)])
def test_channels_are_last_where_torch_can_be_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int, last: bool
) -> None:
    """On CPUs, torch corrupts the memory of narrower networks: later tests crash, or, worse, do not."""
    layout = torch.channels_last if last else torch.contiguous_format
    convolved: list[bool] = []
    real = torch.nn.Conv2d.forward

    def forward(self: torch.nn.Conv2d, features: Tensor) -> Tensor:
        if torch.is_grad_enabled() and features[0, 0].numel() > 1:
            convolved.append(all(part.is_contiguous(memory_format=layout) for part in (features, self.weight)))
        return real(self, features)

    monkeypatch.setattr(torch.nn.Conv2d, "forward", forward)
    run(network(width=width).to(memory_format=torch.channels_last), tmp_path, Recipe(epochs=1, batch=25))
    assert convolved
    assert all(convolved)


@pytest.mark.parametrize("attention", ["none", "cbam"])
def test_bfloat16_learns_nearly_the_same_and_keeps_its_weights_in_float32(tmp_path: Path, attention: str) -> None:
    usual, rounded = network(attention, width=8), network(attention, width=8)
    kinds: set[torch.dtype] = set()
    rounded.layer1[0].conv1.register_forward_hook(lambda module, inputs, output: kinds.add(output.dtype))
    common: dict[str, Any] = {"epochs": 6, "batch": 16, "learning_rate": 0.1}
    run(usual, tmp_path / "usual", Recipe(**common))
    measured = run(rounded, tmp_path / "rounded", Recipe(**common, precision="bfloat16"))
    assert kinds == {torch.bfloat16}
    assert {parameter.dtype for parameter in rounded.parameters()} == {torch.float32}
    assert measured.top1 > 0.9
    assert not same(usual, rounded)
    losses = [float(log_of(tmp_path / folder)[0]["loss"]) for folder in ("usual", "rounded")]
    assert losses[0] == pytest.approx(losses[1], rel=0.1)


def test_progress_counts_steps(tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    run(network(), tmp_path, advance=lambda done, total: calls.append((done, total)))
    assert calls == [(done, 3 * STEPS) for done in range(1, 3 * STEPS + 1)]


def test_another_recipe_in_the_same_folder(tmp_path: Path) -> None:
    run(network(), tmp_path)
    before = (tmp_path / "state.pt").read_bytes()
    with pytest.raises(DataError, match=r"^The output folder holds a run with another recipe; .*\.$"):
        run(network(), tmp_path, Recipe(epochs=4, batch=16, learning_rate=0.1))
    assert (tmp_path / "state.pt").read_bytes() == before


@pytest.mark.parametrize("other", [{"attention": "se"}, {"width": 8}, {"stem": "3x3"}])
def test_another_network_in_the_same_folder(tmp_path: Path, other: dict[str, Any]) -> None:
    run(network(), tmp_path)
    with pytest.raises(DataError, match=r"^The output folder holds a run of another network; .*\.$"):
        run(network(**other), tmp_path)


def test_other_photos_in_the_same_folder(tmp_path: Path) -> None:
    run(network(), tmp_path)
    for photos in ({"training": reddish_and_bluish(40, seed=1)}, {"validation": reddish_and_bluish(8, seed=2)}):
        with pytest.raises(DataError, match=r"^The output folder holds a run over other photos; .*\.$"):
            run(network(), tmp_path, **photos)


def test_a_loss_that_is_not_a_number_ends_the_run_and_keeps_what_is_behind_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^The loss of epoch 1 is not a number; choose a lower learning rate\.$"):
        run(network(), tmp_path, Recipe(epochs=3, batch=16, learning_rate=1e30))
    assert not (tmp_path / "state.pt").exists()


@pytest.mark.parametrize("content", [b"", b"not a state", None])
def test_damaged_state(tmp_path: Path, content: bytes | None) -> None:
    run(network(), tmp_path)
    state = tmp_path / "state.pt"
    state.write_bytes(state.read_bytes()[:3000] if content is None else content)
    with pytest.raises(DataError) as caught:
        run(network(), tmp_path)
    assert str(tmp_path) not in str(caught.value)


def test_fewer_photos_than_a_batch(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^There are 50 training photos, fewer than one batch of 51\.$"):
        run(network(), tmp_path, Recipe(batch=51))


@pytest.mark.parametrize(("epochs", "batch"), [(1, 50), (1, 25), (4, 50), (2, 25), (1, 12)])
def test_short_runs(tmp_path: Path, epochs: int, batch: int) -> None:
    """1, 2 and three times 4 steps in all; 4 is where a quarter of them is one."""
    start, net = network(), network()
    run(net, tmp_path, Recipe(epochs=epochs, batch=batch))
    assert len(log_of(tmp_path)) == epochs
    assert not same(net, start)


@pytest.mark.parametrize(
    "option",
    [
        {"learning_rate": 0.05},
        {"momentum": 0.5},
        {"weight_decay": 0.1},
        {"label_smoothing": 0.0},
        {"smallest_crop": 0.9},
        {"seed": 2},
        {"precision": "bfloat16"},
    ],
)
def test_every_line_of_the_recipe_matters(tmp_path: Path, option: dict[str, Any]) -> None:
    usual, other = network(), network()
    common: dict[str, Any] = {"epochs": 1, "batch": 16, "learning_rate": 0.1}
    run(usual, tmp_path / "usual", Recipe(**common))
    run(other, tmp_path / "other", Recipe(**{**common, **option}))
    assert not same(usual, other)


def shown_to(net: ResNet, folder: Path, recipe: Recipe = RECIPE) -> list[Tensor]:
    """Trains a network and returns the batches that it was trained on."""
    shown: list[Tensor] = []

    def note(module: ResNet, inputs: tuple[Tensor, ...]) -> None:
        if module.training:
            shown.append(inputs[0].clone())

    net.register_forward_pre_hook(note)
    run(net, folder, recipe)
    return shown


def test_members_of_a_family_see_the_same_crops_in_the_same_order(tmp_path: Path) -> None:
    baseline = shown_to(network("none"), tmp_path / "baseline")
    cbam = shown_to(network("cbam", seed=8), tmp_path / "cbam")
    assert len(baseline) == 3 * STEPS
    assert all(torch.equal(one, other) for one, other in zip(baseline, cbam, strict=True))
    assert not torch.equal(baseline[0], baseline[STEPS])


def test_crops_grow(tmp_path: Path) -> None:
    training = Photos(TRAINING.images.repeat(1, 1, 2, 2), TRAINING.labels, TRAINING.names)
    sizes: list[tuple[int, ...]] = []
    net = network()
    net.register_forward_pre_hook(lambda module, inputs: sizes.append(tuple(inputs[0].shape)))
    recipe = Recipe(epochs=3, batch=50, learning_rate=0.1, start_size=32)
    train(net, recipe, training, VALIDATION, SQUARE, tmp_path)
    side_by_epoch = [32, 48, 64]
    assert sizes[::2] == [(50, 3, side, side) for side in side_by_epoch]
    assert sizes[1::2] == [(40, 3, 32, 32)] * 3
    assert [int(row["size"]) for row in log_of(tmp_path)] == side_by_epoch


def test_biases_and_batchnorm_are_not_decayed(tmp_path: Path) -> None:
    """With no gradient to speak of, only what decays moves: photos of one colour, whose label is spread evenly."""
    gray = Photos(torch.full((16, 3, 32, 32), 124).byte(), torch.arange(16) % 2, TRAINING.names[:16])
    nets = [network(), network()]
    for net, decay in zip(nets, (0.0, 50.0), strict=True):
        recipe = Recipe(epochs=1, batch=8, learning_rate=1e-3, weight_decay=decay)
        train(net, recipe, gray, VALIDATION, SQUARE, tmp_path / str(decay))
    kept, decayed = (dict(net.named_parameters()) for net in nets)
    for name, parameter in kept.items():
        shrunk = decayed[name].norm() / parameter.norm() if parameter.norm() > 0 else torch.tensor(1.0)
        assert (shrunk < 0.97) == (parameter.ndim > 1), (name, shrunk)
