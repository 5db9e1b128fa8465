"""Loading in the background, the kept comparisons, and what happens when a family is broken."""

import logging
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from attnviz.errors import FamilyError
from attnviz.families import DEFAULT_FAMILY, find_family
from attnviz.images import open_picture
from attnviz.web.comparisons import KEPT, Comparisons, first_upload
from attnviz.web.examples import EXAMPLES
from attnviz.web.photo import Upload
from attnviz.web.texts import told_in


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the bundled family, found before it."""
    shutil.copytree(find_family(DEFAULT_FAMILY), tmp_path / DEFAULT_FAMILY)
    monkeypatch.setenv("ATTNVIZ_CHECKPOINTS", str(tmp_path))
    return tmp_path / DEFAULT_FAMILY


def started() -> Comparisons:
    comparisons = Comparisons(DEFAULT_FAMILY, "cpu")
    comparisons.start()
    return comparisons


def test_first_sight_is_compared_before_anyone_asks_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    comparisons = started()
    comparisons.wait()
    assert comparisons.status == "ready"
    module = sys.modules["attnviz.compare"]  # the attribute of that name is the function
    monkeypatch.setattr(module, "forward", lambda *_: pytest.fail("a kept comparison needs no forward pass"))
    kept = comparisons.compare(first_upload(), DEFAULT_FAMILY, "")
    assert max(kept.view.picture.size) <= 640


def test_many_threads_get_the_same_comparison_and_few_are_kept() -> None:
    comparisons = started()
    upload = Upload(open_picture(EXAMPLES[-1].path), "one")
    got: list[Any] = []
    ask = lambda: got.append(comparisons.compare(upload, DEFAULT_FAMILY, "lion"))  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 6
    assert all(comparison is got[0] for comparison in got)
    for number in range(KEPT + 2):
        comparisons.compare(Upload(upload.picture, str(number)), DEFAULT_FAMILY, "lion")
    assert len(comparisons._kept) == KEPT


def test_a_photo_at_another_target_is_another_comparison() -> None:
    comparisons = started()
    upload = Upload(open_picture(EXAMPLES[0].path), "one")
    assert comparisons.compare(upload, DEFAULT_FAMILY, "lion").target == "lion"
    assert comparisons.compare(upload, DEFAULT_FAMILY, "pizza").target == "pizza"


def test_broken_weights_are_told_and_the_server_lives(copy: Path) -> None:
    weights = copy / "cbam.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4])
    comparisons = started()
    with pytest.raises(FamilyError, match=r"cbam\.safetensors.* SHA-256 differs") as caught:
        comparisons.wait()
    assert "SHA-256이 다릅니다" in told_in(caught.value, "ko")
    assert comparisons.status == "failed"


def test_a_broken_second_family_is_left_out_and_logged(copy: Path, caplog: pytest.LogCaptureFixture) -> None:
    other = copy.parent / "other"
    shutil.copytree(copy, other)
    toml = (other / "family.toml").read_text().replace("depth = 18", "depth = 19")
    (other / "family.toml").write_text(toml)
    with caplog.at_level(logging.WARNING):
        comparisons = Comparisons(DEFAULT_FAMILY, "cpu")
    assert "other" not in comparisons.families
    assert "architecture.depth" in caplog.text
