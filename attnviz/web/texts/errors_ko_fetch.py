"""The errors of fetching weights, and of families made of files, in Korean; the same rules as in errors_ko.py."""

from __future__ import annotations

from typing import Final

FETCH_ERRORS_KO: Final = {
    'No model of the family "{family}" is here; get them with: attnviz weights get {family}.':
        '"{family}" 모델군의 모델이 하나도 없습니다. 다음 명령으로 받으세요: attnviz weights get {family}.',
    'The weights of "{name}" are not here; get them with: attnviz weights get {family} {name}.':
        '"{name}" 모델의 가중치가 없습니다. 다음 명령으로 받으세요: attnviz weights get {family} {name}.',
    'The weights of "{name}" are not here: put the file "{file}" ({checksum}) into the folder of the family '
    '"{family}".':
        '"{name}" 모델의 가중치가 없습니다. "{file}" 파일({checksum})을 "{family}" 모델군의 폴더에 넣으세요.',
    '"{file}" in the folder of the family is not the file that family.toml names ({checksum}); move it away.':
        '모델군 폴더의 "{file}" 파일은 family.toml에 적힌 파일({checksum})이 아닙니다. 다른 곳으로 옮기세요.',
    'No address is known for the weights of "{name}": put the file "{file}" ({checksum}) into the folder of the family '
    '"{family}".':
        '"{name}" 모델의 가중치를 받을 주소가 없습니다. "{file}" 파일({checksum})을 '
        '"{family}" 모델군의 폴더에 넣으세요.',
    "What {url} gives is not the file that family.toml names ({checksum}); it was removed. Try again later, or ask who "
    "published it.":
        "{url} 주소에서 받은 파일은 family.toml에 적힌 파일({checksum})이 아니어서 지웠습니다. 나중에 다시 시도하거나 "
        "배포한 사람에게 문의하세요.",
    'The disk is full, so that "{file}" cannot be kept; make room, and fetch it again.':
        '디스크가 가득 차 "{file}" 파일을 저장할 수 없습니다. 공간을 비운 뒤 다시 내려받으세요.',
    '"{file}" cannot be written: {reason}.': '"{file}" 파일을 쓸 수 없습니다({reason}).',
    "{url} does not give the file (HTTP {status}); it may have moved. Ask who published it, or name another address in "
    "family.toml.":
        "{url} 주소에서 파일을 받을 수 없습니다(HTTP {status}). 옮겨졌을 수 있습니다. 배포한 사람에게 문의하거나 "
        "family.toml에 다른 주소를 적으세요.",
    "{url} gives {found} bytes, and family.toml says {size}: it is another file. Ask who published it.":
        "{url} 주소의 파일은 {found}바이트인데 family.toml에는 {size}바이트로 적혀 있어 다른 파일입니다. "
        "배포한 사람에게 문의하세요.",
    "{url} gives more than {most} bytes: it is no weights file.":
        "{url} 주소의 파일은 {most}바이트가 넘어 가중치 파일이 아닙니다.",
    "{url} failed {tries} times ({why}); try again later.":
        "{url} 주소에서 {tries}번 실패했습니다({why}). 나중에 다시 시도하세요.",
    "{url} cannot be reached ({why}). If this machine is offline, get the file elsewhere.":
        "{url} 주소에 연결할 수 없습니다({why}). 이 컴퓨터가 오프라인이면 다른 곳에서 파일을 받으세요.",
    # families made of files
    '"{name}" cannot be the name of a model; use lower-case letters, digits and hyphens.':
        '"{name}" 항목은 모델 이름으로 쓸 수 없습니다. 소문자, 숫자, 하이픈을 쓰세요.',
    "The models must have the same classes, and their numbers of classes are: {counts}.":
        "모델들의 클래스가 같아야 하는데 클래스 수가 다릅니다: {counts}.",
    "There are {names} names of classes for {count} classes; name each of them.":
        "클래스는 {count}개인데 이름은 {names}개입니다. 클래스마다 이름을 적으세요.",
    'There are no weights files in "{folder}" whose names are of letters, digits, ".", "_" and "-" and end in '
    ".safetensors, .pth, .pt, .tar, .pkl, .bin, .ckpt or .zip.":
        '"{folder}" 폴더에 가중치 파일이 없습니다. 이름은 글자, 숫자, ".", "_", "-"로 이루어지고 .safetensors, .pth, '
        ".pt, .tar, .pkl, .bin, .ckpt 또는 .zip으로 끝나야 합니다.",
    'There is a "family.toml" in "{folder}" already.': '"{folder}" 폴더에 이미 "family.toml" 파일이 있습니다.',
}  # fmt: skip
