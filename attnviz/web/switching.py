"""What the switches of the Stages tab ask for: a model's answer with gates switched, in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from attnviz.errors import OptionError
from attnviz.web.comparisons import Comparisons, Shown
from attnviz.web.files import CANNOT, refusals, shown_or_gone
from attnviz.web.switches import points, switched_answer
from attnviz.web.texts import Say, language_of

if TYPE_CHECKING:
    from attnviz.comparison import Result
    from attnviz.maps import Interventions

MOST = 256
"""Switches in one request; a ResNet-152 with CBAM has 100 gates."""


def switching(comparisons: Comparisons) -> APIRouter:
    """Returns the route, under the addresses of the comparisons' other files."""
    router = APIRouter(prefix="/attnviz/view")

    @router.get("/{key}/switched/{model}")
    def switched(
        key: str, model: str, request: Request,
        switch: Annotated[list[str] | None, Query()] = None, alone: str = "",
    ) -> JSONResponse:  # fmt: skip
        """Answers ``?switch=stage2.bam:mean&switch=...``; ``alone`` is one of them to be tried by itself too."""
        shown = shown_or_gone(comparisons, key, request)
        say = Say(language_of(request.headers.get("accept-language")))
        with refusals(request, CANNOT):
            switches = _read(switch or [])
            result = answer(comparisons, shown, model, switches)
            plain = shown.comparison[model]
            said = ""
            if alone in switches:
                only = result if len(switches) == 1 else answer(comparisons, shown, model, {alone: switches[alone]})
                said = say("switch_alone", change=points(only.probability - plain.probability))
        return JSONResponse({"html": switched_answer(shown, plain, result, say), "alone": said})

    return router


def answer(comparisons: Comparisons, shown: Shown, model: str, switches: Interventions) -> Result:
    """Returns what a model makes of a comparison's photo and class with gates switched.

    Args:
        comparisons: that the comparison is one of.
        shown: the comparison.
        model: name of one of its models.
        switches: ``mean`` or ``off`` by place.

    Raises:
        FamilyError: if there is no such model, or no means of its gates.
        OptionError: if it has no such gate, or there is no such kind.
    """
    from attnviz.compare import compare

    family, comparison = comparisons.families[shown.choice.family], shown.comparison
    if family.check_model(model) not in comparison:  # its weights came after the comparison
        raise OptionError('There is no model "{name}"; there are {names}.', name=model, names=", ".join(comparison))
    index = family.classes.find(comparison[model].target)
    stages, method = tuple(comparison[model].maps), comparison.method
    with comparisons.lane:
        found = compare(family, comparison.view, index, stages, method, [model], interventions={model: switches})
    return found[model]


def _read(switches: list[str]) -> dict[str, Any]:
    """Returns kinds by place; whether there are such is for the network to say.

    Raises:
        OptionError: for what is no switch, and for too many.
    """
    if len(switches) > MOST:
        raise OptionError("At most {most} gates can be switched at once.", most=MOST)
    found = {}
    for switch in switches:
        place, colon, kind = switch.partition(":")
        if not (place and colon and kind):
            raise OptionError('"{switch}" is no switch; write it as stage2.bam:mean or all:off.', switch=switch)
        found[place] = kind
    return found
