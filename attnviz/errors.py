"""The errors that a user can mend. Each is one sentence that says what is wrong and what to do.

Everything that a person may be told is an :class:`AttnvizError`; whatever else is raised is a fault of
attnviz itself, is logged with its traceback, and is shown as "an internal error".

A sentence is kept as its English template and the values in it, so that the page can say it in another language.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce


@dataclass(frozen=True)
class Message:
    """A sentence, or a part of one, that can be said in other languages.

    Attributes:
        template: in English, a literal with a ``{name}`` for each value; without values it is not formatted.
        values: by name; a value that is a Message is translated with the sentence that it stands in.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """Returns it in English."""
        return self.template.format_map(self.values) if self.values else self.template


class AttnvizError(Exception):
    """Base of everything that attnviz tells a user in one sentence, without a path of the server.

    Attributes:
        template: the sentence in English, as in :class:`Message`.
        values: what is filled in.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        # the sentence is the only argument of the exception: copies and pickles are made from it, and then get
        # template and values from __dict__
        super().__init__(str(Message(template, values)))
        self.template = template
        self.values = values

    @property
    def message(self) -> Message:
        """The sentence without the exception, which holds on to the frames that it passed through."""
        return Message(self.template, self.values)


class OptionError(AttnvizError):
    """An option or argument has a value that it cannot have."""


class ImageError(AttnvizError):
    """A file cannot be read as a picture."""


class FamilyError(AttnvizError):
    """A family cannot be found, or its folder does not hold what it should."""


class WeightsError(AttnvizError):
    """A weights file is damaged, is not the file it should be, or does not fit its network."""


class FetchError(AttnvizError):
    """A file cannot be fetched, or kept where it should be; the same may succeed later."""


class TargetError(AttnvizError):
    """A class that the family does not know."""


class TruthError(AttnvizError):
    """A box or mask cannot be the truth that a map is scored by."""


class StudyError(AttnvizError):
    """A study cannot be planned, joined, voted in or read as asked."""


class StorageError(StudyError):
    """A study's data cannot be written or read now; the same may succeed later."""


class ClosedError(StudyError):
    """A study's closing date has passed."""


class DataError(AttnvizError):
    """A training or validation set cannot be read."""


class BusyError(AttnvizError):
    """More is asked for at once than can be answered soon; the same may succeed later."""


def did_you_mean(wrong: str, known: Iterable[str], limit: int = 3) -> Message | str:
    """Returns ``' Did you mean "a" or "b"?'``, or an empty string where nothing is near.

    Args:
        wrong: what the user wrote.
        known: what would have been right.
        limit: the most suggestions to make.
    """
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(wrong.lower(), by_lower, n=limit, cutoff=0.6)
    if not near:
        near = [lower for lower in by_lower if wrong.lower() in lower][:limit] if len(wrong) >= 3 else []
    if not near:
        return ""
    return Message(
        " Did you mean {names}?", {"names": joined([f'"{by_lower[name]}"' for name in near], Message(" or "))}
    )


def joined(parts: Sequence[Message | str], between: Message | str) -> Message | str:
    """Returns ``between.join(parts)``, each part of which is translated with the sentence that it stands in."""
    return reduce(
        lambda before, part: Message("{before}{between}{part}", {"before": before, "between": between, "part": part}),
        parts,
    )
