# make run    install what the app needs and start it
# make test   install what the tests need and run them
# make soak   the slow tests, and kill the app's processes thirty times in the course of a round, about twenty minutes
# make docs   build the documentation's site in site/
# make audit  known vulnerabilities of what is installed, as far as the service that knows them can be reached
# make check  format, lint, types, layers, security (bandit), then make test
#
# An active virtual environment is used as it is; otherwise one is made in .venv.

PYTHON ?= python3
VENV := $(or $(VIRTUAL_ENV),$(CURDIR)/.venv)
BIN := $(VENV)/bin
ARGS ?=
export OMP_NUM_THREADS ?= 1

.PHONY: run test soak docs audit check types format install install-dev browser screenshots clean

run: install
	$(BIN)/python app.py $(ARGS)

# Two processes for a torch that takes one thread. A file goes to one of them, in order: by their number of tests the
# longest ones, which have few, would come last.
test: install-dev browser
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

soak: install-dev
	$(BIN)/python -m pytest -m slow
	$(BIN)/python -m pytest -s tests/soak $(ARGS)

check: install-dev browser
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive faded agents app.py spaces_config benchmarks
	$(MAKE) -j 2 types test

# Beside the tests: on one core mypy alone takes more than a minute.
types: install-dev
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

audit: install-dev
	$(BIN)/python -m benchmarks.audit

docs: install-dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

screenshots: install-dev browser
	$(BIN)/python -m docs.screenshots

install: $(VENV)/.faded-installed

install-dev: $(VENV)/.faded-installed-dev

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.faded-installed: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.faded-installed-dev: requirements.txt requirements-dev.txt requirements-docs.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@ $(VENV)/.faded-installed

# The browser tests drive Debian's Chromium. It is installed only here, and only where that is possible without asking.
browser:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		{ apt-get update -qq && apt-get install -y -qq chromium fonts-dejavu-core; }; } || \
		echo "chromium is missing: the browser tests will be skipped"

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
