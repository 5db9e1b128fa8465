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
}  # fmt: skip
