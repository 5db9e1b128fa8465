"""``attnviz compare`` and ``attnviz stages``: what they print and write, and what they say of bad input."""

from __future__ import annotations

import errno
import io
import json
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from conftest import one_line
from matplotlib.figure import Figure
from PIL import Image

from attnviz import compare, open_family
from attnviz.cli.results import UNMATCHED
from attnviz.compare import comparison_figure
