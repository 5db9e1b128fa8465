"""The process: health, headers, the API for programs, and what it refuses."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from attnviz import compare, open_family
from attnviz.families import DEFAULT_FAMILY
from attnviz.web import prepare
from attnviz.web.examples import EXAMPLES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def client(served: Any, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(served.url, verbose=False, download_files=str(tmp_path_factory.mktemp("client")))


def run_app(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "app.py"), *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120)


def test_healthz(served: Any) -> None:
    with urllib.request.urlopen(f"{served.url}/healthz") as answer:
        health = json.load(answer)
        assert len(health.pop("started")) >= 8
        assert health == {"status": "ok", "models": "ready"}
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_but_the_viewer_is_served(served: Any) -> None:
    for path in ("/openapi.json", "/docs", "/monitoring"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(served.url + path)
        assert refused.value.code in (403, 404)


def test_the_only_named_endpoint_is_compare(client: Client) -> None:
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/compare"]


def test_compare_gives_what_the_package_gives(client: Client) -> None:
    path = EXAMPLES[0].path
    answer = client.predict(handle_file(path), [], "lion", 4, api_name="/compare")
    expected = compare(open_family(device="cpu"), path, "lion")
    assert list(answer["models"]) == list(expected)
    for name, result in expected.items():
        got = answer["models"][name]
        assert got["probability"] == pytest.approx(result.probability, abs=1e-6)
        assert list(got["maps"]) == ["stage4"]
        for got_row, row in zip(got["maps"]["stage4"], result.maps["stage4"].tolist(), strict=True):
            assert got_row == pytest.approx(row, abs=1e-5)


def test_compare_of_some_models_at_all_stages(client: Client) -> None:
    answer = client.predict(handle_file(EXAMPLES[0].path), ["cbam"], "", 0, api_name="/compare")
    assert list(answer["models"]) == ["cbam"]
    assert list(answer["models"]["cbam"]["maps"]) == ["stage1", "stage2", "stage3", "stage4"]
    assert answer["models"]["cbam"]["gates"]["stage1.0.cbam.spatial"]["range"] == [0, 1]


@pytest.mark.parametrize(
    ("models", "target", "stage", "told"),
    [
        ([], "lyon", 4, 'no class "lyon". Did you mean "lion"'),
        (["cbbam"], "", 4, 'no model "cbbam". Did you mean "cbam"'),
        ("cbam", "", 4, "models must be a list of names"),
        ([], "", 5, "it can be 1 to 4"),
    ],
)
def test_compare_tells_a_wrong_argument(client: Client, models: Any, target: str, stage: int, told: str) -> None:
    with pytest.raises(AppError) as error:
        client.predict(handle_file(EXAMPLES[0].path), models, target, stage, api_name="/compare")
    assert told in str(error.value)


def test_compare_tells_a_bad_file_without_a_path(client: Client, tmp_path: Path) -> None:
    for name, data, told in [
        ("empty.png", b"", "is empty"),
        ("page.jpg", b"<html>", "not a picture"),
        ("cut.png", EXAMPLES[0].path.read_bytes()[:5000], "damaged or incomplete"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG drawing"),
    ]:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(AppError) as error:
            client.predict(handle_file(tmp_path / name), [], "", 4, api_name="/compare")
        assert told in str(error.value)
        assert "/" not in str(error.value)


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = run_app("--port", str(taken.getsockname()[1]), "--data", str(tmp_path))
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "choose another with --port" in ended.stderr


def test_a_data_folder_without_write_permission_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()  # root may write anywhere, but nobody can make a folder inside a file
    ended = run_app("--data", str(tmp_path / "file" / "data"))
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "cannot be written to" in ended.stderr


def test_uploads_that_a_killed_server_left_are_removed_after_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GRADIO_ANALYTICS_ENABLED", "GRADIO_TEMP_DIR", "HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY",
                 "OMP_WAIT_POLICY"):  # fmt: skip
        monkeypatch.setenv(name, "")  # and back, after the test
    cache = prepare(tmp_path) / "cache"
    old, new = (cache / name / "photo.jpg" for name in ("old", "new"))
    for file, minutes in ((old, 61), (new, 59)):
        file.parent.mkdir()
        file.touch()
        for path in (file, file.parent):
            os.utime(path, (time.time() - 60 * minutes,) * 2)
    prepare(tmp_path)
    assert not old.exists()
    assert new.exists()


def test_a_family_that_is_not_there_is_one_line(tmp_path: Path, port: int) -> None:
    ended = run_app("--family", DEFAULT_FAMILY[:-1] + "9", "--data", str(tmp_path), "--port", str(port))
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert f'Did you mean "{DEFAULT_FAMILY}"' in ended.stderr


def test_a_planted_internal_error_is_logged_and_called_one(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    import gradio as gr

    from attnviz.web.texts import Say
    from attnviz.web.toasts import told

    def planted() -> None:
        raise ZeroDivisionError("planted in the dark")

    with pytest.raises(gr.Error) as error:
        told(Say("en"), planted)
    assert "internal error" in str(error.value)
    assert "planted" not in str(error.value)
    assert "ZeroDivisionError: planted in the dark" in caplog.text
