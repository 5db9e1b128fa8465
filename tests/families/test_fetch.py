"""Weights come whole and checked, however the connection fails, and once, however many ask for them."""

from __future__ import annotations

import errno
import hashlib
import io
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attnviz.errors import AttnvizError, FetchError, WeightsError
from attnviz.families import Family, open_family
from attnviz.families import download as download_module
from attnviz.families.fetch import fetch

CONTENT = bytes(range(256)) * 160  # 40,960 bytes
NAME = "se.safetensors"
Published = Callable[..., Path]


class Stopped(Exception):  # noqa: N818 - nothing is wrong
    """What advance raises to end the work."""


def no_sleep(seconds: float) -> None:
    assert seconds <= 0.25  # a Stop is heard while it waits


def got(family: Family, **options: Any) -> Path:
    return fetch(family, "se", sleep=no_sleep, **options)


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


def test_whole(publisher: Any, published: Published, cache: Path) -> None:
    family = open_family(published(CONTENT, size=len(CONTENT)))
    steps: list[tuple[int, int]] = []
    assert family.missing == ("se",)
    path = got(family, advance=lambda done, total: steps.append((done, total)))
    assert path == cache / "families" / "far" / NAME
    assert path.read_bytes() == CONTENT
    assert left_in(path.parent) == [NAME]
    assert (list(family), family.missing) == (["se"], ())
    assert (steps[0], steps[-1]) == ((0, len(CONTENT)), (len(CONTENT), len(CONTENT)))
    assert steps == sorted(steps)
    assert got(family) == path  # and not asked for again
    assert publisher.asked == [(f"/{NAME}", "")]


def test_a_given_folder(published: Published, tmp_path: Path) -> None:
    path = fetch(open_family(published(CONTENT)), "se", tmp_path / "mine" / "deep")
    assert path == tmp_path / "mine" / "deep" / NAME
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize("in_folder", [CONTENT, b"another"])
def test_a_file_in_the_familys_own_folder_is_left_as_it_is(
    publisher: Any, published: Published, in_folder: bytes
) -> None:
    folder = published(CONTENT)
    (folder / NAME).write_bytes(in_folder)
    if in_folder == CONTENT:
        assert got(open_family(folder)) == folder / NAME
    else:
        with pytest.raises(WeightsError, match=r"is not the file that family\.toml names .* move it away\.$"):
            got(open_family(folder))
    assert (folder / NAME).read_bytes() == in_folder
    assert publisher.asked == []


def test_a_damaged_file_in_the_cache_is_fetched_again(published: Published, cache: Path) -> None:
    family = open_family(published(CONTENT))
    family.cache.mkdir(parents=True)
    (family.cache / NAME).write_bytes(CONTENT[:-1])
    assert got(family).read_bytes() == CONTENT


@pytest.mark.parametrize("checksum", ["sha1", "sha256_prefix"])
def test_other_checksums(published: Published, checksum: str) -> None:
    right = hashlib.sha1(CONTENT).hexdigest() if checksum == "sha1" else hashlib.sha256(CONTENT).hexdigest()[:8]
    assert got(open_family(published(CONTENT, **{checksum: right}))).read_bytes() == CONTENT
    with pytest.raises(WeightsError, match="is not the file that family"):
        fetch(open_family(published(CONTENT, **{checksum: "0" * len(right)})), "se", Path(published(CONTENT)) / "x")


def test_resumed(publisher: Any, published: Published) -> None:
    family = open_family(published(CONTENT))
    family.cache.mkdir(parents=True)
    (family.cache / f"{NAME}.part").write_bytes(CONTENT[:10_000])
    steps: list[int] = []
    assert got(family, advance=lambda done, total: steps.append(done)).read_bytes() == CONTENT
    assert publisher.asked == [(f"/{NAME}", "bytes=10000-")]
    assert steps[0] == 10_000


