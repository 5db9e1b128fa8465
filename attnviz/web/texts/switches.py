"""What is said of switched gates in the Stages tab, in English and Korean."""

from __future__ import annotations

from typing import Final

SWITCH_TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "switch_heading": "Switch gates",
        "switch_of": "Switched gates of {model}",
        "switch_what": "A gate can be put at its mean over a data set, so that it knows nothing of this photo, or off, "
        "so that its module passes features on as they are; the rest of the network goes on from there. The pictures "
        "beneath stay those of the network as it is.",
        "switch_no_means": "No gate means came with this family, so gates can be off only.",
        "switch_gate": "Switch {place}",
        "switch_all": "All gates",
        "switch_kept": "as is",
        "switch_mean": "mean",
        "switch_off": "off",
        "switch_reset": "Reset all",
        "switch_alone": "alone {change} points",
        "switch_waiting": "The network is asked again.",
        "switched_p": "P({target}) {before:.4f} → {after:.4f}, {change} points.",
        "switched_rank": "Rank {before} → {after}.",
        "switched_top": "Now most probable: {name} ({probability:.4f}).",
        "switched_top_same": "Still most probable: {name} ({probability:.4f}).",
        "switch_caveat": "With a gate off, features leave the range that the later layers were trained on: part of the "
        "change may be that. The mean stays in the range.",
        "switched_maps": "Maps with these gates switched; a switched gate is a constant in them:",
    },
    "ko": {
        "switch_heading": "게이트 바꾸기",
        "switch_of": "{model} 모델의 바꾼 게이트",
        "switch_what": "게이트를 데이터 집합 평균으로 고정하면 이 사진을 모르게 되고, 끄면 모듈이 특징을 그대로 "
        "통과시킵니다. 네트워크의 나머지는 거기서부터 계산됩니다. 아래 그림은 바꾸지 않은 네트워크의 것입니다.",
        "switch_no_means": "이 모델군에는 게이트 평균이 없어 끄기만 할 수 있습니다.",
        "switch_gate": "{place} 바꾸기",
        "switch_all": "모든 게이트",
        "switch_kept": "그대로",
        "switch_mean": "평균",
        "switch_off": "끔",
        "switch_reset": "모두 되돌리기",
        "switch_alone": "단독 {change}%p",
        "switch_waiting": "네트워크를 다시 실행하는 중입니다.",
        "switched_p": "P({target}) {before:.4f} → {after:.4f}, {change}%p.",
        "switched_rank": "순위 {before} → {after}.",
        "switched_top": "확률이 가장 높은 클래스가 바뀌었습니다: {name} ({probability:.4f}).",
        "switched_top_same": "확률이 가장 높은 클래스는 같습니다: {name} ({probability:.4f}).",
        "switch_caveat": "게이트를 끄면 특징이 뒤쪽 층이 학습한 범위를 벗어나므로 변화의 일부는 그 때문일 수 있습니다. "
        "평균은 범위를 벗어나지 않습니다.",
        "switched_maps": "게이트를 바꾼 뒤의 맵입니다. 바꾼 게이트는 상수로 다룹니다.",
    },
}
