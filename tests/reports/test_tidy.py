"""Every number of a table, a row each."""

import pandas as pd

from attnviz.reports.tidy import tidy


def test_a_row_a_number() -> None:
    table = pd.DataFrame({"model": ["se", ""], "part": ["all", "all"], "mean": [0.5, 0.25], "photos": [3, 4]})
    assert tidy("means", table, ["part", "model"]) == [
        ("means", "all | se", "mean", 0.5),
        ("means", "all | se", "photos", 3),
        ("means", "all", "mean", 0.25),
        ("means", "all", "photos", 4),
    ]
