# Two commands from a fresh clone: make run, make test. Each does its own set-up.
SHELL := /bin/bash
PY := .venv/bin/python
# Whole files go to one worker, so that a module's server is started once; tests/conftest.py says which come first.
TWO_AT_ONCE := -q -n 2 --dist loadfile --no-loadscope-reorder
.NOTPARALLEL:
# The processes that tests start read the bytecode that the first one wrote, also where the caller's setting forbids that.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
# As often as issue 5 promises; `make test` runs the same tests at their defaults.
SOAK := CONTROL_TOWER_SEEDS=2000 CONTROL_TOWER_POWER_CUTS=10000 CONTROL_TOWER_DESK_KILLS=2000 \
	CONTROL_TOWER_HUB_KILLS=100 CONTROL_TOWER_EDITS=2000 CONTROL_TOWER_FUZZ=1000 CONTROL_TOWER_CHAOS=500 \
	CONTROL_TOWER_FULL_DISKS=100 CONTROL_TOWER_BUNDLE_EDITS=20000
.PHONY: help setup setup-test run test soak lint types imports test-without-qt unit screenshots bench format lock wheel clean catalogue

help: ## say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 18

setup: ## make ready to run: system packages, .venv, locked dependencies
	@.ci/setup.sh run

setup-test: ## make ready to test: the same, with the test tools and a real Tryton
	@.ci/setup.sh test

run: setup ## open the window on the embedded demo (without a display: one minute offscreen, into out/)
	@$(PY) -m app

test: setup-test lint types imports test-without-qt unit ## everything that CI runs

lint: setup-test ## ruff: rules and layout
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup-test ## mypy --strict
	$(PY) -m mypy

imports: setup-test ## the import contracts of ARCHITECTURE.md
	.venv/bin/lint-imports

test-without-qt: setup-test ## domain, optimization, connectors and store where PySide6 is not installed
	.ci/test_without_qt.sh $(TWO_AT_ONCE)

unit: setup-test ## pytest: everything that the pass without Qt has not run
	$(PY) -m pytest $(TWO_AT_ONCE) --ignore=tests/domain --ignore=tests/optimization --ignore=tests/connectors \
		--ignore=tests/store

soak: setup-test ## the trials of faults, as long as they take: kills, power cuts, seeds, edits (hours)
	$(SOAK) $(PY) -m pytest -q -n 2 tests/simulator tests/soak tests/hub/test_hub_kill.py tests/hub/test_hub_fuzz.py \
		tests/services/test_upstream_edits.py tests/connectors/test_service_fuzz.py tests/signing/test_bundle_edits.py
	TOWER_SOAK=200 $(PY) -m pytest -q tests/connectors/test_sync_killed.py

screenshots: setup ## make the pictures of docs/images
	$(PY) -m app screenshots --out docs/images

bench: setup-test ## run the benchmarks
	$(PY) -m benchmarks

format: setup-test ## lay out the code
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

wheel: setup-test ## build the wheel into dist/
	$(PY) -m build --wheel --no-isolation

lock: ## write the locks in requirements/ anew
	.ci/lock.sh

clean: ## remove environments, caches and output
	rm -rf .venv .venv-noqt .venv-tryton .venv-karrio .venv-lock .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache .hypothesis out build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

catalogue: setup ## write docs/exceptions.md from the catalogue, docs/connectors.md from the manifests
	$(PY) .ci/catalogue_page.py
	$(PY) .ci/connectors_page.py
