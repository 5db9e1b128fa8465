"""The halves of a set never move."""

from hypothesis import given
from hypothesis import strategies as st

from attnviz.images.split import split_of


def test_the_split_is_frozen() -> None:
    """Thresholds of one release must not be chosen on the photos that another reports."""
    names = [f"val_{number}.JPEG" for number in range(10000)]
    halves = [split_of(name) for name in names]
    assert halves[:8] == ["report", "report", "report", "fit", "report", "fit", "fit", "fit"]
    assert halves.count("report") == 4991


@given(st.lists(st.text(st.characters(exclude_characters="/"), min_size=1), min_size=1), st.text())
def test_the_split_does_not_depend_on_folders(folders: list[str], name: str) -> None:
    assert split_of(f"{'/'.join(folders)}/{name}.png") == split_of(f"{name}.png")
