# Vangnet's front door: `make help` tells what there is. Needs Python 3.11 to 3.14 (with venv) and make.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
export CHROMIUM
BIN := .venv/bin
# What judges deploy/ and no Python package brings, with the package of Debian or Ubuntu that does.
TOOLS := kubectl:kubernetes-client openssl:openssl promtool:prometheus systemd-analyze:systemd
SOURCES := $(wildcard protocol workflows activities store runtime starter bench tests proofs worker.py)
LOCK := $(BIN)/uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url

.PHONY: help run test check format bench proof lock sbom reference record-histories clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.run ## set up and start everything on this machine with demo data; Ctrl-C stops all of it
	@exec $(BIN)/python -m starter.entry

# The tests wait more than they compute: more of them at once than there are cores. The workflows' own come again with
# a worker that keeps nothing in memory, and so replays at every task.
test: .venv/.dev ## set up and pass all tests
	@test -n "$${CHROMIUM:-}" || command -v chromium chromium-browser >/dev/null || { echo "The tests of the pages need the browser Chromium. On Debian or Ubuntu: apt install chromium. Elsewhere name it with: make test CHROMIUM=/path/to/chromium" >&2; exit 1; }
	@lacking=; for tool in $(TOOLS); do command -v $${tool%%:*} >/dev/null || lacking+=" $${tool##*:}"; done; test -z "$$lacking" || { echo "The tests of what is deployed need its tools. On Debian or Ubuntu: apt install$$lacking" >&2; exit 1; }
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder tests/workflows --no-workflow-cache

check: .venv/.dev ## format, lint, types and import rules
	@$(BIN)/ruff format --check --quiet $(SOURCES)
	@$(BIN)/ruff check --quiet $(SOURCES)
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_architecture.py

format: .venv/.dev ## put the code in its form
	@$(BIN)/ruff format $(SOURCES)
	@$(BIN)/ruff check --fix $(SOURCES)

bench: .venv/.dev ## the measurements, as a table and as JSON
	@$(BIN)/python -m bench

proof: .venv/.dev ## the long proofs: faults, floods, rehearsals; each prints its figures and its seed
	@failed=0; $(BIN)/python -m pytest proofs || failed=$$?; $(BIN)/python -m pytest -m proof tests || failed=$$?; exit $$failed

reference: .venv/.dev ## write docs/reference.md from the protocol
	@$(BIN)/python -m protocol.reference > docs/reference.md

record-histories: .venv/.dev ## record the coming release's histories, which the tests replay: never to make a replay pass
	@$(BIN)/python -m tests.replay.record

lock: .venv/.dev ## resolve the dependencies of pyproject.toml anew
	@$(LOCK) --upgrade --extra dev --output-file requirements/dev.txt
	@$(LOCK) --extra local --constraint requirements/dev.txt --output-file requirements/local.txt
	@$(LOCK) --constraint requirements/dev.txt --output-file requirements/run.txt
	@$(BIN)/python deploy/build_needs.py | $(subst pyproject.toml,-,$(LOCK)) --constraint requirements/dev.txt --output-file requirements/build.txt

sbom: .venv/.dev ## what a production process is made of, as a CycloneDX list: build/sbom.json
	@$(BIN)/python deploy/sbom.py build/sbom.json

clean: ## remove the local stack's data (.local/); refuses while it runs
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m starter.stack.clean; else rm -rf .local; fi

# A stamp tells that .venv holds exactly what the lock says, so that a second run starts at once. What tests and
# checks need includes what `make run` needs: setting up for them sets up for both.
.venv/.dev: requirements/dev.txt .venv/.made pyproject.toml
	@echo "Setting up .venv for tests and checks ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch .venv/.run $@

.venv/.run: requirements/local.txt .venv/.made pyproject.toml
	@echo "Setting up .venv ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.made:
	@command -v $(PYTHON) >/dev/null || { echo "Vangnet needs Python 3.11 to 3.14; '$(PYTHON)' is not there. Name another one with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' || { echo "Vangnet needs Python 3.11 to 3.14; this is $$($(PYTHON) --version). Name another one with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot make a virtual environment. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .venv
	@touch $@
