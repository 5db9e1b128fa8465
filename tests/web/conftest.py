"""The app as a user starts it, in a process of its own, and a browser to look at it with."""

import os
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

PORTS = 1_000
APP = Path(__file__).with_name("watched_app.py")
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


Visit = Callable[..., AbstractContextManager[Page]]


@dataclass
class Served:
    """A running app: where it is, what it prints, and the journal of hosts that it asked for."""

    url: str
    log: Path
    journal: Path
    seconds_to_page: float
    seconds_to_models: float


def unused_port() -> int:
    """Returns a port at which nothing listens, and which nobody else takes before a server of this process does.

    Each worker of pytest-xdist has ports of its own, below those that the system gives to whoever asks for any.
    """
    first = 20_000 + PORTS * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for port in random.Random().sample(range(first, first + PORTS), PORTS):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError(f"every port from {first} on is taken")


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


@dataclass
class App:
    """The app in a process of its own."""

    process: "subprocess.Popen[bytes]"
    served: Served

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)


def start_app(folder: Path, port: int, *arguments: str) -> App:
    """Starts app.py and returns when its models are ready."""
    log, journal = folder / "log.txt", folder / "hosts.txt"
    command = [sys.executable, str(APP), str(journal), "--port", str(port), "--data", str(folder / "data"), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(APP.parents[2]), "no_proxy": "127.0.0.1,localhost"}
    began = time.monotonic()
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    to_page = wait_until(lambda: '"ok"' in get(f"{url}/healthz"), process, log) - began
    to_models = wait_until(lambda: '"ready"' in get(f"{url}/healthz"), process, log) - began
    return App(process, Served(url, log, journal, to_page, to_models))


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    app = start_app(tmp_path_factory.mktemp("served"), unused_port())
    yield app.served
    app.process.terminate()
    app.process.wait(10)


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
    process.kill()
    raise AssertionError(f"the app did not come up:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None and os.environ.get("ATTNVIZ_BROWSER_TESTS") != "required":
        pytest.skip("there is no Chromium on this machine (apt install chromium)")
    assert chromium is not None, "ATTNVIZ_BROWSER_TESTS=required, and there is no Chromium"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """A visitor's page with the first comparison painted; nothing is asked of other hosts, and no script fails."""
    with visited(browser, served.url) as opened:
        yield opened
    assert served.journal.read_text() == ""


@pytest.fixture(scope="session")
def visit(browser: Browser, served: Served) -> Visit:
    """A function that opens the page as a new visitor: ``with visit(locale="ko-KR") as page``."""
    return lambda query="", **options: visited(browser, options.pop("url", served.url) + query, **options)


@pytest.fixture(scope="session")
def wait_until_painted() -> Callable[..., None]:
    return painted


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., App]:
    """A function that starts an app of the test's own: ``start(port, "--family", "...")``."""
    return lambda port, *arguments: start_app(tmp_path, port, *arguments)


@pytest.fixture
def port() -> int:
    """A port at which nothing listens."""
    return unused_port()


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A function that returns a port at which nothing listens."""
    return unused_port


@contextmanager
def visited(browser: Browser, url: str, locale: str = "en-US", **options: Any) -> Iterator[Page]:
    """Opens a page as a new visitor, and looks at the end whether all went well behind it."""
    context = browser.new_context(**{"locale": locale, "viewport": {"width": 1280, "height": 900}, **options})
    opened = context.new_page()
    foreign: list[str] = []
    errors: list[str] = []
    opened.on("request", lambda request: _note(foreign, request.url))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(url)
    painted(opened)
    yield opened
    context.close()
    assert foreign == []
    assert errors == []


def painted(page: Page, cards: int = 4) -> None:
    """Waits until the view of the open tab is on its canvases."""
    expect(page.locator(".av-view:visible .av-card")).to_have_count(cards, timeout=30_000)
    expect(page.locator(".av-view:visible[data-painted=true]")).to_have_count(1, timeout=30_000)


def _note(foreign: list[str], url: str) -> None:
    if not url.startswith(("http://127.0.0.1", "data:", "blob:")):
        foreign.append(url)
