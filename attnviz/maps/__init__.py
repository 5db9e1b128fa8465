"""A model and images become logits, maps and gates, without any state left behind.

Everything of a stage comes from one forward pass; maps at the input, ``explain_input``, need many.
"""

from attnviz.maps.degenerate import Degeneracy, degeneracy, says_something
from attnviz.maps.explain import Explanation, explain, explained, explained_by, gates, gradcam
from attnviz.maps.forward import Forward, forward
from attnviz.maps.input_level import INPUT_METHODS, InputExplanation, InputMethod, explain_input
from attnviz.maps.interventions import Intervention, Interventions, known_places, places_of
from attnviz.maps.methods import METHODS
from attnviz.maps.reading import GateReading

__all__ = [
    "INPUT_METHODS",
    "METHODS",
    "Degeneracy",
    "Explanation",
    "Forward",
    "GateReading",
    "InputExplanation",
    "InputMethod",
    "Intervention",
    "Interventions",
    "degeneracy",
    "explain",
    "explain_input",
    "explained",
    "explained_by",
    "forward",
    "gates",
    "gradcam",
    "known_places",
    "places_of",
    "says_something",
]
