# Coop: `make run` to use it, `make test` to test it, `make help` for the rest.

PYTHON ?= python3
PORT ?= 5000
INSTANCE ?= instance
DEMO ?= 1
PYTEST ?= -n 2 --dist loadfile --timeout 600

BIN := .venv/bin

.PHONY: help run test sure format bench prove lock clean
.DELETE_ON_ERROR:

help: ## Say what can be made
	@echo "Coop runs democratic member organisations. What can be made:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16
	@echo "Settings: PORT=$(PORT) INSTANCE=$(INSTANCE) DEMO=$(DEMO) (DEMO=0 starts empty)"

run: .venv/run.made ## Set up, migrate, load the demonstration if empty, serve on http://127.0.0.1:5000
	@INSTANCE="$(INSTANCE)" $(BIN)/coop serve --port "$(PORT)" $(if $(filter 0,$(DEMO)),--no-demo)

test: .venv/test.made ## Set up for tests, then run the whole suite
	@$(BIN)/pytest $(PYTEST)

sure: .venv/test.made ## Check format, lint, types and import contracts, then run the whole suite
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

format: .venv/test.made ## Lay the code out
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

bench: .venv/test.made ## Measure votes, rolls, pages and counts; write benchmarks/RESULTS.md
	@$(BIN)/python -m benchmarks

prove: .venv/test.made ## Run the tests at full size; write docs/evidence (a second call resumes)
	@COOP_SCALE=full $(BIN)/pytest --prove $(PYTEST) --timeout 3600

lock: .venv/test.made ## Lock the newest allowed versions with their hashes
	@$(BIN)/python scripts/lock.py

clean: ## Remove the environment and caches, never the data
	@rm -rf .venv .prove .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache coop.egg-info

# The stamps: what was set up stands until what it was made from changes.
.venv/run.made: requirements/run.txt pyproject.toml scripts/set-up scripts/system-packages
	@PYTHON="$(PYTHON)" scripts/set-up run
	@touch $@

.venv/test.made: requirements/dev.txt .venv/run.made
	@PYTHON="$(PYTHON)" scripts/set-up test
	@touch $@
