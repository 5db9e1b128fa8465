"""How long a visitor waits: from the start of the process, after each click, and with eight visitors at once.

    pip install -r requirements-dev.txt                       # playwright; and apt install chromium
    python -m benchmarks.web
    python -m benchmarks.web --rounds 10 --visitors 1 8 16 --json out.json

Starts the app as `python app.py` does, in a process of its own, and looks at it with headless Chromium on the same
machine: what the browser takes is in the times. Every map that the visitors get is held to the one that the package
makes of the same photo, so that a wrong one ends the run.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from gradio_client import Client, handle_file
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

import attnviz
from benchmarks.system import seconds_of, seconds_of_all

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# began: the last press or change that a visitor made; painted: when the maps were drawn last
TIMING = """
window.timing = { began: 0, painted: 0 };
for (const kind of ["pointerdown", "keydown", "change"])
  addEventListener(kind, () => { timing.began = performance.now(); }, true);
new MutationObserver((changes) => {
  if (changes.some(({ target }) => target.dataset.painted === "true")) timing.painted = performance.now();
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-painted"] });
"""
PAINTED = ".av-view:visible[data-painted=true]"


def main() -> None:
    """Measures what the command line asks for, and prints Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--rounds", type=int, default=10, help="times that each thing is done")
    parser.add_argument("--visitors", type=int, nargs="+", default=[1, 8], help="how many upload at once")
    parser.add_argument("--port", type=int, default=7899)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        found = _commands() | asyncio.run(_measure(asked, Path(data)))
    print("\n".join(f"| {what} | {said} |" for what, said in found.items()))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))


def _commands() -> dict[str, str]:
    commands = {"import attnviz": ["-c", "import attnviz"], "attnviz --help": ["-m", "attnviz", "--help"]}
    found = {}
    for name, arguments in commands.items():
        seconds = []
        for _ in range(11):
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
            seconds.append(time.perf_counter() - start)
        found[name] = f"{statistics.median(seconds[1:]):.2f} s"
    return found


async def _measure(asked: argparse.Namespace, data: Path) -> dict[str, str]:
    url = f"http://127.0.0.1:{asked.port}"
    executable = next(filter(None, map(shutil.which, CHROMIUM)))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=FLAGS)
        command = [sys.executable, "app.py", "--port", str(asked.port), "--data", str(data)]
        environment = os.environ | {"no_proxy": "127.0.0.1,localhost"}
        start = time.perf_counter()
        app = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            found = await _from_the_start(browser, url, start)
            found |= await _one_visitor(browser, url, asked.rounds)
            found |= await _votes(browser, url)
            alone, program = 0.0, 0.0
            for visitors in asked.visitors:
                waits, cores = await _at_once(browser, url, visitors, asked.rounds, app.pid)
                alone = alone or statistics.median(waits)
                found[f"photo uploaded to maps drawn, {visitors} at once"] = _beside(waits, alone)
                found[f"processor time a photo, {visitors} at once"] = (
                    f"{1000 * cores['app'] / len(waits):.0f} ms of the app, "
                    f"{1000 * cores['others'] / len(waits):.0f} ms of the browsers"
                )
            for visitors in asked.visitors:
                waits = await asyncio.to_thread(_programs_at_once, url, visitors, asked.rounds)
                program = program or statistics.median(waits)
                found[f"photo sent to numbers by a program, {visitors} at once"] = _beside(waits, program)
            return found
        finally:
            app.terminate()
            app.wait(20)
            await browser.close()


async def _from_the_start(browser: Browser, url: str, start: float) -> dict[str, str]:
    found = {}
    for what, word in {"to page": '"ok"', "to models ready": '"ready"'}.items():
        while not _says(f"{url}/healthz", word):
            await asyncio.sleep(0.05)
        found[f"process start {what}"] = f"{time.perf_counter() - start:.1f} s"
        if what == "to page":
            page = await _visit(browser, url)
    await page.locator(PAINTED).wait_for(timeout=60_000)
    found["process start to first comparison drawn"] = f"{time.perf_counter() - start:.1f} s"
    await page.context.close()
    return found


def _says(url: str, word: str) -> bool:
    try:
        return word in urllib.request.urlopen(url, timeout=5).read().decode()
    except OSError:
        return False


async def _visit(browser: Browser, url: str) -> Page:
    context = await browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    page = await context.new_page()
    await page.add_init_script(TIMING)
    await page.goto(url)
    return page


async def _one_visitor(browser: Browser, url: str, rounds: int) -> dict[str, str]:
    page = await _visit(browser, url)
    await page.locator(PAINTED).wait_for(timeout=60_000)
    clicks: list[float] = []
    classes: list[float] = []
    for number in range(rounds):
        examples = page.locator(".av-examples button")
        await examples.nth((number + 1) % await examples.count()).click()
        clicks.append(await _until_painted(page))
        await page.get_by_label("Class to explain").click()
        options = page.get_by_role("option")
        await options.nth(3 + number).click()
        classes.append(await _until_painted(page))
    looks = {}
    for label, values in {"Colours": ("jet", "inferno"), "Scale": ("shared", "each")}.items():
        looks[label] = []
        for number in range(2 * rounds):
            await page.get_by_label(label).select_option(values[number % 2])
            looks[label].append(await _until_painted(page))
    await page.context.close()
    return {
        "click on an example to maps drawn": _milliseconds(clicks),
        "another class at stage 4 to maps drawn": _milliseconds(classes),
        "other colours to maps drawn": _milliseconds(looks["Colours"]),
        "another scale to maps drawn": _milliseconds(looks["Scale"]),
    }


