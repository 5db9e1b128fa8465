"""The report: every number in it is the analysis', it stands alone, and it never says who is right."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from attnviz.errors import StudyError
from attnviz.study.plan import Plan
from attnviz.study.results import Analysis, analyse
from attnviz.study.results.report import write_report

Study = tuple[pd.DataFrame, Plan]
VOID = {"meta", "br", "link", "img"}


class Page(HTMLParser):
    """What is in a page: text, attributes, and whether tags are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, *attribute) for attribute in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, *attribute) for attribute in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def analysis(study: Study) -> Analysis:
    return analyse(*study, resamples=100)


@pytest.fixture(scope="module")
def folder(study: Study, analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "new"
    files = write_report(analysis, study[1], folder)
    assert sorted(files) == sorted(folder.iterdir())
    return folder


def test_the_table_of_the_paper_is_in_it(folder: Path, analysis: Analysis) -> None:
    said = (folder / "report.md").read_text()
    for row in analysis.table.itertuples():
        cells = [f"{row.a_better} ({100 * row.share_a:.1f} %)", f"{row.similar} ({100 * row.share_similar:.1f} %)",
                 f"{row.b_better} ({100 * row.share_b:.1f} %)", str(row.votes)]  # fmt: skip
        assert f"| A = {row.model_a}, B = {row.model_b} | {' | '.join(cells)} |" in said


def test_it_says_why_the_clustered_test_comes_first_and_what_it_does_not_mean(folder: Path) -> None:
    said = (folder / "report.md").read_text()
    assert "The clustered test is the headline because" in said
    assert said.index("95 % interval") < said.index("The sign test is exact and secondary")
    assert "The coefficient of the left side is marginal" in said
    assert "With nobody left out" in said
    assert "preferred" in said
    assert not re.search("accura|faithful|better model|correct model", said.lower())


def test_the_csv_has_every_number(folder: Path, analysis: Analysis) -> None:
    table = pd.read_csv(folder / "results.csv", keep_default_na=False)
    assert table.columns.tolist() == ["part", "of", "quantity", "value"]
    assert not table.duplicated(["part", "of", "quantity"]).any()

    def value(part: str, of: str, quantity: str) -> str:
        return table[(table["part"] == part) & (table["of"] == of) & (table["quantity"] == quantity)]["value"].item()

    for row in analysis.headline.itertuples():
        assert float(value("clustered", f"{row.model_a} | {row.model_b}", "p_value")) == row.p_value
    assert analysis.strengths is not None
    for row in analysis.strengths.itertuples():
        assert float(value("strength", row.item, "centred")) == row.centred
        assert int(value("strength", row.item, "rank_high")) == row.rank_high
    assert float(value("strength", "", "nu")) == analysis.strengths.attrs["nu"]
    assert float(value("position", "", "share_left")) == analysis.position.share_left
    assert float(value("alpha", "all", "alpha")) == analysis.alpha["alpha"].iloc[-1]
    assert float(value("retest", "", "kappa")) == analysis.retest.kappa
    assert int(value("exclusion", "analysed", "participants")) == analysis.participants
    assert value("study", "", "plan_sha256") == analysis.plan_sha256


def test_the_page_stands_alone(folder: Path) -> None:
    text = (folder / "report.html").read_text()
    page = Page(text)
    assert page.open == []
    assert text.count("<svg") == 3
    loads = [value for tag, name, value in page.attributes if name in {"src", "href", "xlink:href", "action"}]
    assert all((value or "").startswith("#") for value in loads)
    assert "<script" not in text
    assert "@import" not in text
    ids = [
        value for _, name, value in page.attributes if name == "id" and not (value or "").startswith(("m", "p", "c"))
    ]
    assert len(ids) == len(set(ids))


def test_the_figures_are_beside_the_markdown(folder: Path) -> None:
    named = re.findall(r"\]\((figure-\w+\.svg)\)", (folder / "report.md").read_text())
    assert sorted(named) == sorted(path.name for path in folder.glob("*.svg"))


def test_the_same_study_gives_the_same_bytes(folder: Path, study: Study, analysis: Analysis, tmp_path: Path) -> None:
    for path in write_report(analysis, study[1], tmp_path):
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_names_and_words_of_a_plan_are_no_markup(of: Callable[..., pd.DataFrame], plan_of: Callable[..., Plan],
                                                 tmp_path: Path) -> None:  # fmt: skip
    pair = ("<b>a</b>", "b|c")
    plan = plan_of([pair], title={"en": "<script>alert(1)</script>", "ko": ""})
    votes = pd.concat([of("LRSR", *pair, participant=person) for person in "pq"])
    write_report(analyse(votes, plan), plan, tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page
    assert "<b>" not in page
    assert Page(page).open == []
    assert r"A = \<b\>a\</b\>, B = b\|c |" in (tmp_path / "report.md").read_text()


def test_one_vote_is_a_report_too(
    of: Callable[..., pd.DataFrame], plan_of: Callable[..., Plan], tmp_path: Path
) -> None:
    plan = plan_of()
    write_report(analyse(of("L"), plan), plan, tmp_path)
    said = (tmp_path / "report.md").read_text()
    assert "1 participant cast 1 vote on 1 image; too few to test" in said
    assert "nan" not in said.lower()


def test_strengths_that_cannot_be_are_explained(study: Study, tmp_path: Path) -> None:
    votes, plan = study
    votes = votes[(votes["left_model"] != "se") & (votes["right_model"] != "se")]
    write_report(analyse(votes, plan), plan, tmp_path)
    said = (tmp_path / "report.md").read_text()
    assert "Strengths cannot be estimated: " in said
    assert "baseline against se: There are no votes" in said
    assert "nan" not in said.lower()


def test_a_folder_that_cannot_be_written_is_told(study: Study, analysis: Analysis, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(StudyError, match='cannot be written to "taken"'):
        write_report(analysis, study[1], tmp_path / "taken")