def test_cut_off_in_the_middle(publisher: Any, published: Published) -> None:
    family = open_family(published(CONTENT))
    publisher.failures = ["cut:9000", "cut:0", "cut:20000"]
    assert got(family).read_bytes() == CONTENT
    ranges = [asked for _, asked in publisher.asked]
    assert ranges == ["", "bytes=9000-", "bytes=9000-", "bytes=29000-"]


def test_cut_off_where_nobody_knows_the_length(publisher: Any, published: Published) -> None:
    """Then only the checksum shows it; the part is thrown away, since it may be of another file."""
    family = open_family(published(CONTENT))
    publisher.lengths, publisher.failures = False, ["cut:9000"]
    with pytest.raises(WeightsError):
        got(family)
    assert left_in(family.cache) == []
    assert got(family).read_bytes() == CONTENT


def test_a_server_that_cannot_resume_starts_over(publisher: Any, published: Published) -> None:
    family = open_family(published(CONTENT))
    publisher.ranges, publisher.failures = False, ["cut:9000"]
    assert got(family).read_bytes() == CONTENT
    assert [asked for _, asked in publisher.asked] == ["", "bytes=9000-"]


def test_a_server_that_gives_another_range_starts_over(publisher: Any, published: Published) -> None:
    family = open_family(published(CONTENT))
    publisher.range_error, publisher.failures = 7, ["cut:9000"]
    assert got(family).read_bytes() == CONTENT
    assert [asked for _, asked in publisher.asked] == ["", "bytes=9000-", ""]


@pytest.mark.parametrize("part", [CONTENT, b"x" * len(CONTENT), CONTENT + b"more", b"x" * 500])
def test_a_part_that_is_whole_already_or_of_another_file(publisher: Any, published: Published, part: bytes) -> None:
    family = open_family(published(CONTENT))
    family.cache.mkdir(parents=True)
    (family.cache / f"{NAME}.part").write_bytes(part)
    assert got(family).read_bytes() == CONTENT
    assert left_in(family.cache) == [NAME]
    assert len(publisher.asked) == (1 if part == CONTENT else 2)


def test_wrong_checksum(publisher: Any, published: Published) -> None:
    family = open_family(published(CONTENT, sha256="0" * 64))
    with pytest.raises(WeightsError) as caught:
        got(family)
    assert str(caught.value) == (
        f"What {publisher.url}/{NAME} gives is not the file that family.toml names (SHA-256 {'0' * 64}); it was "
        "removed. Try again later, or ask who published it."
    )
    assert left_in(family.cache) == []
    assert family.missing == ("se",)
    assert len(publisher.asked) == 1


@pytest.mark.parametrize("lengths", [True, False])
@pytest.mark.parametrize("size", [len(CONTENT) - 1, len(CONTENT) + 1])
def test_wrong_size(publisher: Any, published: Published, size: int, lengths: bool) -> None:
    publisher.lengths = lengths
    family = open_family(published(CONTENT, size=size))
    with pytest.raises(FetchError, match=rf"gives \d+ bytes, and family\.toml says {size}: it is another file\."):
        got(family)
    assert left_in(family.cache) == []


def test_more_than_weights_can_be(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download_module, "MOST_BYTES", 20_000)
    family = open_family(published(CONTENT))
    with pytest.raises(FetchError, match="more than 20000 bytes: it is no weights file"):
        got(family)
    assert left_in(family.cache) == []


@pytest.mark.parametrize("status", [404, 410, 403])
def test_what_the_server_does_not_have(publisher: Any, published: Published, status: int) -> None:
    family = open_family(published(CONTENT))
    publisher.failures = [status]
    with pytest.raises(FetchError) as caught:
        got(family)
    assert str(caught.value) == (
        f"{publisher.url}/{NAME} does not give the file (HTTP {status}); it may have moved. Ask who published it, or "
        "name another address in family.toml."
    )
    assert len(publisher.asked) == 1


