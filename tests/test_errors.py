"""Errors are English sentences that keep their templates and values, whatever the values hold."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz import errors
from attnviz.errors import AttnvizError, FamilyError, ImageError, Message, did_you_mean, joined

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AttnvizError)]
NAMES = ("lion", "tabby", "espresso", "military uniform")


def test_the_sentence_is_english_and_its_parts_are_kept() -> None:
    error = ImageError('There is no file "{name}"; check the path.', name="lion.jpg")
    assert str(error) == 'There is no file "lion.jpg"; check the path.'
    assert error.template == 'There is no file "{name}"; check the path.'
    assert error.values == {"name": "lion.jpg"}
    assert repr(error) == """ImageError('There is no file "lion.jpg"; check the path.')"""


def test_a_template_without_values_is_not_formatted() -> None:
    assert str(AttnvizError("{0} {name} }{ %s")) == "{0} {name} }{ %s"
    assert str(Message("{0} {name} }{ %s")) == "{0} {name} }{ %s"


def test_values_may_have_the_names_of_the_constructors_own_arguments() -> None:
    assert str(AttnvizError("{self}, {template}, {values}", self=1, template=2, values=3)) == "1, 2, 3"


@given(st.text(), st.text(alphabet="{}!:[].0a\n\"'%\\"))
def test_values_are_never_interpreted(one: str, braces: str) -> None:
    assert str(AttnvizError("<{one}|{braces}>", one=one, braces=braces)) == f"<{one}|{braces}>"


@given(st.text(), st.text())
def test_a_message_in_a_message_is_filled_in_and_left_alone(inner: str, outer: str) -> None:
    message = Message('"{outer}"{rest}', {"outer": outer, "rest": Message(" ({inner})", {"inner": inner})})
    assert str(message) == f'"{outer}" ({inner})'
    assert str(AttnvizError("{message}.", message=message)) == f'"{outer}" ({inner}).'


@pytest.mark.parametrize("kind", KINDS)
@given(name=st.text(alphabet="{}!\n\"'x"))
def test_pickles_and_copies_are_the_same(kind: type[AttnvizError], name: str) -> None:
    error = kind('No "{name}".{hint}', name=name, hint=Message(" Or {other}?", {"other": "{name}"}))
    error.add_note("while testing")
    for same in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(same) is kind
        assert str(same) == f'No "{name}". Or {{name}}?'
        assert (same.template, same.values, same.__notes__) == (error.template, error.values, ["while testing"])


def test_the_message_of_an_error_makes_an_error_of_another_kind() -> None:
    message = ImageError('There is no file "{name}".', name="{x}").message
    again = FamilyError(message.template, **message.values)
    assert str(again) == str(message) == 'There is no file "{x}".'


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("lyon", ' Did you mean "lion"?'),
        ("LION", ' Did you mean "lion"?'),
        ("uniform", ' Did you mean "military uniform"?'),  # not near, but a part of it
        ("aardvark", ""),
        ("{}", ""),
    ],
)
def test_did_you_mean(wrong: str, told: str) -> None:
    assert str(did_you_mean(wrong, NAMES)) == told


def test_did_you_mean_names_the_nearest_first_and_three_at_most() -> None:
    near = ("stage1", "stage2", "stage3", "stage4")
    assert str(did_you_mean("stage4x", near, limit=1)) == ' Did you mean "stage4"?'
    assert str(did_you_mean("stage", near)).count(" or ") == 2


@given(st.lists(st.text(), min_size=1, max_size=5), st.text())
def test_joined_is_what_str_join_is(parts: list[str], between: str) -> None:
    assert str(joined(parts, between)) == between.join(parts)
    assert str(joined([Message("{part}", {"part": part}) for part in parts], Message("{b}", {"b": between}))) == (
        between.join(parts)
    )
