"""The photos that a study names, in a folder or a CSV."""

from __future__ import annotations

from pathlib import Path

import pytest

from attnviz.errors import StudyError
from attnviz.families import Classes
from attnviz.study.candidates import read_candidates

CLASSES = Classes(("lion", "military uniform", "tabby"), ("n02129165", "n03763968", "n02123045"))


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_a_folder_with_class_subfolders(tmp_path: Path) -> None:
    touch(tmp_path, "tabby/b.JPG", "tabby/a.png", "n02129165/images/c.webp", "military_uniform/d.tiff")
    touch(tmp_path, "tabby/notes.txt", "tabby/.hidden.jpg", ".cache/e.jpg", "credits.csv", "empty/readme.txt")
    assert [(one.file, one.label) for one in read_candidates(tmp_path, CLASSES)] == [
        ("military_uniform/d.tiff", 1), ("n02129165/images/c.webp", 0), ("tabby/a.png", 2), ("tabby/b.JPG", 2),
    ]  # fmt: skip


def test_a_csv(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "사진/나.jpg")
    file = tmp_path / "photos.csv"
    file.write_bytes("\ufeffpath,licence,class\r\n사진/나.jpg,CC0,Tabby\r\na.jpg,,n02129165\r\n".encode())
    found = read_candidates(file, CLASSES)
    assert [(one.file, one.label) for one in found] == [("사진/나.jpg", 2), ("a.jpg", 0)]
    assert all(one.path.is_file() for one in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file,class\na.jpg,lion\n", '"photos.csv" must have the columns path,class, and has file,class.'),
        ("path,class\na.jpg,lion\nb.jpg,lion\n", '"photos.csv", line 3: there is no photo "b.jpg"'),
        ("path,class\n,lion\n", '"photos.csv", line 2: there is no photo ""'),
        ("path,class\na.jpg\n", 'The family has no class "" (line 2)'),
        ("path,class\na.jpg,tabbi\n", 'The family has no class "tabbi" (line 2); leave its photos out, or choose '
                                      'another family. Did you mean "tabby"?'),
        ("path,class\na.jpg,7\n", 'The family has no class "7" (line 2)'),
        ("path,class\n", 'There are no photos in "photos.csv"'),
        ("", '"photos.csv" must have the columns path,class, and has .'),
    ],
)  # fmt: skip
def test_a_csv_that_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    touch(tmp_path, "a.jpg")
    (tmp_path / "photos.csv").write_text(text)
    with pytest.raises(StudyError) as error:
        read_candidates(tmp_path / "photos.csv", CLASSES)
    assert str(error.value).startswith(said)
    assert str(tmp_path) not in str(error.value)


def test_what_is_no_csv(tmp_path: Path) -> None:
    (tmp_path / "photo.csv").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(StudyError, match="cannot be read as a CSV file in UTF-8"):
        read_candidates(tmp_path / "photo.csv", CLASSES)


def test_a_folder_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="There are no photos in"):
        read_candidates(tmp_path, CLASSES)
    touch(tmp_path, "lions/a.jpg")
    with pytest.raises(StudyError, match=r'no class "lions" \(folder\).* Did you mean "lion"\?'):
        read_candidates(tmp_path, CLASSES)
    with pytest.raises(StudyError, match='there is no "none"'):
        read_candidates(tmp_path / "none", CLASSES)


def test_a_name_that_would_break_a_line(tmp_path: Path) -> None:
    touch(tmp_path, "lion/a\nb.jpg")
    with pytest.raises(StudyError, match='a photo in "lion" is not printable'):
        read_candidates(tmp_path, CLASSES)
