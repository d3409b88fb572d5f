# Two commands for everybody: `make demo` and `make test`. `make check` is the fast part of `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO ?= demo-shop
SIMULATED ?= simulated-shop
PORT ?= 8000

.PHONY: help demo simulated test check fix docs screenshots clean

help:
	@echo "make demo       set up, open the sample shop, learn, and serve it on http://127.0.0.1:$(PORT)"
	@echo "make simulated  the same with a made-up shop, which also has visits, searches, stock and reviews"
	@echo "make test       set up and pass everything: format, lint, types, floors, all tests (10-20 minutes)"
	@echo "make check      the same with the fast tests only (under two minutes)"
	@echo "make fix        format and mend what can be mended by machine"
	@echo "make docs       print the reference pages again"
	@echo "make clean      remove the environment and the sample shop"

$(VENV)/.base: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Shopkeeper needs Python 3.11 or newer; got: $$($(PYTHON) --version). Next: make PYTHON=python3.12 …"; exit 1; }
	@test -x $(BIN)/python || { echo "Making the environment in $(VENV) …"; $(PYTHON) -m venv $(VENV) || { echo "Python cannot make virtual environments here. Next (Debian, Ubuntu): apt-get install python3-venv"; exit 1; }; }
	@echo "Installing Shopkeeper (a minute or two, once) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/.base
	@$(BIN)/shopkeeper demo --folder $(DEMO) --port $(PORT)

simulated: $(VENV)/.base
	@$(BIN)/shopkeeper demo --simulated --folder $(SIMULATED) --port $(PORT)

test: $(VENV)/.dev lint
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser"
	$(BIN)/python -m pytest -m browser

check: $(VENV)/.dev lint
	$(BIN)/python -m pytest -q -n 3 --dist loadfile -m "not slow and not browser"

.PHONY: lint
lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.dev
	$(BIN)/python -m docs.generate

clean:
	rm -rf $(VENV) $(DEMO) $(SIMULATED) .mypy_cache .ruff_cache .pytest_cache
