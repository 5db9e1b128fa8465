"""Average drop and increase in confidence: the image seen through its own map."""

from __future__ import annotations

from torch import Tensor

from attnviz.scores.confidence import Confidence
from attnviz.scores.heat import ready_maps, scored


def average_drop(maps: Tensor, confidence: Confidence) -> Tensor:
    """Average drop of each map (Chattopadhay et al., Grad-CAM++, WACV 2018): max(0, Y - O) / Y.

    Y is the probability of the target, O that of the image times the map. Low is good. The mean over images is the
    published score (times 100).

    Args:
        maps: raw, (N,h,w), of the N images; what is positive, divided by its maximum, is brought to the images' size.
        confidence: from :func:`attnviz.scores.confidence_in`.

    Returns:
        (N,) in [0,1]; NaN for a degenerate map, and where Y is 0.
    """
    seen, says = _seen(maps, confidence)
    return scored((confidence.clean - seen).clamp(min=0) / confidence.clean, says)


def increase_in_confidence(maps: Tensor, confidence: Confidence) -> Tensor:
    """Increase in confidence of each map (Chattopadhay et al., Grad-CAM++, WACV 2018): whether O > Y.

    Args:
        maps: see :func:`average_drop`.
        confidence: see :func:`average_drop`.

    Returns:
        (N,), 0 or 1; NaN for a degenerate map. The mean over images is the published score (times 100).
    """
    seen, says = _seen(maps, confidence)
    return scored((seen > confidence.clean).to(seen.dtype), says)


def through(images: Tensor, heat: Tensor, black: Tensor) -> Tensor:
    """Multiplies pictures by maps in [0,1] as pictures are multiplied: where a map is 0, the picture is black.

    The images are normalised, and 0 in them is the mean colour, so that multiplying them would leave a grey there.

    Args:
        images: (N,3,H,W), normalised.
        heat: (N,H,W) in [0,1].
        black: (3,), normalised.

    Returns:
        (N,3,H,W), normalised.
    """
    return black[:, None, None] + (images - black[:, None, None]) * heat[:, None]


def _seen(maps: Tensor, confidence: Confidence) -> tuple[Tensor, Tensor]:
    """Returns O (N,), and which maps can be scored (N,)."""
    confidence.for_maps(maps)
    images = confidence.images
    heat, says = ready_maps(maps, (images.shape[2], images.shape[3]))
    pictures = through(images, heat.to(images), confidence.black)
    return confidence.after(lambda number: pictures, 1)[:, 0], says.to(images.device)
