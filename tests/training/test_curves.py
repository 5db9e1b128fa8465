"""The logs of a family's runs are one table and one figure, with the values of the logs."""

from __future__ import annotations

from pathlib import Path

import matplotlib.colors
import pytest

from attnviz.errors import DataError
from attnviz.reports.figures import OF_ATTENTION
from attnviz.training.curves import curves_figure, read_logs

ATTENTION = {"baseline": "none", "mine": "cbam"}
HEAD = "epoch,size,learning_rate,loss,top1,top5,seconds\n"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for folder, rows in {"none": "1,32,0.1,2.5,0.1,0.4,60.0\n2,64,0.0,2.0,0.3,0.6,90.0\n",
                         "mine": "1,32,0.1,2.4,0.2,0.5,61.0\n2,64,0.0,1.9,0.4,0.7,91.0\n"}.items():  # fmt: skip
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "log.csv").write_text(HEAD + rows)
    return tmp_path


def test_runs_lie_in_folders_of_their_attention_or_model(runs: Path) -> None:
    logs = read_logs(runs, ATTENTION)
    assert list(logs.columns) == ["model", *HEAD.strip().split(",")]
    assert logs["model"].tolist() == ["baseline", "baseline", "mine", "mine"]
    assert logs["top1"].tolist() == [0.1, 0.3, 0.2, 0.4]


def test_lines_have_the_values_of_the_logs(runs: Path) -> None:
    loss, accuracy = curves_figure(read_logs(runs, ATTENTION), ATTENTION).axes
    assert [line.get_ydata().tolist() for line in loss.lines] == [[2.5, 2.0], [2.4, 1.9]]
    assert [line.get_ydata().tolist() for line in accuracy.lines] == [[0.1, 0.3], [0.4, 0.6], [0.2, 0.4], [0.5, 0.7]]
    colours = [matplotlib.colors.to_hex(line.get_color()) for line in loss.lines]
    assert colours == [OF_ATTENTION["none"], OF_ATTENTION["cbam"]]


@pytest.mark.parametrize("content", ["", HEAD.replace("top5", "top6"), HEAD + "1,32,0.1,much,0.1,0.4,60.0\n"])
def test_a_damaged_log_is_told(runs: Path, content: str) -> None:
    (runs / "mine" / "log.csv").write_text(content)
    with pytest.raises(DataError, match=r'^"mine/log.csv" is damaged; it must be the log of a run.$'):
        read_logs(runs, ATTENTION)


def test_a_missing_log_is_told(runs: Path) -> None:
    with pytest.raises(DataError, match=rf'^There is no "se/log.csv" in "{runs.name}"; name the folder of the runs'):
        read_logs(runs, {**ATTENTION, "se": "se"})
