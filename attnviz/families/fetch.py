"""Weights come from their publisher: checked, whole or not at all, and once however many processes ask.

pooch, the usual library for this, neither goes on with a part of a file nor keeps two processes apart, so httpx and
filelock do it here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from filelock import FileLock, Timeout

from attnviz.errors import FetchError, WeightsError
from attnviz.families.checksum import Checksum
from attnviz.families.download import Advance, Sleep, download, unpack, writing
from attnviz.families.family import Family
from attnviz.families.file import Member

TIMEOUT = httpx.Timeout(30, connect=10)
LOCK_LOOKS = 0.2  # seconds between two looks whether another process is done


def fetch(
    family: Family,
    name: str,
    folder: Path | None = None,
    advance: Advance = lambda done, total: None,
    sleep: Sleep = time.sleep,
) -> Path:
    """Brings a model's weights here and returns their path; weights that are here and right are left as they are.

    What was received before an interruption is kept as ``*.part``, and the next call goes on from there. Nothing has
    the file's own name that does not have its checksum.

    Args:
        family: that the model belongs to.
        name: of the model.
        folder: where to put the file; None for the family's folder in the user's cache, where the family finds it.
        advance: called with the bytes that are here and those in all, 0 where nobody knows; also while it waits. What
            it raises ends the work.
        sleep: waits that many seconds; for tests.

    Raises:
        FamilyError: if the family has no such model.
        FetchError: if there is no address, or the file cannot be had or written now.
        WeightsError: if what the address gives is not the file that family.toml names.
    """
    member = family.member(name)
    here = family.path(name) if folder is None else None
    if here is not None and here.parent != family.cache:
        if _is_right(here, member.checksum):
            return here
        raise WeightsError(
            '"{file}" in the folder of the family is not the file that family.toml names ({checksum}); move it away.',
            file=member.file,
            checksum=member.checksum,
        )
    if member.url is None:
        raise FetchError(
            'No address is known for the weights of "{name}": put the file "{file}" ({checksum}) into the folder of '
            'the family "{family}".',
            name=name,
            file=member.file,
            checksum=member.checksum,
            family=family.name,
        )
    place = (folder or family.cache) / member.file
    with writing(member.file):
        place.parent.mkdir(parents=True, exist_ok=True)
    with _alone(place, advance):
        if not _is_right(place, member.checksum):
            with httpx.Client(follow_redirects=True, timeout=TIMEOUT) as client:
                _bring(client, member, place, advance, sleep)
    return place


def _bring(client: httpx.Client, member: Member, place: Path, advance: Advance, sleep: Sleep) -> None:
    """Downloads, unpacks and checks a file; one that was received in parts gets a second chance in one piece."""
    assert member.url is not None
    unpacked = place.with_name(f"{member.file}.part")
    received = place.with_name(f"{member.file}.zip.part") if member.is_zipped else unpacked
    size = None if member.is_zipped else member.size
    in_parts = received.exists()
    download(client, member.url, received, size, advance, sleep)
    right = (not member.is_zipped or unpack(received, member.file, unpacked)) and _is_right(unpacked, member.checksum)
    with writing(member.file):
        if right:
            unpacked.replace(place)
        unpacked.unlink(missing_ok=True)
        received.unlink(missing_ok=True)
    if right:
        return
    if in_parts:  # the file at the address may have changed between two parts
        _bring(client, member, place, advance, sleep)
        return
    raise WeightsError(
        "What {url} gives is not the file that family.toml names ({checksum}); it was removed. Try again later, or "
        "ask who published it.",
        url=member.url,
        checksum=member.checksum,
    )


@contextmanager
def _alone(place: Path, advance: Advance) -> Iterator[None]:
    """Keeps every other process and thread from fetching the same file; they wait."""
    lock = FileLock(f"{place}.lock")
    while not _acquired(lock, place.name):
        advance(0, 0)
    try:
        yield
    finally:
        lock.release()


def _acquired(lock: FileLock, file: str) -> bool:
    with writing(file):
        try:
            lock.acquire(timeout=LOCK_LOOKS)
        except Timeout:
            return False
    return True


def _is_right(path: Path, checksum: Checksum) -> bool:
    try:
        return checksum.matches(path)
    except OSError:
        return False
