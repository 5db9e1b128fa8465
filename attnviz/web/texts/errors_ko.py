"""The errors that the page can meet, in Korean, by their English templates.

No particle that depends on the sound before it (은/는, 을/를) follows a value.
"""

from __future__ import annotations

from typing import Final

from attnviz.web.texts.errors_ko_evaluate import EVALUATE_ERRORS_KO
from attnviz.web.texts.errors_ko_fetch import FETCH_ERRORS_KO
from attnviz.web.texts.errors_ko_gating import GATING_ERRORS_KO
from attnviz.web.texts.errors_ko_statistics import STATISTICS_ERRORS_KO
from attnviz.web.texts.errors_ko_study import STUDY_ERRORS_KO
from attnviz.web.texts.errors_ko_switches import SWITCH_ERRORS_KO

ERRORS_KO: Final = {
    # errors
    " Did you mean {names}?": " 혹시 {names}인가요?",
    " or ": " 또는 ",
    # images
    'There is no file "{name}"; check the path.': '"{name}" 파일을 찾을 수 없습니다. 경로를 확인하세요.',
    '"{name}" is a folder; name a photo in it.': '"{name}" 항목은 폴더입니다. 폴더 안의 사진을 지정하세요.',
    '"{name}" cannot be read: {reason}.': '"{name}" 파일을 읽을 수 없습니다({reason}).',
    "This is not the name of a file; check the path.": "파일 이름이 아닙니다. 경로를 확인하세요.",
    "The file is empty (0 bytes); save or download it again, and retry.":
        "파일이 비어 있습니다(0바이트). 다시 저장하거나 내려받은 뒤 시도하세요.",
    "The picture has {size}; at most {most} megapixels are read; make it smaller, and retry.":
        "사진이 너무 큽니다({size}). {most}메가픽셀까지 읽을 수 있습니다. 크기를 줄여서 다시 시도하세요.",
    "more than 178 megapixels": "178메가픽셀 초과",
    "{width} x {height} pixels": "{width} x {height}픽셀",
    "JPEG, PNG, WebP, GIF, BMP or TIFF": "JPEG, PNG, WebP, GIF, BMP 또는 TIFF",
    "This is an SVG drawing, which is not read here; export it as {formats}.":
        "SVG 그림은 읽을 수 없습니다. {formats} 파일로 내보내세요.",
    "HEIC and AVIF photos are not read here; save it as {formats}.":
        "HEIC와 AVIF 사진은 읽을 수 없습니다. {formats} 파일로 저장하세요.",
    "This file is not a picture that can be read; use {formats}.":
        "읽을 수 있는 사진 파일이 아닙니다. {formats} 파일을 사용하세요.",
    "This {format} file is damaged or incomplete; save or download it again, and retry.":
        "이 {format} 파일은 손상되었거나 일부가 빠져 있습니다. 다시 저장하거나 내려받은 뒤 시도하세요.",
    "This picture holds values that are not numbers (NaN or infinity); export it as 8-bit PNG.":
        "사진에 숫자가 아닌 값(NaN 또는 무한대)이 있습니다. 8비트 PNG로 내보내세요.",
    # families
    'There is no family "{name}".{hint}{have}': '"{name}" 모델군이 없습니다.{hint}{have}',
    " There are {names}.": " 사용할 수 있는 모델군은 {names}입니다.",
    " There are none; set ATTNVIZ_CHECKPOINTS to their folder.":
        " 모델군이 하나도 없습니다. ATTNVIZ_CHECKPOINTS를 모델군이 있는 폴더로 설정하세요.",
    'The family "{family}" has no model "{name}".{hint} It has {models}.':
        '"{family}" 모델군에 "{name}" 모델이 없습니다.{hint} 이 모델군의 모델은 {models}입니다.',
    'There is no {place}; a family is a folder with a "family.toml".':
        '{place} 파일이 없습니다. 모델군은 "family.toml" 파일이 들어 있는 폴더입니다.',
    "{place} cannot be read as text in UTF-8.": "{place} 파일을 UTF-8 텍스트로 읽을 수 없습니다.",
    "{place} is not TOML: {reason}.": "{place} 파일이 올바른 TOML이 아닙니다({reason}).",
    "{place}, {key}: {reason}.": "{place} 파일의 내용이 올바르지 않습니다. {key}: {reason}.",
    "the file": "파일 전체",
    'There is no "{file}" in "{folder}".': '"{folder}" 폴더에 "{file}" 파일이 없습니다.',
    '"{file}" cannot be read as a CSV file in UTF-8.': '"{file}" 파일을 UTF-8 CSV 파일로 읽을 수 없습니다.',
    '"{file}" must have the columns {columns}, and has {found}.':
        '"{file}" 파일에는 {columns} 열이 있어야 하는데, 지금 있는 열은 {found}입니다.',
    '"{file}", line {line}: expected index {index}, a wnid and a name (quoted if it has a comma).':
        '"{file}" 파일의 {line}번째 줄에는 index {index}, wnid, 이름이 있어야 합니다'
        "(쉼표가 있는 이름은 따옴표로 묶으세요).",
    '"{file}" names no class.': '"{file}" 파일에 클래스가 하나도 없습니다.',
    "There is no class {wanted}; the family has the classes 0 to {last}.":
        "{wanted}번 클래스가 없습니다. 이 모델군의 클래스는 0번부터 {last}번까지입니다.",
    'The family has no class "{wanted}".{hint}': '이 모델군에는 "{wanted}" 클래스가 없습니다.{hint}',
    'There is no device "{name}" here; this machine has {devices}.':
        '이 컴퓨터에는 "{name}" 장치가 없습니다. 사용할 수 있는 장치는 {devices}입니다.',
    'There is no readable weights file "{file}" in "{folder}".':
        '"{folder}" 폴더에 "{file}" 가중치 파일이 없거나, 있어도 읽을 수 없습니다.',
    '"{file}" is not the file that family.toml names (its {hash} differs); copy it again.':
        '"{file}" 파일은 family.toml에 적힌 파일이 아닙니다({hash} 값이 다릅니다). 다시 복사하세요.',
    '"{file}" is not a whole weights file of safetensors or PyTorch; copy it again from its source.':
        '"{file}" 파일은 온전한 safetensors 또는 PyTorch 가중치 파일이 아닙니다. 원본에서 다시 복사하세요.',
    '"{file}" is over 4 GiB; no ResNet is as large.': '"{file}" 파일이 4GiB를 넘습니다. 그렇게 큰 ResNet은 없습니다.',
    '"{file}" must hold exactly one weights file, and holds {count}; unpack it and name the one.':
        '"{file}" 파일에는 가중치 파일이 하나만 있어야 하는데 {count}개가 있습니다. 압축을 풀고 하나를 지정하세요.',
    '"{file}" is a damaged or locked zip; copy it again from its source.':
        '"{file}" 파일은 손상되었거나 암호가 걸린 zip입니다. 원본에서 다시 복사하세요.',
    '"{file}" holds more than tensors: opening it would run Python code ("{code}"), which could be anything. '
    "It was not opened; ask its author for the state_dict alone, as safetensors.":
        '"{file}" 파일에는 텐서가 아닌 것도 들어 있어, 열면 무엇이든 할 수 있는 파이썬 코드("{code}")가 실행됩니다. '
        "그래서 열지 않았습니다. 만든 사람에게 state_dict만 safetensors로 달라고 하세요.",
    '"{file}" is a TorchScript program, not a state_dict; ask its author for the state_dict.':
        '"{file}" 파일은 state_dict가 아니라 TorchScript 프로그램입니다. 만든 사람에게 state_dict를 달라고 하세요.',
    '"{file}" holds no tensors by name; attnviz reads the state_dict of a network.':
        '"{file}" 파일에 이름이 있는 텐서가 없습니다. attnviz는 네트워크의 state_dict를 읽습니다.',
    'The metadata of "{file}" cannot be read; write it again.':
        '"{file}" 파일의 메타데이터를 읽을 수 없습니다. 다시 만드세요.',
    '"{file}" cannot be written: {reason}.': '"{file}" 파일을 쓸 수 없습니다({reason}).',
    '"{file}" is of no network that is known here. It is closest to the layout {layout} ({title}), but for this: '
    "{problems}.":
        '"{file}" 파일은 여기서 아는 네트워크가 아닙니다. 가장 가까운 형식은 {layout}({title})이지만, 다음이 다릅니다: '
        "{problems}.",
    'it has no "{name}"': '"{name}" 텐서가 없음',
    "its 3x3 convolutions are in groups (ResNeXt), which are not built here":
        "3x3 합성곱이 그룹으로 나뉘어 있음(ResNeXt는 지원하지 않음)",
    "its bottlenecks are wider than a ResNet's, which are not built here":
        "병목 블록이 ResNet보다 넓음(지원하지 않음)",
    "it has {counts} {kind} in its stages, as no depth has": "단계별 {kind} 수({counts})에 맞는 깊이가 없음",
    "bottlenecks": "병목 블록",
    "basic blocks": "기본 블록",
    "its {attention} modules are in other places": "{attention} 모듈의 위치가 다름",
    'There is no layout "{layout}".{hint} There are {layouts}.':
        '"{layout}" 형식이 없습니다.{hint} 사용할 수 있는 형식은 {layouts}입니다.',
    '"{file}" holds values that are not numbers (NaN or infinity).':
        '"{file}" 파일에 숫자가 아닌 값(NaN 또는 무한대)이 있습니다.',
    '"{file}" does not fit the network that family.toml describes: {problems}.':
        '"{file}" 파일이 family.toml에 적힌 네트워크와 맞지 않습니다: {problems}.',
    "{tensors} missing ({names})": "빠진 {tensors}({names})",
    "{tensors} not expected ({names})": "네트워크에 없는 {tensors}({names})",
    "{tensors} of another shape ({names})": "모양이 다른 {tensors}({names})",
    "{count} tensor": "텐서 {count}개",
    "{count} tensors": "텐서 {count}개",
    "{name} {found} instead of {expected}": "{name}: {expected} 대신 {found}",
    # nets
    "{option} is {value}; it can be {values}.": "{option} 값이 {value}입니다. 쓸 수 있는 값은 {values}입니다.",
    "reduction is {reduction}; with {channels} channels it can be 1 to {channels}.":
        "reduction 값이 {reduction}입니다. 채널이 {channels}개이면 1부터 {channels}까지 쓸 수 있습니다.",
    'Attention "{attention}" has no option "{option}".{hint}':
        '"{attention}" 어텐션에는 "{option}" 옵션이 없습니다.{hint}',
    # maps
    'This forward pass was made for Grad-CAM alone; for "{method}" make it anew.': (
        '이 순전파는 Grad-CAM에만 쓸 수 있습니다. 다른 방법("{method}")을 쓰려면 순전파를 새로 하세요.'
    ),
    "Too many photos are being compared at this moment; try again in a minute.": (
        "지금 비교 중인 사진이 너무 많습니다. 잠시 후 다시 시도하세요."
    ),
    'There is no method "{name}"; there are {names}.{hint}':
        '"{name}" 방법이 없습니다. 사용할 수 있는 방법은 {names}입니다.{hint}',
    "targets must be class indices: one for all images, or a list with one for each.":
        "targets에는 클래스 번호가 있어야 합니다. 모든 이미지에 하나를 주거나, 이미지마다 하나씩 목록으로 주세요.",
    "There are {targets} targets for {images} images; give one for all, or one for each.":
        "이미지는 {images}장인데 설명할 클래스는 {targets}개입니다. 하나만 주거나, 이미지마다 하나씩 주세요.",
    "A target is outside 0 to {last}, the classes of the model.":
        "모델의 클래스 범위(0~{last})를 벗어난 클래스가 있습니다.",
    "explain works on the networks of attnviz.nets.resnet, not on {kind}.":
        "explain은 attnviz.nets.resnet의 네트워크에만 쓸 수 있고, {kind}에는 쓸 수 없습니다.",
    'There is no stage "{stage}"; there are {stages}.': '"{stage}" 스테이지가 없습니다. 스테이지는 {stages}입니다.',
    "images must be a tensor of shape (N,3,H,W), and are {kind}.":
        "images는 모양이 (N,3,H,W)인 텐서여야 하는데, {kind}입니다.",
    "images must be float of shape (N,3,H,W), and are {dtype} of {shape}.":
        "images는 모양이 (N,3,H,W)인 실수 텐서여야 하는데, 모양이 {shape}인 {dtype}입니다.",
    "images must be at least {least} pixels a side, and are {size}.":
        "images는 한 변이 {least}픽셀 이상이어야 하는데, {size}입니다.",
    # scores
    "maps must be a float tensor of shape (N,h,w), and are {found}.":
        "maps는 모양이 (N,h,w)인 실수 텐서여야 하는데, {found}입니다.",
    "There are {maps} maps for {images} images; give one for each.":
        "이미지는 {images}장인데 맵은 {maps}개입니다. 이미지마다 하나씩 주세요.",
    "There are {maps} maps and {others} to compare them with; give one for each.":
        "맵은 {maps}개인데 비교할 맵은 {others}개입니다. 맵마다 하나씩 주세요.",
    "share must be above 0 and at most 1, and is {share}.":
        "share는 0보다 크고 1 이하여야 하는데, {share}입니다.",
    'There is no baseline "{name}"; there are mean and blur.':
        '"{name}" 기준 그림이 없습니다. 쓸 수 있는 값은 mean과 blur입니다.',
    "steps must be from 1 to {pixels}, the pixels of an image, and is {steps}.":
        "steps는 1부터 이미지의 픽셀 수 {pixels}까지 쓸 수 있는데, {steps}입니다.",
    "A level must be a whole number from 0 to {last}.": "레벨은 0부터 {last}까지의 정수여야 합니다.",
    "MaxBoxAccV2 needs {count} levels, one for each delta.":
        "MaxBoxAccV2에는 델타마다 하나씩 레벨 {count}개가 필요합니다.",
    'There is no reference "{name}"; there are {names}.{hint}':
        '"{name}" 기준 맵이 없습니다. 사용할 수 있는 기준 맵은 {names}입니다.{hint}',
    "shares must be numbers from 0 to below 1, one at least.":
        "shares에는 0 이상 1 미만의 수가 하나 이상 있어야 합니다.",
    "samples must be 1 or more, and radius 0 or more.": "samples는 1 이상, radius는 0 이상이어야 합니다.",
    'There is no score "{name}"; there are {names}.{hint}':
        '"{name}" 점수가 없습니다. 사용할 수 있는 점수는 {names}입니다.{hint}',
    "There are {maps} maps, and boxes or masks of {truths} images; give one for each.":
        "맵은 {maps}개인데 상자나 마스크는 이미지 {truths}장의 것입니다. 맵마다 하나씩 주세요.",
    "boxes[{number}] is empty; leave the image out, or give it a box.":
        "boxes[{number}]에 상자가 없습니다. 이미지를 빼거나 상자를 주세요.",
    "boxes[{number}] has a box that holds the centre of no pixel; leave it out.":
        "boxes[{number}]에 픽셀 중심을 하나도 담지 못하는 상자가 있습니다. 그 상자를 빼세요.",
    "boxes[{number}] must be boxes of four numbers: left, top, right, bottom.":
        "boxes[{number}]에는 수 네 개(왼쪽, 위, 오른쪽, 아래)로 된 상자가 있어야 합니다.",
    "boxes[{number}] has the box {box}, which is empty or reversed; give left, top, right, bottom.":
        "boxes[{number}]의 상자 {box}: 비어 있거나 방향이 뒤집혔습니다. 왼쪽, 위, 오른쪽, 아래 순서로 주세요.",
    "boxes[{number}] has the box {box}, which reaches outside the image of {width} x {height} pixels.":
        "boxes[{number}]의 상자 {box}: {width} x {height}픽셀 이미지 밖으로 나갑니다.",
    "masks must be of shape (N,{height},{width}), as the network's input, and are of {found}.":
        "masks의 모양은 네트워크 입력과 같은 (N,{height},{width})여야 하는데, {found}입니다.",
    "masks[{number}] is empty; leave the image out, or give it a mask.":
        "masks[{number}]에 물체가 없습니다. 이미지를 빼거나 마스크를 주세요.",
    # draw
    'There is no colour map "{name}"; there are {names}.{hint}':
        '"{name}" 컬러맵이 없습니다. 사용할 수 있는 컬러맵은 {names}입니다.{hint}',
    "vmax ({vmax}) must be more than vmin ({vmin}).": "vmax({vmax})는 vmin({vmin})보다 커야 합니다.",
    # compare
    "There is no model to compare; name one or more, or none for all.":
        "비교할 모델이 없습니다. 하나 이상 지정하거나, 모두 비교하려면 비워 두세요.",
    'There is no model "{name}"; there are {names}.': '"{name}" 모델이 없습니다. 있는 모델: {names}.',
    'The model "{model}" has no gate "{place}".': '"{model}" 모델에 "{place}" 게이트가 없습니다.',
    "There are no maps to draw; ask compare for a stage.": "그릴 맵이 없습니다. compare에 스테이지를 지정하세요.",
    'There are no maps of "{stage}"; ask compare for that stage.':
        '"{stage}" 맵이 없습니다. compare에 그 스테이지를 지정하세요.',
    # web
    'There is no family "{family}"; there are {names}.':
        '"{family}" 모델군이 없습니다. 사용할 수 있는 모델군은 {names}입니다.',
    "an internal error": "내부 오류",
    "There is no image; send one.": "이미지가 없습니다. 이미지를 보내세요.",
    "models must be a list of names, or empty for all.":
        "models는 이름 목록이어야 합니다. 모든 모델을 쓰려면 비워 두세요.",
    "stage is {stage}; it can be 1 to 4, or 0 for all four.":
        "stage 값이 {stage}입니다. 1부터 4까지, 또는 네 스테이지 모두를 뜻하는 0을 쓸 수 있습니다.",
    'The data folder "{name}" cannot be written to ({reason}); choose another with --data.':
        '데이터 폴더 "{name}"에 쓸 수 없습니다({reason}). --data로 다른 폴더를 지정하세요.',
    "Nothing can listen at {host}, port {port} ({reason}); choose another with --port or --host.":
        "{host}의 {port}번 포트에서 연결을 받을 수 없습니다({reason}). --port나 --host로 다른 값을 지정하세요.",
    # comparisons and how they are drawn
    "Maps at the input need the network for every class; call compare again.":
        "입력 수준의 맵은 클래스마다 네트워크를 다시 실행해야 합니다. compare를 다시 호출하세요.",
    "Either one target for all models, or each model's own; not both.":
        "모든 모델에 같은 클래스를 쓰거나 모델마다 자신의 클래스를 쓰거나 하나만 고르세요.",
    "There is no baseline among the models, so there is no difference to it to draw.":
        "모델 가운데 기준 모델이 없어 차이를 그릴 수 없습니다.",
    "{name} is {value}; it can be 0 to 1.": "{name} 값이 {value}입니다. 쓸 수 있는 값은 0에서 1까지입니다.",
    "This photo is not kept any more; choose it again.": "이 사진은 더 이상 보관되어 있지 않습니다. 다시 골라 주세요.",
    **EVALUATE_ERRORS_KO,
    **FETCH_ERRORS_KO,
    **GATING_ERRORS_KO,
    **STATISTICS_ERRORS_KO,
    **STUDY_ERRORS_KO,
    **SWITCH_ERRORS_KO,
}  # fmt: skip
