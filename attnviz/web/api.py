"""``/compare`` for gradio_client: a photo in, plain JSON out."""

from __future__ import annotations

import logging
from typing import Any

import gradio as gr

from attnviz.errors import AttnvizError, ImageError, OptionError
from attnviz.web.choice import ALL_STAGES, Choice
from attnviz.web.comparisons import Comparisons
from attnviz.web.photo import PhotoInput, Upload

log = logging.getLogger(__name__)


def add_api(comparisons: Comparisons) -> None:
    """Adds the endpoint ``/compare`` (image, models, target, stage) to the Blocks being built.

    ``models`` is a list of names, empty for all; ``target`` a class's name, index or wnid, empty for the most probable
    one; ``stage`` 1 to 4, or 0 for all four. The answer has string keys, floats, and grids as nested lists.
    """
    family = next(iter(comparisons.families))

    def compare(
        image: Upload | None, models: list[str] | None, target: str | None, stage: float | None
    ) -> dict[str, Any]:
        try:
            return _answer(comparisons, family, image, models or [], target or "", stage)
        except AttnvizError as error:
            raise gr.Error(str(error), title="", print_exception=False) from None
        except Exception:
            log.exception("An internal error in /compare")
            raise gr.Error("An internal error; it is in the server's log.", title="", print_exception=False) from None

    with gr.Row(visible=False):
        image = PhotoInput(label="image")
        models = gr.JSON(label="models")
        target = gr.Textbox(label="target")
        stage = gr.Number(label="stage", value=4)
        answer = gr.JSON(label="comparison")
        gr.Button("compare").click(
            compare, [image, models, target, stage], answer, api_name="compare",
            concurrency_id="api", concurrency_limit=2,
        )  # fmt: skip


def _answer(
    comparisons: Comparisons, family: str, image: Upload | None, models: list[str], target: str, stage: float | None
) -> dict[str, Any]:
    if image is None:
        raise ImageError("There is no image; send one.")
    if not isinstance(models, list):
        raise OptionError("models must be a list of names, or empty for all.")
    stages = _stages(stage)
    index = comparisons.families[family].classes.find(target) if target else None
    name = "" if index is None else comparisons.families[family].classes.names[index]
    choice = Choice(comparisons.keep(image, family), family, name, ALL_STAGES)
    answer = comparisons.compare(choice).comparison.to_json()
    for model in models:
        comparisons.families[family].check_model(model)
    wanted = models or list(answer["models"])
    answer["models"] = {model: answer["models"][model] for model in wanted}
    for result in answer["models"].values():
        result["maps"] = {stage: heat for stage, heat in result["maps"].items() if stage in stages}
    return answer


def _stages(stage: float | None) -> set[str]:
    if stage is None or stage not in (0, 1, 2, 3, 4):
        raise OptionError("stage is {stage}; it can be 1 to 4, or 0 for all four.", stage=stage)
    return {f"stage{number}" for number in ((1, 2, 3, 4) if stage == 0 else (int(stage),))}
