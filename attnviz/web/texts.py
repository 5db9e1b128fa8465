"""What the page says, in English and Korean."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = ("en", "ko")

TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "tagline": "Where do matched ResNets look, without attention and with SE, BAM and CBAM?",
        "photo": "Photo",
        "drop": "Drop a photo here, paste it, or click to choose one",
        "examples": "Examples",
        "family": "Family",
        "target": "Class to explain",
        "most_probable": "most probable (models' mean)",
        "stage": "Stage",
        "compare": "Compare",
        "stages": "Stages",
        "model": "Model",
        "loading": "The models are loading. The first comparison appears here in a few seconds.",
        "failed": "The models could not be loaded: {why}",
        "no_photo": "Choose a photo or an example to compare.",
        "comparing": "comparing",
        "unmatched": "The models of this family were trained differently: a difference between them need not be "
                     "their attention's.",
        "map_of": "Grad-CAM of {model} for {target}, {stage}",
        "grid": "{width}x{height} map, {input}x{input} input",
        "heading": "Grad-CAM for {target} at {stage}. Each map is divided by its own maximum.",
        "nan": "The map holds values that are not numbers.",
        "constant": "The map is the same everywhere, so it says nothing about place.",
        "no-positive": "No place speaks for this class: the map is nowhere positive.",
        "internal": "An internal error. It is in the server's log; the page goes on working.",
        "stage_gradcam": "Grad-CAM for {target}",
        "stage_features": "features, mean over channels",
        "before": "features before",
        "after": "features after",
        "full_gate": "M(F), mean over channels",
        "spatial_gate": "spatial gate",
        "channel_gate": "channel gate, {count} channels",
        "numbers": "min {min:.3g}, mean {mean:.3g}, max {max:.3g}",
        "range": "drawn from {low:.3g} to {high:.3g}",
        "none_note": "The baseline has no attention modules, so there are features only.",
        "se_note": "SE weighs channels only: it has no spatial gate.",
        "bam_note": "BAM follows stages 1, 2 and 3; features are multiplied by 1 + M(F).",
        "cbam_note": "CBAM sits in every block: first the channel gate, then the spatial gate.",
        "no_bam": "There is no BAM after stage 4.",
    },
    "ko": {
        "tagline": "어텐션이 없는 ResNet과 SE, BAM, CBAM을 넣은 ResNet은 각각 어디를 볼까요?",
        "photo": "사진",
        "drop": "사진을 끌어다 놓거나 붙여 넣거나 눌러서 고르세요",
        "examples": "예시",
        "family": "모델군",
        "target": "설명할 클래스",
        "most_probable": "확률이 가장 높은 클래스",
        "stage": "스테이지",
        "compare": "비교",
        "stages": "스테이지별",
        "model": "모델",
        "loading": "모델을 불러오는 중입니다. 몇 초 뒤 첫 비교가 여기에 나타납니다.",
        "failed": "모델을 불러오지 못했습니다: {why}",
        "no_photo": "비교할 사진이나 예시를 고르세요.",
        "comparing": "비교 중",
        "unmatched": "이 모델군의 모델들은 서로 다르게 학습되었습니다. 차이가 어텐션 때문이 아닐 수 있습니다.",
        "map_of": "{model}의 Grad-CAM, 클래스 {target}, {stage}",
        "grid": "맵 {width}x{height}, 입력 {input}x{input}",
        "heading": "{stage}의 Grad-CAM, 클래스 {target}. 각 맵은 자신의 최댓값으로 나누었습니다.",
        "nan": "맵에 숫자가 아닌 값이 있습니다.",
        "constant": "맵이 모든 곳에서 같아 위치에 대해 말해 주는 것이 없습니다.",
        "no-positive": "이 클래스를 뒷받침하는 곳이 없습니다. 맵에 양수가 없습니다.",
        "internal": "내부 오류입니다. 서버 로그에 기록되었으며 페이지는 계속 쓸 수 있습니다.",
        "stage_gradcam": "Grad-CAM, 클래스 {target}",
        "stage_features": "특징, 채널 평균",
        "before": "적용 전 특징",
        "after": "적용 후 특징",
        "full_gate": "M(F), 채널 평균",
        "spatial_gate": "공간 게이트",
        "channel_gate": "채널 게이트, 채널 {count}개",
        "numbers": "최소 {min:.3g}, 평균 {mean:.3g}, 최대 {max:.3g}",
        "range": "표시 범위 {low:.3g}~{high:.3g}",
        "none_note": "기준 모델에는 어텐션 모듈이 없어 특징만 있습니다.",
        "se_note": "SE는 채널에만 가중치를 주며 공간 게이트가 없습니다.",
        "bam_note": "BAM은 스테이지 1, 2, 3 뒤에 있으며 특징에 1 + M(F)를 곱합니다.",
        "cbam_note": "CBAM은 모든 블록에 있으며 채널 게이트 다음에 공간 게이트가 적용됩니다.",
        "no_bam": "스테이지 4 뒤에는 BAM이 없습니다.",
    },
}  # fmt: skip


def language_of(accept_language: str | None) -> str:
    """Returns the first of our languages that an Accept-Language header asks for, else English."""
    for entry in (accept_language or "").split(","):
        code = entry.split(";")[0].strip().split("-")[0].lower()
        if code in LANGUAGES:
            return code
    return "en"


class Say:
    """Says a text in one language: ``Say("ko")("grid", width=4, height=4, input=64)``."""

    def __init__(self, language: str = "en") -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """Returns the text of ``key`` with ``values`` filled in."""
        return TEXTS[self.language][key].format(**values)
