"""Which device the models run on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attnviz.errors import OptionError

if TYPE_CHECKING:
    import torch


def choose_device(name: str | None = None) -> torch.device:
    """Returns the device called ``name``, or the first there is of cuda, mps and cpu.

    Raises:
        OptionError: if this machine has no such device.
    """
    import torch

    available = ["cpu"]
    if torch.backends.mps.is_available():
        available.insert(0, "mps")
    if torch.cuda.is_available():
        available.insert(0, "cuda")
    if name is None:
        return torch.device(available[0])
    kind, _, number = name.partition(":")
    too_many = kind == "cuda" and number.isdecimal() and int(number) >= torch.cuda.device_count()
    if kind not in available or too_many or (number and not number.isdecimal()):
        raise OptionError(
            'There is no device "{name}" here; this machine has {devices}.', name=name, devices=", ".join(available)
        )
    return torch.device(name)
