"""Scores beside votes: what agrees is counted by hand, and another study's scores are refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from attnviz.errors import StudyError
from attnviz.evaluation.statistics import Resamples
from attnviz.study.plan import Image, Plan, Stimulus
from attnviz.study.results import ScoredVotes, analyse, score_votes
from attnviz.study.results.report import write_report
from attnviz.study.results.scored import matched_images, ratio

Of = Callable[..., pd.DataFrame]
PlanOf = Callable[..., Plan]


def image(number: int, file: str = "", label: str = "lion", practice: bool = False) -> Image:
    overlays = {model: f"{model}.jpg" for model in ("baseline", "se", "cbam")}
    stimulus = Stimulus(photo="photo.jpg", overlays=overlays)
    return Image(id=f"i{number:02}", file=file or f"lion/{number}.jpg", label=label, sha256="0" * 64,
                 stimulus=stimulus, practice=practice)  # fmt: skip


def table(values: dict[str, list[float]], score: str = "energy_pointing_game", **columns: Any) -> pd.DataFrame:
    """A row an image and model, whose scores these are."""
    fixed = {"split": "report", "label": "lion", "object_share": 0.5, "attention": "none", "method": "gradcam",
             "stage": "stage4", "correct": True, "confidence": 0.5, "degenerate": False}  # fmt: skip
    rows = [
        {"image": f"val/lion/{number}.jpg", "model": model, score: value}
        for model, column in values.items()
        for number, value in enumerate(column)
    ]
    return pd.DataFrame(rows).assign(**(fixed | columns))


@pytest.fixture
def scored(of: Of, plan_of: PlanOf, tmp_path: Path) -> Callable[..., ScoredVotes]:
    """What scores say of one participant's answers: L for the baseline, R for CBAM, S for about the same."""

    def scored(answers: str, of_table: pd.DataFrame, **fields: Any) -> ScoredVotes:
        images = tuple(image(number) for number in range(len(answers)))
        of_table.to_csv(tmp_path / "results.csv.gz", index=False)
        return score_votes(of(answers), plan_of(**({"images": images} | fields)), tmp_path / "results.csv.gz", 200)

    return scored


def counted(row: pd.Series) -> list[int]:
    return [int(row[name]) for name in ("votes", "images", "agree", "disagree", "similar", "alike")]


def test_agreement_by_hand(scored: Callable[..., ScoredVotes]) -> None:
    values = {"baseline": [0.9, 0.1, 0.9, 0.1, 0.5, 0.5, np.nan], "cbam": [0.1, 0.9, 0.1, 0.9, 0.5, 0.1, 0.5]}
    found = scored("LRRLLSL", table(values))
    assert (found.matched, found.images, found.method, found.stage) == (7, 7, "gradcam", "stage4")
    (row,) = [row for _, row in found.table.iterrows()]
    assert (row["pair"], row["score"]) == ("all pairs", "energy_pointing_game")
    assert counted(row) == [6, 6, 2, 2, 1, 1]
    assert row["share"] == 0.5
    assert np.isnan(row["low"])  # four images


def test_less_may_be_better(scored: Callable[..., ScoredVotes]) -> None:
    found = scored("LR", table({"baseline": [0.9, 0.1], "cbam": [0.1, 0.9]}, "deletion"))
    assert counted(found.table.iloc[0]) == [2, 2, 0, 2, 0, 0]


def test_levels_are_not_used_on_photos_that_they_were_chosen_on(scored: Callable[..., ScoredVotes]) -> None:
    values = {"baseline": [0.0, 0.0], "cbam": [1.0, 1.0]}
    both = table(values).assign(max_box_acc=table(values, "max_box_acc")["max_box_acc"])
    both.loc[both["image"] == "val/lion/1.jpg", "split"] = "fit"
    by_score = scored("RR", both).table.set_index("score")["votes"]
    assert by_score.to_dict() == {"energy_pointing_game": 2, "max_box_acc": 1}


def test_several_pairs_are_told_together_and_each(of: Of, plan_of: PlanOf, tmp_path: Path) -> None:
    values = {"baseline": [0.1] * 3, "se": [0.5] * 3, "cbam": [0.9] * 3}
    table(values).to_csv(tmp_path / "results.csv.gz", index=False)
    pairs = [("baseline", "se"), ("se", "cbam")]
    votes = pd.concat([of("RRL", *pairs[0]), of("LLL", *pairs[1])])
    plan = plan_of(pairs, images=tuple(image(number) for number in range(3)))
    found = score_votes(votes, plan, tmp_path / "results.csv.gz", 50).table.set_index("pair")
    assert found["agree"].to_dict() == {"all pairs": 2, "baseline | se": 2, "se | cbam": 0}
    assert found["share"].to_dict() == pytest.approx({"all pairs": 1 / 3, "baseline | se": 2 / 3, "se | cbam": 0})


def test_images_are_found_by_the_end_of_their_path_and_their_class(make: Callable[..., Any]) -> None:
    measured = make(["val/lion/0.jpg", "val/cat/0.jpg", "a/lion/1.jpg", "b/lion/1.jpg", "val/lion/2.jpg"])
    images = [
        image(0), image(1), image(2, "elsewhere/2.jpg"), image(3), image(4, "lion/2.jpg", "cat"),
        image(5, "a/lion/1.jpg"), image(6, r"lion\0.jpg"),
    ]  # fmt: skip
    assert matched_images(images, measured) == {
        "i00": "val/lion/0.jpg",
        "i02": "val/lion/2.jpg",
        "i05": "a/lion/1.jpg",
        "i06": "val/lion/0.jpg",
    }


