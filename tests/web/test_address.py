"""A link reopens the view that it was copied from, and what cannot be is left as it is at first sight."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from attnviz.families import DEFAULT_FAMILY, Family, find_family, open_family
from attnviz.web.address import asked_for, link
from attnviz.web.choice import ALL_STAGES, METHOD_NAMES, OWN, STAGE_NAMES, Choice
from attnviz.web.examples import EXAMPLES, key_of

BUNDLED = open_family(find_family(DEFAULT_FAMILY), "cpu")  # reads no weights
CLASSES = BUNDLED.classes.names
FAMILIES = {DEFAULT_FAMILY: BUNDLED, "other": BUNDLED}
KNOWN = {*FAMILIES, *CLASSES, OWN, *STAGE_NAMES, *METHOD_NAMES, *(example.key for example in EXAMPLES)}
JUNK = ("all", "stage5", "example:tabby", "../..", "**", "GRADCAM", " lion")
FIRST = Choice(key_of(EXAMPLES[0]), DEFAULT_FAMILY)

choices = st.builds(
    Choice,
    photo=st.sampled_from([key_of(example) for example in EXAMPLES]),
    family=st.sampled_from(list(FAMILIES)),
    target=st.sampled_from(["", OWN, *CLASSES]),
    stage=st.sampled_from(STAGE_NAMES),
    method=st.sampled_from(list(METHOD_NAMES)),
)


def query(address: str) -> dict[str, str]:
    assert address.startswith("?")
    return dict(parse_qsl(address[1:], strict_parsing=True))


@given(choices)
def test_a_link_reopens_the_view(choice: Choice) -> None:
    assert asked_for(query(link(choice)), FIRST, FAMILIES) == choice


@given(choices, st.text(min_size=1, max_size=30))
def test_an_uploaded_photo_has_no_link(choice: Choice, photo: str) -> None:
    assume(photo not in {key_of(example) for example in EXAMPLES})
    assert link(replace(choice, photo=photo)) == ""
    assert link(replace(choice, photo=f"example:{photo} ")) == ""


@given(choices)
def test_all_stages_are_no_stage_of_the_compare_tab(choice: Choice) -> None:
    asked = query(link(replace(choice, stage=ALL_STAGES)))
    assert "stage" not in asked
    assert asked_for(asked, FIRST, FAMILIES) == replace(choice, stage=FIRST.stage)


def test_a_link_says_no_more_than_it_must() -> None:
    tabby = Choice("example:tabby", "f")
    assert link(tabby) == "?family=f&example=tabby&stage=stage4&method=gradcam"
    assert link(replace(tabby, target="a & b", stage=ALL_STAGES)) == (
        "?family=f&example=tabby&target=a+%26+b&method=gradcam"
    )
    assert link(replace(tabby, method="gradcam++")).endswith("&method=gradcam%2B%2B")


@given(
    st.dictionaries(
        st.sampled_from(["family", "example", "target", "stage", "method", "photo", "__theme"]),
        st.text(max_size=20).filter(lambda text: text not in KNOWN) | st.sampled_from(JUNK),
    ),
    choices,
)
def test_junk_is_ignored(junk: dict[str, str], first: Choice) -> None:
    assert asked_for(junk, first, FAMILIES) == first


@pytest.mark.parametrize(
    ("asked", "changes"),
    [
        ({"family": "other"}, {"family": "other"}),
        ({"example": "tabby"}, {"photo": "example:tabby"}),
        ({"target": "lion"}, {"target": "lion"}),
        ({"target": OWN}, {"target": OWN}),
        ({"stage": "stage2"}, {"stage": "stage2"}),
        ({"method": "occlusion"}, {"method": "occlusion"}),
        ({"method": "occlusion", "stage": "stage0", "target": "no such"}, {"method": "occlusion"}),
    ],
)
def test_each_parameter_changes_its_own(asked: dict[str, str], changes: dict[str, str]) -> None:
    assert asked_for(asked, FIRST, FAMILIES) == replace(FIRST, **changes)


def test_a_class_must_be_the_familys_that_is_asked_for(tiny_family: Family) -> None:
    families = {DEFAULT_FAMILY: BUNDLED, "tiny": tiny_family}
    ours, theirs = sorted(set(CLASSES) - set(tiny_family.classes.names))[0], "military uniform"
    assert theirs in tiny_family.classes.names
    assert asked_for({"target": ours}, FIRST, families).target == ours
    asked = asked_for({"family": "tiny", "target": ours}, FIRST, families)
    assert (asked.family, asked.target) == ("tiny", FIRST.target)
    assert asked_for({"family": "tiny", "target": theirs}, FIRST, families).target == theirs
