"""Addresses of pictures differ by participant and trial, and lead to the right files."""

from collections.abc import Callable
from pathlib import Path

from attnviz.study.plan import STIMULI, read_plan
from attnviz.study.schedule import Trial
from attnviz.web.study.pictures import PLACES, Pictures


def test_each_place_leads_to_its_file(make_study: Callable[..., Path]) -> None:
    folder = make_study()
    plan = read_plan(folder)
    pictures, stimulus = Pictures(folder, plan), plan.images[0].stimulus

    def seen(trial: Trial) -> list[bytes | None]:
        return [pictures.find("s", trial, address) for address in pictures.addresses("s", trial).values()]

    def files(*names: str) -> list[bytes]:
        return [(folder / STIMULI / name).read_bytes() for name in names]

    own, mirrored = stimulus.overlays, stimulus.mirrored
    assert seen(Trial(1, "main", "i00", "cbam", "baseline")) == files(stimulus.photo, own["cbam"], own["baseline"])
    catch = Trial(2, "catch", "i00", "cbam", "cbam", "right")
    assert seen(catch) == files(stimulus.photo, own["cbam"], mirrored["cbam"])


def test_addresses_are_of_one_participant_and_trial(make_study: Callable[..., Path]) -> None:
    folder = make_study()
    pictures = Pictures(folder, read_plan(folder))
    first, again = Trial(1, "main", "i00", "cbam", "baseline"), Trial(7, "repeat", "i00", "baseline", "cbam")
    addresses = [address for secret in "ab" for trial in (first, again)
                 for address in pictures.addresses(secret, trial).values()]  # fmt: skip
    assert len(set(addresses)) == 2 * 2 * len(PLACES)
    assert {len(address) for address in addresses} == {32}
    assert pictures.find("b", first, pictures.addresses("a", first)["left"]) is None
    assert pictures.find("a", again, pictures.addresses("a", first)["left"]) is None
