"""One address becomes one file on disk: streamed, resumed, tried again, and stopped when asked to."""

from __future__ import annotations

import errno
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from attnviz.errors import FetchError

TRIES, BACK_OFF = 4, 1.0  # waits 1, 2 and 4 seconds
CHUNK = 1 << 18
MOST_BYTES = 1 << 32
PASSING = (408, 425, 429, 500, 502, 503, 504)  # what a server says that may say something else a moment later

DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)
"""What zipfile raises for an archive that is damaged, encrypted, or packed in a rare way."""

Advance = Callable[[int, int], None]
Sleep = Callable[[float], None]


class _Again(Exception):  # noqa: N818 - another try may bring what this one did not
    """The connection or the server failed in a way that may pass."""


def download(client: httpx.Client, url: str, part: Path, size: int | None, advance: Advance, sleep: Sleep) -> None:
    """Receives an address into a file, going on after what the file holds already.

    Args:
        client: follows redirects and has timeouts.
        url: http or https.
        part: the file.
        size: what must come, in bytes; None where nobody knows.
        advance: called with the bytes that are here and those in all, 0 where nobody knows; what it raises ends the
            work and leaves the part.
        sleep: waits that many seconds.

    Raises:
        FetchError: if it cannot be had or written, or is of another size.
    """
    failures, most = 0, _size(part)
    while True:
        try:
            _receive(client, url, part, size, advance)
            return
        except (httpx.TransportError, httpx.TooManyRedirects, httpx.InvalidURL, _Again) as error:
            failures = 1 if _size(part) > most else failures + 1  # what got further has earned new tries
            most = max(most, _size(part))
            if failures == TRIES:
                raise _unreachable(url, error) from None
        _pause(BACK_OFF * 2 ** (failures - 1), advance, part, sleep)


def unpack(archive: Path, name: str, unpacked: Path) -> bool:
    """Takes the file ``name`` out of a zip archive, and returns whether that was possible.

    Raises:
        FetchError: if it cannot be written.
    """
    with writing(name):
        try:
            with zipfile.ZipFile(archive) as opened:
                inside = [info for info in opened.infolist() if info.filename.rpartition("/")[2] == name]
                if len(inside) != 1 or inside[0].file_size > MOST_BYTES:
                    return False
                with opened.open(inside[0]) as source, unpacked.open("wb") as target:
                    shutil.copyfileobj(source, target, CHUNK)
        except DAMAGED:
            return False
    return True


@contextmanager
def writing(file: str) -> Iterator[None]:
    """Turns what the disk refuses into a sentence.

    Raises:
        FetchError: instead of an OSError.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise FetchError(
                'The disk is full, so that "{file}" cannot be kept; make room, and fetch it again.', file=file
            ) from None
        raise FetchError('"{file}" cannot be written: {reason}.', file=file, reason=error.strerror) from None


def _receive(client: httpx.Client, url: str, part: Path, size: int | None, advance: Advance) -> None:
    """Makes one request."""
    have = _size(part)
    # "identity": a length that counts compressed bytes would be no length of the file
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code == 416:  # nothing after what is here: the file is whole, or another one
            if have and answer.headers.get("content-range") == f"bytes */{have}":
                return
            part.unlink(missing_ok=True)
            raise _Again("HTTP 416")
        have = _begin(answer, have, url, part)
        length = answer.headers.get("content-length", "")
        total = have + int(length) if length.isdecimal() and "content-encoding" not in answer.headers else 0
        _check_size(url, size, total, part)
        with writing(part.name.removesuffix(".part")):
            if total and shutil.disk_usage(part.parent).free < total - have:
                raise OSError(errno.ENOSPC, "")
            with part.open("ab" if have else "wb") as file:
                advance(have, total)
                for chunk in answer.iter_bytes():
                    file.write(chunk)
                    have += len(chunk)
                    _check_size(url, size, have, part, is_all=False)
                    advance(have, total)
        if total and have < total:
            raise _Again("cut off")
        _check_size(url, size, have, part)


def _begin(answer: httpx.Response, have: int, url: str, part: Path) -> int:
    """Returns from which byte on the answer goes, or raises what its status means."""
    if answer.status_code == 206:
        place = re.match(r"bytes (\d+)-", answer.headers.get("content-range", ""))
        if place is None or int(place[1]) != have:
            part.unlink(missing_ok=True)  # nothing can be put after it
            raise _Again("another range than was asked for")
        return have
    if answer.status_code == 200:
        return 0
    if answer.status_code in PASSING:
        raise _Again(f"HTTP {answer.status_code}")
    raise FetchError(
        "{url} does not give the file (HTTP {status}); it may have moved. Ask who published it, or name another "
        "address in family.toml.",
        url=url,
        status=answer.status_code,
    )


def _check_size(url: str, size: int | None, found: int, part: Path, is_all: bool = True) -> None:
    """Refuses what is of another size than it should be, or larger than weights are, before the disk is full of it."""
    right = found == size or (not is_all and found < size) if size else found <= MOST_BYTES
    if right or not found:
        return
    with writing(part.name.removesuffix(".part")):
        part.unlink(missing_ok=True)
    if size:
        raise FetchError(
            "{url} gives {found} bytes, and family.toml says {size}: it is another file. Ask who published it.",
            url=url,
            found=found,
            size=size,
        )
    raise FetchError("{url} gives more than {most} bytes: it is no weights file.", url=url, most=MOST_BYTES)


def _unreachable(url: str, error: Exception) -> FetchError:
    if isinstance(error, _Again):
        return FetchError("{url} failed {tries} times ({why}); try again later.", url=url, tries=TRIES, why=str(error))
    return FetchError(
        "{url} cannot be reached ({why}). If this machine is offline, get the file elsewhere.",
        url=url,
        why=type(error).__name__,
    )


def _pause(seconds: float, advance: Advance, part: Path, sleep: Sleep) -> None:
    """Waits in short steps, so that a Stop is heard."""
    steps = max(round(seconds / 0.25), 1)
    for _ in range(steps):
        advance(_size(part), 0)
        sleep(seconds / steps)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
