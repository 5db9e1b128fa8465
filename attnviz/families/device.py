"""Which device the models run on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attnviz.errors import OptionError

if TYPE_CHECKING:
    import torch


def choose_device(name: str | None = None) -> torch.device:
    """Returns the device called ``name``, or the first there is of cuda, mps and cpu.

    Choosing cuda turns TF32 off in this process. It is what torch computes convolutions in otherwise, and it rounds to
    10 bits: enough to change the fourth decimal of an accuracy, or a map that is compared to the fifth.

    Raises:
        OptionError: if this machine has no such device.
    """
    import torch

    available = ["cpu"]
    if torch.backends.mps.is_available():
        available.insert(0, "mps")
    if torch.cuda.is_available():
        available.insert(0, "cuda")
    name = available[0] if name is None else name
    kind, numbered, number = name.partition(":")
    is_number = number.isdecimal() and str(int(number)) == number
    too_many = kind == "cuda" and is_number and int(number) >= torch.cuda.device_count()
    if kind not in available or too_many or (numbered and not is_number):
        raise OptionError(
            'There is no device "{name}" here; this machine has {devices}.', name=name, devices=", ".join(available)
        )
    if kind == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    return torch.device(name)
