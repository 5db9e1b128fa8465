"""The errors of reading and reporting a results table, in Korean; the same rules as in errors_ko.py."""

from __future__ import annotations

from typing import Final

STATISTICS_ERRORS_KO: Final[dict[str, str]] = {
    'There is no "{file}" in "{folder}"; attnviz evaluate makes it.':
        '"{folder}" 폴더에 "{file}" 파일이 없습니다. attnviz evaluate 명령으로 만드세요.',
    '"{file}" is no results table: it has no column {names}.':
        '"{file}" 파일은 결과표가 아닙니다. 없는 열: {names}.',
    '"{file}" has no rows of the report half; evaluate more photos.':
        '"{file}" 파일에 보고용 절반의 행이 없습니다. 더 많은 사진을 평가하세요.',
    '"{file}" has not one row for every photo and model; evaluate again.':
        '"{file}" 파일에 사진과 모델마다 한 행씩 있지 않습니다. 다시 평가하세요.',
    '"{file}" cannot be read as a results table; evaluate again.':
        '"{file}" 파일을 결과표로 읽을 수 없습니다. 다시 평가하세요.',
    '"{folder}" has no settings.json, which says whose results they are.':
        '"{folder}" 폴더에 누구의 결과인지 알려 주는 settings.json 파일이 없습니다.',
    '"{folder}/{file}" cannot be read; evaluate the family again.':
        '"{folder}/{file}" 파일을 읽을 수 없습니다. 모델군을 다시 평가하세요.',
    '"{family}/{card}" must hold the lines "{start}" and "{end}" once, for the table.':
        '"{family}/{card}" 파일에 표가 들어갈 "{start}" 줄과 "{end}" 줄이 한 번씩 있어야 합니다.',
    # scores beside a study's votes
    'No image that was voted on has scores in "{file}"; evaluate the photos that the study was built from.':
        '"{file}" 파일에 투표된 이미지의 점수가 없습니다. 연구를 만든 사진을 평가하세요.',
    "The weights of {names} that were scored are not those of the study; evaluate those.":
        "채점한 모델의 가중치가 연구의 가중치와 다릅니다({names}). 연구의 가중치로 평가하세요.",
    "The maps that were scored explain each model's own class, and the study's the photo's; evaluate with --target "
    "label.":
        "채점한 맵은 모델마다 자신의 클래스를, 연구의 맵은 사진의 클래스를 설명합니다. --target label로 평가하세요.",
    '"{file}" has no scores of {models} by {method} at {stage}, which the study shows; evaluate those.':
        '"{file}" 파일에 연구가 보여 주는 맵의 점수가 없습니다(모델 {models}, 방법 {method}, 단계 {stage}). '
        '그 맵을 평가하세요.',
}  # fmt: skip
