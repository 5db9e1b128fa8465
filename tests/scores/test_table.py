"""What holds for every score of the table."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

import attnviz
from attnviz import scores
from attnviz.errors import OptionError
from attnviz.scores.table import SCORES, Score, find_score

DOCS = Path(attnviz.__file__).parents[1] / "docs" / "scores.md"
ALL = pytest.mark.parametrize("score", SCORES.values(), ids=lambda score: score.name)
OF_SIGNED = {"max_box_acc", "max_box_acc_v2"}
GOOD = [[3.0, 1.0, 0.5, 0.2], [1.0, -0.5, 0.3, 0.1], [0.7, 0.1, -1.0, 0.0], [0.1, 0.2, 0.0, 0.4]]
Subject = Callable[[Score, Tensor], tuple[object, ...]]

maps_strategy = st.lists(st.integers(-8, 16), min_size=16, max_size=16).filter(
    lambda cells: max(cells) > 0 and len(set(cells)) > 2
)


def batch() -> Tensor:
    """A good map, and each kind of degenerate one, of which the last is degenerate where the positive part counts."""
    good = torch.tensor(GOOD)
    nan, inf = good.clone(), good.clone()
    nan[1, 2], inf[1, 2] = math.nan, math.inf
    zero, constant = torch.zeros(4, 4), torch.full((4, 4), 7.0)
    return torch.stack([good, zero, constant, -constant, nan, inf, -inf, good - 10])


@ALL
def test_a_degenerate_map_is_nan_and_its_neighbours_are_not(score: Score, subject: Subject) -> None:
    values = score.function(batch(), *subject(score, batch()))
    assert values.shape == (8,)
    assert values[0].isfinite()
    assert values[1:7].isnan().all()
    reads_signs = score.group in ("agreement", "sanity") or score.name in OF_SIGNED
    reads_order = score.module in ("curves", "road")
    assert values[7].isnan() == (not (reads_signs or reads_order))


@ALL
def test_a_value_is_in_its_range_and_does_not_depend_on_the_batch(score: Score, subject: Subject) -> None:
    maps = torch.randn(6, 4, 4, generator=torch.Generator().manual_seed(2))
    values = score.function(maps, *subject(score, maps))
    assert values.dtype == torch.float32
    assert (values >= score.low - 1e-6).all()
    assert (values <= score.high + 1e-6).all()
    if score.needs not in ("other maps", "maker"):
        alone = score.function(maps[3:4], *subject(score, maps[3:4]))
        torch.testing.assert_close(values[3:4], alone)


@ALL
@settings(derandomize=True, deadline=None, max_examples=4)
@given(maps_strategy)
def test_scale_changes_nothing(score: Score, subject: Subject, cells: list[int]) -> None:
    maps = torch.tensor(cells, dtype=torch.float64).view(1, 4, 4)
    other, subject_of_one = maps * 7, subject(score, maps)
    # what makes maps makes seven times as much too
    subject_of_other = subject(score, other) if score.needs == "maker" else subject_of_one
    one, seven = score.function(maps, *subject_of_one), score.function(other, *subject_of_other)
    torch.testing.assert_close(one, seven, rtol=1e-6, atol=1e-9, equal_nan=True)


@ALL
def test_the_public_face_and_the_page_have_every_score(score: Score) -> None:
    assert getattr(scores, score.name) is score.function
    row = next(line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{score.name}`"))
    assert row.split(" | ")[1] == score.title
    assert score.citation.split(" ")[0].rstrip(",") in row


def test_what_is_not_a_batch_of_maps_is_refused() -> None:
    for wrong in (torch.ones(4, 4), torch.ones(1, 4, 4, dtype=torch.int64), torch.ones(1, 0, 4), [[1.0]]):
        with pytest.raises(OptionError, match=r"maps must be a float tensor of shape \(N,h,w\)"):
            scores.gini(wrong)  # type: ignore[arg-type]


def test_an_unknown_score_is_answered_with_a_near_one() -> None:
    assert find_score("gini").title == "Sparsity (Gini)"
    with pytest.raises(OptionError, match=r'no score "gina".*Did you mean "gini"'):
        find_score("gina")


def test_every_public_name_is_there() -> None:
    """And none is hidden by the module that it is in."""
    for name in scores.__all__:
        assert not isinstance(getattr(scores, name), ModuleType)


def test_the_table_needs_no_torch() -> None:
    code = "import sys, attnviz; attnviz.scores.SCORES; print(sorted({'torch', 'cv2', 'scipy'} & set(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
