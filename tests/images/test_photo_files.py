"""Photos are listed and read the same from folders and zips, whatever else is in them and however they are damaged."""

from __future__ import annotations

import threading
import zipfile
from pathlib import Path

import pytest

from attnviz.errors import DataError, ImageError
from attnviz.images import open_photo_files

CONTENT = {"n1/b.png": b"one", "n1/a.JPEG": b"other", "n2/images/c.tif": b"third", "top.webp": b"4"}
BESIDE = {"n1/boxes.txt": b"0 0 9 9", "boxes.csv": b"image", "n1/deep.csv": b"", "__MACOSX/n1/._a.JPEG": b"\0\5"}
SORTED = ("n1/a.JPEG", "n1/b.png", "n2/images/c.tif", "top.webp")


def as_tree(folder: Path, content: dict[str, bytes]) -> Path:
    for name, body in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return folder


def as_zip(path: Path, content: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> Path:
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, body in content.items():
            archive.writestr(name, body)
    return path


def test_a_folder_a_zip_and_a_folder_of_zips_are_the_same(tmp_path: Path) -> None:
    tree = open_photo_files(as_tree(tmp_path / "tree", CONTENT | BESIDE))
    one = open_photo_files(as_zip(tmp_path / "one.zip", CONTENT | BESIDE, zipfile.ZIP_DEFLATED))
    for part, content in enumerate((dict(list(CONTENT.items())[:2]), dict(list(CONTENT.items())[2:]) | BESIDE)):
        as_zip(tmp_path / "many" / f"{part}.zip", content)
    many = open_photo_files(tmp_path / "many")
    for files, name in ((tree, "tree"), (one, "one.zip"), (many, "many")):
        assert files.name == name
        assert files.names == SORTED
        assert files.tables == ("boxes.csv",)
        assert [files.read(each) for each in SORTED] == [CONTENT[each] for each in SORTED]
        assert files.read("boxes.csv") == b"image"
        assert files.digest == tree.digest


def test_zips_beside_the_tree_that_they_were_unpacked_to_are_not_read(tmp_path: Path) -> None:
    as_zip(as_tree(tmp_path / "data", CONTENT) / "data.zip", {"n1/another.png": b""})
    assert open_photo_files(tmp_path / "data").names == SORTED


@pytest.mark.parametrize(
    "changed",
    [{"n1/b.png": b"longer"}, {"n1/new.png": b""}, {"n1/b.png": b"", "n1/a.JPEG": b"oneother"}],
    ids=["a size", "a name", "sizes that sum up to the same"],
)
def test_another_listing_has_another_digest(changed: dict[str, bytes], tmp_path: Path) -> None:
    before = open_photo_files(as_tree(tmp_path / "tree", CONTENT)).digest
    assert open_photo_files(as_tree(tmp_path / "tree", changed)).digest != before


def test_folders_that_are_links_are_followed_once(tmp_path: Path) -> None:
    as_tree(tmp_path / "elsewhere", {"d.png": b"far"})
    tree = as_tree(tmp_path / "tree", CONTENT)
    (tree / "n3").symlink_to(tmp_path / "elsewhere")
    (tree / "n1" / "again").symlink_to(tree)
    (tree / "n2" / "folder.png").mkdir()
    files = open_photo_files(tree)
    assert files.names == tuple(sorted((*SORTED, "n3/d.png")))
    assert files.read("n3/d.png") == b"far"


def test_names_that_climb_out_of_a_zip_reach_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"not yours")
    files = open_photo_files(as_zip(tmp_path / "in" / "a.zip", {"../secret.png": b"mine", "/etc/x.png": b"mine too"}))
    assert [files.read(name) for name in files.names] == [b"mine", b"mine too"]
    assert sorted(path.name for path in tmp_path.rglob("*.png")) == ["secret.png"]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attnviz.images.photo_files.MOST_BYTES", 2**20)
    bomb = as_zip(tmp_path / "b.zip", {"n/bomb.png": bytes(2**20 + 1), "n/fits.png": b"x"}, zipfile.ZIP_DEFLATED)
    files = open_photo_files(bomb)
    with pytest.raises(ImageError, match=r"^The file is larger than 1 MiB, which no photo needs; leave it out\.$"):
        files.read("n/bomb.png")
    assert files.read("n/fits.png") == b"x"


def damaged(path: Path, at: bytes, by: int) -> Path:
    data = bytearray(path.read_bytes())
    data[data.index(at) + by] ^= 1
    path.write_bytes(data)
    return path


def test_files_that_cannot_be_read_are_told_one_by_one(tmp_path: Path) -> None:
    stored = open_photo_files(damaged(as_zip(tmp_path / "stored.zip", CONTENT), b"other", 0))
    encrypted = open_photo_files(damaged(as_zip(tmp_path / "encrypted.zip", {"n1/a.JPEG": b"x"}), b"PK\1\2", 8))
    gone = open_photo_files(as_tree(tmp_path / "tree", CONTENT))
    (tmp_path / "tree" / "n1" / "a.JPEG").unlink()
    for files in (stored, encrypted, gone):
        with pytest.raises(ImageError, match=r"^The file is damaged or cannot be read; copy it again\.$"):
            files.read("n1/a.JPEG")
    assert stored.read("n1/b.png") == b"one"


def test_what_cannot_be_a_set(tmp_path: Path) -> None:
    (tmp_path / "half.zip").write_bytes(as_zip(tmp_path / "whole.zip", CONTENT).read_bytes()[:60])
    as_zip(tmp_path / "twice" / "a.zip", CONTENT)
    as_zip(tmp_path / "twice" / "b.zip", {"top.webp": b""})
    told = {
        "absent": 'There is no folder or zip "absent"; check the path.',
        "half.zip": '"half.zip" is not a whole zip file; copy it again.',
        "twice": '"top.webp" is in "a.zip" and in "b.zip"; photos must have names of their own.',
    }
    for name, message in told.items():
        with pytest.raises(DataError) as caught:
            open_photo_files(tmp_path / name)
        assert str(caught.value) == message


def test_threads_read_one_zip_at_once(tmp_path: Path) -> None:
    content = {f"n/{number}.png": bytes([number]) * 20000 for number in range(40)}
    files = open_photo_files(as_zip(tmp_path / "a.zip", content, zipfile.ZIP_DEFLATED))
    wrong: list[str] = []

    def read() -> None:
        wrong.extend(name for name in files.names if files.read(name) != content[name])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
