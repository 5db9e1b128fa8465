PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run test lint clean

help:  ## Show this help
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

run: .venv/runtime  ## Set up .venv if need be, and open the app (ARGS="--port 7861")
	$(BIN)/python app.py $(ARGS)

test: .venv/dev  ## Set up .venv if need be, and run the tests (ARGS="tests/maps")
	$(BIN)/python -m pytest $(ARGS)

lint: .venv/dev  ## Check style and types
	rm -f attnviz/web/*.pyi
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:  ## Remove .venv and everything that was built
	rm -rf .venv build dist *.egg-info

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/runtime: .venv/bin/python requirements.txt
	$(BIN)/pip install -r requirements.txt
	touch $@

.venv/dev: .venv/runtime requirements-dev.txt
	$(BIN)/pip install -r requirements-dev.txt
	touch $@
