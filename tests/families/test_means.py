"""The bundled family's gate means are of its weights, and have every gate and branch."""

from __future__ import annotations

import torch

from attnviz.families import Family
from attnviz.families.means import FILE, known_means, read_family_means
from attnviz.maps import explain


def test_the_bundled_means_fit_the_bundled_models(shipped: Family) -> None:
    found = read_family_means(shipped.folder, shipped.name)
    assert (found.photos, found.input_size) == (200 * 500, 64)  # all training photos of its classes
    assert known_means(shipped) == {"se", "bam", "cbam"}
    assert (shipped.folder / FILE).stat().st_size < 2e6
    images = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(3))
    for name in found.models:
        means = shipped.gate_means(name)
        gates = explain(shipped[name], images, stages=(), interventions={"all": "mean"}, means=means).gates
        for place, gate in gates.items():
            assert torch.equal(gate.values[0], means.values[place])
            assert 0 < gate.min <= gate.max < 1
            assert all(f"{place}.{branch}" in means.values for branch in gate.logits)
