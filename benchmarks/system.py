"""What Linux counts: memory of this process, processor time of any."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def resident_mib(what: str = "VmRSS") -> float:
    """Returns the memory that is in use, ``VmRSS``, or its peak, ``VmHWM``, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{what}:"))) / 1024


def seconds_of(process: int) -> float:
    """Returns the seconds that a process has run on any processor, all its threads together."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS  # in user mode and in the kernel


def seconds_of_all() -> float:
    """Returns the seconds that all processors together have not been idle."""
    user, nice, system, _idle, _iowait, *rest = map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9])
    return (user + nice + system + sum(rest)) / _TICKS
