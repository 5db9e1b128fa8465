"""A tiny frozen study whose pictures are plain colours, so that no network is needed."""

import io
import multiprocessing
import time
import urllib.request
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image as Picture

from attnviz.cli.study_run import serve as serve_command
from attnviz.study.plan import STIMULI, Image, Plan, Stimulus, write_plan
from attnviz.web.study.password import Password
from attnviz.web.study.server import build

MakeStudy = Callable[..., Path]
StartStudy = Callable[[Path, int], BaseProcess]
PASSWORD = "right horse"
MODELS = ("baseline", "cbam")


def jpeg(colour: tuple[int, int, int], length: int = 4000) -> bytes:
    file = io.BytesIO()
    Picture.new("RGB", (64, 64), colour).save(file, "JPEG")
    return file.getvalue().ljust(length, b"\0")


@pytest.fixture
def make_study(tmp_path: Path) -> MakeStudy:
    """Makes the folder of a frozen study: images of one colour each, red for baseline, blue for cbam."""

    def make(images: int = 8, practice: int = 2, name: str = "study", **changes: object) -> Path:
        folder = tmp_path / name
        (folder / STIMULI).mkdir(parents=True)
        made = []
        for number in range(images + practice):
            names = {role: f"{number:02}{place}".ljust(16, "0") + ".jpg" for place, role in enumerate(
                ("photo", *MODELS, "m-baseline", "m-cbam"))}  # fmt: skip
            for place, file in enumerate(names.values()):
                (folder / STIMULI / file).write_bytes(jpeg((60 * place, 10 * number, 255 - 60 * place)))
            stimulus = Stimulus(photo=names["photo"], overlays={model: names[model] for model in MODELS},
                                mirrored={model: names[f"m-{model}"] for model in MODELS})  # fmt: skip
            made.append(Image(
                id=f"i{number:02}", file=f"secret-stem-{number}.jpg", label=f"thing {number}", sha256="0" * 64,
                stimulus=stimulus, practice=number >= images, catch=number < 3,
            ))  # fmt: skip
        both = {"en": "Which {target}?", "ko": "어느 쪽이 {target}인가요?"}
        options: dict[str, object] = {
            "study": "tiny", "title": {"en": "Tiny study", "ko": "작은 연구"}, "question": both,
            "intro": {"en": "Welcome.", "ko": "환영합니다."},
            "consent": {"en": "You may stop.", "ko": "멈출 수 있습니다."},
            "family": "secret-family", "weights": dict.fromkeys(MODELS, "0" * 64), "pairs": [MODELS],
            "pairs_per_image": 1, "images": made, "method": "gradcam", "stage": "stage4",
            "presentation": {"kind": "overlay"},
            "participants": 30, "repeats": 1, "catches": 1, "minimum_ms": 0, "seed": 5,
        }  # fmt: skip
        write_plan(folder, Plan(**{**options, **changes}))  # type: ignore[arg-type]
        return folder

    return make


@pytest.fixture
def serve(make_study: MakeStudy) -> Callable[..., tuple[FastAPI, Path]]:
    """Makes a study and the app that serves it."""

    def make(**changes: object) -> tuple[FastAPI, Path]:
        folder = make_study(**changes)
        return build(folder, Password(PASSWORD)), folder

    return make


class Participant:
    """One browser: what it received, byte by byte, and the state that it is in."""

    def __init__(self, app: FastAPI, language: str = "en") -> None:
        self.client = TestClient(app, base_url="http://study.test", headers={"accept-language": language})
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.state: dict[str, Any] = {}

    def get(self, path: str) -> Any:
        return self._note(self.client.get(f"/study/{path}"))

    def post(self, path: str, body: object) -> Any:
        return self._note(self.client.post(f"/study/{path}", json=body))

    def join(self) -> dict[str, Any]:
        self.state = self.post("join", {"language": "en"}).json()
        return self.state

    def ballot(self, choice: str = "left", **changes: object) -> dict[str, Any]:
        mine = {"vote_id": self.state["vote_id"], "token": self.state["token"], "choice": choice, "response_ms": 900}
        return {**mine, **changes}

    def vote(self, choice: str = "left") -> Any:
        answer = self.post("vote", self.ballot(choice))
        if answer.status_code == 200:
            self.state = answer.json()
        return answer

    def look(self, places: tuple[str, ...] = ("photo", "left", "right")) -> dict[str, Any]:
        """Fetches the pictures of the trial, as the page does."""
        return {place: self.get(f"picture/{self.state['pictures'][place]}") for place in places}

    def _note(self, answer: Any) -> Any:
        self.received.append((str(answer.url), dict(answer.headers), answer.content))
        return answer


@pytest.fixture
def participant() -> type[Participant]:
    return Participant


@pytest.fixture
def serve_for_real(
    make_study: MakeStudy, start_study: StartStudy, free_port: Callable[[], int]
) -> Iterator[Callable[..., tuple[str, Path]]]:
    """Makes a study and serves it in a process of its own; returns its address and folder."""
    processes = []

    def make(**changes: object) -> tuple[str, Path]:
        folder, port = make_study(**changes), free_port()
        processes.append(start_study(folder, port))
        return f"http://127.0.0.1:{port}", folder

    yield make
    for process in processes:
        process.kill()
        process.join()


@pytest.fixture(scope="session")
def start_study() -> StartStudy:
    """Starts what ``attnviz study serve`` runs in a process of its own, and returns when it answers.

    Each is the fork of a process that has imported what it needs and opened no study, which saves a second or more.
    """
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["attnviz.cli", "attnviz.web.study.server"])

    def start(folder: Path, port: int) -> BaseProcess:
        process = forks.Process(target=serve_command, args=(folder, "127.0.0.1", port), daemon=True)
        process.start()
        answers(port, process.is_alive)
        return process

    return start


@pytest.fixture
def wait_until_it_answers() -> Callable[..., None]:
    return answers


def answers(port: int, is_alive: Callable[[], bool]) -> None:
    """Returns when a study's server answers; fails if it ends before or takes too long."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and is_alive():
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5)
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError("the study's server did not come up")
