"""Classes are found however a person names them, and a classes.csv that is not right is told by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from attnviz.errors import FamilyError, TargetError
from attnviz.families import Classes, read_classes

CLASSES = Classes(("African elephant", "lion", "crane, bird", "sea lion"), ("n1", "n2", "n02012849", "n4"))


@pytest.mark.parametrize(
    ("target", "index"),
    [
        ("lion", 1),
        ("LION", 1),
        ("  lion\n", 1),
        ("african Elephant", 0),
        ("crane, bird", 2),
        ("n02012849", 2),
        ("N02012849", 2),
        ("3", 3),
        (3, 3),
        (0, 0),
    ],
)
def test_found(target: str | int, index: int) -> None:
    assert CLASSES.find(target) == index


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("loin", 'The family has no class "loin". Did you mean "lion"?'),
        ("elephant", 'The family has no class "elephant". Did you mean "African elephant"?'),
        ("bird", 'The family has no class "bird". Did you mean "crane, bird"?'),
        ("zebra", 'The family has no class "zebra".'),
        ("", 'The family has no class "".'),
        (4, "There is no class 4; the family has the classes 0 to 3."),
        ("1000", "There is no class 1000; the family has the classes 0 to 3."),
        (-1, 'The family has no class "-1".'),
        ("1.5", 'The family has no class "1.5".'),
    ],
)
def test_not_found(target: str | int, told: str) -> None:
    with pytest.raises(TargetError) as caught:
        CLASSES.find(target)
    assert str(caught.value) == told


def test_a_whole_name_comes_before_a_part_of_one() -> None:
    classes = Classes(("sea lion", "lion"), ("n1", "n2"))
    assert classes.find("lion") == 1


def test_first_of_two_classes_with_one_name() -> None:
    """ImageNet has two classes called crane; the second is found by its wnid or index."""
    classes = Classes(("crane", "crane"), ("n02012849", "n03126707"))
    assert classes.find("crane") == 0
    assert classes.find("n03126707") == 1


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "animals" / "classes.csv"
    path.parent.mkdir()
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_read(tmp_path: Path, newline: str) -> None:
    lines = ["index,wnid,name", "0,n02504458,African elephant", '1,n02012849,"crane, bird"', "2,n3,고양이", ""]
    classes = read_classes(written(tmp_path, newline.join(lines)))
    assert classes.names == ("African elephant", "crane, bird", "고양이")
    assert classes.wnids == ("n02504458", "n02012849", "n3")
    assert len(classes) == 3
    assert classes.find("고양이") == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", '"classes.csv" must have the columns index,wnid,name, and has .'),
        ("index,wnid,name\n", '"classes.csv" names no class.'),
        ("wnid,name\nn1,lion\n", '"classes.csv" must have the columns index,wnid,name, and has wnid,name.'),
        ("index;wnid\n0;n1\n", '"classes.csv" must have the columns index,wnid,name, and has index;wnid.'),
        (
            "index,wnid,name\n1,n1,lion\n",
            '"classes.csv", line 2: expected index 0, a wnid and a name (quoted if it has a comma).',
        ),
        (
            "index,wnid,name\n0,n1,lion\n2,n2,cat\n",
            '"classes.csv", line 3: expected index 1, a wnid and a name (quoted if it has a comma).',
        ),
        (
            "index,wnid,name\n0,n1\n",
            '"classes.csv", line 2: expected index 0, a wnid and a name (quoted if it has a comma).',
        ),
        (
            "index,wnid,name\n0,n1,\n",
            '"classes.csv", line 2: expected index 0, a wnid and a name (quoted if it has a comma).',
        ),
        (
            "index,wnid,name\n0,,lion\n",
            '"classes.csv", line 2: expected index 0, a wnid and a name (quoted if it has a comma).',
        ),
    ],
)
def test_malformed(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(FamilyError) as caught:
        read_classes(written(tmp_path, text))
    assert str(caught.value) == told


def test_name_with_a_comma_must_be_quoted(tmp_path: Path) -> None:
    """Read as it stands, the class would be called only "crane"."""
    with pytest.raises(FamilyError, match=r'^"classes\.csv", line 3'):
        read_classes(written(tmp_path, "index,wnid,name\n0,n1,lion\n1,n2,crane, bird\n"))


def test_saved_by_a_spreadsheet(tmp_path: Path) -> None:
    """Excel's "CSV UTF-8" begins with a byte order mark."""
    assert read_classes(written(tmp_path, "index,wnid,name\n0,n1,lion\n", "utf-8-sig")).names == ("lion",)


def test_not_utf_8(tmp_path: Path) -> None:
    with pytest.raises(FamilyError, match=r'^"classes\.csv" cannot be read as a CSV file in UTF-8\.$'):
        read_classes(written(tmp_path, "index,wnid,name\n0,n1,köttur\n", "latin-1"))


def test_missing_or_a_folder(tmp_path: Path) -> None:
    with pytest.raises(FamilyError) as caught:
        read_classes(tmp_path / "animals" / "classes.csv")
    assert str(caught.value) == 'There is no "classes.csv" in "animals".'
    (tmp_path / "animals" / "classes.csv").mkdir(parents=True)
    with pytest.raises(FamilyError) as caught:
        read_classes(tmp_path / "animals" / "classes.csv")
    assert str(tmp_path) not in str(caught.value)
