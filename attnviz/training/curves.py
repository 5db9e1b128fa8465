"""How the members of a family were trained: their logs as one table, and as a figure for its card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from attnviz.errors import DataError
from attnviz.reports.figures import OF_ATTENTION, WIDTH
from attnviz.training.trainer import LOG_FIELDS

LOG, TABLE, CURVES = "log.csv", "training.csv", "curves.png"


def read_logs(runs: Path, attention: Mapping[str, str]) -> pd.DataFrame:
    """Reads the logs that ``attnviz train`` left in ``<runs>/<attention>/``, or in ``<runs>/<model>/``.

    Args:
        runs: a folder with a run's folder for each model.
        attention: each model's, by its name.

    Returns:
        A row a model and epoch: ``model`` and :data:`attnviz.training.trainer.LOG_FIELDS`.

    Raises:
        DataError: if a model has no log there, or one cannot be read.
    """
    logs = []
    for model, kind in attention.items():
        found = [path for path in (runs / kind / LOG, runs / model / LOG) if path.is_file()]
        if not found:
            raise DataError(
                'There is no "{attention}/{log}" in "{folder}"; name the folder of the runs, a folder each.',
                attention=kind, log=LOG, folder=runs.name,
            )  # fmt: skip
        try:
            log = pd.read_csv(found[0])[list(LOG_FIELDS)].apply(pd.to_numeric)
        except (OSError, ValueError, KeyError):
            raise DataError('"{name}" is damaged; it must be the log of a run.', name=f"{found[0].parent.name}/{LOG}")\
                from None  # fmt: skip
        log.insert(0, "model", model)
        logs.append(log)
    return pd.concat(logs, ignore_index=True)


def curves_figure(logs: pd.DataFrame, attention: Mapping[str, str]) -> Figure:
    """Returns the training loss and the validation accuracy by epoch, a line a model.

    Args:
        logs: of :func:`read_logs`.
        attention: each model's, by its name.
    """
    figure = Figure(figsize=(WIDTH, 2.9), layout="constrained", facecolor="white")
    loss, accuracy = figure.subplots(1, 2)
    for model, log in logs.groupby("model", sort=False):
        colour = OF_ATTENTION[attention[str(model)]]
        loss.plot(log["epoch"], log["loss"], color=colour, label=model)
        for column, line in (("top1", "-"), ("top5", "--")):
            accuracy.plot(log["epoch"], log[column], line, color=colour)
    loss.set_title("training loss", fontsize=10)
    accuracy.set_title("validation: top-1 (solid), top-5 (dashed)", fontsize=10)
    accuracy.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    accuracy.set_ylim(0, 1)
    for axes in (loss, accuracy):
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(color="#e4e6ea", linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=len(attention), frameon=False)
    return figure
