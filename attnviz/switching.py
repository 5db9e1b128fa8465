"""Gates of a family's models switched for one photo: which they are, and what each of them does to the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeGuard, cast

from attnviz.errors import OptionError, did_you_mean
from attnviz.families import Family
from attnviz.families.means import GateMeans
from attnviz.maps.interventions import Intervention, Interventions, known_places, places_of
from attnviz.nets import GateSite, gate_sites


def interventions_of(
    family: Family, models: Sequence[str], interventions: Interventions | Mapping[str, Interventions] | None
) -> dict[str, Interventions]:
    """Returns what is to be switched in each model.

    Args:
        family: of the models.
        models: names of those that are compared.
        interventions: by place, for every model that has such a gate; or by model and then place.

    Raises:
        OptionError: for a place that none of the models has, or a model that is not compared.
    """
    if not interventions:
        return {model: {} for model in models}
    if _is_by_model(interventions):
        for model in interventions:
            if model not in models:
                raise OptionError(
                    'Gates of "{model}" are to be switched, and it is not compared; there are {names}.{hint}',
                    model=model, names=", ".join(models), hint=did_you_mean(model, models),
                )  # fmt: skip
        return {model: interventions.get(model, {}) for model in models}
    sites = {model: gate_sites(family[model]) for model in models}
    chosen: dict[str, dict[str, Intervention]] = {model: {} for model in models}
    for place, wanted in cast(Interventions, interventions).items():
        for model in models_with(sites, place):
            chosen[model][place] = wanted
    return {**chosen}


def models_with(sites: Mapping[str, Mapping[str, GateSite]], place: str) -> list[str]:
    """Returns the models that have a gate of some place.

    Args:
        sites: of each model, by its name.
        place: see :data:`attnviz.maps.Interventions`.

    Raises:
        OptionError: if none has.
    """
    having = [model for model, each in sites.items() if places_of(each, place)]
    if not having:
        known = dict.fromkeys(name for each in sites.values() for name in known_places(each))
        raise OptionError(
            'None of the models has a gate "{place}".{hint}', place=place, hint=did_you_mean(place, known)
        )
    return having


def means_for(family: Family, model: str, interventions: Interventions) -> GateMeans | None:
    """Returns a model's gate means if any gate is to be switched to its mean.

    Raises:
        FamilyError: if there are none.
    """
    is_asked_for = any(isinstance(wanted, str) and wanted == "mean" for wanted in interventions.values())
    return family.gate_means(model) if is_asked_for else None


def in_words(interventions: Interventions) -> dict[str, str]:
    """Returns what was done to each place: ``mean``, ``off``, or ``given`` for values."""
    return {place: wanted if isinstance(wanted, str) else "given" for place, wanted in interventions.items()}


def _is_by_model(
    interventions: Interventions | Mapping[str, Interventions],
) -> TypeGuard[Mapping[str, Interventions]]:
    return all(isinstance(each, Mapping) for each in interventions.values())


def distinct_places(sites: Mapping[str, GateSite]) -> list[str]:
    """Returns the places that can be switched, from broad to narrow, each set of gates once.

    A stage with one gate is not named beside that gate, nor a module beside its only one.

    Args:
        sites: of the network.
    """
    by_gates = {frozenset(places_of(sites, place)): place for place in known_places(sites)}
    chosen = set(by_gates.values())
    return [place for place in known_places(sites) if place in chosen]
