"""What the system says of this process's memory."""

from __future__ import annotations

from pathlib import Path


def resident_mib(what: str = "VmRSS") -> float:
    """Returns the memory that is in use, ``VmRSS``, or its peak, ``VmHWM``, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{what}:"))) / 1024
