"""How strong each model is, from all pairs at once: Bradley-Terry, with ties and with an advantage of the left side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog, minimize
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from attnviz.errors import StudyError

Floats = npt.NDArray[np.float64]
Ties = Literal["davidson", "half"]
COLUMNS = ("item_i", "item_j", "wins_i", "wins_j", "ties")
_TINY = 1e-7


def bradley_terry(table: pd.DataFrame, side: bool = False, ties: Ties = "davidson") -> pd.DataFrame:
    """Fits the strengths of items that were compared two at a time, by maximum likelihood.

    With pi_i = exp(ability_i), and pi_i exp(side) in its place for the item on the left if ``side``, Davidson's model
    is

        P(i wins) = pi_i / (pi_i + pi_j + nu sqrt(pi_i pi_j)),  P(tie) = nu sqrt(pi_i pi_j) / (the same).

    Without ties it is Bradley and Terry's: nu is 0. The log likelihood is concave in abilities, side and log nu, and
    the standard errors are those of the inverse information at its maximum; they take votes for independent, which
    those of one participant or on one image are not.

    Bradley & Terry, Biometrika 39 (1952), 324-345. Davidson, JASA 65 (1970), 317-328. An effect of order: Davidson &
    Beaver, Biometrics 33 (1977), 693-702; here it multiplies pi of the left item wherever that stands.

    Args:
        table: (R, 5): item_i, item_j (names), wins_i, wins_j, ties (numbers >= 0). Items may meet in several rows.
        side: whether item_i was on the left, and the advantage of that is fitted too.
        ties: ``davidson``, or ``half``: each counts as half a win of both, and there is no nu.

    Returns:
        (I, 3): item, ability (log strength; 0 for the first item, which is item_i of the first row), se (0 for the
        first); items in the order in which they come, row by row. ``.attrs``: side and side_se (log odds; NaN without
        the term), nu and nu_se (NaN with ``half``; nu 0 where nobody tied) and deviance (against the model that fits
        each row perfectly; >= 0).

    Raises:
        StudyError: if the table cannot be read, items never met (directly or through others), or an item has no finite
            strength since it never lost to the rest or never won (Ford, Amer. Math. Monthly 64 (1957), 28-33).
    """
    items, i, j, counts = _read(table)
    if ties not in ("davidson", "half"):
        raise StudyError('Ties can be "davidson" or "half"; they were "{ties}".', ties=ties)
    if ties == "half":
        counts = counts[:, :2] + counts[:, 2:] / 2
    elif not counts[:, :2].any():
        raise StudyError("All votes are ties, so that there are no strengths to estimate.")
    elif not counts[:, 2].any():
        counts = counts[:, :2]
    met = counts.sum(axis=1) > 0
    i, j, counts = i[met], j[met], counts[met]
    _connected(items, i, j)
    x = design(len(items), i, j, side, with_ties=counts.shape[1] == 3)
    _finite(items, x, counts, side)
    theta = _maximum(x, counts)
    covariance = np.linalg.inv(information(x, counts, theta))
    se = np.sqrt(np.diag(covariance))
    last = len(items) - 1
    with_nu = counts.shape[1] == 3
    nu = float(np.exp(theta[-1])) if with_nu else (0.0 if ties == "davidson" else np.nan)
    fitted = pd.DataFrame({"item": items, "ability": np.r_[0.0, theta[:last]], "se": np.r_[0.0, se[:last]]})
    fitted.attrs = {
        "side": float(theta[last]) if side else np.nan,
        "side_se": float(se[last]) if side else np.nan,
        "nu": nu,
        "nu_se": nu * float(se[-1]) if with_nu else np.nan,
        "deviance": _deviance(x, counts, theta),
    }
    return fitted


def design(items: int, i: npt.NDArray[np.intp], j: npt.NDArray[np.intp], side: bool, with_ties: bool) -> Floats:
    """Returns x (R,O,K) so that P(outcome) in row r is softmax of x[r] @ theta.

    Outcomes are: i wins, j wins, and if asked a tie, whose strength is the geometric mean of both times nu. Parameters
    are the abilities without the first, then the side's and log nu where they are fitted.
    """
    rows = np.arange(len(i))
    x = np.zeros((len(i), 3 if with_ties else 2, items + side + with_ties))
    x[rows, 0, i] = 1
    x[rows, 1, j] = 1
    if side:
        x[:, 0, items] = 1
    if with_ties:
        x[:, 2] = (x[:, 0] + x[:, 1]) / 2
        x[:, 2, -1] = 1
    return x[:, :, 1:]


def probabilities(x: Floats, theta: Floats) -> Floats:
    """Returns (..., R, O) for theta (..., K), which may be many."""
    utility = np.einsum("rok,...k->...ro", x, theta)
    utility = np.exp(utility - utility.max(axis=-1, keepdims=True))
    return np.asarray(utility / utility.sum(axis=-1, keepdims=True))


def gradient(x: Floats, counts: Floats, theta: Floats) -> Floats:
    """Returns that of the log likelihood, (..., K), for counts (..., R, O) and theta (..., K)."""
    expected = counts.sum(axis=-1, keepdims=True) * probabilities(x, theta)
    return np.asarray(np.einsum("...ro,rok->...k", counts - expected, x))


def information(x: Floats, counts: Floats, theta: Floats) -> Floats:
    """Returns minus the Hessian of the log likelihood, (..., K, K): sum over rows of N (E[xx'] - E[x]E[x]')."""
    expected = counts.sum(axis=-1, keepdims=True) * probabilities(x, theta)
    rows, options, size = x.shape
    products = (x[..., :, None] * x[..., None, :]).reshape(rows * options, size * size)
    squares = (expected.reshape(*expected.shape[:-2], rows * options) @ products).reshape(
        *expected.shape[:-2], size, size
    )
    total = expected.sum(axis=-1)
    means = np.einsum("...ro,rok->...rk", expected, x) / np.where(total > 0, total, 1)[..., None]
    return np.asarray(squares - np.einsum("...r,...rk,...rl->...kl", total, means, means))


def _read(table: pd.DataFrame) -> tuple[list[Any], npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]:
    """Returns the items in order, where they stand in each row, and (R,3) wins of i, wins of j, ties."""
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise StudyError("The table of comparisons has no column {names}.", names=", ".join(missing))
    try:
        counts = table[["wins_i", "wins_j", "ties"]].to_numpy(dtype=float)
    except (TypeError, ValueError):
        counts = np.array([[np.nan]])
    if not (np.isfinite(counts) & (counts >= 0)).all() or not counts.any():
        raise StudyError("Wins and ties must be numbers of 0 or more, and not all 0.")
    places, items = pd.factorize(table[["item_i", "item_j"]].astype(object).to_numpy().ravel())
    i, j = places[::2], places[1::2]
    if (i == j).any() or (places < 0).any():
        raise StudyError("Each row must compare two different items.")
    return list(items), i, j, counts


def _connected(items: Sequence[Any], i: npt.NDArray[np.intp], j: npt.NDArray[np.intp]) -> None:
    graph = coo_array((np.ones(len(i)), (i, j)), shape=(len(items), len(items)))
    groups, group = connected_components(graph, directed=False)
    if groups > 1:
        raise StudyError(
            "{some} and {others} were never compared, directly or through others, so that their strengths cannot be; "
            "add a pair between them.",
            some=_names(items, group == group[0]), others=_names(items, group != group[0]),
        )  # fmt: skip


def _finite(items: Sequence[Any], x: Floats, counts: Floats, side: bool) -> None:
    """Raises if the likelihood has no single maximum: some direction never makes what was observed less likely.

    Such a direction d has d.(x_observed - x_other) >= 0 for every outcome that was observed and every other one; a
    linear programme looks for the one with the largest sum.
    """
    rows, seen = np.nonzero(counts)
    apart = (x[rows, seen][:, None] - x[rows]).reshape(-1, x.shape[2])
    found = linprog(-apart.sum(axis=0), A_ub=-apart, b_ub=np.zeros(len(apart)), bounds=(-1, 1))
    if found.status != 0 or -found.fun < _TINY:
        if np.linalg.matrix_rank(apart) < x.shape[2]:
            raise StudyError(
                "The advantage of the left side cannot be told from the strengths; show each pair on both sides."
            )
        return
    if side:
        _finite(items, np.delete(x, len(items) - 1, axis=2), counts, side=False)
        raise StudyError("The votes are too few or too much alike to estimate an advantage of the left side.")
    ability = np.r_[0.0, found.x[: len(items) - 1]]
    top, bottom = ability >= ability.max() - _TINY, ability <= ability.min() + _TINY
    if bottom.sum() < top.sum():
        raise StudyError(
            "{names} never won against the others, so that no finite strength fits; collect more votes.",
            names=_names(items, bottom),
        )
    raise StudyError(
        "{names} never lost against the others, so that no finite strength fits; collect more votes.",
        names=_names(items, top),
    )


def _names(items: Sequence[Any], these: npt.NDArray[np.bool_]) -> str:
    return ", ".join(str(item) for item, one in zip(items, these, strict=True) if one)


def _maximum(x: Floats, counts: Floats) -> Floats:
    total = counts.sum()

    def value(theta: Floats) -> float:
        return -float((counts * np.log(probabilities(x, theta))).sum() / total)

    found = minimize(
        value,
        np.zeros(x.shape[2]),
        jac=lambda theta: -gradient(x, counts, theta) / total,
        hess=lambda theta: information(x, counts, theta) / total,
        method="trust-exact",
        options={"gtol": 1e-9},
    )
    theta = np.asarray(found.x, dtype=float)
    # one more of Newton's steps takes out what the stopping rule has left
    return np.asarray(theta + np.linalg.solve(information(x, counts, theta), gradient(x, counts, theta)))


def _deviance(x: Floats, counts: Floats, theta: Floats) -> float:
    expected = counts.sum(axis=1, keepdims=True) * probabilities(x, theta)
    seen = counts > 0
    return float(2 * (counts[seen] * np.log(counts[seen] / expected[seen])).sum())