@pytest.fixture
def make() -> Callable[..., Any]:
    """What was measured of photos of these names, whose class is the folder that they are in."""
    from attnviz.evaluation.statistics import measured

    def make(names: list[str]) -> Any:
        of_one = table({"cbam": [0.5] * len(names)})
        return measured(of_one.assign(image=names, label=[name.split("/")[1] for name in names]))[0]

    return make


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"image": "other.jpg"}, "No image that was voted on has scores"),
        ({"label": "cat"}, "No image that was voted on has scores"),
        ({"stage": "stage3"}, "has no scores of baseline, cbam by gradcam at stage4"),
        ({"method": "layercam"}, "has no scores of baseline, cbam by gradcam at stage4"),
    ],
)
def test_scores_of_something_else_are_refused(
    scored: Callable[..., ScoredVotes], changes: dict[str, str], sentence: str
) -> None:
    of_table = table({"baseline": [0.5], "cbam": [0.6]}).assign(**changes)
    with pytest.raises(StudyError, match=sentence):
        scored("L", of_table)


def test_scores_of_other_weights_or_targets_are_refused(
    scored: Callable[..., ScoredVotes], tmp_path: Path, settings: Callable[..., str]
) -> None:
    of_table = table({"baseline": [0.5], "cbam": [0.6]})
    (tmp_path / "settings.json").write_text(settings({"baseline": "0" * 64, "cbam": "1" * 64}))
    with pytest.raises(StudyError, match="The weights of cbam that were scored are not those of the study"):
        scored("L", of_table)
    (tmp_path / "settings.json").write_text(settings({"baseline": "0" * 64, "cbam": "0" * 64}, target="top1"))
    with pytest.raises(StudyError, match="evaluate with --target label"):
        scored("L", of_table)
    (tmp_path / "settings.json").write_text(settings({"baseline": "0" * 64, "cbam": "0" * 64}))
    assert scored("L", of_table).matched == 1


@pytest.fixture
def settings() -> Callable[..., str]:
    from attnviz.evaluation.settings import FamilyIs, FilesAre, ModelIs, Settings

    def settings(weights: dict[str, str], target: Any = "label") -> str:
        models = {name: ModelIs(attention="none", sha256=digest, seed=None) for name, digest in weights.items()}
        family = FamilyIs(name="tiny", title="Tiny", matched=True, classes="", input={}, models=models)
        return Settings(
            family=family, photos=FilesAre(name="val", count=1, digest=""), boxes=None, target=target,
            methods=("gradcam",), stages=("stage4",), scores=(), references=True, limit=None, batch=1, seed=0,
            split="", device="cpu", versions={},
        ).to_json()  # fmt: skip

    return settings


def test_votes_on_one_image_are_drawn_together() -> None:
    draw = np.random.default_rng(0)
    agrees = draw.random(30) < 0.7
    together = np.stack([10.0 * agrees, np.full(30, 10.0)], axis=1)  # ten votes an image, all the same
    share, low, high = ratio(together, 2000)
    alone = Resamples(30, 2000).estimates(agrees[:, None].astype(float))
    assert share == pytest.approx(agrees.mean())
    assert (low, high) == pytest.approx((alone.low[0], alone.high[0]))
    apart = np.repeat(together / 10, 10, axis=0)
    assert high - low > 2 * np.subtract(*ratio(apart, 2000)[:0:-1])
    assert np.isnan(ratio(np.zeros((20, 2)))).all()
    assert ratio(np.ones((20, 2)))[0] == 1


def test_the_report_has_a_section_on_them(
    of: Of, plan_of: PlanOf, scored: Callable[..., ScoredVotes], tmp_path: Path
) -> None:
    good, bad = [0.1] * 30, [0.9] * 30
    answers = "R" * 27 + "L" * 3
    both = table({"baseline": good, "cbam": bad}).assign(
        deletion=table({"baseline": good, "cbam": bad}, "deletion")["deletion"]
    )
    found = scored(answers, both)
    plan = plan_of(images=tuple(image(number) for number in range(30)))
    votes = pd.concat([of(answers), of(answers, participant="q")])
    write_report(analyse(votes, plan), plan, tmp_path / "report", found)
    said = (tmp_path / "report" / "report.md").read_text().split("## Scores and votes")[1].split("\n## ")[0]
    assert "30 of 30 images have scores (gradcam at stage4)." in said
    assert "Energy-based pointing game more often than chance; Deletion less often than chance." in said
    row = found.table.iloc[0]
    assert (
        f"| Energy-based pointing game | 90.0 % ({100 * row['low']:.1f} % to {100 * row['high']:.1f} %) | 27 |" in said
    )
    numbers = pd.read_csv(tmp_path / "report" / "results.csv", keep_default_na=False)
    chosen = numbers[(numbers["part"] == "scores") & (numbers["quantity"] == "share")].set_index("of")["value"]
    assert float(chosen["all pairs | deletion"]) == pytest.approx(0.1)
