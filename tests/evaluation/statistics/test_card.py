"""The card's tables are those of the numbers that are stored beside it, of the weights that ship."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from attnviz.errors import FamilyError
from attnviz.evaluation.settings import FamilyIs, FilesAre, ModelIs, Settings
from attnviz.evaluation.statistics import Measured, analyse
from attnviz.evaluation.statistics.card import START, WhereTheyLook, read_card, shortened, write_card
from attnviz.families import Family
from attnviz.families.card import END

MakeTable = Callable[..., pd.DataFrame]
WEIGHTS = dict.fromkeys(("baseline", "se", "bam", "cbam"), "a" * 64)


def test_the_bundled_card_says_what_was_measured_of_the_bundled_weights(shipped: Family) -> None:
    stored, said = read_card(shipped.folder)
    assert said == stored.table()
    assert stored.weights == {name: member.sha256 for name, member in shipped.members.items()}
    assert (stored.data, stored.photos, stored.method, stored.stage) == ("val.zip", 4991, "gradcam", "stage4")


@pytest.fixture
def stored(make_measured: Callable[..., Measured]) -> WhereTheyLook:
    analysis = analyse(make_measured(photos=60, gains={"se": 0.1, "cbam": 0.2}), resamples=100)
    return shortened(analysis, "val", "d" * 64, WEIGHTS)


def test_the_tables(stored: WhereTheyLook) -> None:
    lines = stored.table().splitlines()
    assert lines[0].startswith("|  | Pointing game ↑ | Energy-based pointing game ↑ |")
    names = [line.split(" | ")[0].removeprefix("| ") for line in lines[2:11]]
    assert names[:5] == ["baseline", "se", "bam", "cbam", "reference: uniform"]
    mean = next(mean for mean in stored.means if (mean.name, mean.score) == ("se", "energy_pointing_game"))
    assert f"| {mean.mean:.3f} ({mean.low:.3f} to {mean.high:.3f}) |" in lines[3]
    claim = next(claim for claim in stored.claims if claim.score == "energy_pointing_game")
    assert (
        f"| Energy-based pointing game | supported | {claim.half} | {claim.gain:+.4f} ({claim.low:+.4f} to "
        f"{claim.high:+.4f}) |"
    ) in lines
    assert "†" in stored.table()


def test_it_is_stored_and_read_back(make_table: MakeTable, tmp_path: Path) -> None:
    results, family = tmp_path / "results", tmp_path / "tiny"
    results.mkdir()
    family.mkdir()
    make_table(photos=20).to_csv(results / "results.csv.gz", index=False)
    (family / "README.md").write_text(f"# Tiny\n\nBefore.\n\n{START}\n{END}\n\nAfter.\n")
    with pytest.raises(FamilyError, match=r"no settings\.json"):
        write_card(results, family)
    models = {name: ModelIs(attention=name, sha256=digest, seed=1) for name, digest in WEIGHTS.items()}
    settings = Settings(
        family=FamilyIs(name="tiny", title="Tiny", matched=True, classes="", input={}, models=models),
        photos=FilesAre(name="val", count=25, digest="d" * 64), boxes=None, target="label", methods=("gradcam",),
        stages=("stage4",), scores=(), references=True, limit=None, batch=1, seed=0, split="", device="cpu",
        versions={},
    )  # fmt: skip
    (results / "settings.json").write_text(settings.to_json())
    written = write_card(results, family, 50)
    assert written.photos == 20
    for _ in range(2):  # again gives the same
        assert read_card(family) == (written, written.table())
        before = (family / "README.md").read_bytes()
        write_card(results, family, 50)
        assert (family / "README.md").read_bytes() == before
    assert before.decode().startswith("# Tiny\n\nBefore.\n\n<!-- numbers: attnviz evaluate -->\n\n|")
    assert before.decode().endswith(" |\n\n<!-- end of numbers -->\n\nAfter.\n")


def test_a_card_without_a_place_and_a_damaged_file_are_told(tmp_path: Path, stored: WhereTheyLook) -> None:
    (tmp_path / "README.md").write_text("# Tiny\n")
    with pytest.raises(FamilyError, match="cannot be read; evaluate the family again"):
        read_card(tmp_path)
    (tmp_path / "where-they-look.json").write_text(stored.model_dump_json())
    with pytest.raises(FamilyError, match="must hold the lines"):
        read_card(tmp_path)
    (tmp_path / "where-they-look.json").write_text("{}")
    with pytest.raises(FamilyError, match="cannot be read; evaluate the family again"):
        read_card(tmp_path)
