"""The app as a user starts it, in a process of its own, and a browser to look at it with."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

APP = Path(__file__).with_name("watched_app.py")
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Served:
    """A running app: where it is, what it prints, and the journal of hosts that it asked for."""

    url: str
    log: Path
    journal: Path
    seconds_to_page: float
    seconds_to_models: float


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    log, journal, port = folder / "log.txt", folder / "hosts.txt", free_port()
    command = [sys.executable, str(APP), str(journal), "--port", str(port), "--data", str(folder / "data")]
    environment = {**os.environ, "PYTHONPATH": str(APP.parents[2]), "no_proxy": "127.0.0.1,localhost"}
    began = time.monotonic()
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        to_page = wait_until(lambda: '"ok"' in get(f"{url}/healthz"), process, log) - began
        to_models = wait_until(lambda: '"ready"' in get(f"{url}/healthz"), process, log) - began
        yield Served(url, log, journal, to_page, to_models)
    finally:
        process.terminate()
        process.wait(10)


def wait_until(condition: object, process: "subprocess.Popen[bytes]", log: Path, limit: float = 120) -> float:
    """Returns the moment at which ``condition()`` first holds; fails with the log if the app ends or takes too long."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if condition():  # type: ignore[operator]
                return time.monotonic()
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"the app did not come up:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None and os.environ.get("ATTNVIZ_BROWSER_TESTS") != "required":
        pytest.skip("there is no Chromium on this machine (apt install chromium)")
    assert chromium is not None, "ATTNVIZ_BROWSER_TESTS=required, and there is no Chromium"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield running
        running.close()
