"""What is said of what is usual for a gate, in English and Korean."""

from __future__ import annotations

from typing import Final

USUAL_TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "usual_mean": "{photos:,} photos: mean {mean:.3f} ± {sd:.3f}",
        "usual_title": "Mean of this gate over {photos:,} photos of {data}, and its standard deviation between photos",
        "usual_in_box": "Over {photos:,} photos, more of the gate's mass lies in the object's box than of a "
        "uniform gate's, in percentage points (95 %): {stages}.",
        "usual_stage": "{stage} {mean} ({low} to {high})",
        "usual_here": "; usually {value}",
        "usual_here_class": ", for {name} {value}",
    },
    "ko": {
        "usual_mean": "사진 {photos:,}장: 평균 {mean:.3f} ± {sd:.3f}",
        "usual_title": "{data}의 사진 {photos:,}장에서 이 게이트의 평균과 사진 사이의 표준편차",
        "usual_in_box": "사진 {photos:,}장에서 게이트의 총량이 균일한 게이트보다 물체 상자 안에 더 많이 있는 정도"
        "(%p, 95% 신뢰구간): {stages}.",
        "usual_stage": "{stage} {mean} ({low} ~ {high})",
        "usual_here": ", 보통은 {value}",
        "usual_here_class": ", {name} 클래스는 {value}",
    },
}
