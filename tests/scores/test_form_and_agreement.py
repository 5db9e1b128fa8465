"""Form and agreement by hand, and by scipy, scikit-image and Quantus."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats
from skimage.metrics import structural_similarity
from torch import Tensor

from attnviz.errors import OptionError
from attnviz.scores import entropy, gini, pearson, spearman, ssim, top_overlap
from attnviz.scores.heat import upsampled

AGREEMENT = [pearson, spearman, ssim, top_overlap]


def noise(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_gini_and_entropy_of_heat_in_some_cells() -> None:
    """In k of n cells: Gini 1 - k/n, entropy ln k / ln n."""
    for count in (1, 4, 15):
        heat = torch.zeros(1, 4, 4, dtype=torch.float64)
        heat.view(-1)[:count] = 3
        assert gini(heat).item() == pytest.approx(1 - count / 16)
        assert entropy(heat).item() == pytest.approx(np.log(count) / np.log(16))


def test_as_quantus() -> None:
    """What Quantus 0.6.0's Sparseness and Complexity (in nats) gave for this map, run once beside this."""
    heat = (torch.arange(1, 257) * 97 % 257 / 257).view(1, 16, 16)
    assert gini(heat).item() == pytest.approx(0.33203117845200153, abs=1e-5)
    assert entropy(heat).item() * np.log(256) == pytest.approx(5.353961944580078, abs=1e-5)


def test_form_at_another_size_is_that_of_what_is_drawn() -> None:
    heat = noise(0, 2, 4, 4)
    torch.testing.assert_close(gini(heat, (32, 32)), gini(upsampled(heat.relu(), (32, 32))))


def test_correlations_are_those_of_scipy() -> None:
    """Linear of maps of two sizes, by rank of maps with ties."""
    coarse, fine = noise(1, 3, 4, 5).round(), noise(2, 3, 8, 10).round()
    for one, other, linear in zip(upsampled(coarse, (8, 10)), fine, pearson(coarse, fine), strict=True):
        assert linear.item() == pytest.approx(stats.pearsonr(one.flatten(), other.flatten())[0], abs=1e-6)
    exact = noise(3, 3, 8, 10).round()
    for one, other, ranks in zip(exact, fine, spearman(exact, fine), strict=True):
        assert ranks.item() == pytest.approx(stats.spearmanr(one.flatten(), other.flatten())[0], abs=1e-6)


def test_ssim_is_that_of_scikit_image() -> None:
    one, other = noise(4, 1, 12, 12), noise(5, 1, 12, 12)
    scaled = [(x[0] - x.min()) / (x.max() - x.min()) for x in (one, other)]
    assert ssim(one, other).item() == pytest.approx(structural_similarity(*map(np.asarray, scaled), data_range=1.0))
    assert ssim(noise(6, 2, 4, 4), noise(7, 2, 5, 4)).isfinite().all()


def test_overlap_by_hand() -> None:
    """Two of four cells: in common none, one, both, and one that ties with two others for the last place."""
    one = torch.tensor([[[4.0, 3.0], [1.0, 0.0]]])
    for cells, expected in (
        ([0, 1, 3, 4], 0),
        ([5, 1, 3, 2], 0.5),
        ([1, 2, 0, 0], 1),
        ([5, 2, 2, 2], 0.5 * (1 + 1 / 3)),
    ):
        other = torch.tensor([cells], dtype=torch.float32).view(1, 2, 2)
        assert top_overlap(one, other, 0.5).item() == pytest.approx(expected)


@pytest.mark.parametrize("score", AGREEMENT)
def test_a_map_agrees_with_itself_and_both_ways(score: object) -> None:
    assert callable(score)
    one, other = noise(8, 2, 9, 9), noise(9, 2, 9, 9)
    torch.testing.assert_close(score(one, 3 * one), torch.ones(2, dtype=torch.float64))
    torch.testing.assert_close(score(one, other), score(other, one))
    assert (score(one, other) < 0.6).all()


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(OptionError, match="2 maps and 1 to compare"):
        pearson(noise(0, 2, 4, 4), noise(0, 1, 4, 4))
    for share in (0.0, 1.1):
        with pytest.raises(OptionError, match="share must be above 0"):
            top_overlap(noise(0, 1, 4, 4), noise(1, 1, 4, 4), share)
