"""The errors of switching gates, in Korean; the same rules as in errors_ko.py."""

from __future__ import annotations

from typing import Final

SWITCH_ERRORS_KO: Final = {
    '"{place}" is {count} gates; values can take the place of one, so name one.':
        '"{place}" 항목은 게이트 {count}개입니다. 값은 게이트 하나만 대신할 수 있으니 하나를 지정하세요.',
    'There is no gate "{place}": the network has no attention.':
        '"{place}" 게이트가 없습니다. 이 네트워크에는 어텐션이 없습니다.',
    'There is no gate "{place}".{hint}': '"{place}" 게이트가 없습니다.{hint}',
    'None of the models has a gate "{place}".{hint}': '"{place}" 게이트가 있는 모델이 없습니다.{hint}',
    'The mean of "{place}" is not known; give means=family.gate_means(...), or replace it by something else.':
        '"{place}" 게이트의 평균을 알 수 없습니다. means=family.gate_means(...) 인수를 주거나 다른 것으로 바꾸세요.',
    'The gate "{place}" is of {size} here, and what is to take its place of {other}; take it from images of the same '
    "size.":
        '"{place}" 게이트의 크기는 {size}인데 대신할 값의 크기는 {other}입니다. 같은 크기의 이미지에서 가져오세요.',
    'A gate cannot be switched to "{kind}"; it can be mean or off.{hint}':
        '게이트를 "{kind}" 상태로 바꿀 수 없습니다. mean 또는 off만 쓸 수 있습니다.{hint}',
    'What takes the place of "{place}" must be mean, off, a tensor or a gate, and is {kind}.':
        '"{place}" 게이트를 대신하는 것은 mean, off, 텐서 또는 게이트여야 하는데 {kind}입니다.',
    'What is to take the place of "{place}" holds values that are not numbers.':
        '"{place}" 게이트를 대신할 값에 숫자가 아닌 값이 있습니다.',
    '"{place}" and its own branch "{branch}" are both switched; switch one of them.':
        '"{place}" 게이트와 그 갈래 "{branch}" 둘 다 바꾸려고 합니다. 하나만 바꾸세요.',
    'The gate that is to take the place of "{place}" has no such branch.':
        '"{place}" 갈래를 대신할 게이트에 그런 갈래가 없습니다.',
    "The gate means are of images of {theirs} x {theirs} pixels, and these are of {width} x {height}; give images of "
    "that size.":
        "게이트 평균은 {theirs} x {theirs} 픽셀 이미지의 것인데 이 이미지는 {width} x {height} 픽셀입니다. 크기를 "
        "맞추세요.",
    'There is no mean of "{place}" among the gate means.': '게이트 평균에 "{place}" 게이트가 없습니다.',
    'There are no gate means of "{model}"; make them anew with: attnviz families gate-means.':
        '"{model}" 모델의 게이트 평균이 없습니다. attnviz families gate-means 명령으로 다시 만드세요.',
    'The gate means of "{model}" were made with other weights than are here; make them anew with: attnviz families '
    "gate-means.":
        '"{model}" 모델의 게이트 평균은 다른 가중치로 만든 것입니다. attnviz families gate-means 명령으로 다시 '
        "만드세요.",
    'The gate means of "{model}" are of images of {theirs} pixels a side, and the family takes {ours}; make them anew '
    "with: attnviz families gate-means.":
        '"{model}" 모델의 게이트 평균은 한 변이 {theirs}픽셀인 이미지의 것인데 이 모델군은 {ours}픽셀을 씁니다. '
        "attnviz families gate-means 명령으로 다시 만드세요.",
    'No gate means came with the family "{family}"; make them with: attnviz families gate-means {family}.':
        '"{family}" 모델군에는 게이트 평균이 없습니다. 다음 명령으로 만드세요: attnviz families gate-means {family}.',
    '"{file}" is damaged; make it anew with: attnviz families gate-means {family}.':
        '"{file}" 파일이 손상되었습니다. 다음 명령으로 다시 만드세요: attnviz families gate-means {family}.',
    "No photo can be read; the first is {reason}": "읽을 수 있는 사진이 없습니다. 첫 번째 사진: {reason}",
    'Gates of "{model}" are to be switched, and it is not compared; there are {names}.{hint}':
        '"{model}" 모델의 게이트를 바꾸려 하지만 비교 대상이 아닙니다. 비교하는 모델은 {names}입니다.{hint}',
    "At most {most} gates can be switched at once.": "한 번에 게이트를 {most}개까지 바꿀 수 있습니다.",
    '"{switch}" is no switch; write it as stage2.bam:mean or all:off.':
        '"{switch}" 형식이 잘못되었습니다. stage2.bam:mean 또는 all:off처럼 쓰세요.',
    "Maps at the input are of the network as it is; with switched gates choose another method.":
        "입력 수준의 맵은 바꾸지 않은 네트워크의 것입니다. 게이트를 바꿀 때는 다른 방법을 고르세요.",
}  # fmt: skip