def test_500_then_200(publisher: Any, published: Published) -> None:
    publisher.failures = [500, 503]
    waited: list[float] = []
    path = fetch(open_family(published(CONTENT)), "se", sleep=waited.append)
    assert path.read_bytes() == CONTENT
    assert sum(waited) == 1 + 2  # back-off: a second, then two
    assert len(publisher.asked) == 3


def test_a_server_that_never_recovers(publisher: Any, published: Published) -> None:
    publisher.failures = [500] * 10
    with pytest.raises(FetchError, match=r"failed 4 times \(HTTP 500\); try again later\.$"):
        got(open_family(published(CONTENT)))
    assert len(publisher.asked) == 4


def test_redirect(publisher: Any, published: Published) -> None:
    family = open_family(published(CONTENT))
    publisher.files["/elsewhere"] = publisher.files.pop(f"/{NAME}")
    publisher.redirects = {f"/{NAME}": f"{publisher.url}/elsewhere"}
    publisher.failures = ["", "cut:5000"]
    assert got(family).read_bytes() == CONTENT
    assert publisher.asked[-1] == ("/elsewhere", "bytes=5000-")


def test_redirects_without_an_end(publisher: Any, published: Published) -> None:
    family = open_family(published(CONTENT))
    publisher.redirects = {f"/{NAME}": f"/{NAME}"}
    with pytest.raises(FetchError, match="cannot be reached"):
        got(family)


def test_slow(publisher: Any, published: Published) -> None:
    """What arrives is told as it arrives."""
    publisher.pause = 0.02
    steps: list[int] = []
    got(open_family(published(CONTENT)), advance=lambda done, total: steps.append(done))
    assert len(set(steps)) >= 5


