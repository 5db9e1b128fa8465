"""The report of a results folder: every number in it is the analysis', it stands alone, and is the same every time."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from attnviz.errors import DataError
from attnviz.evaluation.settings import FamilyIs, FilesAre, ModelIs, Settings
from attnviz.evaluation.statistics import analyse, read_measured
from attnviz.evaluation.statistics.report import headline_place, write_report
from attnviz.evaluation.statistics.wording import UNMATCHED

MakeTable = Callable[..., pd.DataFrame]
SETTINGS = Settings(
    family=FamilyIs(
        name="tiny", title="Tiny <b>", matched=True, classes="0" * 64, input={},
        models={name: ModelIs(attention=name, sha256="a" * 64, seed=1) for name in ("baseline", "se", "bam", "cbam")},
    ),
    photos=FilesAre(name="val.zip", count=300, digest="d" * 64), boxes=None, target="label", methods=("gradcam",) * 2,
    stages=("stage3", "stage4"), scores=("pointing_game",), references=True, limit=None, batch=64, seed=0,
    split="by name", device="cpu", versions={"torch": "2"},
)  # fmt: skip
PLACES = (("gradcam", "stage3"), ("gradcam", "stage4"), ("layercam", "stage4"))


class Outline(HTMLParser):
    """The tags of a page that is well formed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value or "" for name, value in attrs if name in {"src", "href", "xlink:href"}]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value or "" for name, value in attrs if name in {"src", "href", "xlink:href"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def make_folder(folder: Path, table: pd.DataFrame, settings: Settings | None = SETTINGS) -> Path:
    folder.mkdir()
    table.to_csv(folder / "results.csv.gz", index=False)
    if settings is not None:
        (folder / "settings.json").write_text(settings.to_json())
    return folder


@pytest.fixture(scope="module")
def folder(make_table: MakeTable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    table = make_table(photos=80, gains={"se": 0.15, "cbam": 0.3}, places=PLACES, degenerate=0.02)
    folder = make_folder(tmp_path_factory.mktemp("report") / "results", table)
    steps: list[tuple[int, int]] = []
    files = write_report(folder, 100, lambda done, total: steps.append((done, total)))
    assert sorted(files) == sorted(set(folder.iterdir()) - {folder / "results.csv.gz", folder / "settings.json"})
    assert steps[-1] == (18, 18)
    return folder


@pytest.fixture(scope="module")
def said(folder: Path) -> str:
    return (folder / "report.md").read_text()


def test_the_claim_comes_first_with_a_verdict_a_score(folder: Path, said: str) -> None:
    main = headline_place(read_measured(folder / "results.csv.gz"))
    assert (main.method, main.stage) == ("gradcam", "stage4")
    found = analyse(main, 100)
    first = said.split("## Where they look")[0]
    assert first.startswith("# Where the networks look: Tiny \\<b\\>\n")
    assert "gradcam at stage4" in first
    assert "by 4 scores: 3 supported, 0 not supported, 1 undecided." in first
    for claim in found.claims:
        gain = claim.deciding
        assert f"**{claim.verdict}**" in first
        assert f"(97.5 % interval {gain.low:+.4f} to {gain.high:+.4f})" in first
    assert "There is 1 network of a kind (seed 1)" in first


def test_the_table_has_models_and_references_with_intervals(folder: Path, said: str) -> None:
    found = analyse(headline_place(read_measured(folder / "results.csv.gz")), 100)
    table = said.split("## Where they look")[1].split("## Differences")[0]
    for row in found.means[found.means["part"] == "all"].itertuples():
        if not np.isnan(row.low):
            assert re.search(rf"{row.mean:.3f}†? \({row.low:.3f} to {row.high:.3f}\)", table)
    for name in ("baseline", "cbam", "reference: uniform", "reference: centre"):
        assert f"| {name} |" in table
    assert "nan" not in said.lower()


def test_every_number_is_in_the_csv(folder: Path) -> None:
    table = pd.read_csv(folder / "statistics.csv", keep_default_na=False)
    assert table.columns.tolist() == ["method", "stage", "part", "of", "quantity", "value"]
    assert not table.duplicated(["method", "stage", "part", "of", "quantity"]).any()
    assert set(zip(table["method"], table["stage"], strict=True)) == set(PLACES)
    found = analyse(headline_place(read_measured(folder / "results.csv.gz")), 100)
    row = found.differences[found.differences["part"] == "all"].iloc[0]
    chosen = table[(table["method"] == "gradcam") & (table["stage"] == "stage4") & (table["part"] == "differences")]
    value = chosen[(chosen["of"] == f"all | {row['score']} | {row['model']}") & (chosen["quantity"] == "p_holm")]
    assert float(value["value"].item()) == row["p_holm"]
    verdicts = table[(table["part"] == "claim") & (table["quantity"] == "verdict")]
    assert len(verdicts) == 4 * len(PLACES)


def test_the_page_stands_alone(folder: Path) -> None:
    text = (folder / "report.html").read_text()
    outline = Outline(text)
    assert outline.open == []
    assert all(loaded.startswith("#") for loaded in outline.loads)
    assert "<b>" not in text
    assert text.count("<svg") == 2
    assert "<script" not in text


def test_figures_are_beside_it_as_svg_and_png(folder: Path, said: str) -> None:
    named = re.findall(r"\]\((figure-\w+)\.svg\)", said)
    assert named == ["figure-differences", "figure-sizes"]
    for name in named:
        assert (folder / f"{name}.svg").read_text().startswith("<svg")
        assert Image.open(folder / f"{name}.png").width > 1000


def test_other_maps_are_told_after_it(said: str) -> None:
    others = said.split("## Other maps")[1]
    assert re.findall(r"^### (.*)$", others, re.MULTILINE) == ["gradcam at stage3", "layercam at stage4"]


def test_the_same_results_give_the_same_bytes(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    write_report(folder, 100)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_models_that_are_not_matched_carry_a_warning(make_table: MakeTable, tmp_path: Path) -> None:
    unmatched = json.loads(SETTINGS.to_json())
    unmatched["family"]["matched"] = False
    folder = make_folder(tmp_path / "results", make_table(photos=20), Settings.model_validate(unmatched))
    write_report(folder, 50)
    assert f"> **Note.** {UNMATCHED}" in (folder / "report.md").read_text()


def test_one_model_without_boxes_references_and_settings_is_a_report_too(make_table: MakeTable, tmp_path: Path) -> None:
    table = make_table(photos=5, models={"cbam": "cbam"})
    table = table[~table["model"].str.startswith("reference")].assign(object_share=np.nan, correct="")
    for score in ("pointing_game", "energy_pointing_game", "max_box_acc_v2"):
        table[score] = np.nan
    folder = make_folder(tmp_path / "mine", table, None)
    names = {path.name for path in write_report(folder, 50)}
    assert names == {"report.md", "report.html", "statistics.csv"}
    said = (folder / "report.md").read_text()
    assert "# Where the networks look: mine" in said
    assert "The claim cannot be put to these models" in said
    assert "There is one model" in said
    assert "nan" not in said.lower()


def test_what_cannot_be_written_is_told(make_table: MakeTable, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "results", make_table(photos=4))
    (folder / "report.md").mkdir()
    with pytest.raises(DataError, match='cannot be written to "results"'):
        write_report(folder, 10)
    with pytest.raises(DataError, match=r'no "results\.csv\.gz" in "none"'):
        write_report(tmp_path / "none", 10)
