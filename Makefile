# Two commands need only Python >= 3.11, make and a package registry: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# pytest-xdist workers; more than two gain little, as the real roots are on one disk
WORKERS ?= 2
DEMO_FIXTURES ?= hello rng httpsget cgomath
DEMO_OUT ?= linkcheck-out
# Go comes with the demo; where there is no C compiler, zig's comes too: half of the recipes need one
DEMO_EXTRAS := go$(shell { command -v cc || command -v gcc || command -v clang; } >/dev/null || echo ,zig)

.PHONY: help demo test lint check docs trials trials-ci fuzz bench clean

help: ## Show this list.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: $(VENV)/.demo ## Build the Go programs of fixtures/ in several ways and say where each build runs.
	@set -e; for fixture in $(DEMO_FIXTURES); do \
	  echo; echo "== linkcheck matrix fixtures/$$fixture"; \
	  $(BIN)/linkcheck matrix fixtures/$$fixture --out $(DEMO_OUT)/$$fixture; \
	done
	@echo; echo "The programs are in $(DEMO_OUT)/. Next: $(BIN)/linkcheck analyze $(DEMO_OUT) or any program of yours."

test: $(VENV)/.dev ## Run the tests that this machine can run; the others say what they lack.
	$(BIN)/python -m pytest -n $(WORKERS)

lint: $(VENV)/.dev ## Style, types and layers.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint ## Style, types, layers, and the tests with their coverage.
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(WORKERS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

docs: $(VENV)/.dev ## Write the generated pages anew; a test fails where they drifted.
	$(BIN)/python -m tools.docs

trials: $(VENV)/.dev ## Start real programs in real bases and compare with the verdicts.
	$(BIN)/python -m tools.trials

trials-ci: $(VENV)/.dev ## The slice of the trials that takes under five minutes.
	$(BIN)/python -m tools.trials --quick --slice 80

fuzz: $(VENV)/.dev ## Feed damaged programs to the reader for a bounded time.
	$(BIN)/python -m tools.fuzz

bench: $(VENV)/.dev ## Measure time and memory against other tools.
	$(BIN)/python -m bench

clean: ## Remove what the targets above made here.
	rm -rf $(VENV) $(DEMO_OUT) .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$(DEMO_EXTRAS)]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[go,dev]'
	@touch $@
