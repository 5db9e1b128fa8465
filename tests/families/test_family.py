"""A family's models are loaded once, when first asked for, and come frozen; what is wrong is told in one sentence."""

from __future__ import annotations

import hashlib
import shutil
import threading
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import tomli_w
import torch
from safetensors.torch import load_file
from torch import Tensor

from attnviz.errors import AttnvizError, FamilyError, OptionError, WeightsError
from attnviz.families import DEFAULT_FAMILY, Family, open_family
from attnviz.families import weights as weights_module
from attnviz.images import Preprocessing

MODELS = ["baseline", "se", "bam", "cbam"]


@pytest.fixture
def copied(tiny_folder: Path, tmp_path: Path) -> Path:
    """A copy of the random family, to be broken."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "tiny"))


def rewrite(folder: Path, *keys: str, value: Any) -> None:
    """Gives a key of the folder's family.toml another value."""
    content = tomllib.loads((folder / "family.toml").read_text())
    table = content
    for key in keys[:-1]:
        table = table.setdefault(key, {})
    table[keys[-1]] = value
    (folder / "family.toml").write_text(tomli_w.dumps(content))


def test_what_a_family_is(tiny_family: Family) -> None:
    assert (tiny_family.name, tiny_family.title, tiny_family.matched) == ("tiny", "Tiny", True)
    assert list(tiny_family) == MODELS
    assert len(tiny_family) == 4
    assert [tiny_family.members[name].attention for name in MODELS] == ["none", "se", "bam", "cbam"]
    assert [tiny_family[name].attention for name in MODELS] == ["none", "se", "bam", "cbam"]
    assert tiny_family.classes.names == ("lion", "tabby", "espresso", "military uniform", "pizza")
    assert tiny_family.preprocessing == Preprocessing(64, 64)
    assert tiny_family.device == torch.device("cpu")


def test_the_shipped_family(shipped: Family) -> None:
    assert (shipped.name, shipped.matched, list(shipped)) == (DEFAULT_FAMILY, True, MODELS)
    assert len(shipped.classes) == 200
    assert shipped.preprocessing.input_size == 64
    for name in MODELS:
        model, member = shipped[name], shipped.members[name]
        assert (model.attention, model.classes, model.conv1.out_channels) == (member.attention, 200, 32)
        assert 1 / 200 < member.top1 <= member.top5 <= 1
    assert len({member.seed for member in shipped.members.values()}) == 1


def test_models_hold_the_files_numbers_frozen_in_eval_mode(tiny_family: Family, tiny_folder: Path) -> None:
    for name in MODELS:
        model, tensors = tiny_family[name], load_file(tiny_folder / f"{name}.safetensors")
        assert model.state_dict().keys() == tensors.keys()
        for place, tensor in model.state_dict().items():
            assert tensors[place].dtype == (torch.float16 if tensor.is_floating_point() else torch.int64)
            assert torch.equal(tensor, tensors[place].to(tensor.dtype)), place
        assert not any(module.training for module in model.modules())
        assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
        assert not any(parameter.requires_grad for parameter in model.parameters())


def test_architecture_is_the_files(make_family: Any) -> None:
    family = open_family(make_family(stem="7x7"), "cpu")
    assert family["cbam"].conv1.weight.shape == (8, 3, 7, 7)
    assert family["cbam"].get_parameter("layer1.0.cbam.channel.fc1.weight").shape == (4, 8)  # reduction 2
    assert family.build("bam").get_parameter("fc.weight").shape == (5, 64)


