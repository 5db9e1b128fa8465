"""The panel that says which models of a family are not here, and fetches them when asked to."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from attnviz.web.texts import Say

if TYPE_CHECKING:
    from attnviz.families import Family


def panel(family: Family, say: Say, offline: bool, last: str = "", failed: bool = False) -> str:
    """Returns the HTML of the panel; nothing for a family that is whole.

    Args:
        family: that is shown.
        say: in the visitor's language.
        offline: whether the server stays off the network; the panel then says what to do by hand.
        last: what became of the last attempt, if it failed or was stopped.
        failed: whether it failed, so that it is told what else can be done.
    """
    missing = family.missing
    if not missing:
        return ""
    said = say("missing_all") if not family else say("missing_some", names=", ".join(missing))
    told = f'<p class="av-warning" role="status">{escape(last)}</p>' if last else ""
    items = "".join(f"<li>{_item(family, name, say, offline or failed)}</li>" for name in missing)
    wanted = to_fetch(family)
    button = "" if offline or not wanted else _button(family, wanted, say)
    alone = offline or failed or len(wanted) < len(missing)
    by_hand = f'<p class="av-small">{_by_hand(family, say)}</p>' if alone else ""
    return _section(f"<p>{escape(said)}</p><ul>{items}</ul>{told}{button}{by_hand}", say)


def fetching(name: str, place: int, count: int, done: int, total: int, say: Say) -> str:
    """Returns the panel at work, with a bar and a button that stops it.

    Args:
        name: of the model that is fetched.
        place: which one of ``count`` it is, from 1 on.
        count: of the models that are fetched in all.
        done: bytes that are here.
        total: bytes in all; 0 where nobody knows.
        say: in the visitor's language.
    """
    model = say("fetching", name=name, place=place, count=count)
    if total:
        much = say("fetched_of", done=_megabytes(done), total=_megabytes(total))
    else:
        much = say("fetched", done=_megabytes(done)) if done else say("fetch_waiting")
    value = f' value="{done / total:.3f}"' if total else ""
    return _section(
        f'<p class="av-fetching" role="status"><progress max="1"{value} aria-label="{escape(model)}"></progress>'
        f"<span>{escape(model)}</span> <span>{escape(much)}</span>"
        f'<button type="button" class="av-stop">{escape(say("stop"))}</button></p>',
        say,
    )


def to_fetch(family: Family) -> list[str]:
    """Returns the names of the models that are missing and have an address."""
    return [name for name in family.missing if family.members[name].url is not None]


def panel_script() -> str:
    """Returns the script that makes a click on Fetch the component's submit, and one on Stop its click."""
    return (
        "element.addEventListener('click', (event) => event.target.closest('.av-fetch') ? trigger('submit') : "
        "event.target.closest('.av-stop') && trigger('click'));"
    )


def _section(inside: str, say: Say) -> str:
    return f'<section class="av-missing" aria-label="{escape(say("missing_title"))}">{inside}</section>'


def _item(family: Family, name: str, say: Say, by_hand: bool) -> str:
    """Returns a line: the model, how large, from where, under what licence, and what its publisher says of it."""
    member = family.members[name]
    parts = [_size_of(family, [name], say)]
    if member.url is not None:
        host = escape(urlsplit(member.url).netloc)
        link = f'<a href="{escape(member.url)}" target="_blank" rel="noopener noreferrer">{host}</a>'
        parts.append(escape(say.template("missing_from")).format(host=link))
    parts.append(escape(say("missing_licence", licence=member.licence or say("not_stated"))))
    if member.published is not None:
        parts.append(escape(say("missing_published", top1=f"{member.published.top1:.1%}")))
    line = f"<b>{escape(name)}</b>: {'; '.join(parts)}."
    if by_hand or member.url is None:
        line += f" <code>{escape(member.file)}</code> <code>{escape(str(member.checksum))}</code>"
    return line


def _button(family: Family, names: Sequence[str], say: Say) -> str:
    text = say("fetch", size=_size_of(family, names, say))
    return (
        f'<p><button type="button" class="av-fetch">{escape(text)}</button></p>'
        f'<p class="av-small">{escape(say("fetch_where"))}</p>'
    )


def _by_hand(family: Family, say: Say) -> str:
    command = f"<code>attnviz weights get {escape(family.name)}</code>"
    return escape(say.template("by_hand")).format(command=command, list="<code>attnviz weights list</code>")


def _size_of(family: Family, names: Sequence[str], say: Say) -> str:
    members = [family.members[name] for name in names]
    sizes = [member.about_bytes for member in members]
    known = [size for size in sizes if size is not None]
    if len(known) < len(sizes):
        return say("size_unknown")
    exact = all(member.size for member in members)
    return say("size" if exact else "size_about", megabytes=_megabytes(sum(known)))


def _megabytes(count: int) -> str:
    """Returns megabytes of 10^6 bytes: whole ones, or one decimal where there are few."""
    return f"{count / 1e6:.0f}" if count >= 1e7 else f"{count / 1e6:.1f}"
