# Foyer's commands. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# The newest Python that really runs; `make PYTHON=/path/to/python3.11 test` takes another.
PYTHON ?= $(shell for v in python3.13 python3.12 python3.11 python3; do \
	if $$v -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then command -v $$v; break; fi; done)
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000
STAGE ?= local

.PHONY: help setup run stop reset test check faults fix bench deploy lock

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | while IFS= read -r line; do \
		printf '  make %-8s %s\n' "$${line%%:*}" "$${line#*## }"; done

# The stamp names the content of the requirement file: a second `make` finds nothing to do.
STAMP := $(VENV)/.installed-$(shell cat requirements-dev.txt | cksum | cut -d' ' -f1)

$(STAMP):
	@if [ -z "$(PYTHON)" ]; then echo "Foyer needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3." >&2; exit 1; fi
	@echo "Setting up the environment in $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV) || { echo "Python's venv module is missing: install it (on Debian: apt install python3-venv)." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt \
		|| { echo "The packages could not be installed: is the network up? Then run the same command again." >&2; exit 1; }
	@touch $@

setup: $(STAMP) ## make the environment and the front-end parts
	@$(BIN)/python -m infra.assets

run: setup ## start everything: local cloud, demo event, portal
	@exec $(BIN)/python -m infra.localcloud.run --port $(PORT)

stop: setup ## stop the local cloud that runs in the background
	@$(BIN)/python -m infra.localcloud down

reset: setup ## forget the local cloud's data
	@$(BIN)/python -m infra.localcloud reset

test: check ## everything: checks, unit, integration, contract and browser tests
	@$(BIN)/python -m infra.checks tests

check: setup ## formatting, lint, types, import rules, security, OpenAPI drift
	@$(BIN)/python -m infra.checks static

faults: setup ## the seat protocol at length: make faults SEEDS=10000
	@$(BIN)/python -m infra.checks faults --seeds $(or $(SEEDS),10000)

fix: setup ## format, and mend what lint can mend
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .

bench: setup ## calls, units and CPU of the paths that matter
	@$(BIN)/python -m bench

deploy: setup ## deploy a stage: make deploy STAGE=local
	@$(BIN)/python -m infra.deploy --stage $(STAGE) --portal

lock: setup ## pin the requirement files anew, with hashes
	@for f in api portal dev node; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url --no-emit-find-links requirements-$$f.in -o requirements-$$f.txt; done
