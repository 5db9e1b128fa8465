"""``attnviz weights check``, ``convert`` and ``table``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import timm
import torch

import attnviz

Run = Callable[..., Any]
OneLine = Callable[[Any], str]


@pytest.fixture(scope="module")
def cbam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(3)
    network = timm.create_model("resnet50", num_classes=7, block_args={"attn_layer": "cbam"})
    path = tmp_path_factory.mktemp("weights") / "cbam.pth.tar"
    torch.save({"epoch": 89, "state_dict": network.state_dict()}, path)
    return path


def cells(output: str) -> dict[str, str]:
    rows = [line.strip().split("   ", 1) for line in output.splitlines() if "   " in line.strip()]
    return {name.strip(): value.strip() for name, value in rows}


def test_check(run: Run, cbam: Path) -> None:
    result = run("weights", "check", cbam)
    assert result.exit_code == 0
    told = cells(result.stdout)
    assert told["layout"].startswith("timm: ")
    assert told["tested against"] == "the publisher's code"
    assert told["network"] == "ResNet-50, attention cbam, 7 classes"
    assert told["bias"] == "False"
    assert told["stride_in"] == "3x3"
    assert told["assumed"] == "nothing"
    assert told["found in"] == "state_dict"
    assert told["note: epoch"] == "89"


def test_check_names_what_it_assumed(run: Run, tmp_path: Path, random_net: Callable[..., torch.nn.Module]) -> None:
    torch.save(random_net(50, "bam").float().state_dict(), tmp_path / "bam.pth")
    told = cells(run("weights", "check", tmp_path / "bam.pth").stdout)
    assert told["assumed"] == (
        "stride_in 3x3 (change it with --stride-in); combine sum (change it with --option combine=...)"
    )
    options = ["--stride-in", "1x1", "--option", "combine=product"]
    told = cells(run("weights", "check", tmp_path / "bam.pth", *options).stdout)
    assert (told["stride_in"], told["combine"], told["assumed"]) == ("1x1", "product", "nothing")


def test_convert(run: Run, cbam: Path, tmp_path: Path) -> None:
    result = run("weights", "convert", cbam, "-o", tmp_path / "cbam.safetensors")
    assert result.exit_code == 0
    images = torch.randn(1, 3, 64, 64)
    assert torch.equal(attnviz.load_model(cbam)(images), attnviz.load_model(tmp_path / "cbam.safetensors")(images))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "none.pth"], 'There is no readable weights file "none.pth" in '),
        (["check", "text.pth"], '"text.pth" is not a whole weights file of safetensors or PyTorch;'),
        (["check", "{cbam}", "--layout", "tim"], 'There is no layout "tim". Did you mean "timm"?'),
        (["check", "{cbam}", "--option", "order"], '--option takes NAME=VALUE, e.g. combine=sum; "order" is not so.'),
        (["check", "{cbam}", "--option", "reduction=3"], '"cbam.pth.tar" is of no network that is known here.'),
        (["convert", "{cbam}", "-o", "a.pth"], '"a.pth" cannot be written: its name must end in .safetensors.'),
        (["convert", "text.pth", "-o", "a.safetensors"], '"text.pth" is not a whole weights file'),
    ],
)
def test_what_a_user_can_mend(
    run: Run, one_line: OneLine, cbam: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    arguments: list[str], message: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.pth").write_text("hello")
    result = run("weights", *(argument.format(cbam=cbam) for argument in arguments))
    assert result.exit_code == 2
    assert message in one_line(result)
    assert [file.name for file in tmp_path.iterdir()] == ["text.pth"]


def test_the_table_has_the_papers_rows(run: Run) -> None:
    lines = run("weights", "table").stdout.splitlines()
    row = next(line.split() for line in lines if "ResNet-50" in line and "cbam" in line)
    assert row[:7] == ["ResNet-50", "cbam", "28,089,624", "28.09", "4.0956", "3.8644", "3.864"]
    assert sum("ResNet-" in line for line in lines) == 15