def test_a_server_that_falls_silent(publisher: Any, published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attnviz.families.fetch.TIMEOUT", 0.1)
    publisher.pause = 0.5
    with pytest.raises(FetchError, match=r"cannot be reached \(ReadTimeout\)"):
        got(open_family(published(CONTENT[:4096])))


def test_offline(published: Published) -> None:
    with socket.socket() as probe:  # a port at which nothing listens
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    family = open_family(published(CONTENT, url=f"http://127.0.0.1:{port}/{NAME}"))
    with pytest.raises(FetchError) as caught:
        got(family)
    assert str(caught.value) == (
        f"http://127.0.0.1:{port}/{NAME} cannot be reached (ConnectError). If this machine is offline, get the file "
        "elsewhere."
    )


def test_stop_and_go_on(publisher: Any, published: Published) -> None:
    def stop(done: int, total: int) -> None:
        if done >= 20_000:
            raise Stopped

    family, publisher.pause = open_family(published(CONTENT)), 0.005
    with pytest.raises(Stopped):
        got(family, advance=stop)
    part = family.cache / f"{NAME}.part"
    assert 20_000 <= part.stat().st_size < len(CONTENT)
    assert family.missing == ("se",)
    assert got(family).read_bytes() == CONTENT
    assert publisher.asked[-1][1].startswith("bytes=2")


def test_stop_while_another_fetches(publisher: Any, published: Published) -> None:
    def stop(done: int, total: int) -> None:
        raise Stopped

    family, publisher.pause = open_family(published(CONTENT)), 0.05
    begun = threading.Event()
    first = threading.Thread(target=lambda: got(family, advance=lambda done, total: begun.set()))
    first.start()
    begun.wait(10)
    with pytest.raises(Stopped):
        got(family, advance=stop)
    first.join()
    assert got(family).read_bytes() == CONTENT
    assert len(publisher.asked) == 1


def test_two_threads_at_once(publisher: Any, published: Published) -> None:
    family, publisher.pause, paths = open_family(published(CONTENT)), 0.005, []
    threads = [threading.Thread(target=lambda: paths.append(got(family))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert paths == [family.cache / NAME] * 4
    assert paths[0].read_bytes() == CONTENT
    assert len(publisher.asked) == 1


def test_two_processes_at_once(publisher: Any, published: Published, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from attnviz.families import open_family;"
        "from attnviz.families.fetch import fetch; fetch(open_family(sys.argv[1]), 'se', Path(sys.argv[2]))"
    )
    publisher.pause = 0.02
    command = [sys.executable, "-c", code, str(published(CONTENT)), str(tmp_path / "dest")]
    running = [subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate()[1] for process in running] == [b"", b""]
    assert [process.returncode for process in running] == [0, 0]
    assert (tmp_path / "dest" / NAME).read_bytes() == CONTENT
    assert len(publisher.asked) == 1


def test_disk_full(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    family = open_family(published(CONTENT))
    usage = download_module.shutil.disk_usage(family.folder)._replace(free=100)
    monkeypatch.setattr(download_module.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(FetchError, match=f'^The disk is full, so that "{NAME}" cannot be kept; make room, and fetch'):
        got(family)


def test_a_folder_that_cannot_be_written(published: Published, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FetchError, match=rf'^"{NAME}" cannot be written: [^/]+\.$'):
        fetch(open_family(published(CONTENT)), "se", tmp_path / "file")


def test_errors_of_the_disk() -> None:
    for number, said in ((errno.ENOSPC, "The disk is full"), (errno.EACCES, "cannot be written: no")):
        with pytest.raises(FetchError, match=said), download_module.writing("x.pth"):
            raise OSError(number, "no")


def test_no_address(published: Published) -> None:
    folder = published(CONTENT)
    lines = (folder / "family.toml").read_text().splitlines()
    (folder / "family.toml").write_text("\n".join(line for line in lines if not line.startswith("url")))
    with pytest.raises(FetchError, match=rf'No address .* "se": put the file "{NAME}" \(SHA-256 .*\) into the folder'):
        got(open_family(folder))


def test_unknown_model(published: Published) -> None:
    with pytest.raises(AttnvizError, match='has no model "cbm"'):
        fetch(open_family(published(CONTENT)), "cbm")


# -- zip archives, whose checksum is that of the file inside ----------------------------------------------------------


def zipped(*files: tuple[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return content.getvalue()


@pytest.mark.parametrize("inside", ["se.pth", "folder/se.pth"])
def test_a_file_in_a_zip(publisher: Any, published: Published, inside: str) -> None:
    archive = zipped((inside, CONTENT), ("README", b"x"))
    publisher.failures = ["cut:100"]
    family = open_family(published(CONTENT, "se.pth", served="se.pth.zip", archive=archive, size=len(CONTENT)))
    path = got(family)
    assert path.name == "se.pth"
    assert path.read_bytes() == CONTENT
    assert left_in(path.parent) == ["se.pth"]
    assert [asked for _, asked in publisher.asked] == ["", "bytes=100-"]


@pytest.mark.parametrize(
    "archive",
    [
        b"no zip", zipped(("other.pth", CONTENT)), zipped(("se.pth", b"other")), zipped(("se.pth", CONTENT))[:-30],
        zipped(("a/se.pth", CONTENT), ("b/se.pth", CONTENT)),
    ],
    ids=["no zip", "another name", "another content", "truncated", "two"],
)  # fmt: skip
def test_a_zip_that_does_not_hold_the_file(published: Published, archive: bytes) -> None:
    family = open_family(published(CONTENT, "se.pth", served="se.pth.zip", archive=archive))
    with pytest.raises(WeightsError, match="is not the file that family"):
        got(family)
    assert left_in(family.cache) == []


def test_nothing_in_a_zip_is_written_elsewhere(published: Published, tmp_path: Path) -> None:
    archive = zipped(("../../se.pth", CONTENT))
    path = got(open_family(published(CONTENT, "se.pth", served="se.pth.zip", archive=archive)))
    assert list(tmp_path.rglob("se.pth")) == [path]
