"""A family and a photo become one result a model: where images, families, maps and draw meet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from PIL import Image

from attnviz.comparison import Comparison, Result, chosen, result_of
from attnviz.errors import FamilyError, OptionError
from attnviz.families import Family
from attnviz.families.calibration import probabilities_of
from attnviz.images import View, open_picture
from attnviz.images.decode import Source, upright_rgb
from attnviz.maps import INPUT_METHODS, METHODS, Forward, explain_input, explained, forward
from attnviz.maps.abreast import abreast
from attnviz.maps.explain import checked_method
from attnviz.maps.interventions import Interventions
from attnviz.nets import STAGES
from attnviz.switching import in_words, interventions_of, means_for

INPUT = "input"
Advance = Callable[[int, int], None]


def compare(
    family: Family,
    photo: Source | Image.Image | View,
    target: str | int | None = None,
    stages: Iterable[str] = STAGES,
    method: str = "gradcam",
    models: Sequence[str] | None = None,
    advance: Advance = lambda done, total: None,
    own: bool = False,
    interventions: Interventions | Mapping[str, Interventions] | None = None,
) -> Comparison:
    """Explains one photo with the models of a family, one forward pass a model.

    Args:
        family: from :func:`attnviz.open_family`.
        photo: a path, the bytes of a file, an open binary file, a PIL picture, or a view that the family's
            preprocessing made.
        target: the class to explain, by name, index or wnid; None for the one with the highest mean probability over
            the models.
        stages: of which maps are made.
        method: ``gradcam``, ``gradcam++``, ``hirescam`` or ``layercam``; or, at the input instead of a stage,
            ``smoothgrad``, ``integrated-gradients`` or ``occlusion``, whose maps are called ``input``.
        models: names of those to compare; None for all whose weights are here.
        advance: called with the parts of the work that are done and those in all; what it raises ends the work.
        own: whether to explain, instead of one target, each model's own most probable class.
        interventions: gates to be replaced, as of :func:`attnviz.maps.explain`: by place, in every model that has
            such a gate, ``{"stage2.bam": "mean"}``; or by model and then place, ``{"cbam": {"all": "off"}}``. The means
            are the family's.

    Raises:
        AttnvizError: one sentence, for a photo, target, stage, method, model or intervention that cannot be.
    """
    at_input = method in INPUT_METHODS
    if not at_input:
        checked_method(method, (*METHODS, *INPUT_METHODS))
    names = list(family) if models is None else [family.check_model(name) for name in models]
    if models is None and not names:
        raise FamilyError(
            'No model of the family "{family}" is here; get them with: attnviz weights get {family}.',
            family=family.name,
        )
    if target is not None:
        family.classes.find(target)
    if not names:
        raise OptionError("There is no model to compare; name one or more, or none for all.")
    view = photo if isinstance(photo, View) else family.preprocessing.view(_picture(photo))
    tensor = view.tensor()
    wanted = () if at_input else (stages,) if isinstance(stages, str) else tuple(stages)
    changes = interventions_of(family, names, interventions)
    if any(changes.values()) and at_input:
        raise OptionError("Maps at the input are of the network as it is; with switched gates choose another method.")
    models_here = [family[name] for name in names]
    means = [means_for(family, name, changes[name]) for name in names]

    def passed_by(number: int) -> Forward:
        changed = changes[names[number]]
        return forward(
            models_here[number], tensor, wanted, pooled=method == "gradcam", interventions=changed, means=means[number]
        )

    def tell(done: int) -> None:
        if not at_input and done < len(names):
            advance(done, len(names))

    tell(0)
    numbers = range(len(names))
    passes = abreast(passed_by, numbers, family.device, tell)
    temperatures = [family.members[name].temperature for name in names]
    shares = [probabilities_of(each.logits[0], by) for each, by in zip(passes, temperatures, strict=True)]
    index = chosen(shares, family.classes, target, own)

    def result(number: int) -> Result:
        name, temperature = names[number], temperatures[number]
        explanation = explained(passes[number], index, "gradcam" if at_input else method)
        heat = None
        if at_input:
            part = _part_of(advance, number, len(names))
            found = explain_input(models_here[number], tensor, explanation.targets, method, part)
            heat = {INPUT: found.map[0].cpu()}
        made = result_of(name, family.members[name].attention, family.classes, explanation, heat, temperature)
        return replace(made, switched=in_words(changes[name]))

    if at_input:  # one by one, each telling how far it is
        results = [result(number) for number in numbers]
    else:
        results = abreast(result, numbers, family.device)
        advance(len(names), len(names))
    named = None if index is None else family.classes.names[index]
    by_name = dict(zip(names, results, strict=True))
    return Comparison(by_name, family.name, family.matched, named, method, view, family.classes)


def _picture(photo: Source | Image.Image) -> Image.Image:
    return upright_rgb(photo) if isinstance(photo, Image.Image) else open_picture(photo)


def _part_of(advance: Advance, number: int, count: int) -> Advance:
    """Returns what one of ``count`` models advances by, as its share of the whole."""
    return lambda done, total: advance(number * total + done, count * total)
