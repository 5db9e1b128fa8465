"""Tables as one long table of every number."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def tidy(part: str, table: pd.DataFrame, keys: Sequence[str]) -> list[tuple[str, str, str, object]]:
    """Returns a row a number: part, of (the values of the keys, with " | " between them), quantity, value.

    Args:
        part: what the table is called.
        table: any; a row has a value for each key.
        keys: the columns that say what a row is of.
    """
    return [
        (part, " | ".join(str(row[key]) for key in keys if row[key] != ""), name, row[name])
        for row in table.astype(object).to_dict("records")
        for name in table.columns
        if name not in keys
    ]
