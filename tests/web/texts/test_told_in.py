"""An error is told in the language of who asked for it."""

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

from attnviz.errors import AttnvizError, FamilyError, ImageError, Message
from attnviz.families import find_family
from attnviz.families.classes import Classes
from attnviz.families.weights import load_weights
from attnviz.images import open_picture
from attnviz.nets import resnet
from attnviz.web.texts import told_in

CLASSES = Classes(("lion", "line", "tabby"), ("n1", "n2", "n3"))


def test_a_hint_is_in_the_language_of_its_sentence() -> None:
    with pytest.raises(AttnvizError) as caught:
        CLASSES.find("lin")
    assert told_in(caught.value, "en") == 'The family has no class "lin". Did you mean "lion" or "line"?'
    assert told_in(caught.value, "ko") == '이 모델군에는 "lin" 클래스가 없습니다. 혹시 "lion" 또는 "line"인가요?'


def test_an_error_without_a_hint() -> None:
    with pytest.raises(AttnvizError) as caught:
        CLASSES.find("xylophone")
    assert told_in(caught.value, "ko") == '이 모델군에는 "xylophone" 클래스가 없습니다.'


def test_a_family_that_is_not_there_is_told_with_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attnviz.families.find.list_families", lambda: {"pets": Path(), "foods": Path()})
    with pytest.raises(FamilyError) as caught:
        find_family("petz")
    expected = '"petz" 모델군이 없습니다. 혹시 "pets"인가요? 사용할 수 있는 모델군은 pets, foods입니다.'
    assert told_in(caught.value, "ko") == expected


def test_weights_that_do_not_fit(tmp_path: Path) -> None:
    network = resnet(18, "none", classes=5)
    tensors = network.state_dict()
    del tensors["fc.bias"]
    tensors["fc.weight"] = torch.zeros(3, 512)
    tensors |= {f"extra{number}": torch.zeros(1) for number in range(4)}
    save_file(tensors, tmp_path / "se.safetensors")
    with pytest.raises(AttnvizError) as caught:
        load_weights(network, tmp_path / "se.safetensors")
    assert str(caught.value) == (
        '"se.safetensors" does not fit the network that family.toml describes: 1 tensor missing (fc.bias); '
        "4 tensors not expected (extra0, extra1, extra2, ...); "
        "1 tensor of another shape (fc.weight (3, 512) instead of (5, 512))."
    )
    assert told_in(caught.value, "ko") == (
        '"se.safetensors" 파일이 family.toml에 적힌 네트워크와 맞지 않습니다: 빠진 텐서 1개(fc.bias); '
        "네트워크에 없는 텐서 4개(extra0, extra1, extra2, ...); "
        "모양이 다른 텐서 1개(fc.weight: (5, 512) 대신 (3, 512))."
    )


def test_a_file_that_is_no_picture() -> None:
    with pytest.raises(ImageError) as caught:
        open_picture(b"<svg></svg>")
    expected = "SVG 그림은 읽을 수 없습니다. JPEG, PNG, WebP, GIF, BMP 또는 TIFF 파일로 내보내세요."
    assert told_in(caught.value, "ko") == told_in(caught.value.message, "ko") == expected


def test_what_has_no_translation_stays_english_but_for_its_parts() -> None:
    error = AttnvizError("Nobody translates {part}.", part=Message("the file"))
    assert told_in(error, "ko") == "Nobody translates 파일 전체."
    assert told_in("an internal error", "ko") == "an internal error"  # a string is a value, never a template
    assert told_in(AttnvizError("{braces} stay"), "ko") == "{braces} stay"


@given(st.text() | st.text(alphabet="{}!:[].0\n\"'%\\"))
def test_values_survive_in_both_languages(name: str) -> None:
    error = ImageError('There is no file "{name}"; check the path.', name=name)
    assert told_in(error, "en") == str(error) == f'There is no file "{name}"; check the path.'
    assert told_in(error, "ko") == f'"{name}" 파일을 찾을 수 없습니다. 경로를 확인하세요.'
    assert told_in(error, "ko") == told_in(FamilyError("{error}", error=error), "ko")
