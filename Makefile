# `make demo` and `make test` set up all that they need, in .venv, from pyproject.toml.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Twice as many as there are processors: a good part of the tests waits, for a server or for real time.
JOBS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) * 2)')
# A file's tests share servers, so they stay together; in the order that tests/helpers/kinds.py gives them.
SHARED := --dist loadfile --no-loadscope-reorder
# Who has it set would have each process compile all tests anew, which costs more than many of them.
export PYTHONDONTWRITEBYTECODE :=
QUICK := not processes and not slow

.PHONY: demo check test slow cover covered lint bench browser servers release docs site clean

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

# The main job, on a server of our own: start the reference, judge it, read the verdicts.
demo: $(STAMP)
	$(BIN)/python -m tools.demo

# While you write: what neither starts a process nor judges a whole server.
check: lint
	$(BIN)/python -m pytest -q tests -m "$(QUICK) and not runs"

# Before you push: all but what waits for minutes.
test: lint
	$(BIN)/python -m pytest -q -n $(JOBS) $(SHARED) -m "not slow"

# The rest of what CI runs, by .ci/run: real time, and which lines the quick tests reach.
slow: $(STAMP)
	$(BIN)/python -m pytest -q -n 2 $(SHARED) tests -m slow

cover: $(STAMP)
	$(BIN)/coverage erase
	MEASURED=1 $(BIN)/python -m pytest -q -n $(JOBS) $(SHARED) tests -m "$(QUICK)"
	$(MAKE) covered

# The same of any run with MEASURED in its environment (tests/helpers/measuring.py).
covered: $(STAMP)
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --skip-covered

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(STAMP)
	$(BIN)/python bench/run.py

# What tests of the HTML report need besides Chromium, as pinned in tests/browser; without, they are skipped.
browser:
	npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund --silent

# Nightly, and not on each change: servers that nobody here wrote, which it installs (make servers ARGS=--write).
servers: $(STAMP)
	$(BIN)/python -m tools.servers $(ARGS)

# What could go out: an sdist and a wheel in dist/, installed and run by each Python that is here; the oldest
# dependencies that are allowed. Nothing is published.
release: $(STAMP)
	$(BIN)/nox

# All that is generated: JSON Schemas, the coverage, the matrix of checks and flaws, the pages of options, of the
# language, of checks and of real servers.
docs: $(STAMP)
	$(BIN)/python -m tools.generate

# The documentation site, of the same pages that a code host shows; a warning, such as of a link to nowhere, ends it.
# What the extra docs asks for is all that it needs.
SITE ?= build/site
SPHINX := $(VENV)/.sphinx

$(SPHINX): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["docs"], sep="\n")' > $@.txt
	$(BIN)/pip install --quiet --requirement $@.txt
	touch $@

site: $(SPHINX)
	$(BIN)/python -m sphinx -W --keep-going -q -c docs . $(SITE)
	@echo 'the site: $(SITE)/index.html'

clean:
	rm -rf $(VENV) .nox build dist .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
