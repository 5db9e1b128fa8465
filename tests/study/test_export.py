"""Votes as CSV: what goes in comes out, and Excel finds no formula."""

import io
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from attnviz.study.export import as_csv
from attnviz.study.votes import COLUMNS

TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)


def row(**values: Any) -> dict[str, Any]:
    return {**dict.fromkeys(COLUMNS, ""), **values}


@given(labels=st.lists(TEXT, min_size=1, max_size=5))
def test_pandas_reads_what_was_written(labels: list[str]) -> None:
    text = as_csv([row(**{"class": label, "vote_id": f"v{number}"}) for number, label in enumerate(labels)])
    read = pd.read_csv(io.StringIO(text), keep_default_na=False, dtype=str)
    assert list(read.columns) == list(COLUMNS)
    assert read["class"].tolist() == labels


def test_ids_that_look_like_numbers_stay() -> None:
    read = pd.read_csv(io.StringIO(as_csv([row(vote_id="664635e6")])), dtype=str, keep_default_na=False)
    assert read.vote_id.tolist() == ["664635e6"]


def test_excel_gets_no_formula() -> None:
    labels = ["=HYPERLINK(1)", "+1", "-1", "@SUM", "lion", "a=b"]
    text = as_csv([row(**{"class": label}) for label in labels], excel=True)
    read = pd.read_csv(io.StringIO(text), keep_default_na=False, dtype=str)
    assert read["class"].tolist() == ["'=HYPERLINK(1)", "'+1", "'-1", "'@SUM", "lion", "a=b"]
    assert as_csv([row(**{"class": "=1"})]).count("'") == 0
