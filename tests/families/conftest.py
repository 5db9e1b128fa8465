"""A family of one model whose weights only a publisher has."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli_w


@pytest.fixture
def published(publisher: Any, cache: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes the folder of a family of one model, whose file only the publisher has."""

    def make(content: bytes, name: str = "se.safetensors", **changes: Any) -> Path:
        folder = tmp_path / "far"
        folder.mkdir(exist_ok=True)
        served = f"/{changes.pop('served', name)}"
        publisher.files[served] = changes.pop("archive", content)
        member = {"attention": "se", "file": name, "url": publisher.url + served} | changes
        if not {"sha1", "sha256", "sha256_prefix"} & member.keys():
            member["sha256"] = hashlib.sha256(content).hexdigest()
        toml = {
            "title": "Far", "matched": False, "architecture": {"depth": 18},
            "input": {"input_size": 64, "resize": 64}, "models": {"se": member},
        }  # fmt: skip
        (folder / "family.toml").write_text(tomli_w.dumps(toml))
        (folder / "classes.csv").write_text("index,wnid,name\n0,n1,ant\n")
        return folder

    return make
