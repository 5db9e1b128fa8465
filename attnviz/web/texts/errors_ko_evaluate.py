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
    # what is asked, and where results are kept
    'There is no target "{name}" here; it can be label or top1.':
        '"{name}" 값은 대상으로 쓸 수 없습니다. label 또는 top1을 쓰세요.',
    "Nothing is asked for: name a model, a method and a score, one at least of each.":
        "요청한 것이 없습니다. 모델, 방법, 점수를 하나 이상씩 지정하세요.",
    '"{name}" compares two maps, and here each map is scored by itself; leave it out.':
        '"{name}" 점수는 맵 두 개를 비교하는데 여기서는 맵을 하나씩 채점합니다. 빼고 다시 시도하세요.',
    '"{folder}/{file}" is not that of an evaluation by this version; choose another folder.':
        '"{folder}/{file}" 파일은 이 버전의 평가에서 나온 것이 아닙니다. 다른 폴더를 고르세요.',
    "A part of the results was changed while they were made; run the same command again.":
        "결과의 일부가 만드는 동안 바뀌었습니다. 같은 명령을 다시 실행하세요.",
    "{key}: {there} there, {here} here": "{key}: 폴더에는 {there}, 지금은 {here}",
    " and {count} more": " 외 {count}가지",
    'The results in "{folder}" are of another configuration ({differences}{more}); choose another folder, or give the '
    "same options.":
        '"{folder}" 폴더의 결과는 설정이 다릅니다({differences}{more}). 다른 폴더를 고르거나 같은 옵션을 쓰세요.',
    '"{folder}" is not empty, and holds no results of an evaluation; choose another folder.':
        '"{folder}" 폴더가 비어 있지 않고 평가 결과도 없습니다. 다른 폴더를 고르세요.',
    'Another run is at work in "{folder}"; wait for it, or choose another folder.':
        '"{folder}" 폴더에서 다른 평가가 진행 중입니다. 기다리거나 다른 폴더를 고르세요.',
    '"{folder}" cannot be written to: {reason}. What is finished is kept; run it again to go on.':
        '"{folder}" 폴더에 쓸 수 없습니다({reason}). 끝난 부분은 남아 있으니 다시 실행하면 이어서 합니다.',
    'Scores of localisation need boxes, and "{name}" has none; name a file of boxes, or other scores.':
        '위치 점수에는 상자가 필요한데 "{name}" 안에 상자가 없습니다. 상자 파일이나 다른 점수를 지정하세요.',
    'None of the {count} photos in "{name}" is of a class of the family; a folder is matched by the wnid, name or '
    "index of a class.":
        '"{name}" 안의 사진 {count}장 가운데 모델군의 클래스인 사진이 없습니다. 폴더 이름은 클래스의 wnid, 이름 또는 '
        "번호여야 합니다.",
}  # fmt: skip
