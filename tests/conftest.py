"""What many tests share: random networks that look trained, a family of four of them, photos, and one thread."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import hypothesis
import matplotlib
import numpy as np
import pytest
import tomli_w
import torch
from PIL import Image
from torch import Tensor

from attnviz.families import Family, open_family
from attnviz.nets import ResNet, resnet
from attnviz.training.export import export

ATTENTIONS = {"baseline": "none", "se": "se", "bam": "bam", "cbam": "cbam"}
CLASSES = ("lion", "tabby", "espresso", "military uniform", "pizza")
WNIDS = ("n02129165", "n02123045", "n07920052", "n03763968", "n07873807")

# the same examples in every run, and none that fails because it waited 200 ms for a processor
hypothesis.settings.register_profile("attnviz", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("attnviz")

MOST_WORKERS = 4  # each may have a server of the app, a browser and half a GiB of torch

RandomNet = Callable[..., ResNet]
MakeFamily = Callable[..., Path]


def pytest_configure(config: pytest.Config) -> None:
    """Workers and what they start share the processors: with threads for each of them, they would wait for another.

    What is not about a GPU is tested on the CPU also where there is one, since it is held to the CPU's last digit.
    """
    if config.option.markexpr != "gpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    if config.getoption("numprocesses"):
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # heeded by torch, and by the OpenBLAS of numpy and scipy


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One file of tests runs in this process, since workers take seconds to start; more share the processors."""
    asked_for = {argument.split("::")[0] for argument in config.args}
    if len(asked_for) == 1 and asked_for.pop().endswith(".py"):
        return 0
    return min(max(os.cpu_count() or 1, 2), MOST_WORKERS)  # two even on one processor: much of the time is waiting


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small are slower on many threads, above all where others use the processors too."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def random_net() -> RandomNet:
    """Makes a network in which nothing is degenerate: every weight and BatchNorm statistic is drawn.

    Float64, in eval mode, with frozen parameters.
    """

    def make(depth: Any = 18, attention: Any = "cbam", seed: int = 20, **changes: Any) -> ResNet:
        options = {"classes": len(CLASSES), "stem": "7x7", "width": 8 if depth == 18 else 4, "reduction": 2} | changes
        network = resnet(depth, attention, **options)
        generator = torch.Generator().manual_seed(seed)
        for name, tensor in network.state_dict().items():
            if name.endswith("running_var") or (tensor.ndim == 1 and name.endswith("weight")):
                tensor.copy_(0.5 + torch.rand(tensor.shape, generator=generator))
            elif tensor.is_floating_point():
                spread = 0.2 if tensor.ndim == 1 else 1 / tensor[0].numel() ** 0.5
                tensor.copy_(spread * torch.randn(tensor.shape, generator=generator))
        weight = network.fc.weight.data  # features are positive: their mean must not decide alone
        weight.copy_(2 * (weight - weight.mean(1, keepdim=True)))
        return network.double().eval().requires_grad_(False)

    return make


