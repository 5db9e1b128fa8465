"""Any weights file becomes tensors by name: safetensors, or pickles of nothing but tensors. No code in it is run."""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import pickle
import re
import threading
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor

from attnviz.errors import WeightsError

SUFFIXES = (".safetensors", ".pth", ".pt", ".tar", ".pkl", ".bin", ".ckpt", ".zip")
MOST_BYTES = 4 * 2**30
HASHES = {"sha256": "SHA-256", "sha1": "SHA-1"}
HOLDERS = (
    "state_dict",
    "model_state_dict",
    "model",
    "net",
    "network",
    "weights",
    "params",
    "state_dict_ema",
    "model_ema",
)
PREFIXES = ("module.", "_orig_mod.", "model.", "net.", "network.", "backbone.")
HARMLESS = (argparse.Namespace,)  # what timm's and many others' training scripts keep beside the weights

_ALLOWING = threading.Lock()  # what torch allows in a pickle is one list for all threads


@dataclass(frozen=True)
class TensorFile:
    """What a weights file holds.

    Attributes:
        name: of the file.
        sha256: of the whole file, 64 hex digits.
        tensors: by the publisher's name, without the prefixes that wrappers add.
        wrapping: what the tensors were found in, from outside to inside: ``state_dict``, ``module.``
        notes: numbers and short texts beside the weights, e.g. ``epoch``, ``arch``.
        metadata: of a safetensors file's header.
    """

    name: str
    sha256: str
    tensors: Mapping[str, Tensor]
    wrapping: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)


def read_tensors(path: Path, checksum: str | None = None) -> TensorFile:
    """Reads .safetensors, .pth, .pt, .pth.tar, .pkl or a .zip of one of them.

    Args:
        path: of the file.
        checksum: ``sha256:`` or ``sha1:`` and what the file's hash must begin with, in hex digits; None for no check.

    Raises:
        WeightsError: if the file is missing, another one, damaged or too large, holds anything but tensors, numbers and
            texts, or no tensors at all.
    """
    data = _bytes(path)
    name = path.name
    if checksum is not None:
        kind, _, digits = checksum.partition(":")
        if not hashlib.new(kind, data).hexdigest().startswith(digits):
            raise WeightsError(
                '"{file}" is not the file that family.toml names (its {hash} differs); copy it again.',
                file=name,
                hash=HASHES[kind],
            )
    sha256 = hashlib.sha256(data).hexdigest()
    data = _unzipped(name, data)
    if _is_pickle(data):
        return _named(name, sha256, _unpickled(name, data), {})
    try:
        tensors = load(data)
    except SafetensorError:
        raise _damaged(name) from None
    return _named(name, sha256, tensors, _header(data).get("__metadata__", {}))


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise WeightsError('"{file}" is over 4 GiB; no ResNet is as large.', file=path.name)
        return path.read_bytes()
    except OSError:
        raise WeightsError(
            'There is no readable weights file "{file}" in "{folder}".',
            file=path.name,
            folder=path.resolve().parent.name,
        ) from None


def _is_pickle(data: bytes) -> bool:
    """Tells PyTorch's files, zipped or bare, from safetensors, which begin with eight bytes of length and ``{``."""
    return zipfile.is_zipfile(io.BytesIO(data)) or data[8:9] != b"{"


def _unzipped(file: str, data: bytes) -> bytes:
    """Returns the one weights file in a zip; ``data`` itself if it is none, or is PyTorch's own kind of zip."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if any(member.filename.rpartition("/")[2] == "data.pkl" for member in members):
            return data
        inside = [member for member in members if member.filename.endswith(SUFFIXES)]
        if len(inside) != 1:
            raise WeightsError(
                '"{file}" must hold exactly one weights file, and holds {count}; unpack it and name the one.',
                file=file,
                count=len(inside),
            )
        if inside[0].file_size > MOST_BYTES:
            raise WeightsError('"{file}" is over 4 GiB; no ResNet is as large.', file=file)
        try:
            return archive.read(inside[0])
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
            raise WeightsError(
                '"{file}" is a damaged or locked zip; copy it again from its source.', file=file
            ) from None


def _unpickled(file: str, data: bytes) -> object:
    try:
        with _ALLOWING, torch.serialization.safe_globals(list(HARMLESS)):
            return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        code = re.search(r"(?:GLOBAL|Unsupported class|function|callable:?) `?([\w.]+\.\w+)`?", str(error))
        if code is None:
            raise _damaged(file) from None
        raise WeightsError(
            '"{file}" holds more than tensors: opening it would run Python code ("{code}"), which could be anything. '
            "It was not opened; ask its author for the state_dict alone, as safetensors.",
            file=file,
            code=code.group(1),
        ) from None
    except Exception as error:  # torch tells of damage in many types
        if "TorchScript" in str(error):
            raise WeightsError(
                '"{file}" is a TorchScript program, not a state_dict; ask its author for the state_dict.', file=file
            ) from None
        raise _damaged(file) from None


def _damaged(file: str) -> WeightsError:
    return WeightsError(
        '"{file}" is not a whole weights file of safetensors or PyTorch; copy it again from its source.', file=file
    )


def _named(file: str, sha256: str, content: object, metadata: Mapping[str, str]) -> TensorFile:
    """Finds the tensors in what a file held, and takes off the prefixes that all names share."""
    wrapping: list[str] = []
    notes: dict[str, str] = {}
    while isinstance(content, Mapping):
        holder = next((name for name in HOLDERS if isinstance(content.get(name), Mapping)), None)
        if holder is None:
            break
        notes |= {str(key): _note(value) for key, value in content.items() if _is_note(value)}
        wrapping.append(holder)
        content = content[holder]
    tensors: dict[str, Tensor] = {}
    if isinstance(content, Mapping):
        tensors = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    if not tensors:
        raise WeightsError('"{file}" holds no tensors by name; attnviz reads the state_dict of a network.', file=file)
    while prefix := next((prefix for prefix in PREFIXES if all(name.startswith(prefix) for name in tensors)), None):
        wrapping.append(prefix)
        tensors = {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}
    return TensorFile(file, sha256, tensors, tuple(wrapping), notes, metadata)


def _is_note(value: Any) -> bool:
    return isinstance(value, (int, float, str)) or (isinstance(value, Tensor) and value.ndim == 0)


def _note(value: Any) -> str:
    return str(value.item() if isinstance(value, Tensor) else value)[:200]


def _header(data: bytes) -> dict[str, Any]:
    """Returns the header of safetensors that were read before: eight bytes of its length, then JSON."""
    header: dict[str, Any] = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return header
