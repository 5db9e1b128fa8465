"""The viewer: a photo, a family, a class, and tabs that show what the models make of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from attnviz.errors import AttnvizError
from attnviz.web import UPLOADS_KEPT_S
from attnviz.web.address import asked_for
from attnviz.web.api import add_api
from attnviz.web.cards import cards, message
from attnviz.web.choice import ALL_STAGES, AT_INPUT, METHOD_NAMES, MOST_PROBABLE, OWN, STAGE_NAMES, Choice
from attnviz.web.comparisons import Comparisons, Shown
from attnviz.web.controls import controls
from attnviz.web.examples import EXAMPLES, Example, key_of
from attnviz.web.fetching import Fetches
from attnviz.web.missing import panel_script
from attnviz.web.photo import PhotoInput, Upload
from attnviz.web.scores import scores
from attnviz.web.scoring import known_box
from attnviz.web.stages import stages
from attnviz.web.status import idle, stop_script
from attnviz.web.steps import steps
from attnviz.web.texts import TEXTS, Say, language_of, told_in
from attnviz.web.toasts import told
from attnviz.web.turns import Turns

TABS = COMPARE, STAGES, SCORES = "compare", "stages", "scores"
ALL_MODELS = ""
i18n = gr.I18n(**{language: dict(texts) for language, texts in TEXTS.items()})


def viewer(comparisons: Comparisons, offline: bool = False) -> gr.Blocks:
    """Builds the viewer's Blocks over the families that ``comparisons`` offers.

    Args:
        comparisons: what is shown.
        offline: whether nothing is fetched, even if a visitor asks for it.
    """
    blocks: gr.Blocks = _Viewer(comparisons, offline).blocks
    return blocks


class _Viewer:
    """The components and the handlers that they share."""

    def __init__(self, comparisons: Comparisons, offline: bool) -> None:
        self.comparisons = comparisons
        self.turns = Turns()
        self.refused: dict[str, str] = {}  # what a visitor is still to be told of a photo of theirs
        self.fetches = Fetches(comparisons.families, offline)
        with gr.Blocks(title="attnviz", delete_cache=(600, UPLOADS_KEPT_S), analytics_enabled=False) as self.blocks:
            gr.Markdown("# attnviz", elem_id="title")
            gr.Markdown(i18n("tagline"), elem_id="tagline")
            self.kept = gr.State("")  # the key of the photo that this visitor looks at
            self.open_tab = gr.State(COMPARE)
            with gr.Row():
                with gr.Column(scale=1, min_width=280):
                    self._choices(comparisons.first_choice)
                with gr.Column(scale=3, min_width=320):
                    self._tabs(comparisons.first_choice)
            self._events()
            add_api(comparisons)

    # what there is

    def _choices(self, first: Choice) -> None:
        self.photo = PhotoInput(
            label=i18n("photo"), format="png", sources=["upload", "clipboard", "webcam"], height=260,
            placeholder=i18n("drop"),  # type: ignore[arg-type]  # Gradio translates it like the labels
            buttons=[],
        )  # fmt: skip
        gr.Markdown(i18n("examples"))
        with gr.Row(elem_classes="av-examples"):
            self.example_buttons = [
                gr.Button(example.label, icon=example.path, size="sm", min_width=60) for example in EXAMPLES
            ]
        families = [(family.title, name) for name, family in self.comparisons.families.items()]
        self.family = gr.Dropdown(families, value=first.family, label=i18n("family"))
        self.target = gr.Dropdown(self._targets(first.family, Say()), value=MOST_PROBABLE, label=i18n("target"))
        self.method = gr.Dropdown([(name, key) for key, name in METHOD_NAMES.items()], value="gradcam",
                                  label=i18n("method"))  # fmt: skip

    def _tabs(self, first: Choice) -> None:
        waiting = message(TEXTS["en"]["loading"])
        self.missing = gr.HTML("", elem_id="missing", js_on_load=panel_script())
        self.controls = gr.HTML(controls(Say(), self.comparisons.started), elem_id="look")
        self.status = gr.HTML(idle(), elem_id="status", js_on_load=stop_script())
        with gr.Tab(i18n("compare")) as self.compare_tab:
            self.stage = gr.Radio(list(STAGE_NAMES), value=first.stage, show_label=False, label=i18n("stage"))
            self.cards = gr.HTML(waiting, elem_id="cards")
        with gr.Tab(i18n("stages")) as self.stages_tab:
            self.model = gr.Radio(self._models(first.family, Say()), value=ALL_MODELS, show_label=False,
                                  label=i18n("model"))  # fmt: skip
            self.stages = gr.HTML(waiting, elem_id="stages")
        with gr.Tab(i18n("scores")) as self.scores_tab:
            self.scores = gr.HTML(waiting, elem_id="scores")

    def _targets(self, family: str, say: Say) -> list[tuple[str, str]]:
        names = self.comparisons.families[family].classes.names
        return [(say("most_probable"), MOST_PROBABLE), (say("own"), OWN), *((name, name) for name in names)]

    def _models(self, family: str, say: Say) -> list[tuple[str, str]]:
        return [(say("all_models"), ALL_MODELS), *((name, name) for name in self.comparisons.families[family])]

    # what happens

    def _events(self) -> None:
        # a newer request ends an older one of the same visitor, so they must be let in while that is at work
        work: dict[str, Any] = {"concurrency_id": "infer", "concurrency_limit": 8, "show_progress": "hidden",
                                "api_visibility": "private", "trigger_mode": "multiple"}  # fmt: skip
        quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
        choice = [self.family, self.target, self.stage, self.method, self.open_tab, self.model]
        kept, shown = [self.kept, *choice], [self.status, self.cards, self.stages, self.scores]
        # the photo comes last, since its change event shows what the others have by then
        self.blocks.load(
            self._first_sight, None,
            [self.family, self.target, self.stage, self.method, self.model, self.controls, self.missing, *shown[1:]],
            **quick,
        ).then(self._first_photo, None, self.photo, **quick)  # fmt: skip
        for button, example in zip(self.example_buttons, EXAMPLES, strict=True):
            button.click(_opener(example), None, self.photo, **quick)
        # whatever sets or removes a photo changes it; Gradio's input event has the old photo when one is removed
        self.photo.change(self._keep, [self.photo, self.family], [self.kept, *shown], **quick).then(
            self._show, kept, shown, **work
        )
        # a list's input event comes whenever it is left, its change event when something else is chosen
        of_family = [self.target, self.model]
        self.family.change(self._other_family, [self.family, *of_family], [*of_family, self.missing], **quick).then(
            self._show, kept, shown, **work
        )
        self.missing.submit(self._fetch, self.family, self.missing, **{**work, "concurrency_id": "fetch"}).then(
            self._fetched, self.family, self.model, **quick
        ).then(self._show, kept, shown, **work)
        self.missing.click(self._stop_fetching, self.family, self.missing, **quick)
        for chosen in (self.target.change, self.method.change, self.stage.input):
            chosen(self._show_at_once, kept, self.cards, **quick).then(self._show, kept, shown, **work)
        self.model.input(self._show, kept, shown, **work)
        self.method.change(self._stage_matters, self.method, self.stage, **quick)
        for tab, name in zip((self.compare_tab, self.stages_tab, self.scores_tab), TABS, strict=True):
            tab.select(partial(str, name), None, self.open_tab, **quick).then(self._show, kept, shown, **work)
        self.status.click(self._stop, None, self.status, **quick)
        self.blocks.unload(self._leave)

    def _first_sight(self, request: gr.Request) -> Any:
        choice, say = self._asked_for(request), _say(request)
        targets = gr.Dropdown(choices=self._targets(choice.family, say), value=choice.target)
        models = gr.Radio(choices=self._models(choice.family, say), value=ALL_MODELS)
        form = gr.skip() if say.language == "en" else controls(say, self.comparisons.started)
        missing = self.fetches.panel(choice.family, say)
        waiting = (gr.skip(),) * 3 if say.language == "en" else _everywhere(say("loading"))
        return choice.family, targets, choice.stage, choice.method, models, form, missing, *waiting

    def _first_photo(self, request: gr.Request) -> Path | None:
        photo = self._asked_for(request).photo
        return next((example.path for example in EXAMPLES if key_of(example) == photo), None)

    def _asked_for(self, request: gr.Request) -> Choice:
        return asked_for(dict(request.query_params), self.comparisons.first_choice, self.comparisons.families)

    def _other_family(self, family: str, target: str, model: str, request: gr.Request) -> Any:
        """Offers another family's classes and models; what was chosen of either stays chosen if that has it, too."""
        say = _say(request)
        self.fetches.leave(str(request.session_hash))  # the panel is the other family's from now on
        targets, models = self._targets(family, say), self._models(family, say)
        return (
            gr.Dropdown(choices=targets, value=target if target in dict(targets).values() else MOST_PROBABLE),
            gr.Radio(choices=models, value=model if model in dict(models).values() else ALL_MODELS),
            self.fetches.panel(family, say),
        )

    def _fetch(self, family: str, request: gr.Request) -> Iterator[Any]:
        for shown in self.fetches.fetch(family, str(request.session_hash), _say(request)):
            yield gr.skip() if shown is None else shown

    def _fetched(self, family: str, request: gr.Request) -> Any:
        return gr.Radio(choices=self._models(family, _say(request)), value=ALL_MODELS)

    def _stop_fetching(self, family: str, request: gr.Request) -> str:
        return self.fetches.stop(family, str(request.session_hash), _say(request))

    @staticmethod
    def _stage_matters(method: str) -> Any:
        return gr.Radio(interactive=method not in AT_INPUT)

    def _show_at_once(
        self, kept: str, family: str, target: str, stage: str, method: str, tab: str, model: str, request: gr.Request
    ) -> Any:
        """Shows what needs no network; what does is left to the queue."""
        if not kept or tab != COMPARE or self.comparisons.status != "ready":
            return gr.skip()
        shown = told(_say(request), lambda: self.comparisons.ready(Choice(kept, family, target, stage, method)))
        return gr.skip() if shown is None else cards(shown, _say(request))

    def _keep(self, upload: Upload | None, family: str, request: gr.Request) -> Any:
        """Keeps a photo before anything else is chosen; it is shown with what is chosen by then."""
        say, visitor = _say(request), str(request.session_hash)
        if upload is None:
            self.turns.look_at(visitor, "")
            return "", idle(), *_everywhere(say("no_photo"))
        try:
            kept = self.comparisons.keep(upload, family)
        except AttnvizError as error:
            if self.turns.look_at(visitor, upload.digest):
                self.refused[visitor] = told_in(error, say.language)  # once: Gradio tells of an upload twice
            return "", idle(), *_everywhere(told_in(error, say.language))
        self.turns.look_at(visitor, kept)
        return kept, *(gr.skip(),) * 4

    def _show(
        self, kept: str, family: str, target: str, stage: str, method: str, tab: str, model: str, request: gr.Request
    ) -> Iterator[Any]:
        """Shows the open tab, unless it says already why there is nothing on it."""
        visitor, say = str(request.session_hash), _say(request)
        if kept:
            choice, draw = _drawing(kept, family, target, stage, method, tab, model)
            for status, drawn in steps(self.comparisons, self.turns, visitor, say, choice, draw):
                yield status, *(drawn if each == tab else gr.skip() for each in TABS)
        elif refused := self.refused.pop(visitor, ""):
            gr.Warning(refused)  # here, since Gradio shows none from outside its queue
        yield (gr.skip(),) * 4  # Gradio shows what comes last twice, by then perhaps over something newer

    def _stop(self, request: gr.Request) -> str:
        self.turns.begin(str(request.session_hash))
        return idle(_say(request)("stopped"))

    def _leave(self, request: gr.Request) -> None:
        self.turns.leave(str(request.session_hash))
        self.fetches.leave(str(request.session_hash))
        self.refused.pop(str(request.session_hash), None)


def _drawing(
    kept: str, family: str, target: str, stage: str, method: str, tab: str, model: str
) -> tuple[Choice, Callable[[Shown, Say], str]]:
    """Returns what a tab compares, and how it is drawn."""
    if tab == STAGES:
        choice = Choice(kept, family, target, ALL_STAGES, "gradcam" if method in AT_INPUT else method)
        models = () if model == ALL_MODELS else (model,)
        return choice, lambda shown, say: stages(shown, models or tuple(shown.comparison), say)
    choice = Choice(kept, family, target, stage, method)
    return choice, cards if tab == COMPARE else lambda shown, say: scores(shown, known_box(shown), say)


def _everywhere(text: str) -> tuple[str, str, str]:
    """Returns what every tab shows where there is no comparison."""
    return message(text), message(text), message(text)


def _opener(example: Example) -> Callable[[], Any]:
    return lambda: example.path


def _say(request: gr.Request) -> Say:
    return Say(language_of(request.headers.get("accept-language")))
