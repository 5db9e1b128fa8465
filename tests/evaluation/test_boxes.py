"""Boxes are read by what their header says they are, and every wrong line is told before anything is begun."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from attnviz.errors import TruthError
from attnviz.evaluation.boxes import BoxTable, read_boxes
from attnviz.images import PhotoFiles, open_photo_files

EDGES = "image,left,top,right,bottom\n"
PIXELS = "path,x0,y0,x1,y1\n"


def photo(width: int, height: int, orientation: int = 1) -> bytes:
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (width, height)).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


CONTENT = {
    "cat/a.jpg": photo(40, 30), "cat/b.jpg": photo(40, 30), "dog/turned.jpg": photo(40, 30, orientation=6),
    "dog/torn.jpg": photo(40, 30)[:40],
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> PhotoFiles:
    for name, body in CONTENT.items():
        (tmp_path / "val" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "val" / name).write_bytes(body)
    return open_photo_files(tmp_path / "val")


def read(files: PhotoFiles, text: str, tmp_path: Path, wanted: tuple[str, ...] = tuple(CONTENT)) -> BoxTable:
    path = tmp_path / "boxes.csv"
    path.write_bytes(text.encode())
    table = read_boxes(path, files, wanted)
    assert table is not None
    return table


def told(files: PhotoFiles, text: str, tmp_path: Path) -> str:
    with pytest.raises(TruthError) as caught:
        read(files, text, tmp_path)
    assert str(tmp_path) not in str(caught.value)
    return str(caught.value)


def test_edges_and_pixels(files: PhotoFiles, tmp_path: Path) -> None:
    edges = read(files, f"\ufeff{EDGES}cat/a.jpg,0,0,40,30\ncat/a.jpg,1.5,2,3,4\n", tmp_path)
    pixels = read(files, f"{PIXELS}cat/a.jpg,0,0,39,29\nval/cat/b.jpg,5,5,5,5\n", tmp_path)
    assert edges.of["cat/a.jpg"].tolist() == [[0, 0, 40, 30], [1.5, 2, 3, 4]]
    assert {name: boxes.tolist() for name, boxes in pixels.of.items()} == {
        "cat/a.jpg": [[0, 0, 40, 30]], "cat/b.jpg": [[5, 5, 6, 6]],
    }  # fmt: skip
    assert edges.digest != pixels.digest


def test_columns_may_stand_in_any_order_among_others(files: PhotoFiles, tmp_path: Path) -> None:
    table = read(files, 'bottom,class,right,top,left,image\n4,"a, b",3,2,1,cat/a.jpg\n', tmp_path)
    assert table.of["cat/a.jpg"].tolist() == [[1, 2, 3, 4]]


def test_every_wrong_line_is_told_by_its_number(files: PhotoFiles, tmp_path: Path) -> None:
    lines = [
        "cat/a.jpg,0,0,9,9",
        "cat/a.jpg,0,0,41,9",
        "cat/a.jpg,9,0,9,9",
        "cat/a.jpg,9,0,1,9",
        "cat/gone.jpg,0,0,9,9",
    ]
    assert told(files, EDGES + "\n".join(lines), tmp_path) == (
        '"boxes.csv" has 4 wrong lines of 5; mend or remove them: '
        "line 3: the box reaches outside the photo of 40 x 30 pixels; line 4: the box is empty or reversed; "
        'line 5: the box is empty or reversed; line 6: there is no photo "cat/gone.jpg" among the images.'
    )


def test_of_many_wrong_lines_the_first_are_told(files: PhotoFiles, tmp_path: Path) -> None:
    message = told(files, EDGES + "cat/a.jpg,0,0,nan,1\n" * 4 + "cat/a.jpg,0,0\n" * 20, tmp_path)
    assert message.count("four numbers must follow the photo's name") == 5
    assert message.startswith('"boxes.csv" has 24 wrong lines of 24; ')
    assert message.endswith("line 6: four numbers must follow the photo's name (and 19 more).")


@pytest.mark.parametrize("box", ["-1,0,9,9", "0,-0.1,9,9", "0,0,40.1,9", "0,0,9,30.1", "0,0,inf,9", "0,0,x,9", ",,,"])
def test_boxes_that_no_photo_has(box: str, files: PhotoFiles, tmp_path: Path) -> None:
    assert "1 wrong lines of 1" in told(files, f"{EDGES}cat/a.jpg,{box}\n", tmp_path)


def test_boxes_are_of_the_upright_photo(files: PhotoFiles, tmp_path: Path) -> None:
    assert "dog/turned.jpg" in read(files, f"{EDGES}dog/turned.jpg,0,0,30,40\n", tmp_path).of
    assert "30 x 40 pixels" in told(files, f"{EDGES}dog/turned.jpg,0,0,40,30\n", tmp_path)


def test_photos_that_are_not_wanted_are_not_opened(files: PhotoFiles, tmp_path: Path) -> None:
    table = read(files, f"{EDGES}cat/a.jpg,0,0,9000,9\ncat/b.jpg,0,0,9,9\n", tmp_path, wanted=("cat/b.jpg",))
    assert list(table.of) == ["cat/b.jpg"]


def test_a_photo_that_cannot_be_read_is_left_to_the_run(files: PhotoFiles, tmp_path: Path) -> None:
    assert "dog/torn.jpg" in read(files, f"{EDGES}dog/torn.jpg,0,0,9,9\n", tmp_path).of


def test_boxes_in_the_set_are_found(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "val.zip", "w") as archive:
        archive.writestr("val/cat/a.jpg", CONTENT["cat/a.jpg"])
        archive.writestr("boxes-val.csv", f"{PIXELS}val/cat/a.jpg,0,1,2,3\n")
        archive.writestr("classes.csv", "index,wnid,name\n")
    files = open_photo_files(tmp_path / "val.zip")
    table = read_boxes(None, files, files.names)
    assert table is not None
    assert table.name == "boxes-val.csv"
    assert table.of["val/cat/a.jpg"].tolist() == [[0, 1, 3, 4]]


def test_a_set_without_boxes(files: PhotoFiles) -> None:
    assert read_boxes(None, files, files.names) is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"image,x,y\n", '"boxes.csv" must have the columns image,left,top,right,bottom (edges) or path,x0,y0,x1,y1 '
                         "(first and last pixels)."),
        (b"", '"boxes.csv" must have the columns image,left,top,right,bottom (edges) or path,x0,y0,x1,y1 (first and '
              "last pixels)."),
        (b"\xff\xfe\0", '"boxes.csv" cannot be read as a CSV file in UTF-8.'),
    ],
)  # fmt: skip
def test_files_that_hold_no_boxes(content: bytes, message: str, files: PhotoFiles, tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_bytes(content)
    with pytest.raises(TruthError) as caught:
        read_boxes(tmp_path / "boxes.csv", files, files.names)
    assert str(caught.value) == message


def test_a_file_that_is_not_there(files: PhotoFiles, tmp_path: Path) -> None:
    with pytest.raises(TruthError, match=r'^"gone\.csv" cannot be read: No such file or directory\.$'):
        read_boxes(tmp_path / "gone.csv", files, files.names)


def test_progress_is_told_for_each_photo(files: PhotoFiles, tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    (tmp_path / "boxes.csv").write_text(f"{EDGES}cat/a.jpg,0,0,9,9\ncat/b.jpg,0,0,9,9\ncat/a.jpg,0,0,8,8\n")
    read_boxes(tmp_path / "boxes.csv", files, files.names, lambda done, total: calls.append((done, total)))
    assert calls == [(1, 2), (2, 2)]


def test_the_digest_is_of_the_boxes_and_not_of_how_they_are_written(files: PhotoFiles, tmp_path: Path) -> None:
    one = read(files, f"{EDGES}cat/b.jpg,0,0,9,9\ncat/a.jpg,1,1,2,2\n", tmp_path)
    other = read(files, f"{PIXELS}cat/a.jpg,1.0,1,1,1\ncat/b.jpg,0,0,8,8\n", tmp_path)
    assert one.digest == other.digest
    assert np.array_equal(one.of["cat/a.jpg"], other.of["cat/a.jpg"])
