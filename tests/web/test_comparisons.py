"""Loading in the background, the kept comparisons, and what happens when a family is broken."""

import hashlib
import logging
import shutil
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from attnviz import compare
from attnviz.errors import FamilyError, ImageError
from attnviz.families import DEFAULT_FAMILY, find_family
from attnviz.web.choice import ALL_STAGES, MOST_PROBABLE, OWN
from attnviz.web.comparisons import Comparisons
from attnviz.web.examples import EXAMPLES
from attnviz.web.photo import Upload
from attnviz.web.texts import told_in
from attnviz.web.turns import Superseded


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


def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["attnviz.compare"]  # the attribute of that name is the function
    monkeypatch.setattr(module, "forward", lambda *_, **__: pytest.fail("a kept comparison needs no forward pass"))


@pytest.fixture(scope="module")
def comparisons() -> Comparisons:
    loaded = started()
    loaded.wait()
    return loaded


def test_first_sight_is_compared_before_anyone_asks_and_kept(
    comparisons: Comparisons, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert comparisons.status == "ready"
    no_network(monkeypatch)
    kept = comparisons.compare(comparisons.first_choice)
    assert max(kept.comparison.view.picture.size) <= 640
    assert comparisons.shown(kept.key) is kept
    assert comparisons.shown("another") is None


@pytest.mark.parametrize("method", ["gradcam", "gradcam++", "hirescam", "layercam"])
@pytest.mark.parametrize("target", ["pizza", MOST_PROBABLE, OWN])
def test_another_class_or_method_at_stage_4_needs_no_network(
    comparisons: Comparisons, monkeypatch: pytest.MonkeyPatch, target: str, method: str
) -> None:
    choice = replace(comparisons.first_choice, target=target, method=method)
    no_network(monkeypatch)
    shown = comparisons.ready(choice)
    assert shown is not None
    monkeypatch.undo()
    family = comparisons.families[choice.family]
    named = None if target in (MOST_PROBABLE, OWN) else target
    expected = compare(family, EXAMPLES[0].path, named, "stage4", method, own=target == OWN)
    for name, result in expected.items():
        assert shown.comparison[name].target == result.target
        assert torch.equal(shown.comparison[name].maps["stage4"], result.maps["stage4"])


def test_a_lower_stage_needs_the_network(comparisons: Comparisons) -> None:
    choice = replace(comparisons.first_choice, target="pizza", stage="stage2")
    assert comparisons.ready(choice) is None
    assert list(comparisons.compare(choice).comparison["cbam"].maps) == ["stage2"]
    assert comparisons.ready(choice) is comparisons.compare(choice)
    everything = comparisons.compare(replace(choice, stage=ALL_STAGES))
    assert list(everything.comparison["cbam"].maps) == ["stage1", "stage2", "stage3", "stage4"]


def test_many_threads_get_the_same_comparison(comparisons: Comparisons) -> None:
    choice = replace(comparisons.first_choice, target="lion", stage="stage3")
    got: list[Any] = []
    ask = lambda: got.append(comparisons.compare(choice))  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 6
    assert all(shown is got[0] for shown in got)


def upload(width: int, height: int, colour: str = "black") -> Upload:
    return Upload(Image.new("RGB", (width, height), colour), digest=f"{width} {height} {colour}")


def test_a_file_of_an_example_is_that_example(comparisons: Comparisons) -> None:
    example = EXAMPLES[0]
    digest = hashlib.sha256(example.path.read_bytes()).hexdigest()
    assert comparisons.keep(Upload(Image.new("RGB", (9, 9)), digest), DEFAULT_FAMILY) == f"example:{example.key}"
    assert not comparisons.keep(upload(9, 9), DEFAULT_FAMILY).startswith("example:")


def test_two_photos_are_two_comparisons(comparisons: Comparisons) -> None:
    keys = [comparisons.keep(upload(90, 70, colour), DEFAULT_FAMILY) for colour in ("red", "blue")]
    one, other = (comparisons.compare(replace(comparisons.first_choice, photo=key)) for key in keys)
    assert not torch.equal(one.comparison["se"].logits, other.comparison["se"].logits)
    assert one.key != other.key


def test_the_same_file_is_compared_once_for_all_under_a_key_of_this_server(comparisons: Comparisons) -> None:
    key = comparisons.keep(upload(91, 70, "green"), DEFAULT_FAMILY)
    again = comparisons.keep(upload(91, 70, "green"), DEFAULT_FAMILY)
    choice = replace(comparisons.first_choice, photo=key)
    assert comparisons.compare(choice) is comparisons.compare(replace(choice, photo=again))
    assert Comparisons(DEFAULT_FAMILY, "cpu").keep(upload(91, 70, "green"), DEFAULT_FAMILY) != key
    assert len(key) == 32
    assert "green" not in key


def test_what_everybody_looks_at_keeps_its_files_while_others_come_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attnviz.web.comparisons.KEPT_COMPARISONS", 3)
    comparisons = started()
    popular = comparisons.compare(comparisons.first_choice)
    for number in range(5):
        key = comparisons.keep(upload(70 + number, 60), DEFAULT_FAMILY)
        comparisons.compare(replace(comparisons.first_choice, photo=key))
        assert comparisons.compare(comparisons.first_choice) is popular
    assert comparisons.shown(popular.key) is popular


def test_others_are_served_while_one_has_long_work(comparisons: Comparisons) -> None:
    key = comparisons.keep(upload(60, 61), DEFAULT_FAMILY)
    long = replace(comparisons.first_choice, photo=key, method="smoothgrad")
    short = replace(comparisons.first_choice, photo=comparisons.keep(upload(60, 62), DEFAULT_FAMILY))
    answered: list[float] = []
    threads: list[threading.Thread] = []

    def at_the_first_step(done: int, total: int) -> None:
        if not threads:
            threads.append(threading.Thread(target=lambda: answered.append(comparisons.compare(short) and share[-1])))
            threads[0].start()
            while not comparisons.lane._waiting:
                time.sleep(0.001)
        share.append(done / total)

    share: list[float] = []
    comparisons.compare(long, at_the_first_step)
    threads[0].join()
    assert answered[0] < 1  # not all of the long work was done


def test_a_photo_that_is_not_kept_is_told(comparisons: Comparisons) -> None:
    with pytest.raises(ImageError, match="choose it again"):
        comparisons.compare(replace(comparisons.first_choice, photo="gone"))


def test_work_can_be_ended_from_advance(comparisons: Comparisons) -> None:
    def stop(done: int, total: int) -> None:
        raise Superseded

    choice = replace(comparisons.first_choice, photo=comparisons.keep(upload(50, 50), DEFAULT_FAMILY))
    with pytest.raises(Superseded):
        comparisons.compare(choice, stop)
    assert comparisons.ready(choice) is None
    assert comparisons.compare(choice).choice == choice


def test_broken_weights_are_told_and_the_server_lives(copy: Path) -> None:
    weights = copy / "cbam.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4])
    comparisons = started()
    with pytest.raises(FamilyError, match=r"cbam\.safetensors.* SHA-256 differs") as caught:
        comparisons.wait()
    assert "SHA-256 값이 다릅니다" in told_in(caught.value, "ko")
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


def test_a_family_with_a_model_missing_compares_the_others_and_later_all(copy: Path) -> None:
    weights = copy / "cbam.safetensors"
    away = weights.rename(copy / "cbam.away")
    comparisons = started()
    comparisons.wait()
    first = comparisons.compare(comparisons.first_choice)
    assert list(first.comparison) == ["baseline", "se", "bam"]
    assert comparisons.ready(comparisons.first_choice) is first
    away.rename(weights)
    assert comparisons.ready(comparisons.first_choice) is None
    again = comparisons.compare(comparisons.first_choice)
    assert list(again.comparison) == ["baseline", "se", "bam", "cbam"]
    assert comparisons.ready(comparisons.first_choice) is again


def test_a_family_with_no_model_here_is_ready_and_says_what_to_do(copy: Path) -> None:
    for weights in copy.glob("*.safetensors"):
        weights.unlink()
    comparisons = started()
    comparisons.wait()
    assert comparisons.status == "ready"
    with pytest.raises(FamilyError, match=f"attnviz weights get {DEFAULT_FAMILY}"):
        comparisons.compare(comparisons.first_choice)
