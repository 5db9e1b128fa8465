"""The page: one FastAPI process with the viewer mounted. The only folder that imports gradio or fastapi."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

import platformdirs

from attnviz.errors import OptionError

UPLOADS_KEPT_S = 3600
"""How long the file of an uploaded photo stays on disk."""


def prepare(data: Path | None) -> Path:
    """Makes the data folder, and settles before gradio and torch are imported that they stay offline and write there.

    Args:
        data: the folder; None for the user's own (platformdirs).

    Returns:
        The folder.

    Raises:
        OptionError: if the folder cannot be written to.
    """
    folder = (data or Path(platformdirs.user_data_dir("attnviz"))).expanduser().resolve()
    cache = folder / "cache"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        probe = cache / ".writable"
        probe.touch()
        probe.unlink()
        _forget_uploads(cache)
    except OSError as error:
        raise OptionError(
            'The data folder "{name}" cannot be written to ({reason}); choose another with --data.',
            name=folder.name,
            reason=error.strerror,
        ) from None
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(cache)
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    # torch's threads wait asleep: several visitors at once, or a browser beside, want the cores that spinning takes
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    return folder


def _forget_uploads(cache: Path) -> None:
    """Removes uploads of a server that was killed; one that is up removes its own (``delete_cache`` in the viewer)."""
    for path in sorted(cache.rglob("*"), reverse=True):  # a folder comes after what is in it
        with suppress(OSError):  # such as that of a folder that is not empty
            if path.stat().st_mtime < time.time() - UPLOADS_KEPT_S:
                path.rmdir() if path.is_dir() else path.unlink()
