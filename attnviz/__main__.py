"""``python -m attnviz`` is ``attnviz``."""

from attnviz.cli import main

main()
