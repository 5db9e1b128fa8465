"""The lessons in Korean. Formulas and numbers come in by name, from equations.INLINE and numbers.FIGURES."""

from __future__ import annotations

from typing import Final

KOREAN: Final[dict[str, str]] = {
    "page.lead": "짧은 강의 일곱 편입니다. 하나는 어텐션이 없는 네트워크를, 나머지는 attnviz가 보여 주는 그림을 "
                 "종류별로 설명합니다. 강의마다 그림, attnviz가 실제로 계산하는 수식, 해석할 때 주의할 점, 논문의 "
                 "수치가 있습니다.",
    "page.contents": "강의 목록",
    "page.pictures": "서로 다른 세 가지 그림",
    "page.gate": "게이트",
    "page.gate.text": "어텐션 모듈이 순전파에서 계산한 값입니다. 0과 1 사이의 숫자로, 특징에 주는 가중치입니다. "
                      "클래스와 무관하여 어떤 클래스를 설명하든 값이 같습니다.",
    "page.features": "특징",
    "page.features.text": "게이트를 적용하기 전과 후에 네트워크를 지나는 값입니다. 역시 클래스와 무관하며 정해진 "
                          "범위가 없습니다.",
    "page.gradcam": "Grad-CAM",
    "page.gradcam.text": "한 클래스에 대해 사후에 만든 맵으로, 어느 위치가 그 클래스의 점수를 높였는지 보여 줍니다. "
                         "네트워크가 스스로 계산하는 값은 아닙니다.",
    "page.modules": "모듈 비교",
    "heading.equations": "수식",
    "heading.symbols": "기호의 뜻",
    "heading.code": "논문과 코드",
    "heading.numbers": "수치",
    "heading.caveats": "주의할 점",
    "heading.sources": "출처",
    "source.table": "표 {number}",
    "source.figure": "그림 {number}",
    "source.section": "{number}절",
    "source.imagenet": "ImageNet-1K 표",
    "source.readme": "저자 코드의 README",
    "source.computed": "자체 네트워크로 계산",

    "none.title": "기준 모델: 어텐션이 없는 잔차 블록",
    "none.idea": "잔차 블록은 합성곱으로 계산한 값을 자신의 입력에 더할 뿐이며, 가중치를 주는 게이트가 없습니다.",
    "none.drawing": "어텐션이 없는 잔차 블록",
    "none.drawing.note": "ResNet-18과 34의 블록입니다. ResNet-50과 101에서는 오른쪽 가지가 1×1, 3×3, 1×1 합성곱으로 "
                         "이루어집니다.",
    "none.place": "사진에서 로짓까지, 스테이지별로 본 네트워크",
    "none.place.note": "224×224 입력의 ResNet-18입니다. 작은 사각형은 블록을 뜻합니다. 스테이지가 넘어갈 때마다 특징 "
                       "맵의 높이와 너비는 절반이 되고 채널 수는 두 배가 됩니다.",
    "none.equation.1": "블록: 잔차 가지와 스킵 연결을 더한 뒤 ReLU를 적용합니다.",
    "none.equation.2": "ResNet-18의 잔차 가지입니다.",
    "none.equation.3": "대부분의 블록에서 스킵 연결은 입력을 그대로 전달합니다.",
    "none.equation.4": "크기가 바뀌는 블록의 스킵 연결입니다.",
    "none.code.1": "어텐션이 없을 때 attnviz의 파라미터 이름은 torchvision과 같고, 로짓도 비트 단위로 같습니다.",
    "none.code.2": "ResNet-50의 스트라이드는 torchvision과 BAM, CBAM 저자 코드처럼 3×3 합성곱에 있으며, 224×224 "
                   "입력에서 곱셈-덧셈이 {macs_code}G회입니다. 논문에 적힌 {macs_paper}G회는 스트라이드를 1×1 합성곱에 "
                   "둔 경우의 값입니다. 파라미터 수는 같습니다.",
    "none.caveat.1": "비교는 한 논문 안에서 해야 합니다. 어텐션이 없는 ResNet-50의 오류율이 SE 논문에서는 "
                     "{base_se_paper}%, CBAM 논문에서는 {base_cbam_paper}%입니다. 이 {base_gap}%p 차이는 어텐션 "
                     "덕분이라고 보고된 일부 개선 폭보다 큽니다.",
    "none.caveat.2": "논문의 수치는 모델마다 값이 하나뿐이며 분산이 없습니다.",
    "none.caveat.3": "어텐션 모듈이 없는 네트워크도 어딘가를 봅니다. Grad-CAM은 기준 모델에도 똑같이 적용되므로 나란히 "
                     "놓고 비교할 가치가 있습니다.",

    "features.title": "특징: 네트워크를 지나는 값",
    "features.idea": "특징은 네트워크의 한 부분이 다음 부분에 넘겨주는 값으로 H×W 위치마다 채널이 C개 있으며, 그림은 "
                     "그 채널 평균을 보여 줍니다.",
    "features.drawing": "게이트 적용 전후의 특징과 그 채널 평균",
    "features.drawing.note": "적용 전과 후를 같은 회색 척도로 그려 밝기를 직접 비교할 수 있습니다.",
    "features.place": "SE나 CBAM이 있는 블록에서 특징을 읽는 위치",
    "features.place.note": "적용 전과 후의 특징은 잔차 가지에서 게이트의 앞뒤에서 읽습니다. 스테이지의 특징은 마지막 "
                           "블록의 덧셈과 ReLU 다음, BAM이 있으면 BAM 다음에 읽습니다.",
    "features.equation.1": "그림에 나오는 값: 위치마다 구한 채널 평균입니다.",
    "features.equation.2": "채널 게이트(SE, CBAM) 적용 후: 채널마다 게이트만큼 반영됩니다.",
    "features.equation.3": "공간 게이트(CBAM) 적용 후: 적용 전 그림에 게이트를 곱한 것과 같습니다.",
    "features.equation.4": "BAM 적용 후: 게이트가 채널과 위치마다 따로 있습니다.",
    "features.code.1": "회색은 0에서 최댓값까지를 나타냅니다. 음수가 있으면 최솟값에서 시작합니다.",
    "features.code.2": "SE와 CBAM에서 적용 전 특징은 배치 정규화를 막 지난 값이라 음수일 수 있습니다. 스테이지의 "
                       "특징은 ReLU를 지났으므로 음수가 없습니다.",
    "features.code.3": "BAM 논문의 그림 1은 BAM 적용 전후의 특징을 보여 주지만, 여러 채널을 어떻게 그림 하나로 "
                       "만들었는지는 밝히지 않습니다. 채널 평균은 attnviz의 해석입니다.",
    "features.caveat.1": "평균은 개별 채널을 가립니다. 물체에 강하게 반응하는 채널이 수백 개 중 하나뿐이라면 거의 "
                         "보이지 않고, 부호가 반대인 채널끼리는 상쇄됩니다.",
    "features.caveat.2": "특징은 클래스와 무관합니다. 밝은 위치는 활성이 큰 곳일 뿐, 예측한 클래스의 근거라는 뜻은 "
                         "아닙니다.",
    "features.caveat.3": "SE와 CBAM은 1보다 작은 수를 곱하므로 모든 값의 크기가 줄고, BAM은 1보다 큰 수를 곱하므로 "
                         "모든 값의 크기가 커집니다. 변했는지가 아니라 어디가 많이 변했는지를 보아야 합니다.",

    "gradcam.title": "Grad-CAM: 클래스를 뒷받침하는 위치",
    "gradcam.idea": "Grad-CAM은 스테이지의 각 채널에 그 채널이 한 클래스의 점수를 얼마나 높이는지에 따라 가중치를 "
                    "주고, 모두 더해 맵 하나를 만듭니다.",
    "gradcam.drawing": "Grad-CAM: 스테이지의 특징과 그래디언트에서 맵까지",
    "gradcam.drawing.note": "점선 화살표는 역방향, 곧 설명할 클래스의 로짓에 대한 그래디언트를 뜻합니다.",
    "gradcam.place": "맵은 모든 스테이지에서 만들 수 있습니다",
    "gradcam.place.note": "맵은 다음 스테이지가 받는 특징으로 만들며, BAM이 있으면 BAM을 지난 특징을 씁니다. 크기는 "
                          "224×224 입력을 기준으로 합니다.",
    "gradcam.equation.1": "채널마다 하나인 가중치: 그래디언트의 위치 평균입니다.",
    "gradcam.equation.2": "부호가 있는 원래의 맵입니다. 값이 양수인 위치가 클래스를 뒷받침합니다.",
    "gradcam.equation.3": "스테이지 4 뒤에는 평균 풀링과 선형층 하나만 있으므로 역전파 없이 가중치를 알 수 있고, 맵의 "
                          "합은 로짓에서 편향을 뺀 값과 같습니다.",
    "gradcam.equation.4": "화면에 그리는 값: 양수 부분을 자신의 최댓값으로 나눕니다.",
    "gradcam.code.1": "논문은 맵의 정의에 ReLU를 넣습니다. attnviz는 부호를 남겨 두고 그릴 때 ReLU를 적용하므로, "
                      "양수가 전혀 없는 맵을 약한 맵처럼 그리지 않고 그렇다고 알려 줍니다.",
    "gradcam.code.2": "그래디언트는 확률이 아니라 로짓에 대한 것입니다.",
    "gradcam.code.3": "이 네트워크들의 스테이지 4에서 Grad-CAM, CAM, HiResCAM은 배율을 빼면 같은 맵입니다. 앞 "
                      "스테이지에서는 서로 다릅니다.",
    "gradcam.caveat.1": "Grad-CAM은 클래스마다 다른 사후 설명입니다. 판단이 끝난 뒤에 계산하며 네트워크의 일부가 "
                        "아닙니다. SE, BAM, CBAM의 어텐션과도 다른 것입니다.",
    "gradcam.caveat.2": "스테이지 4보다 앞에서는 그래디언트를 평균하기 때문에 네트워크가 쓰지 않은 위치가 밝게 나올 수 "
                        "있습니다(Draelos, Carin).",
    "gradcam.caveat.3": "맵의 칸은 적습니다. 224×224 입력의 스테이지 4에서는 49칸뿐이며, 사진 위에 매끄럽게 보이는 "
                        "것은 그 사이를 보간한 결과입니다.",
    "gradcam.caveat.4": "CBAM 논문 그림 5의 사진 {pictures}장 모두에서 확률이 기준 모델, SE, CBAM 순으로 높아집니다. "
                        "arXiv 2판에는 사진을 고른 기준이 없으므로, 이런 경우가 있다는 것만 보여 줄 뿐 얼마나 흔한지는 "
                        "알 수 없습니다.",
    "gradcam.caveat.5": "물체를 더 넓게 덮는 맵이 더 정확한 설명인 것은 아닙니다. Grad-CAM은 Adebayo 등의 무작위화 "
                        "검사를 통과하지만, 이는 필요조건일 뿐 충분조건이 아닙니다.",

    "se.title": "SE: 채널마다 숫자 하나",
    "se.idea": "SE는 각 채널을 공간 방향으로 평균하고, 그 평균들로부터 채널마다 0과 1 사이의 숫자 하나를 계산해 그 "
               "채널에 곱합니다.",
    "se.drawing": "SE 모듈",
    "se.drawing.note": "FC는 완전 연결층이고, r은 가운데 층을 좁히는 비율입니다. 원은 원소별 곱을 뜻합니다.",
    "se.place": "네트워크와 블록 안에서 SE의 위치",
    "se.place.note": "모든 스테이지의 모든 블록에 SE가 따로 있으며, 덧셈 전의 잔차 가지에 놓입니다.",
    "se.equation.1": "스퀴즈(squeeze): 각 채널의 평균입니다.",
    "se.equation.2": "익사이테이션(excitation): 채널마다 숫자 하나인 게이트입니다.",
    "se.equation.3": "채널 전체에 그 채널의 게이트를 곱합니다.",
    "se.code.1": "SE 논문의 절제 실험(ablation)은 편향 없이 진행되었습니다. attnviz에는 편향이 있고, CBAM 논문의 "
                 "SE-ResNet-50에도 있어야 합니다. 편향이 있으면 파라미터가 논문에 적힌 대로 {se_bias}M이고, 없으면 "
                 "{se_no_bias}M입니다.",
    "se.code.2": "논문은 특징을 U, 게이트를 s로 씁니다. 여기서는 모든 강의에서 {F}와 {M}로 씁니다.",
    "se.code.3": "논문에서는 {r} = 16입니다. 기본 모델군은 채널 수가 적어 {r} = 4를 씁니다. 16으로 하면 스테이지 1의 "
                 "은닉 유닛이 두 개만 남기 때문입니다.",
    "se.caveat.1": "SE에는 공간 게이트가 없습니다. SE 네트워크가 어디를 보는지 나타낸 그림은 특징이거나 Grad-CAM이며, "
                   "게이트일 수는 없습니다.",
    "se.caveat.2": "게이트는 사진에만 달려 있어 설명할 클래스를 바꾸어도 값이 그대로입니다. SE 논문에서 한 클래스의 "
                   "사진들로 평균하면 앞쪽 게이트는 클래스가 달라도 거의 같고 뒤쪽 게이트는 클래스마다 다르며, 마지막 "
                   "스테이지의 게이트는 없애도 top-5 오류율이 {last_stage}%p 미만으로 늘어납니다.",
    "se.caveat.3": "게이트가 모두 0.5처럼 비슷한 값이면 아무것도 골라내지 않고 잔차 가지의 크기만 바꿉니다. 게이트는 "
                   "항상 0부터 1까지의 척도로 그리므로 평평한 게이트는 평평하게 보입니다.",
    "se.caveat.4": "게이트는 설명이 아닙니다. 게이트가 작은 채널도 값 자체는 클 수 있고, 입력은 스킵 연결을 통해 "
                   "게이트를 거치지 않고도 전달됩니다.",
    "se.caveat.5": "모델마다 값이 하나뿐이며 분산이 없습니다. SE 논문 자체의 ResNet-50 오류율은 SE가 없을 때 "
                   "{base_se_paper}%, 있을 때 {se_se_paper}%입니다.",

    "bam.title": "BAM: 값마다 숫자 하나",
    "bam.idea": "BAM은 스테이지 사이에서 채널 가지와 공간 가지의 로짓을 더해 게이트 하나를 만들고, 그만큼 특징을 "
                "강화합니다.",
    "bam.drawing": "BAM 모듈",
    "bam.drawing.note": "d는 팽창률(dilation)로, 3×3 합성곱의 아홉 점이 서로 떨어진 간격입니다.",
    "bam.place": "BAM은 스테이지 1, 2, 3 뒤에 있습니다",
    "bam.place.note": "스테이지 끝마다, 다음 스테이지에서 특징 맵이 절반으로 줄기 전에 BAM이 하나 있습니다. 게이트의 "
                      "크기는 224×224 입력의 ResNet-18 기준입니다.",
    "bam.equation.1": "특징에 게이트를 곱한 값을 원래 특징에 더합니다.",
    "bam.equation.2": "두 가지의 로짓은 각각 C×H×W로 늘린 뒤 시그모이드 안에서 더해집니다.",
    "bam.equation.3": "채널 가지: 로짓 C개입니다.",
    "bam.equation.4": "공간 가지: 로짓 H×W개입니다. 두 3×3 합성곱의 팽창률은 4입니다.",
    "bam.equation.5": "마지막 층을 뺀 각 층 뒤의 연산입니다.",
    "bam.code.1": "논문은 각 가지의 끝에 배치 정규화를 하나 둡니다. 저자 코드와 attnviz는 마지막 층을 뺀 모든 층 뒤에 "
                  "두며, 가지의 끝에는 두지 않습니다.",
    "bam.code.2": "논문은 두 가지를 더합니다({sum}). 저자 코드는 곱하므로({product}) 공개된 가중치는 곱으로 읽어야 "
                  "합니다. attnviz는 합으로 학습합니다.",
    "bam.code.3": "저자 코드는 한 변이 특징 맵의 높이와 같은 정사각형으로 풀링하므로 가로로 긴 사진에서는 오른쪽이 "
                  "빠집니다. attnviz는 전체를 풀링합니다.",
    "bam.code.4": "그림은 {M}의 채널 평균입니다. 논문의 그림 1은 채널 C개로 어텐션 맵 하나를 어떻게 만들었는지 밝히지 "
                  "않습니다.",
    "bam.caveat.1": "{Mc}와 {Ms}는 한 시그모이드 안에 있는 로짓이며 게이트가 아닙니다. 게이트는 {M}뿐입니다.",
    "bam.caveat.2": "곱해지는 값 {factor}는 1과 2 사이에 있습니다. BAM은 값을 강화할 수는 있어도 없앨 수는 없습니다. "
                    "게이트가 모두 0.5에 가까우면 전체에 1.5를 곱할 뿐 아무것도 골라내지 않으며, 0부터 1까지의 척도로 "
                    "그리므로 그대로 평평하게 보입니다.",
    "bam.caveat.3": "곱을 쓰면 {Ms}의 부호만으로는 알 수 있는 것이 없습니다. {Mc}가 음수인 채널에서는 반대로 작용하기 "
                    "때문입니다. 그러므로 {M}을 보아야 하며, 이런 가중치에서는 더욱 그렇습니다.",
    "bam.caveat.4": "게이트는 클래스와 무관합니다. 설명할 클래스를 바꾸어도 값은 그대로입니다. 게이트는 설명도 "
                    "아닙니다. 밝은 위치는 강화된 곳일 뿐, 예측한 클래스의 근거라는 뜻은 아닙니다.",
    "bam.caveat.5": "모델마다 값이 하나뿐이며 분산이 없습니다. 공개된 ResNet-50 가중치의 오류율은 {bam_released}%로 "
                    "논문의 {bam_error}%보다 낮으므로, 어느 쪽을 인용하는지 밝혀야 합니다.",

    "cbam.channel.title": "CBAM 채널 게이트: 채널마다 숫자 하나",
    "cbam.channel.idea": "CBAM의 앞부분입니다. 각 채널을 평균과 최댓값으로 요약하고, 그 둘로부터 0과 1 사이의 숫자 "
                         "하나를 계산해 그 채널에 곱합니다.",
    "cbam.channel.drawing": "CBAM 채널 게이트",
    "cbam.channel.drawing.note": "풀링한 두 벡터는 같은 퍼셉트론을 함께 씁니다. 퍼셉트론은 FC, ReLU, FC로 "
                                 "이루어집니다.",
    "cbam.channel.place": "네트워크와 블록 안에서 CBAM 채널 게이트의 위치",
    "cbam.channel.place.note": "모든 스테이지의 모든 블록에 CBAM이 따로 있으며, 덧셈 전의 잔차 가지에 놓입니다. 채널 "
                               "게이트가 먼저 옵니다.",
    "cbam.channel.equation.1": "채널 전체에 그 채널의 숫자를 곱합니다.",
    "cbam.channel.equation.2": "게이트: 각 채널의 평균과 최댓값으로 계산합니다.",
    "cbam.channel.equation.3": "두 벡터가 함께 쓰는 퍼셉트론입니다.",
    "cbam.channel.code.1": "논문의 식 2에는 편향이 없지만, 저자 코드와 attnviz에는 있습니다.",
    "cbam.channel.code.2": "평균만 쓰면 SE의 게이트와 같습니다. 논문의 표 1도 이를 SE라고 부릅니다.",
    "cbam.channel.code.3": "논문에서는 {r} = 16, 기본 모델군에서는 {r} = 4입니다.",
    "cbam.channel.caveat.1": "게이트는 클래스와 무관합니다. 설명할 클래스를 바꾸어도 값은 그대로입니다.",
    "cbam.channel.caveat.2": "게이트가 모두 0.5처럼 비슷한 값이면 아무것도 골라내지 않고 잔차 가지의 크기만 바꿉니다. "
                             "게이트는 항상 0부터 1까지의 척도로 그리므로 평평한 게이트는 평평하게 보입니다.",
    "cbam.channel.caveat.3": "게이트는 설명이 아닙니다. 게이트가 작은 채널도 값 자체는 클 수 있고, 입력은 스킵 연결을 "
                             "통해 두 게이트를 거치지 않고도 전달됩니다.",
    "cbam.channel.caveat.4": "SE와 비교한 CBAM의 개선 폭은 ResNet-18에서 {cbam_gain18}%p, ResNet-50에서 "
                             "{cbam_gain50}%p입니다. 모델마다 값이 하나뿐이며 분산이 없습니다.",
    "cbam.channel.caveat.5": "최댓값과 평균에 대해서는 논문끼리 결과가 다릅니다. SE 논문에서는 평균이 더 "
                             "좋지만({se_squeeze_average}% 대 {se_squeeze_maximum}%), CBAM 논문에서는 둘이 비슷하고 "
                             "함께 쓸 때 가장 좋습니다.",

    "cbam.spatial.title": "CBAM 공간 게이트: 위치마다 숫자 하나",
    "cbam.spatial.idea": "CBAM의 뒷부분입니다. 채널 게이트를 거친 특징에서 위치마다 채널 방향의 최댓값과 평균을 "
                         "구하고, 그 둘로부터 0과 1 사이의 숫자 하나를 계산해 그 위치의 모든 채널에 곱합니다.",
    "cbam.spatial.drawing": "CBAM 공간 게이트",
    "cbam.spatial.drawing.note": "채널 게이트가 끝난 곳에서 시작합니다. F′은 특징에 채널 게이트를 곱한 결과입니다.",
    "cbam.spatial.place": "네트워크와 블록 안에서 CBAM 공간 게이트의 위치",
    "cbam.spatial.place.note": "모든 스테이지의 모든 블록에 CBAM이 따로 있으며, 덧셈 전의 잔차 가지에 놓입니다. 공간 "
                               "게이트가 나중에 옵니다.",
    "cbam.spatial.equation.1": "그 위치의 모든 채널에 위치의 숫자를 곱합니다.",
    "cbam.spatial.equation.2": "게이트: 위치마다 채널 방향의 최댓값과 평균으로 계산합니다.",
    "cbam.spatial.code.1": "저자 코드와 attnviz는 논문의 식 3에 없는 배치 정규화를 7×7 합성곱 뒤에 둡니다. 그 가중치는 "
                           "0에서 시작합니다.",
    "cbam.spatial.code.2": "논문은 평균, 최댓값 순으로 쌓지만 저자 코드와 attnviz는 반대로 쌓습니다. 가중치를 변환할 "
                           "때 중요합니다.",
    "cbam.spatial.caveat.1": "게이트는 클래스와 무관합니다. 설명할 클래스를 바꾸어도 값은 그대로입니다. 클래스마다 "
                             "다른 맵은 Grad-CAM입니다.",
    "cbam.spatial.caveat.2": "게이트가 모두 0.5에 가까우면 아무것도 골라내지 않고 잔차 가지의 크기만 바꿉니다. "
                             "게이트는 항상 0부터 1까지의 척도로 그리므로 평평한 게이트는 평평하게 보입니다.",
    "cbam.spatial.caveat.3": "학습 전 CBAM의 공간 게이트는 배치 정규화의 가중치가 0에서 시작하므로 모든 위치에서 "
                             "정확히 0.5입니다. 새 네트워크의 평평한 게이트는 오류가 아닙니다.",
    "cbam.spatial.caveat.4": "게이트는 설명이 아닙니다. 입력은 스킵 연결을 통해 게이트를 거치지 않고도 전달되므로 "
                             "어두운 위치도 사라지지 않으며, 밝은 위치가 예측한 클래스의 근거라는 뜻도 아닙니다.",
    "cbam.spatial.caveat.5": "공개된 ResNet-50 가중치의 오류율은 {cbam_released}%, 논문의 값은 {cbam_error}%입니다. "
                             "어느 쪽을 인용하는지 밝혀야 합니다.",
}  # fmt: skip
