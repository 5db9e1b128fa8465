"""The viewer: a photo, a family, a class, and two tabs that show what the models make of them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import gradio as gr

from attnviz.errors import AttnvizError, FamilyError
from attnviz.images import open_picture
from attnviz.web.api import add_api
from attnviz.web.cards import cards, message
from attnviz.web.comparisons import Comparisons, first_upload
from attnviz.web.examples import EXAMPLES, Example
from attnviz.web.photo import PhotoInput, Upload
from attnviz.web.stages import stages
from attnviz.web.texts import TEXTS, Say, language_of, told_in

log = logging.getLogger(__name__)
STAGE_CHOICES = ["stage1", "stage2", "stage3", "stage4"]
i18n = gr.I18n(**{language: dict(texts) for language, texts in TEXTS.items()})


def viewer(comparisons: Comparisons) -> gr.Blocks:
    """Builds the viewer's Blocks over the families that ``comparisons`` offers."""
    blocks: gr.Blocks = _Viewer(comparisons).blocks
    return blocks


class _Viewer:
    """The components and the handlers that they share."""

    def __init__(self, comparisons: Comparisons) -> None:
        self.comparisons = comparisons
        self.first_family = next(iter(comparisons.families))
        with gr.Blocks(title="attnviz", delete_cache=(600, 3600), analytics_enabled=False) as self.blocks:
            gr.Markdown("# attnviz")
            gr.Markdown(i18n("tagline"))
            with gr.Row():
                with gr.Column(scale=1, min_width=280):
                    self._controls()
                with gr.Column(scale=3, min_width=320):
                    self._tabs()
            self._events()
            add_api(comparisons)

    def _controls(self) -> None:
        self.photo = PhotoInput(
            label=i18n("photo"), format="png", sources=["upload", "clipboard", "webcam"], height=260,
            placeholder=i18n("drop"),  # type: ignore[arg-type]  # Gradio translates it like the labels
            buttons=[],
        )  # fmt: skip
        gr.Markdown(i18n("examples"))
        with gr.Row(elem_classes="av-examples"):
            self.example_buttons = [gr.Button(example.label, size="sm", min_width=60) for example in EXAMPLES]
        families = [(family.title, name) for name, family in self.comparisons.families.items()]
        self.family = gr.Dropdown(families, value=self.first_family, label=i18n("family"))
        self.target = gr.Dropdown(self._targets(self.first_family), value="", label=i18n("target"), filterable=True)

    def _tabs(self) -> None:
        waiting = message(TEXTS["en"]["loading"])
        with gr.Tab(i18n("compare")):
            self.stage = gr.Radio(STAGE_CHOICES, value="stage4", label=i18n("stage"))
            self.cards = gr.HTML(waiting, elem_id="cards")
        with gr.Tab(i18n("stages")):
            models = list(self.comparisons.families[self.first_family])
            self.model = gr.Radio(models, value=models[-1], label=i18n("model"))
            self.stages = gr.HTML(waiting, elem_id="stages")

    def _targets(self, family: str, language: str = "en") -> list[tuple[str, str]]:
        names = self.comparisons.families[family].classes.names
        return [(Say(language)("most_probable"), ""), *((name, name) for name in names)]

    def _events(self) -> None:
        choices = [self.photo, self.family, self.target, self.stage, self.model]
        shown = [self.cards, self.stages]
        common: dict[str, Any] = {"concurrency_id": "infer", "concurrency_limit": 2, "api_visibility": "private"}
        self.blocks.load(self._first_sight, [self.stage, self.model], [self.photo, self.target, *shown], **common)
        for button, example in zip(self.example_buttons, EXAMPLES, strict=True):
            button.click(_opener(example), None, self.photo, api_visibility="private").then(
                self._show, choices, shown, **common
            )
        self.photo.input(self._show, choices, shown, trigger_mode="always_last", **common)
        self.photo.clear(self._show, choices, shown, **common)
        self.target.input(self._show, choices, shown, trigger_mode="always_last", **common)
        self.family.input(self._other_family, self.family, [self.target, self.model], api_visibility="private").then(
            self._show, choices, shown, **common
        )
        self.stage.input(self._show_cards, choices, self.cards, trigger_mode="always_last", **common)
        self.model.input(self._show_stages, choices, self.stages, trigger_mode="always_last", **common)

    def _first_sight(self, stage: str, model: str, request: gr.Request, progress: gr.Progress = gr.Progress()) -> Any:
        if not EXAMPLES:
            return None, gr.skip(), message(_say(request)("no_photo")), gr.skip()
        upload = first_upload()
        shown = self._show(upload, self.first_family, "", stage, model, request, progress)
        targets = gr.Dropdown(choices=self._targets(self.first_family, _say(request).language))
        return upload.picture, targets, *shown

    def _other_family(self, family: str, request: gr.Request) -> Any:
        models = list(self.comparisons.families[family])
        targets = self._targets(family, _say(request).language)
        return gr.Dropdown(choices=targets, value=""), gr.Radio(choices=models, value=models[-1])

    def _show(
        self, upload: Upload | None, family: str, target: str, stage: str, model: str, request: gr.Request,
        progress: gr.Progress = gr.Progress(),
    ) -> tuple[str, str]:  # fmt: skip
        say = _say(request)
        if upload is None:
            return message(say("no_photo")), message(say("no_photo"))
        try:
            self.comparisons.wait()
        except FamilyError as error:
            failed = message(say("failed", why=told_in(error, say.language)))
            return failed, failed

        def advance(done: int, total: int) -> None:
            progress((done, total), desc=say("comparing"))

        comparison = told(say, lambda: self.comparisons.compare(upload, family, target, advance))
        return cards(comparison, stage, say), stages(comparison, model, say)

    def _show_cards(
        self, upload: Upload | None, family: str, target: str, stage: str, model: str, request: gr.Request
    ) -> str:
        return self._show(upload, family, target, stage, model, request)[0]

    def _show_stages(
        self, upload: Upload | None, family: str, target: str, stage: str, model: str, request: gr.Request
    ) -> str:
        return self._show(upload, family, target, stage, model, request)[1]


def _opener(example: Example) -> Callable[[], Any]:
    return lambda: open_picture(example.path)


def _say(request: gr.Request) -> Say:
    return Say(language_of(request.headers.get("accept-language")))


def told(say: Say, work: Callable[[], Any]) -> Any:
    """Does ``work``; what a user can mend becomes a toast, and anything else is logged and called an internal error."""
    try:
        return work()
    except AttnvizError as error:
        raise gr.Error(told_in(error, say.language), title="", print_exception=False) from None
    except Exception:
        log.exception("An internal error")
        raise gr.Error(say("internal"), title="", print_exception=False) from None
