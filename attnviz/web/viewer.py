"""The viewer: a photo, a family, a class, and tabs that show what the models make of them."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from attnviz.errors import AttnvizError, FamilyError
from attnviz.web.api import add_api
from attnviz.web.cards import cards, message
from attnviz.web.choice import ALL_STAGES, AT_INPUT, METHOD_NAMES, MOST_PROBABLE, OWN, Choice
from attnviz.web.comparisons import EXAMPLE, Comparisons, Shown
from attnviz.web.controls import controls
from attnviz.web.examples import EXAMPLES, Example
from attnviz.web.photo import PhotoInput, Upload
from attnviz.web.progress import Work
from attnviz.web.stages import stages
from attnviz.web.status import idle, stop_script, working
from attnviz.web.texts import TEXTS, Say, language_of, told_in
from attnviz.web.turns import Superseded, Turns

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
        self.turns = Turns()
        self.started = secrets.token_urlsafe(8)
        self.first = comparisons.first_choice
        with gr.Blocks(title="attnviz", delete_cache=(600, 3600), analytics_enabled=False) as self.blocks:
            gr.Markdown("# attnviz")
            gr.Markdown(i18n("tagline"))
            self.kept = gr.State("")  # the key of the photo that this visitor looks at
            with gr.Row():
                with gr.Column(scale=1, min_width=280):
                    self._choices()
                with gr.Column(scale=3, min_width=320):
                    self._tabs()
            self._events()
            add_api(comparisons)

    # what there is

    def _choices(self) -> None:
        self.photo = PhotoInput(
            label=i18n("photo"), format="png", sources=["upload", "clipboard", "webcam"], height=260,
            placeholder=i18n("drop"),  # type: ignore[arg-type]  # Gradio translates it like the labels
            buttons=[],
        )  # fmt: skip
        gr.Markdown(i18n("examples"))
        with gr.Row(elem_classes="av-examples"):
            self.example_buttons = [gr.Button(example.label, size="sm", min_width=60) for example in EXAMPLES]
        families = [(family.title, name) for name, family in self.comparisons.families.items()]
        self.family = gr.Dropdown(families, value=self.first.family, label=i18n("family"))
        self.target = gr.Dropdown(self._targets(self.first.family), value=MOST_PROBABLE, label=i18n("target"))
        self.method = gr.Dropdown([(name, key) for key, name in METHOD_NAMES.items()], value="gradcam",
                                  label=i18n("method"))  # fmt: skip

    def _tabs(self) -> None:
        waiting = message(TEXTS["en"]["loading"])
        self.stage = gr.Radio(STAGE_CHOICES, value="stage4", label=i18n("stage"))
        self.status = gr.HTML(idle(), elem_id="status", js_on_load=stop_script())
        with gr.Tab(i18n("compare")) as self.compare_tab:
            self.controls = gr.HTML(controls(Say(), self.started))
            self.cards = gr.HTML(waiting, elem_id="cards")
        with gr.Tab(i18n("stages")) as self.stages_tab:
            models = list(self.comparisons.families[self.first.family])
            self.model = gr.Radio(models, value=models[-1], label=i18n("model"))
            self.stages = gr.HTML(waiting, elem_id="stages")

    def _targets(self, family: str, language: str = "en") -> list[tuple[str, str]]:
        say, names = Say(language), self.comparisons.families[family].classes.names
        return [(say("most_probable"), MOST_PROBABLE), (say("own"), OWN), *((name, name) for name in names)]

    # what happens

    def _events(self) -> None:
        choice = [self.kept, self.family, self.target, self.stage, self.method]
        # a newer request ends an older one of the same visitor, so they must be let in while that is at work
        work: dict[str, Any] = {"concurrency_id": "infer", "concurrency_limit": 8, "show_progress": "hidden",
                                "api_visibility": "private", "trigger_mode": "multiple"}  # fmt: skip
        quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
        shown = [self.status, self.cards]
        # the photo comes last, since its change event shows what the others have by then
        self.blocks.load(self._first_sight, None, [*choice[1:], self.controls], **quick).then(
            self._first_photo, None, self.photo, **quick
        )
        for button, example in zip(self.example_buttons, EXAMPLES, strict=True):
            button.click(_opener(example), None, self.photo, **quick)
        # whatever sets or removes a photo changes it; Gradio's input event has the old photo when one is removed
        self.photo.change(self._show_photo, [self.photo, *choice[1:]], [self.kept, *shown], **work)
        self.family.input(self._other_family, self.family, [self.target, self.model], **quick).then(
            self._show, choice, shown, **work
        )
        for chosen in (self.target, self.method, self.stage):
            chosen.input(self._show_at_once, choice, self.cards, **quick).then(self._show, choice, shown, **work)
        self.method.change(self._stage_matters, self.method, self.stage, **quick)
        in_stages = [*choice, self.model]
        self.stages_tab.select(self._show_stages, in_stages, [self.status, self.stages], **work)
        self.model.input(self._show_stages, in_stages, [self.status, self.stages], **work)
        self.status.click(self._stop, None, self.status, **quick)
        self.blocks.unload(self._leave)

    def _first_sight(self, request: gr.Request) -> Any:
        choice, say = self._asked_for(dict(request.query_params)), _say(request)
        targets = gr.Dropdown(choices=self._targets(choice.family, say.language), value=choice.target)
        form = gr.skip() if say.language == "en" else controls(say, self.started)
        return choice.family, targets, choice.stage, choice.method, form

    def _first_photo(self, request: gr.Request) -> Path | None:
        photo = self._asked_for(dict(request.query_params)).photo
        return next((example.path for example in EXAMPLES if f"{EXAMPLE}{example.key}" == photo), None)

    def _asked_for(self, query: dict[str, str]) -> Choice:
        """Returns what the page's address asks for; what cannot be is left as it is at first sight."""
        wanted = self.first
        if query.get("family") in self.comparisons.families:
            wanted = replace(wanted, family=query["family"])
        if query.get("example") in {example.key for example in EXAMPLES}:
            wanted = replace(wanted, photo=f"{EXAMPLE}{query['example']}")
        if query.get("target") in (OWN, *self.comparisons.families[wanted.family].classes.names):
            wanted = replace(wanted, target=query["target"])
        if query.get("stage") in STAGE_CHOICES:
            wanted = replace(wanted, stage=query["stage"])
        if query.get("method") in METHOD_NAMES:
            wanted = replace(wanted, method=query["method"])
        return wanted

    def _other_family(self, family: str, request: gr.Request) -> Any:
        models = list(self.comparisons.families[family])
        targets = self._targets(family, _say(request).language)
        return gr.Dropdown(choices=targets, value=MOST_PROBABLE), gr.Radio(choices=models, value=models[-1])

    @staticmethod
    def _stage_matters(method: str) -> Any:
        return gr.Radio(interactive=method not in AT_INPUT)

    def _show_at_once(self, kept: str, family: str, target: str, stage: str, method: str, request: gr.Request) -> Any:
        """Shows what needs no network; what does is left to the queue."""
        if not kept or self.comparisons.status != "ready":
            return gr.skip()
        shown = told(_say(request), lambda: self.comparisons.ready(Choice(kept, family, target, stage, method)))
        return gr.skip() if shown is None else cards(shown, _say(request))

    def _show(
        self, kept: str, family: str, target: str, stage: str, method: str, request: gr.Request
    ) -> Iterator[Any]:  # fmt: skip
        choice = Choice(kept, family, target, stage, method)
        yield from self._steps(choice, request, cards)

    def _show_photo(
        self, upload: Upload | None, family: str, target: str, stage: str, method: str, request: gr.Request
    ) -> Iterator[Any]:  # fmt: skip
        say, kept = _say(request), ""
        try:
            kept = "" if upload is None else self.comparisons.keep(upload)
        except AttnvizError as error:
            self.turns.begin(str(request.session_hash))
            gr.Warning(told_in(error, say.language))
            yield "", idle(), message(told_in(error, say.language))
            return
        choice = Choice(kept, family, target, stage, method)
        for status, drawn in self._steps(choice, request, cards):
            yield kept, status, drawn

    def _show_stages(
        self, kept: str, family: str, target: str, stage: str, method: str, model: str, request: gr.Request
    ) -> Iterator[Any]:
        choice = Choice(kept, family, target, ALL_STAGES, "gradcam" if method in AT_INPUT else method)
        yield from self._steps(choice, request, lambda shown, say: stages(shown.comparison, model, say))

    def _steps(self, choice: Choice, request: gr.Request, drawn: Callable[[Shown, Say], str]) -> Iterator[Any]:
        """Yields the status line as the work goes on, and at last what it gives."""
        say, visitor = _say(request), str(request.session_hash)
        turn = self.turns.begin(visitor)
        if not choice.photo:
            yield idle(), message(say("no_photo"))
            return
        if self.comparisons.status == "loading":
            yield working(say("models_loading"), say), gr.skip()
        try:
            self.comparisons.wait()
        except FamilyError as error:
            yield idle(), message(say("failed", why=told_in(error, say.language)))
            return

        def compare(advance: Callable[[int, int], None]) -> Shown:
            def check_and_advance(done: int, total: int) -> None:
                self.turns.check(visitor, turn)
                advance(done, total)

            return self.comparisons.compare(choice, check_and_advance)

        work = Work(compare)
        for done, total in work:
            if done < total:
                share = done / total
                yield working(say("comparing", percent=f"{share:.0%}"), say, share), gr.skip()
        try:
            shown = told(say, work.result)
        except Superseded:
            yield gr.skip(), gr.skip()
            return
        yield idle(), drawn(shown, say)

    def _stop(self, request: gr.Request) -> str:
        self.turns.begin(str(request.session_hash))
        return idle(_say(request)("stopped"))

    def _leave(self, request: gr.Request) -> None:
        self.turns.leave(str(request.session_hash))


def _opener(example: Example) -> Callable[[], Any]:
    return lambda: example.path


def _say(request: gr.Request) -> Say:
    return Say(language_of(request.headers.get("accept-language")))


def told(say: Say, work: Callable[[], Any]) -> Any:
    """Does ``work``; what a user can mend becomes a toast, and anything else is logged and called an internal error."""
    try:
        return work()
    except Superseded:
        raise
    except AttnvizError as error:
        raise _toast(told_in(error, say.language)) from None
    except Exception:
        log.exception("An internal error")
        raise _toast(say("internal")) from None


def _toast(sentence: str) -> gr.Error:
    return gr.Error(sentence, print_exception=False)