async def _until_painted(page: Page) -> float:
    """Returns the milliseconds from the last press or change to the painting that followed it."""
    await page.wait_for_function("timing.painted > timing.began", timeout=60_000)
    return float(await page.evaluate("timing.painted - timing.began"))


async def _votes(browser: Browser, url: str) -> dict[str, str]:
    page = await _visit(browser, f"{url}/study/")
    await page.locator("#agree").click(timeout=60_000)
    waits = []
    while True:
        await page.locator("[data-choice=left]:enabled, #done:visible").first.wait_for(timeout=60_000)
        if await page.locator("#done").is_visible():
            break
        before = await page.locator("#where").inner_text()
        await page.keyboard.press("1")
        await page.wait_for_function(
            "before => !document.querySelector('#done').hidden || document.querySelector('#where').innerText !== before"
            " && !document.querySelector('img.loading')", arg=before, timeout=60_000,
        )  # fmt: skip
        waits.append(float(await page.evaluate("performance.now() - timing.began")))
    await page.context.close()
    return {"vote to next pair": _milliseconds(waits)}


async def _at_once(
    browser: Browser, url: str, visitors: int, rounds: int, app: int
) -> tuple[list[float], dict[str, float]]:
    """Returns the milliseconds of every upload by so many visitors, each of photos of their own.

    Beside them the seconds of processor time that the app and all others on this machine, the browsers, took meanwhile.
    """
    pages = [await _visit(browser, url) for _ in range(visitors)]
    for page in pages:
        await page.locator(PAINTED).wait_for(timeout=60_000)
    photos = {(visitor, number): _photo(visitor, number) for visitor in range(visitors) for number in range(rounds)}
    waits, grids = [], {}
    before = seconds_of(app), seconds_of_all()
    for number in range(rounds):
        both = await asyncio.gather(*(_upload(page, photos[visitor, number]) for visitor, page in enumerate(pages)))
        for visitor, (wait, drawn) in enumerate(both):
            waits.append(wait)
            grids[visitor, number] = drawn
    own, everything = seconds_of(app) - before[0], seconds_of_all() - before[1]
    for page in pages:
        await page.context.close()
    family = attnviz.open_family(device="cpu")
    for key, drawn in grids.items():
        result = attnviz.compare(family, io.BytesIO(photos[key]), stages=("stage4",))
        for name, values in drawn.items():
            assert np.allclose(values, result[name].maps["stage4"].numpy(), rtol=0, atol=1e-4), f"{key}: {name}"
    return waits, {"app": own, "others": everything - own}


def _programs_at_once(url: str, visitors: int, rounds: int) -> list[float]:
    """Returns the milliseconds of every photo by so many programs, which take less from the app than browsers do."""
    clients = [Client(url, verbose=False) for _ in range(visitors)]
    waits: list[float] = []

    def send(client: Client, path: Path) -> None:
        start = time.perf_counter()
        client.predict(handle_file(path), [], "", 4, api_name="/compare")
        waits.append(1000 * (time.perf_counter() - start))

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(visitors) as pool:
        for number in range(rounds):
            paths = [Path(folder, f"{number}-{visitor}.jpg") for visitor in range(visitors)]
            for visitor, path in enumerate(paths):
                path.write_bytes(_photo(100 * visitors + visitor, number))  # not one that a browser has sent
            list(pool.map(send, clients, paths))
    return waits


def _beside(waits: list[float], alone: float) -> str:
    return f"{_milliseconds(waits)}, median {statistics.median(waits) / alone:.1f} times one visitor's"


def _photo(visitor: int, number: int) -> bytes:
    noise = np.random.default_rng((visitor, number, os.getpid())).integers(0, 256, (12, 16, 3), np.uint8)
    content = io.BytesIO()
    Image.fromarray(noise).resize((640, 480), Image.Resampling.BICUBIC).save(content, "JPEG", quality=90)
    return content.getvalue()


async def _upload(page: Page, photo: bytes) -> tuple[float, dict[str, Any]]:
    before = await page.locator(".av-view:visible").get_attribute("data-key")
    start = time.perf_counter()
    await page.locator("input[type=file]").first.set_input_files(
        {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    await page.locator(f"{PAINTED}:not([data-key='{before}'])").wait_for(timeout=120_000)
    wait = 1000 * (time.perf_counter() - start)
    drawn = await page.locator("#cards .av-card").evaluate_all(
        "all => all.map(one => { const c = one.querySelector('canvas').dataset;"
        " return [one.dataset.model, c.grid, +c.height, +c.width]; })"
    )
    return wait, {
        name: np.frombuffer(base64.b64decode(grid), "<f4").reshape(height, width) for name, grid, height, width in drawn
    }


def _milliseconds(waits: list[float]) -> str:
    low, middle, high = np.quantile(waits, (0.25, 0.5, 0.75))
    return f"{middle:.0f} ms ({low:.0f} to {high:.0f}; longest {max(waits):.0f}; {len(waits)} times)"


if __name__ == "__main__":
    main()
