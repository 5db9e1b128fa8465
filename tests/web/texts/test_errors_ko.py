"""Every error that the page can meet has its Korean, with the same values in it."""

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import attnviz
from attnviz import errors
from attnviz.errors import AttnvizError
from attnviz.web.texts.errors_ko import ERRORS_KO

PACKAGE = Path(attnviz.__file__).parent
ENGLISH_ONLY = ("training", "cli")  # the page imports neither
SPEAKING = {
    "Message",
    *(name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, AttnvizError)),
}
# Message(error.template, error.values) and Error(message.template, **message.values) pass on what another site says
PASSED_ON = re.compile(r"\w+\(([\w.]+)\.template, (\*\*)?\1\.values\)")
TRANSLATES = "Message(ERRORS[language].get(error.template, error.template), values)"
BUILDS = "Message(template, values)"


@dataclass(frozen=True)
class Site:
    """A place where a template is used. ``given`` are the names of its values, None where they cannot be read."""

    where: str
    template: str
    given: frozenset[str] | None


def calls(source: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SPEAKING:
                yield node


def given(call: ast.Call) -> frozenset[str] | None:
    """The names of the values: keywords, or the keys of a Message's dict."""
    if len(call.args) == 1:
        names = [keyword.arg for keyword in call.keywords]
        return frozenset(name for name in names if name) if None not in names else None
    values = call.args[1]
    if isinstance(values, ast.Dict) and all(isinstance(key, ast.Constant) for key in values.keys):
        return frozenset(key.value for key in values.keys)  # type: ignore[union-attr]
    return None


def sites_in(path: Path, package: Path = PACKAGE) -> Iterator[Site]:
    where = path.relative_to(package).as_posix()
    for call in calls(path.read_text(encoding="utf-8")):
        written = ast.unparse(call)
        if PASSED_ON.fullmatch(written) or (where, written) in (
            ("errors.py", BUILDS),
            ("web/texts/__init__.py", TRANSLATES),
        ):
            continue
        first = call.args[0] if call.args else None
        template = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
        assert template is not None, f"{where}, line {call.lineno}: a template must be a literal: {written}"
        yield Site(f"{where}, line {call.lineno}", template, given(call))


SITES = [site for path in sorted(PACKAGE.rglob("*.py")) for site in sites_in(path)]
REACHED = [site for site in SITES if not site.where.startswith(ENGLISH_ONLY)]


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def says_something(template: str) -> bool:
    """Whether there are words between the values."""
    return any(letter.isalpha() for text, *_ in string.Formatter().parse(template) for letter in text)


def test_the_walk_finds_what_the_package_raises() -> None:
    """A walk that found nothing would pass everything below."""
    found = {site.template for site in SITES}
    assert 'There is no file "{name}"; check the path.' in found
    assert " Did you mean {names}?" in found
    assert '"{name}" is the photo itself; write to another file.' in found
    assert len(REACHED) > 60


def test_all_kinds_of_errors_are_where_the_walk_looks_for_them() -> None:
    of_errors = re.compile(rf"class \w+\([^)]*\b({'|'.join(SPEAKING)})\b")
    assert [path.name for path in PACKAGE.rglob("*.py") if of_errors.search(path.read_text())] == ["errors.py"]


@pytest.mark.parametrize("source", ['raise ImageError(f"no {name}")', "raise errors.ImageError(why)", "Message(why)"])
def test_the_walk_refuses_what_is_no_literal(source: str, tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(source)
    with pytest.raises(AssertionError, match="must be a literal"):
        list(sites_in(tmp_path / "planted.py", tmp_path))


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.where)
def test_a_site_gives_the_values_that_its_template_names(site: Site) -> None:
    assert site.given is not None
    assert site.given == (fields(site.template) if site.given else frozenset())
    if not site.given:
        assert "{" not in site.template


@pytest.mark.parametrize("site", [site for site in REACHED if says_something(site.template)], ids=lambda s: s.where)
def test_a_template_has_its_korean(site: Site) -> None:
    assert site.template in ERRORS_KO


@pytest.mark.parametrize(("english", "korean"), ERRORS_KO.items())
def test_the_korean_is_korean_and_has_the_same_values(english: str, korean: str) -> None:
    assert fields(korean) == fields(english)
    assert re.search("[가-힣]", korean)
    assert english.startswith(" ") == korean.startswith(" ")
    assert english.endswith(".") == korean.endswith(".")
    assert not re.search(r'\}"?(은|는|을|를|이|가|과|와|으로|로)(?![가-힣])', korean), (
        "a particle that its value decides"
    )


def test_no_korean_is_left_over() -> None:
    assert ERRORS_KO.keys() <= {site.template for site in REACHED}
