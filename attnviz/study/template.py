"""The study.toml that an experimenter begins with: good defaults, and every key explained."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from attnviz.errors import StudyError, did_you_mean
from attnviz.families.find import DEFAULT_FAMILY
from attnviz.study.settings import SETTINGS

_TEMPLATE = '''\
# A study: which of two highlighted regions is more specific to the class, asked blind.
# Change what you need, then freeze it with:  attnviz study build
# A frozen study is never changed; whoever wants another one makes another folder.

# --- what is compared ---------------------------------------------------------------------------------------------

# A family of models, by name (attnviz families) or by the path of its folder.
family = "{family}"

# The models; every two of them are compared. Left out: all of the family.
models = {models}
# Or instead of models the pairs themselves:
# pairs = [["baseline", "cbam"], ["baseline", "bam"]]

# With many pairs a participant need not see all of them of every image: how many of each. Left out: all.
# pairs_per_image = 1

# The photos, relative to this file: a folder with a subfolder a class (named by the class's name or wnid), or a CSV
# with the columns path,class.
images = "photos"

# How many of them count. More images buy more power than more people; power.csv says how much.
count = {count}

# Which of them may be taken: "all-correct", where all models find the right class most probable (as in the paper);
# "disagree", where they find different classes most probable; or "all".
selection = "all-correct"

# How maps are made: gradcam, gradcam++, hirescam or layercam at a stage (stage1 to stage4); or, at the input,
# smoothgrad, integrated-gradients or occlusion, for which the stage does not matter.
method = "gradcam"
stage = "stage4"

# --- who takes part, and what they see ----------------------------------------------------------------------------

# How many participants there are to be; nobody can join after the last.
participants = {participants}

# How many trials everybody sees twice, the second time with the sides swapped: how well they agree with themselves.
repeats = {repeats}

# How many trials show a map beside its mirror image, for objects far from the centre: whether they look at all.
catch_trials = {catches}

# How many trials come first for practice, with images of their own.
practice = 3

# After this time nobody can join or vote. Left out: the study ends with its last participant.
# closes = 2027-01-31T18:00:00Z

# For how many milliseconds a trial must have been seen before it can be answered.
minimum_ms = 700

# From which images, orders and sides are drawn; this one was drawn when this file was made. Keep it to yourself while
# the study runs: who knows it can tell which model is where.
seed = {seed}

# --- how maps are shown -------------------------------------------------------------------------------------------

[presentation]
# "overlay": the map's colours over the photo. "region": what lies at or above the threshold, the rest greyed.
kind = "{kind}"
# Share of the map's maximum, 0 to 1. Of an overlay, what lies below stays uncoloured.
threshold = {threshold}
# Of an overlay: the share of the colours, 0 to 1; the colours (inferno, viridis, magma, cividis, turbo, jet, gray); and
# whether "each" map is divided by its own maximum, or all models' maps of an image by a "shared" one.
opacity = 0.5
colormap = "inferno"
scale = "each"
# Of the pictures, in pixels.
side = 448

# --- who is left out of the analysis; both results, with and without them, are reported ------------------------------

[exclusion]
# Who fails more catch trials than this.
catch_failures = 1
# Who answers faster than this, in milliseconds, at the median.
median_ms = 600
# Who prefers one side in more than this share of the trials that they do not call similar ...
same_side = 0.9
# ... if there are at least so many of those.
same_side_trials = 20

# --- what participants read, in English and Korean; {{target}} stands for the class ---------------------------------

[title]
en = "{title_en}"
ko = "{title_ko}"

[question]
en = "Which highlighted region is more specific to the class \\"{{target}}\\"?"
ko = "강조된 두 영역 가운데 어느 쪽이 \\"{{target}}\\" 클래스를 더 잘 나타냅니까?"

[intro]
en = """
You will see a photo with the name of what is in it, and below it the same photo twice, each time with a region \\
highlighted. Choose the one whose region is more specific to that class: the one that you would rather look at to \\
tell this class from others. If neither is better, choose "about the same". There are no right answers."""
ko = """
사진과 그 안에 있는 것의 이름이 나오고, 아래에 같은 사진 두 장이 서로 다른 영역이 강조된 채로 나옵니다. \\
강조된 영역이 그 클래스를 더 잘 나타내는 쪽, 곧 이 클래스를 다른 클래스와 구별하려 할 때 보고 싶은 쪽을 고르세요. \\
어느 쪽도 낫지 않으면 "비슷하다"를 고르세요. 정답은 없습니다."""

# Add who runs the study and how to reach them.
[consent]
en = """
This study compares where neural networks look in photos. Your answers and how long they take are stored under a \\
random number; no name, address or other detail of you or your device is stored. You may stop at any time, and with \\
your withdrawal code your answers are taken out again. By continuing you agree that your answers are analysed and \\
published in this form."""
ko = """
이 연구는 신경망이 사진의 어디를 보는지 비교합니다. 답변과 답변에 걸린 시간이 임의의 번호로 저장되며, \\
이름, 주소, 그 밖에 본인이나 기기에 관한 정보는 저장되지 않습니다. 언제든지 그만둘 수 있고, 철회 코드로 답변을 뺄 수 \\
있습니다. 계속하면 답변이 이 형태로 분석되고 공개되는 데 동의하는 것입니다."""
'''

_DEFAULT: Mapping[str, object] = MappingProxyType({
    "models": '["baseline", "cbam"]', "count": 60, "participants": 40, "repeats": 6, "catches": 3,
    "kind": "overlay", "threshold": "0.0", "title_en": "Where do networks look?", "title_ko": "신경망은 어디를 볼까?",
})  # fmt: skip
PRESETS: Mapping[str, Mapping[str, object]] = MappingProxyType({
    # CBAM (Woo et al., ECCV 2018), section 4.4: 50 images that both networks classify correctly, 25 people, Grad-CAM's
    # region at or above 0.6
    "cbam-2018": MappingProxyType({
        "models": '["baseline", "cbam"]', "count": 50, "participants": 25, "repeats": 5, "catches": 3,
        "kind": "region", "threshold": "0.6", "title_en": "Which region tells the class?",
        "title_ko": "어느 영역이 클래스를 더 잘 나타낼까?",
    }),
})  # fmt: skip
"""Studies that were published, by name."""


def text_of(preset: str | None = None) -> str:
    """Returns the text of a study.toml, with a seed of its own.

    Args:
        preset: one of PRESETS; None for the defaults.

    Raises:
        StudyError: if there is no such preset.
    """
    if preset is not None and preset not in PRESETS:
        raise StudyError('There is no preset "{name}"; there are {names}.{hint}', name=preset,
                         names=", ".join(PRESETS), hint=did_you_mean(preset, PRESETS))  # fmt: skip
    return _TEMPLATE.format_map(
        {**(PRESETS[preset] if preset else _DEFAULT), "family": DEFAULT_FAMILY, "seed": secrets.randbelow(2**48)}
    )


def new_study(folder: Path, preset: str | None = None) -> Path:
    """Writes a commented study.toml, and returns its path.

    Args:
        folder: made if it is not there.
        preset: see :func:`text_of`.

    Raises:
        StudyError: if there is no such preset, the folder has a study.toml already, or it cannot be written.
    """
    text = text_of(preset)
    path = folder / SETTINGS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise StudyError('There is a study.toml in "{folder}" already; change that one, or name a new folder.',
                         folder=folder.name) from None  # fmt: skip
    except OSError as error:
        raise StudyError('"{folder}" cannot be written to: {reason}.', folder=folder.name,
                         reason=error.strerror) from None  # fmt: skip
    return path
