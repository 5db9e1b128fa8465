"""Opens the web app: ``python app.py``. This is also what a Hugging Face Space runs."""

import typer

from attnviz.cli.serve import serve

if __name__ == "__main__":
    typer.run(serve)
