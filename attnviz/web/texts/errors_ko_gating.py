"""The errors of gate statistics, in Korean; the same rules as in errors_ko.py."""

from __future__ import annotations

from typing import Final

GATING_ERRORS_KO: Final = {
    "None of the models has a gate; choose one with attention.":
        "선택한 모델에는 게이트가 없습니다. 어텐션이 있는 모델을 선택하세요.",
    'No photo in "{name}" is of a class of the family; name its folders by the classes, or by their wnids.':
        '"{name}" 안에 이 모델군의 클래스에 속하는 사진이 없습니다. 폴더 이름을 클래스 이름이나 wnid로 바꾸세요.',
    'No photo can be read; the first is "{name}": {reason}':
        '읽을 수 있는 사진이 없습니다. 첫 번째는 "{name}" 파일입니다. {reason}',
    '"{name}" holds no gate statistics; make it with: attnviz gates.':
        '"{name}" 파일에 게이트 통계가 없습니다. attnviz gates 명령으로 만드세요.',
    'There is no photo of "{name}" in the set; choose another class.':
        '"{name}" 클래스의 사진이 없습니다. 다른 클래스를 선택하세요.',
    '"{file}" is damaged, or is another family\'s; make it anew with: attnviz gates --write.':
        '"{file}" 파일이 손상되었거나 다른 모델군의 파일입니다. attnviz gates --write 명령으로 다시 만드세요.',
    'The gate {gate} of "{model}" is not a number for some photos; its weights are damaged.':
        '"{model}" 모델의 게이트 {gate} 값이 일부 사진에서 숫자가 아닙니다. 가중치가 손상되었습니다.',
}  # fmt: skip
