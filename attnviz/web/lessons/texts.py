"""What the lessons say, by language and key, with formulas and numbers filled in.

Sentences are in en.py and ko.py; the short words of drawings, symbols and tables stand here, side by side.
"""

from __future__ import annotations

from html import escape
from itertools import count, takewhile
from typing import Final

from attnviz.web.lessons.en import ENGLISH
from attnviz.web.lessons.equations import INLINE
from attnviz.web.lessons.ko import KOREAN
from attnviz.web.lessons.numbers import FIGURES

WORDS: Final[dict[str, tuple[str, str]]] = {
    "before": ("before", "적용 전"),
    "after": ("after", "적용 후"),
    "draw.shortcut": ("shortcut", "스킵 연결"),
    "draw.conv1": ("1×1 conv", "1×1 합성곱"),
    "draw.conv3": ("3×3 conv", "3×3 합성곱"),
    "draw.conv7": ("7×7 conv", "7×7 합성곱"),
    "draw.dilated": ("3×3 conv, d = 4", "3×3 합성곱, d = 4"),
    "draw.avgpool": ("average pool", "평균 풀링"),
    "draw.maxpool": ("max pool", "최대 풀링"),
    "draw.channel_max": ("channel max", "채널 최댓값"),
    "draw.channel_mean": ("channel mean", "채널 평균"),
    "draw.place_mean": ("mean over places", "위치 평균"),
    "draw.shared": ("shared MLP", "공유 MLP"),
    "draw.sigmoid": ("sigmoid", "시그모이드"),
    "draw.logits": ("logits", "로짓"),
    "draw.gate": ("gate", "게이트"),
    "draw.number_a_channel": ("one number a channel", "채널마다 숫자 하나"),
    "draw.rest": ("rest of the network", "네트워크의 나머지"),
    "draw.score": ("logit y of the target", "설명할 클래스의 로짓 y"),
    "draw.gradient": ("gradient", "그래디언트"),
    "draw.weighted": ("sum of α × A", "α × A의 합"),
    "draw.drawn": ("ReLU, ÷ maximum", "ReLU, ÷ 최댓값"),
    "draw.overlay": ("overlay", "오버레이"),
    "draw.none.out": ("the block's output", "블록의 출력"),
    "draw.se.out": ("every channel times its gate", "채널마다 게이트를 곱한 특징"),
    "draw.bam.out": ("every value times 1 + its gate", "값마다 1 + 게이트를 곱한 특징"),
    "draw.stem": ("stem", "스템"),
    "draw.head": ("pool, FC", "풀링, FC"),
    "draw.pool_fc": ("average pool, FC, logits", "평균 풀링, FC, 로짓"),
    "draw.two_blocks": ("2 blocks", "블록 2개"),
    "draw.no_bam": ("no BAM after stage 4", "스테이지 4 뒤에는 BAM 없음"),
    "draw.cells": ("{side}×{side} cells", "{side}×{side}칸"),
    "draw.stage_features": ("stage's features", "스테이지 특징"),
    "draw.number_a_place": ("one number a place", "위치마다 숫자 하나"),
    "draw.channel_gate": ("channel gate", "채널 게이트"),
    "draw.spatial_gate": ("spatial gate", "공간 게이트"),
    "draw.spatial.out": ("every place times its gate", "위치마다 게이트를 곱한 특징"),
    "symbol.before": ("the features before the gate", "게이트 적용 전 특징"),
    "symbol.after": ("the features after the gate", "게이트 적용 후 특징"),
    "symbol.output": ("the features after both gates", "두 게이트를 모두 적용한 특징"),
    "symbol.in_out": ("the block's input and output", "블록의 입력과 출력"),
    "symbol.residual": ("the residual branch", "잔차 가지"),
    "symbol.shortcut": ("the shortcut", "스킵 연결"),
    "symbol.conv": ("a convolution with a k×k kernel, without bias", "편향이 없는 k×k 합성곱"),
    "symbol.bam_conv": ("a convolution with a k×k kernel, with bias", "편향이 있는 k×k 합성곱"),
    "symbol.norm": ("BatchNorm", "배치 정규화"),
    "symbol.relu": ("max(x, 0), value by value", "값마다 max(x, 0)"),
    "symbol.sigma": ("the sigmoid; its values lie between 0 and 1", "시그모이드. 값은 0과 1 사이입니다"),
    "symbol.times": ("product value by value; the smaller operand is spread over the larger",
                     "원소별 곱. 작은 쪽을 큰 쪽의 크기로 늘려 곱합니다"),
    "symbol.any_gate": ("the gate", "게이트"),
    "symbol.bar": ("mean over the channels", "채널 평균"),
    "symbol.channels": ("how many channels there are", "채널 수"),
    "symbol.dimensions": ("how many channels, rows and columns there are", "채널 수, 높이, 너비"),
    "symbol.indices": ("channel, row and column", "채널, 행, 열의 번호"),
    "symbol.stage_output": ("the stage's features", "스테이지의 특징"),
    "symbol.score": ("the logit of the target t", "설명할 클래스 t의 로짓"),
    "symbol.alpha": ("the weight of channel k", "채널 k의 가중치"),
    "symbol.map": ("the map", "맵"),
    "symbol.last_layer": ("weights and bias of the last linear layer for t", "마지막 선형층에서 t의 가중치와 편향"),
    "symbol.map_size": ("the map's height and width", "맵의 높이와 너비"),
    "symbol.means": ("the means, C numbers", "채널별 평균, 숫자 C개"),
    "symbol.channel_gate": ("the channel gate, C numbers between 0 and 1", "채널 게이트, 0과 1 사이의 숫자 C개"),
    "symbol.spatial_gate": ("the spatial gate, H×W numbers between 0 and 1", "공간 게이트, 0과 1 사이의 숫자 H×W개"),
    "symbol.full_gate": ("the gate, C×H×W numbers between 0 and 1", "게이트, 0과 1 사이의 숫자 C×H×W개"),
    "symbol.logits": ("logits of the channel and the spatial branch", "채널 가지와 공간 가지의 로짓"),
    "symbol.layers": ("weights and biases of the two layers, C to C/r and C/r to C",
                      "C에서 C/r, C/r에서 C로 가는 두 층의 가중치와 편향"),
    "symbol.step": ("what follows a layer, and what it gets", "각 층 뒤의 연산과 그 입력"),
    "symbol.mlp": ("the shared perceptron, of a pooled vector v", "풀링한 벡터 v를 받는 공유 퍼셉트론"),
    "symbol.avgpool": ("the mean of each channel", "채널별 평균"),
    "symbol.maxpool": ("the maximum of each channel", "채널별 최댓값"),
    "symbol.over_channels": ("over the channels, H×W numbers each", "채널 방향의 최댓값과 평균, 각각 숫자 H×W개"),
    "symbol.channel_weighed": ("the features after the channel gate", "채널 게이트를 적용한 특징"),
    "row.none": ("baseline", "기준 모델"),
    "row.se": ("+ SE", "+ SE"),
    "row.bam": ("+ BAM", "+ BAM"),
    "row.cbam": ("+ CBAM", "+ CBAM"),
    "row.extra_block": ("+ a residual block", "+ 잔차 블록 하나"),
    "row.average": ("mean", "평균"),
    "row.maximum": ("maximum", "최댓값"),
    "row.both": ("both", "둘 다"),
    "row.channel_only": ("channel branch only", "채널 가지만"),
    "row.spatial_only": ("spatial branch only", "공간 가지만"),
    "row.max": ("both, maximum", "둘 다, 최댓값"),
    "row.product": ("both, product", "둘 다, 곱"),
    "row.sum": ("both, sum", "둘 다, 합"),
    "row.channel_first": ("channel, then spatial", "채널 다음 공간"),
    "row.spatial_first": ("spatial, then channel", "공간 다음 채널"),
    "row.parallel": ("in parallel", "병렬"),
    "row.mean16": ("mean of all 16", "16장의 평균"),
    "row.no_spatial": ("no spatial gate", "공간 게이트 없음"),
    "row.conv_3": ("1×1 conv, then 3×3", "1×1 합성곱 다음 3×3"),
    "row.pooled_3": ("maximum and mean, then 3×3", "최댓값과 평균 다음 3×3"),
    "row.conv_7": ("1×1 conv, then 7×7", "1×1 합성곱 다음 7×7"),
    "row.pooled_7": ("maximum and mean, then 7×7", "최댓값과 평균 다음 7×7"),
    "column.parameters": ("parameters, M", "파라미터, M"),
    "column.error": ("top-1 error, %", "top-1 오류율, %"),
    "column.cifar_error": ("error, %", "오류율, %"),
    "column.resnet18": ("ResNet-18, 224×224", "ResNet-18, 224×224"),
    "column.resnet50": ("ResNet-50, 224×224", "ResNet-50, 224×224"),
    "column.bundled": ("bundled family, 64×64", "기본 모델군, 64×64"),
    "column.place": ("where it sits", "위치"),
    "column.gate": ("one number for each", "게이트 값의 단위"),
    "column.output": ("what comes out", "출력"),
    "place.se": ("in every block, before the addition", "모든 블록, 덧셈 전"),
    "place.cbam": ("in every block, before the addition", "모든 블록, 덧셈 전"),
    "place.bam": ("after stages 1, 2 and 3", "스테이지 1, 2, 3 뒤"),
    "gate.se": ("channel", "채널"),
    "gate.bam": ("channel and place", "채널과 위치"),
    "gate.cbam": ("channel, then place", "채널, 그다음 위치"),
    "table.imagenet": ("ImageNet-1K, one 224×224 crop", "ImageNet-1K, 224×224 크롭 하나"),
    "table.extra": ("Is it only the added layers? CIFAR-100, ResNet-50",
                    "층이 늘어난 효과일 뿐일까요? CIFAR-100, ResNet-50"),
    "table.shapes": ("C×H×W of each stage's features", "스테이지별 특징의 C×H×W"),
    "table.probabilities": ("Probability of the true class, ResNet-50: the smallest rise, the largest, and the mean",
                            "정답 클래스의 확률, ResNet-50: 가장 적게 오른 사진, 가장 많이 오른 사진, 평균"),
    "table.squeeze": ("What to squeeze with: ImageNet, SE-ResNet-50, trained longer than above",
                      "무엇으로 요약할까요? ImageNet, SE-ResNet-50, 위의 표보다 긴 학습"),
    "table.combine": ("How the branches meet: CIFAR-100, ResNet-50",
                      "두 가지의 로짓을 어떻게 합칠까요? CIFAR-100, ResNet-50"),
    "table.order": ("In which order: ImageNet, ResNet-50", "어떤 순서로 적용할까요? ImageNet, ResNet-50"),
    "table.pooling": ("How the channel gate pools: ImageNet, ResNet-50",
                      "채널 게이트는 어떻게 풀링할까요? ImageNet, ResNet-50"),
    "table.spatial": ("How the spatial gate is made: ImageNet, ResNet-50",
                      "공간 게이트는 어떻게 만들까요? ImageNet, ResNet-50"),
    "table.modules": ("ResNet-50 on ImageNet-1K, one 224×224 crop", "ImageNet-1K의 ResNet-50, 224×224 크롭 하나"),
}  # fmt: skip
"""By key: English, Korean."""

TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": ENGLISH | {key: english for key, (english, _) in WORDS.items()},
    "ko": KOREAN | {key: korean for key, (_, korean) in WORDS.items()},
}

_FILL: Final[dict[str, str]] = INLINE | FIGURES


class Told:
    """The lessons' texts in one language: plain to draw with, or as HTML.

    Args:
        language: ``en`` or ``ko``.

    Raises:
        ValueError: for another language.
    """

    def __init__(self, language: str) -> None:
        if language not in TEXTS:
            raise ValueError(f"language is {language!r}; it can be {', '.join(TEXTS)}.")
        self.language = language
        self._texts = TEXTS[language]

    def plain(self, key: str) -> str:
        """Returns the text of ``key`` as it stands, not escaped."""
        return self._texts[key]

    def label(self, key: str) -> str:
        """Returns the text of ``key``, or ``key`` itself where it is a name that needs no translation, as HTML."""
        return escape(self._texts.get(key, key))

    def html(self, key: str, **values: str) -> str:
        """Returns the text of ``key`` as HTML, with formulas, numbers and ``values`` in it."""
        return escape(self._texts[key]).format(**_FILL, **values)

    def numbered(self, stem: str) -> list[str]:
        """Returns the keys ``stem.1``, ``stem.2`` and so on, as far as there are texts."""
        return list(takewhile(self._texts.__contains__, (f"{stem}.{number}" for number in count(1))))
