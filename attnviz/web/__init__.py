"""The page: one FastAPI process with the viewer mounted. The only folder that imports gradio or fastapi."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from attnviz.errors import OptionError


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
