"""The wheel carries the bundled family and works from another folder, without the checkout."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from attnviz import compare, open_family
from attnviz.web.examples import EXAMPLES

ROOT = Path(__file__).parents[1]
SOURCES = ("attnviz", "checkpoints", "pyproject.toml", "README.md", "LICENSE", "requirements.txt")


def run(*command: object, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ATTNVIZ"))}
    ended = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment with the wheel; what attnviz needs is borrowed from the environment of the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyi"))
        else:
            shutil.copy(source, folder / "source" / name)
    build = ("-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-q", "-w", folder, ".")
    run(sys.executable, *build, cwd=folder / "source")
    venv.create(folder / "clean", symlinks=True)
    python = folder / "clean" / "bin" / "python"
    wheel = next(folder.glob("attnviz-*.whl"))
    install = ("-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "-q", wheel)
    run(sys.executable, *install, cwd=folder)
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "clean" / "bin"


def test_the_installed_command_compares_a_photo_from_another_folder(installed: Path, tmp_path: Path) -> None:
    photo = EXAMPLES[0].path
    run(installed / "attnviz", "compare", photo, "--device", "cpu", "--json", "out.json", cwd=tmp_path)
    answer = json.loads((tmp_path / "out.json").read_text())["photos"][0]
    expected = compare(open_family(device="cpu"), photo)
    assert answer["target"] == expected.target
    for name, result in expected.items():
        assert answer["models"][name]["probability"] == pytest.approx(result.probability, abs=1e-6)


def test_the_wheel_does_not_use_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = "import attnviz; print(attnviz.__file__); print(attnviz.open_family().folder)"
    for line in run(installed / "python", "-c", code, cwd=tmp_path).splitlines():
        assert str(installed.parent) in line
