"""Votes become outcomes: for each pair of models, which of the two a participant preferred for an image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from attnviz.errors import StudyError

Pairs = Sequence[tuple[str, str]]
NEEDED = ("participant", "kind", "image", "left_model", "right_model", "choice")
TOWARDS_RIGHT = {"left": -1, "similar": 0, "right": 1}


def checked(votes: pd.DataFrame) -> pd.DataFrame:
    """Returns the votes if they can be read.

    Args:
        votes: (V, columns), with at least the columns in NEEDED; any order of rows.

    Raises:
        StudyError: if a column is missing, or a choice is not left, right or similar.
    """
    missing = [name for name in NEEDED if name not in votes.columns]
    if missing:
        raise StudyError("The votes have no column {names}; export them again.", names=", ".join(missing))
    unknown = votes.loc[~votes["choice"].isin(list(TOWARDS_RIGHT)), "choice"]
    if len(unknown):
        raise StudyError('A vote says "{choice}"; it can say left, right or similar.', choice=unknown.iloc[0])
    return votes


def outcomes(votes: pd.DataFrame, pairs: Pairs | None = None, kind: str = "main") -> pd.DataFrame:
    """Returns what was preferred, in terms of models instead of sides.

    Args:
        votes: (V, columns) as in :func:`checked`.
        pairs: (model_a, model_b) in the order in which they are to be told; None for the alphabet's.
        kind: of the trials to take; only ``main`` ones enter the outcome of a study.

    Returns:
        A row a vote, index of ``votes`` kept, in the order of ``votes``: participant, image, pair (number in ``pairs``
        from 0), model_a, model_b, left_is_a (bool), score (1: B preferred, 0: similar, -1: A preferred) and side (1:
        left preferred, 0, -1: right preferred). ``.attrs["pairs"]`` are the pairs that were voted on or asked for.

    Raises:
        StudyError: if the votes cannot be read, or one compares what is not in ``pairs``.
    """
    chosen = checked(votes)
    chosen = chosen[chosen["kind"] == kind]
    left, right = (chosen[name].astype(str).tolist() for name in ("left_model", "right_model"))
    met = list(zip(left, right, strict=True))
    if pairs is None:
        pairs = sorted({(min(two), max(two)) for two in set(met)})
    number = {models: place for place, pair in enumerate(pairs) for models in (pair, pair[::-1]) if len(set(pair)) > 1}
    for one, other in sorted(set(met) - number.keys()):
        raise StudyError(
            "A vote compares {left} with {right}, which is not a pair of the study; read each study's votes with its "
            "own plan.",
            left=one, right=other,
        )  # fmt: skip
    places = [number[two] for two in met]
    first, second = (np.array([pairs[place][one] for place in places], dtype=object) for one in (0, 1))
    towards_right = chosen["choice"].map(TOWARDS_RIGHT).to_numpy(dtype=int)
    left_is_a = np.array(left, dtype=object) == first
    result = pd.DataFrame(
        {
            "participant": chosen["participant"],
            "image": chosen["image"],
            "pair": np.asarray(places, dtype=int),
            "model_a": first,
            "model_b": second,
            "left_is_a": left_is_a,
            "score": np.where(left_is_a, towards_right, -towards_right),
            "side": -towards_right,
        },
        index=chosen.index,
    )
    result.attrs["pairs"] = tuple(pairs)
    return result


def main_outcomes(votes: pd.DataFrame, pairs: Pairs | None = None) -> pd.DataFrame:
    """Returns :func:`outcomes` of the trials that count.

    Raises:
        StudyError: as there, or if there are none.
    """
    result = outcomes(votes, pairs)
    if result.empty:
        raise StudyError("There are no votes that count yet; ask again when participants have voted.")
    return result