@pytest.fixture(scope="session")
def images() -> Tensor:
    """Three images of soft blobs, (3,3,64,64) float64, as a network receives them."""
    blobs = torch.randn(3, 3, 6, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return 1.5 * torch.nn.functional.interpolate(blobs, size=(64, 64), mode="bicubic")


@pytest.fixture(scope="session")
def make_family(tmp_path_factory: pytest.TempPathFactory, random_net: RandomNet) -> MakeFamily:
    """Makes the folder of a random family, ``tiny``, of all four members, and returns its path."""

    def make(input_size: int = 64, stem: str = "3x3-stride2", matched: bool = True) -> Path:
        folder = tmp_path_factory.mktemp("families") / "tiny"
        architecture = {"depth": 18, "stem": stem, "width": 8, "reduction": 2}
        models = {}
        for seed, (name, attention) in enumerate(ATTENTIONS.items()):
            file = folder / f"{name}.safetensors"
            export(random_net(attention=attention, seed=seed, stem=stem).float(), file, {"attention": attention})
            models[name] = {
                "attention": attention, "file": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
                "seed": seed, "top1": 0.2, "top5": 1.0, "calibration_error": 0.5,
            }  # fmt: skip
        content = {
            "title": "Tiny",
            "matched": matched,
            "architecture": architecture,
            "input": {"input_size": input_size, "resize": input_size},
            "models": models,
        }
        (folder / "family.toml").write_text(tomli_w.dumps(content))
        rows = [f"{index},{wnid},{name}\n" for index, (wnid, name) in enumerate(zip(WNIDS, CLASSES, strict=True))]
        (folder / "classes.csv").write_text("index,wnid,name\n" + "".join(rows))
        return folder

    return make


@pytest.fixture(scope="session")
def tiny_folder(make_family: MakeFamily) -> Path:
    """The folder of a random family; not to be written to."""
    return make_family()


@pytest.fixture(scope="session")
def tiny_family(tiny_folder: Path) -> Family:
    """A random family of four ResNet-18 of width 8, for 5 classes at 64 x 64."""
    return open_family(tiny_folder, "cpu")


@pytest.fixture(scope="session")
def shipped() -> Family:
    """The bundled family."""
    return open_family(device="cpu")


@pytest.fixture(scope="session")
def photo() -> Image.Image:
    """A picture of soft blobs, 150 x 120."""
    blobs = np.random.default_rng(3).integers(0, 256, (6, 7, 3), np.uint8)
    return Image.fromarray(blobs).resize((150, 120), Image.Resampling.BICUBIC)


@pytest.fixture(scope="session")
def real_photos() -> list[Path]:
    """A cat, a cup of coffee and a woman in uniform, from what scikit-image and matplotlib carry."""
    spec = importlib.util.find_spec("skimage")
    assert spec is not None
    assert spec.origin is not None
    skimage = Path(spec.origin).parent / "data"
    uniform = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    return [skimage / "chelsea.png", skimage / "coffee.png", uniform]


# -- weights that are fetched: a publisher on this machine that can fail in every way ----------------------------------


@dataclass
class Publisher:
    """What is served, how, and what was asked for.

    Attributes:
        files: content by path.
        failures: for each of the next requests a status to fail with, or "cut:N" to end after N bytes.
        ranges: whether a part of a file can be had.
        range_error: how far off a part begins from where it was asked for.
        lengths: whether an answer tells its length.
        redirects: path by path.
        pause: seconds before each 4 KiB of content.
        asked: each request's path and Range header.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    failures: list[int | str] = field(default_factory=list)
    ranges: bool = True
    range_error: int = 0
    lengths: bool = True
    redirects: dict[str, str] = field(default_factory=dict)
    pause: float = 0
    asked: list[tuple[str, str]] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    publisher: Publisher

    def do_GET(self) -> None:
        publisher = self.publisher
        publisher.asked.append((self.path, self.headers.get("Range", "")))
        failure = publisher.failures.pop(0) if publisher.failures else ""
        if isinstance(failure, int):
            self._say(failure, {})
        elif self.path in publisher.redirects:
            self._say(302, {"Location": publisher.redirects[self.path]})
        elif self.path not in publisher.files:
            self._say(404, {})
        else:
            self._send(publisher.files[self.path], failure)

    def _send(self, content: bytes, failure: str) -> None:
        start = 0
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        status, headers = 200, {}
        if wanted and self.publisher.ranges:
            start = int(wanted[1])
            if start >= len(content):
                self._say(416, {"Content-Range": f"bytes */{len(content)}"})
                return
            told = start + self.publisher.range_error
            status, headers = 206, {"Content-Range": f"bytes {told}-{len(content) - 1}/{len(content)}"}
        rest = content[start:]
        if self.publisher.lengths:
            headers["Content-Length"] = str(len(rest))
        else:
            self.close_connection = True
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if failure.startswith("cut:"):
            rest, self.close_connection = rest[: int(failure[4:])], True
        with suppress(ConnectionError):  # a test that stops a download hangs up
            for place in range(0, len(rest), 4096):
                time.sleep(self.publisher.pause)
                self.wfile.write(rest[place : place + 4096])

    def _say(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    served = Publisher()
    handler = type("Handler", (_Handler,), {"publisher": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield served
    server.shutdown()
    server.server_close()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, empty, in a place of the test's own."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(tmp_path / "cache"))
    return tmp_path / "cache"
