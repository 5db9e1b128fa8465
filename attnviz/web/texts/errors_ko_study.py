"""What a study tells of errors, in Korean, by their English templates; the rules are those of ``errors_ko``."""

from __future__ import annotations

from typing import Final

STUDY_ERRORS_KO: Final = {
    "There is a frozen plan in this folder already; make a new folder for a new study; votes keep theirs.":
        "이 폴더에는 이미 확정된 계획이 있습니다. 새 연구는 새 폴더에 만드세요. 투표는 원래 계획과 함께 남습니다.",
    'There is no plan.json in "{folder}"; freeze the study with: attnviz study build':
        '"{folder}"에 plan.json이 없습니다. 먼저 연구를 확정하세요: attnviz study build',
    "plan.json is damaged: {place}: {reason}; build the study again in a new folder.":
        "plan.json이 손상되었습니다({place}: {reason}). 새 폴더에서 연구를 다시 만드세요.",
    "plan.json is of a newer attnviz (schema {schema}); update attnviz.":
        "plan.json이 더 새로운 attnviz(스키마 {schema})의 것입니다. attnviz를 업데이트하세요.",
    "plan.json was changed after it was frozen; restore it, or build the study in a new folder.":
        "plan.json이 확정된 뒤에 바뀌었습니다. 되돌리거나 새 폴더에서 연구를 만드세요.",
    "The plan repeats {repeats} trials of {count}; lower repeats, or take more images.":
        "계획이 {count}개 시행 중 {repeats}개를 반복하려 합니다. 반복을 줄이거나 이미지를 늘리세요.",
    "The plan has too few images to keep {apart} trials between two of the same one; take more images, or fewer "
    "repeats and catch trials.":
        "같은 이미지 사이에 시행 {apart}개를 두기에는 이미지가 부족합니다. 이미지를 늘리거나 "
        "반복과 확인 시행을 줄이세요.",
    "The plan wants {catches} catch trials, and only {able} images can be used for them: lower "
    "catch_trials, or take images whose object is far from the centre.":
        "계획은 확인 시행 {catches}개를 원하지만 쓸 수 있는 이미지는 {able}개뿐입니다. catch_trials를 줄이거나 "
        "물체가 중앙에서 먼 이미지를 쓰세요.",
    # votes
    "An answer can be left, right or similar; reload the page, and answer again.":
        "답은 왼쪽, 오른쪽, 비슷함 중 하나여야 합니다. 페이지를 새로고침한 뒤 다시 답해 주세요.",
    "The time that an answer took must be in whole milliseconds, from 0.":
        "응답 시간은 0 이상의 정수 밀리초여야 합니다.",
    'The flags of an answer must be short words such as "hidden=2", with a space between.':
        '답의 표시는 "hidden=2" 같은 짧은 낱말을 빈칸으로 나누어 적어야 합니다.',
    "This study is closed; thank you for your interest.": "이 연구는 마감되었습니다. 관심을 가져 주셔서 감사합니다.",
    "All places in this study are taken; thank you for your interest.":
        "이 연구의 참여 인원이 모두 찼습니다. 관심을 가져 주셔서 감사합니다.",
    "This session is not known, or its place was given to another; begin again.":
        "알 수 없는 세션이거나 자리가 다른 참여자에게 넘어갔습니다. 처음부터 다시 시작해 주세요.",
    "This session was withdrawn; its answers are in no export.":
        "참여를 철회한 세션입니다. 이 세션의 답은 어떤 내보내기에도 들어가지 않습니다.",
    "This answer does not have the token of its trial; reload the page to go on.":
        "답에 해당 시행의 토큰이 없습니다. 계속하려면 페이지를 새로고침하세요.",
    "This is not the trial that is open; reload the page to go on.":
        "지금 진행 중인 시행이 아닙니다. 계속하려면 페이지를 새로고침하세요.",
    "This trial was answered before; the first answer stands.": "이미 답한 시행입니다. 처음 답이 그대로 유지됩니다.",
    "Look at the pictures a little longer, and answer then.": "사진을 조금 더 살펴본 뒤에 답해 주세요.",
    "The vote could not be stored; it will be tried again.": "투표를 저장하지 못했습니다. 다시 시도합니다.",
    "The study's data cannot be read or written now; try again in a minute.":
        "지금은 연구 데이터를 읽거나 쓸 수 없습니다. 잠시 뒤에 다시 시도하세요.",
    "Votes cannot be stored now: the disk is full, read-only or gone; see the log.":
        "지금은 투표를 저장할 수 없습니다. 디스크가 가득 찼거나 읽기 전용이거나 없어졌습니다. 로그를 확인하세요.",
    "Votes cannot be stored in this study's data folder; see the log for the reason.":
        "이 연구의 데이터 폴더에 투표를 저장할 수 없습니다. 이유는 로그를 확인하세요.",
    "There are votes in votes.csv, and votes.sqlite, which they are a copy of, is gone; put it back, or "
    "move votes.csv to another folder.":
        "votes.csv에 투표가 있는데 원본인 votes.sqlite가 없습니다. 원본을 되돌려 놓거나 "
        "votes.csv를 다른 폴더로 옮기세요.",
    "votes.sqlite is not a database of attnviz; move it to another folder.":
        "votes.sqlite가 attnviz의 데이터베이스가 아닙니다. 다른 폴더로 옮기세요.",
    "votes.sqlite is damaged: it does not say of which study it is; put a copy of it back.":
        "votes.sqlite가 손상되어 어느 연구의 것인지 알 수 없습니다. 백업을 되돌려 놓으세요.",
    "votes.sqlite is of a newer attnviz (schema {schema}); update attnviz.":
        "votes.sqlite가 더 새로운 attnviz(스키마 {schema})의 것입니다. attnviz를 업데이트하세요.",
    "There is no demo study: {why}": "체험용 연구가 없습니다: {why}",
    '"{name}" cannot be written: {reason}.': '"{name}" 파일을 쓸 수 없습니다({reason}).',
    'There is no model "{model}" in this study; there are {names}.':
        '이 연구에는 "{model}" 모델이 없습니다. 있는 모델: {names}.',
    'votes.sqlite has the votes of another plan ("{study}"); put back the plan.json that they were cast under, or use '
    "a new folder.":
        'votes.sqlite에는 다른 계획("{study}")의 투표가 있습니다. 그 투표의 plan.json을 되돌려 놓거나 '
        "새 폴더를 쓰세요.",
    # a study's settings, photos and pictures
    '"{folder}" cannot be written to: {reason}.': '"{folder}"에 쓸 수 없습니다({reason}).',
    'There is no study.toml in "{folder}"; begin with: attnviz study new':
        '"{folder}"에 study.toml이 없습니다. 먼저 만드세요: attnviz study new',
    'There is a study.toml in "{folder}" already; change that one, or name a new folder.':
        '"{folder}"에 이미 study.toml이 있습니다. 그것을 고치거나 새 폴더를 지정하세요.',
    'There is no preset "{name}"; there are {names}.{hint}':
        '"{name}" 사전 설정이 없습니다. 있는 사전 설정: {names}.{hint}',
    "study.toml cannot be read as text in UTF-8.": "study.toml을 UTF-8 텍스트로 읽을 수 없습니다.",
    "study.toml is not TOML: {reason}.": "study.toml이 TOML 형식이 아닙니다({reason}).",
    "study.toml, {key}: {reason}.": "study.toml의 {key}: {reason}.",
    'study.toml has a key "{key}", which means nothing here.{hint}':
        'study.toml에 알 수 없는 키 "{key}" 항목이 있습니다.{hint}',
    "study.toml, pairs_per_image: there are {pairs} pairs, and {asked} are asked for.":
        "study.toml의 pairs_per_image: 쌍은 {pairs}개인데 {asked}개를 요구합니다.",
    'The family "{family}" has fewer than two models to compare.':
        '"{family}" 모델군에는 비교할 모델이 두 개가 되지 않습니다.',
    'study.toml, images: there is no "{name}"; a path is relative to the study\'s folder.':
        'study.toml의 images: "{name}" 항목이 없습니다. 경로는 연구 폴더를 기준으로 합니다.',
    'There are no photos in "{name}"; it must have a subfolder a class with photos in it, or be a CSV with '
    "the columns path and class.":
        '"{name}"에 사진이 없습니다. 클래스마다 사진이 든 하위 폴더가 있거나, path와 class 열이 있는 CSV여야 합니다.',
    'The name of a photo in "{folder}" is not printable; rename it.':
        '"{folder}"에 이름을 표시할 수 없는 사진이 있습니다. 이름을 바꾸세요.',
    '"{name}", line {line}: there is no photo "{photo}"; a path is relative to the CSV.':
        '"{name}" {line}번째 줄: "{photo}" 사진이 없습니다. 경로는 CSV를 기준으로 합니다.',
    'The family has no class "{name}" ({where}); leave its photos out, or choose another family.{hint}':
        '모델군에 "{name}" 클래스가 없습니다({where}). 그 사진을 빼거나 다른 모델군을 고르세요.{hint}',
    "folder": "폴더",
    "line {line}": "{line}번째 줄",
    "The study asks for {count} images and {practice} for practice, and of {candidates} photos {usable} can be used"
    "{why}; add photos, or lower count.":
        "연구에는 이미지 {count}개와 연습용 {practice}개가 필요한데, 사진 {candidates}장 가운데 {usable}장만 쓸 수 "
        "있습니다{why}. 사진을 더하거나 count를 줄이세요.",
    "{count} do not fulfil the selection rule": "{count}장은 선택 규칙에 맞지 않음",
    "{count} have a map that shows nothing": "{count}장은 맵이 아무것도 보여 주지 않음",
    "{count} are there twice": "{count}장은 중복됨",
    "{count} cannot be read": "{count}장은 읽을 수 없음",
    'The weights of "{model}" are not those that the study was built with; restore them, or build the study in a new '
    "folder.":
        '"{model}" 모델의 가중치가 연구를 만들 때와 다릅니다. 되돌리거나 새 폴더에서 연구를 만드세요.',
    'The photo "{photo}" is not the one that the study was built with; restore it, or build the study in a new folder.':
        '"{photo}" 사진이 연구를 만들 때와 다릅니다. 되돌리거나 새 폴더에서 연구를 만드세요.',
    'The picture "{name}" is missing in stimuli; restore it, or build the study in a new folder.':
        'stimuli에 "{name}" 그림이 없습니다. 되돌리거나 새 폴더에서 연구를 만드세요.',
    'The picture "{name}" in stimuli was changed; restore it, or build the study in a new folder.':
        'stimuli의 "{name}" 그림이 바뀌었습니다. 되돌리거나 새 폴더에서 연구를 만드세요.',
    "The pictures in stimuli are not of one length any more, which would tell them apart; restore them, or build the "
    "study in a new folder.":
        "stimuli의 그림들이 더 이상 같은 길이가 아니어서 서로 구별됩니다. 되돌리거나 새 폴더에서 연구를 만드세요.",
    '"{name}" holds what no build has put there; move it away, and build again.':
        '"{name}"에 빌드가 만들지 않은 것이 들어 있습니다. 옮긴 뒤 다시 빌드하세요.',
    # results of studies
    "The votes have no column {names}; export them again.":
        "투표에 필요한 열이 없습니다: {names}. 다시 내보내세요.",
    'A vote says "{choice}"; it can say left, right or similar.':
        '투표의 답이 "{choice}"입니다. 쓸 수 있는 값은 left, right, similar입니다.',
    "A vote compares {left} with {right}, which is not a pair of the study; read each study's votes with its own plan.":
        "연구의 비교 쌍이 아닌 투표가 있습니다({left}, {right}). 투표는 그 연구의 계획과 함께 읽으세요.",
    "There are no votes that count yet; ask again when participants have voted.":
        "집계할 투표가 아직 없습니다. 참가자가 투표한 뒤에 다시 확인하세요.",
    "Some votes were cast under another plan; read each study's votes with its own plan.":
        "다른 계획에 따른 투표가 섞여 있습니다. 투표는 그 연구의 계획과 함께 읽으세요.",
    "The plan's rules leave out every participant, so that there is nothing to analyse.":
        "계획의 제외 규칙에 따라 모든 참가자가 제외되어 분석할 투표가 없습니다.",
    'The plan leaves participants out by "{rule}", a rule that this attnviz does not know; update attnviz.':
        '계획의 제외 규칙 가운데 이 attnviz가 알지 못하는 것이 있습니다("{rule}"). attnviz를 업데이트하세요.',
    'The report cannot be written to "{folder}": {reason}.': '"{folder}"에 보고서를 쓸 수 없습니다({reason}).',
    'Ties can be "davidson" or "half"; they were "{ties}".':
        'ties에 쓸 수 있는 값은 "davidson"과 "half"입니다. 받은 값: "{ties}".',
    "The table of comparisons has no column {names}.": "비교 표에 필요한 열이 없습니다: {names}.",
    "Wins and ties must be numbers of 0 or more, and not all 0.":
        "승수와 무승부는 0 이상의 수여야 하며 모두 0일 수는 없습니다.",
    "Each row must compare two different items.": "각 행은 서로 다른 두 항목을 비교해야 합니다.",
    "{some} and {others} were never compared, directly or through others, so that their strengths cannot be; add a "
    "pair between them.":
        "직접으로도 다른 항목을 거쳐서도 비교된 적이 없어 강도를 견줄 수 없습니다({some} / {others}). "
        "둘을 잇는 비교 쌍을 더하세요.",
    "The advantage of the left side cannot be told from the strengths; show each pair on both sides.":
        "왼쪽의 이점을 강도와 구별할 수 없습니다. 각 쌍을 양쪽 위치에 모두 보여 주세요.",
    "The votes are too few or too much alike to estimate an advantage of the left side.":
        "투표가 너무 적거나 너무 비슷하여 왼쪽의 이점을 추정할 수 없습니다.",
    "All votes are ties, so that there are no strengths to estimate.":
        "모든 투표가 무승부여서 추정할 강도가 없습니다.",
    "{names} never won against the others, so that no finite strength fits; collect more votes.":
        "다른 항목을 한 번도 이기지 못해 유한한 강도를 구할 수 없습니다: {names}. 투표를 더 모으세요.",
    "{names} never lost against the others, so that no finite strength fits; collect more votes.":
        "다른 항목에 한 번도 지지 않아 유한한 강도를 구할 수 없습니다: {names}. 투표를 더 모으세요.",
    "--browser needs playwright: pip install playwright":
        "--browser에는 playwright가 필요합니다: pip install playwright",
    "--browser needs Chromium, which is not installed (apt install chromium).":
        "--browser에 필요한 Chromium이 설치되어 있지 않습니다(apt install chromium).",
    "The server is of another study than the folder; serve the same one.":
        "서버의 연구가 폴더의 연구와 다릅니다. 같은 연구를 실행하세요.",
}  # fmt: skip
