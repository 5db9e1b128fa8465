"""A model and images become logits, maps and gates, in one forward pass and without any state left behind."""

from attnviz.maps.degenerate import Degeneracy, degeneracy
from attnviz.maps.explain import Explanation, explain, explained, gates, gradcam
from attnviz.maps.forward import Forward, forward
from attnviz.maps.methods import METHODS
from attnviz.maps.reading import GateReading

__all__ = [
    "METHODS",
    "Degeneracy",
    "Explanation",
    "Forward",
    "GateReading",
    "degeneracy",
    "explain",
    "explained",
    "forward",
    "gates",
    "gradcam",
]
