"""The errors of evaluating a set of photos, in Korean; the same rules as in errors_ko.py."""

from __future__ import annotations

from typing import Final

EVALUATE_ERRORS_KO: Final = {
    # photos in folders and zips
    "The file is larger than {most} MiB, which no photo needs; leave it out.":
        "파일이 {most} MiB보다 커서 사진일 수 없습니다. 빼고 다시 시도하세요.",
    "The file is damaged or cannot be read; copy it again.": "파일이 손상되었거나 읽을 수 없습니다. 다시 복사하세요.",
    'There is no folder or zip "{name}"; check the path.': '"{name}" 폴더나 zip을 찾을 수 없습니다. 경로를 확인하세요.',
    '"{name}" is not a whole zip file; copy it again.': '"{name}" 파일은 온전한 zip이 아닙니다. 다시 복사하세요.',
    '"{name}" is in "{one}" and in "{other}"; photos must have names of their own.':
        '"{name}" 파일이 "{one}" 파일과 "{other}" 파일에 모두 있습니다. 사진마다 이름이 달라야 합니다.',
    'There are no photos in "{name}"; it must be a folder with a subfolder a class, or a zip of one.':
        '"{name}" 안에 사진이 없습니다. 클래스마다 하위 폴더가 있는 폴더이거나 그런 폴더의 zip이어야 합니다.',
    # boxes
    '"{file}" must have the columns {edges} (edges) or {pixels} (first and last pixels).':
        '"{file}" 파일에는 {edges} 열(가장자리) 또는 {pixels} 열(처음과 마지막 픽셀)이 있어야 합니다.',
    "four numbers must follow the photo's name": "사진 이름 다음에 숫자 네 개가 있어야 합니다",
    "the box is empty or reversed": "상자가 비었거나 뒤집혔습니다",
    "line {line}: {what}": "{line}번째 줄: {what}",
    'there is no photo "{name}" among the images': '"{name}" 사진이 이미지 가운데 없습니다',
    "the box reaches outside the photo of {width} x {height} pixels":
        "상자가 {width} x {height} 픽셀인 사진 밖으로 나갑니다",
    " (and {count} more)": " (그 밖에 {count}줄)",
    '"{file}" has {wrong} wrong lines of {count}; mend or remove them: {first}{more}.':
        '"{file}" 파일의 {count}줄 가운데 {wrong}줄이 잘못되었습니다. 고치거나 지우세요: {first}{more}.',
}  # fmt: skip