@pytest.mark.parametrize("name", MODELS)
def test_loaded_once_by_eight_threads(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    family, loads, got = open_family(tiny_folder, "cpu"), Counter[str](), []
    load, start = weights_module.load_weights, threading.Barrier(8)

    def counted(network: Any, path: Path, checksum: str | None = None, layout: str = "attnviz") -> None:
        loads[path.name] += 1
        load(network, path, checksum, layout)

    def ask() -> None:
        start.wait()
        got.append(family[name])

    monkeypatch.setattr(weights_module, "load_weights", counted)
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == {f"{name}.safetensors": 1}  # and no other model's
    assert len(got) == 8
    assert all(model is family[name] for model in got)


def test_nothing_is_read_before_it_is_asked_for(copied: Path) -> None:
    for file in copied.glob("*.safetensors"):
        file.write_bytes(b"")
    family = open_family(copied, "no such device")
    assert list(family) == list(family.keys()) == MODELS
    assert list(family.members) == MODELS
    assert family.build("cbam").attention == "cbam"
    with pytest.raises(WeightsError):
        family["se"]


def test_a_family_is_the_models_that_are_here(copied: Path, tiny_folder: Path) -> None:
    family = open_family(copied, "cpu")
    (copied / "se.safetensors").unlink()
    assert (list(family), len(family), family.missing) == (["baseline", "bam", "cbam"], 3, ("se",))
    assert "se" not in family
    assert list(family.members) == MODELS
    assert family.build("se").attention == "se"
    with pytest.raises(FamilyError) as caught:
        family["se"]
    digest = family.members["se"].sha256
    assert str(caught.value) == (
        f'The weights of "se" are not here: put the file "se.safetensors" (SHA-256 {digest}) into the folder of the '
        'family "tiny".'
    )
    shutil.copy(tiny_folder / "se.safetensors", copied)
    assert (list(family), family.missing) == (MODELS, ())
    assert family["se"].attention == "se"


def test_fetched_weights_are_found_in_the_users_cache(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache"))
    rewrite(copied, "models", "se", "url", value="https://example.org/se.safetensors")
    family = open_family(copied, "cpu")
    assert family.cache == tmp_path / "cache" / "families" / "tiny"
    family.cache.mkdir(parents=True)
    (copied / "se.safetensors").rename(family.cache / "se.safetensors.part")
    assert family.missing == ("se",)  # a part of a file is none
    with pytest.raises(FamilyError) as caught:
        family.check_model("se")
    assert str(caught.value) == ('The weights of "se" are not here; get them with: attnviz weights get tiny se.')
    (family.cache / "se.safetensors.part").rename(family.cache / "se.safetensors")
    assert family.path("se") == family.cache / "se.safetensors"
    assert family["se"].attention == "se"


@pytest.mark.parametrize("key", ["sha1", "sha256_prefix"])
def test_other_checksums_are_checked_too(copied: Path, key: str) -> None:
    data = (copied / "se.safetensors").read_bytes()
    right = hashlib.sha1(data).hexdigest() if key == "sha1" else hashlib.sha256(data).hexdigest()[:8]
    content = tomllib.loads((copied / "family.toml").read_text())
    del content["models"]["se"]["sha256"]
    for digits, fits in ((right, True), ("0" * len(right), False)):
        content["models"]["se"][key] = digits
        (copied / "family.toml").write_text(tomli_w.dumps(content))
        family = open_family(copied, "cpu")
        if fits:
            assert family["se"].attention == "se"
            continue
        with pytest.raises(WeightsError) as caught:
            family["se"]
        said = "SHA-1" if key == "sha1" else "SHA-256"
        assert str(caught.value) == (
            f'"se.safetensors" is not the file that family.toml names (its {said} differs); copy it again.'
        )


def test_a_members_options_override_the_familys_architecture(copied: Path) -> None:
    rewrite(copied, "models", "se", "options", value={"stem": "7x7", "reduction": 4})
    network = open_family(copied, "cpu").build("se")
    assert network.conv1.weight.shape == (8, 3, 7, 7)
    assert network.get_parameter("layer1.0.se.fc1.weight").shape[0] == 2
    assert open_family(copied, "cpu").build("cbam").conv1.weight.shape == (8, 3, 3, 3)


def test_asking_whether_there_is_a_model_loads_none(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_module, "load_weights", lambda *_: pytest.fail("weights were read"))
    family = open_family(tiny_folder, "cpu")
    assert "cbam" in family
    assert "resnet" not in family


def test_a_model_that_could_not_be_loaded_is_tried_again(copied: Path, tiny_folder: Path) -> None:
    (copied / "se.safetensors").write_bytes(b"")
    family = open_family(copied, "cpu")
    with pytest.raises(WeightsError):
        family["se"]
    shutil.copy(tiny_folder / "se.safetensors", copied)
    assert family["se"].attention == "se"


def test_a_model_first_asked_for_in_inference_mode_is_as_any_other(tiny_folder: Path) -> None:
    """It is everyone's from then on, and tensors of inference mode cannot be differentiated through."""
    family = open_family(tiny_folder, "cpu")
    with torch.inference_mode():
        model = family["bam"]
    assert not any(tensor.is_inference() for tensor in model.state_dict().values())


def test_unknown_model(tiny_family: Family) -> None:
    for wrong, meant in (("cbm", ' Did you mean "cbam" or "bam"?'), ("resnet", "")):
        with pytest.raises(FamilyError) as caught:
            tiny_family[wrong]
        assert str(caught.value) == f'The family "tiny" has no model "{wrong}".{meant} It has baseline, se, bam, cbam.'
    with pytest.raises(FamilyError):
        tiny_family.build("resnet")


def test_options_reach_the_module(copied: Path, images: Tensor) -> None:
    summed = open_family(copied, "cpu")["bam"](images.float())
    rewrite(copied, "models", "bam", "options", "combine", value="product")
    family = open_family(copied, "cpu")
    assert family["bam"].bam1.combine == "product"
    assert not torch.allclose(family["bam"](images.float()), summed)


def broken(copied: Path) -> dict[str, Any]:
    def without(name: str) -> Any:
        return lambda: (copied / name).unlink()

    def truncated() -> None:
        data = (copied / "se.safetensors").read_bytes()
        (copied / "se.safetensors").write_bytes(data[:-100])

    return {
        "no classes.csv": without("classes.csv"),
        "no weights": without("se.safetensors"),
        "truncated": truncated,
        "another hash": lambda: rewrite(copied, "models", "se", "sha256", value="0" * 64),
        "a class too many": lambda: (copied / "classes.csv").open("a").write("5,n1,zebra\n"),
        "another width": lambda: rewrite(copied, "architecture", "width", value=16),
        "another attention": lambda: rewrite(copied, "models", "se", "attention", value="cbam"),
        "unknown option": lambda: rewrite(copied, "models", "se", "options", "kernal", value=7),
        "no such kind": lambda: rewrite(copied, "models", "se", "options", "bias", value=False),
        "reduction too large": lambda: rewrite(copied, "architecture", "reduction", value=4096),
    }


WRONG = '"se.safetensors" does not fit the network that family.toml describes: '
TOLD = {
    "no classes.csv": 'There is no "classes.csv" in "tiny".',
    "no weights": 'The weights of "se" are not here: put the file "se.safetensors" (SHA-256 {sha256}) into the folder '
    'of the family "tiny".',
    "truncated": '"se.safetensors" is not the file that family.toml names (its SHA-256 differs); copy it again.',
    "another hash": '"se.safetensors" is not the file that family.toml names (its SHA-256 differs); copy it again.',
    "a class too many": WRONG + "2 tensors of another shape "
    "(fc.weight (5, 64) instead of (6, 64), fc.bias (5,) instead of (6,)).",
    "another width": WRONG + "133 tensors of another shape (conv1.weight (8, 3, 3, 3) instead of (16, 3, 3, 3), "
    "bn1.weight (8,) instead of (16,), bn1.bias (8,) instead of (16,), ...).",
    "another attention": WRONG + "72 tensors missing (layer1.0.cbam.channel.fc1.weight, "
    "layer1.0.cbam.channel.fc1.bias, layer1.0.cbam.channel.fc2.weight, ...); 32 tensors not expected "
    "(layer1.0.se.fc1.bias, layer1.0.se.fc1.weight, layer1.0.se.fc2.bias, ...).",
    "unknown option": 'Attention "se" has no option "kernal".',
    "no such kind": WRONG + "16 tensors not expected "
    "(layer1.0.se.fc1.bias, layer1.0.se.fc2.bias, layer1.1.se.fc1.bias, ...).",
    "reduction too large": "reduction is 4096; with 8 channels it can be 1 to 8.",
}


@pytest.mark.parametrize("how", TOLD)
def test_broken_families(copied: Path, how: str) -> None:
    broken(copied)[how]()
    with pytest.raises(AttnvizError) as caught:
        open_family(copied, "cpu")["se"]
    message = str(caught.value)
    digest = tomllib.loads((copied / "family.toml").read_text())["models"]["se"]["sha256"]
    assert message == TOLD[how].replace("{sha256}", digest)
    assert "/" not in message


def test_folder_without_family_toml(copied: Path) -> None:
    (copied / "family.toml").unlink()
    with pytest.raises(FamilyError, match=r'^There is no family "tiny"\. (Did you mean .*\? )?There are [^/\n]+\.$'):
        open_family(copied)


def test_device_that_is_not_there_is_told_when_a_model_is_asked_for(tiny_folder: Path) -> None:
    family = open_family(tiny_folder, "tpu")
    with pytest.raises(OptionError, match=r'^There is no device "tpu" here; this machine has .*cpu\.$'):
        family["se"]


def test_the_fast_form_is_another_family_and_this_one_stays(tiny_family: Family, images: Tensor) -> None:
    fast = tiny_family.merged()
    assert (fast.is_fast, tiny_family.is_fast) == (True, False)
    assert fast.members is tiny_family.members
    for name in tiny_family:
        assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in fast[name].modules())
        assert any(isinstance(module, torch.nn.BatchNorm2d) for module in tiny_family[name].modules())
        torch.testing.assert_close(fast[name](images.float()), tiny_family[name](images.float()), rtol=1e-3, atol=1e-3)
