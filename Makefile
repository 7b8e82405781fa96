# The commands of this repository; `make help` lists them. PYTHON names the interpreter for .venv (3.11 or later).
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

venv := .venv/bin
stamp := .venv/.installed
# A .venv whose interpreter is gone (an upgrade, a copied folder) is made again.
missing := $(if $(wildcard $(venv)/python),,force)

.PHONY: help up setup test check bench lock browser force

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' $(MAKEFILE_LIST) | expand -t 10

up: setup ## run the console, the worker and PostgreSQL at http://127.0.0.1:8700 (ARGS="--port 8701")
	@exec $(venv)/python -m cli.main up $(ARGS)

setup: $(stamp) ## make .venv with everything installed

$(stamp): requirements.lock pyproject.toml infra/setup/venv.sh $(missing)
	@PYTHON="$(PYTHON)" bash infra/setup/venv.sh
	@touch $@

browser: setup ## find or install a browser for the tests
	@$(venv)/python -m infra.setup.browser

test: setup browser ## every test, two modules at a time (PYTEST_ARGS="tests/unit -x -n 0")
	@$(venv)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check: setup ## format, lint, import contracts, types, templates
	@$(venv)/ruff format --check --quiet . || { echo "make check: run '$(venv)/ruff format .' on the files above"; exit 1; }
	@$(venv)/ruff check --no-cache --quiet .
	@$(venv)/lint-imports --no-logo
	@$(venv)/basedpyright
	@$(venv)/python -m web.template_check

bench: setup ## benchmarks; prints ratios, writes bench/results/latest.json
	@$(venv)/python -m bench.run $(ARGS)

lock: ## resolve pyproject.toml into requirements.lock, with hashes and without any address; needs uv
	@command -v uv >/dev/null || { echo "make lock needs uv: python3 -m pip install uv"; exit 1; }
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--extra dev pyproject.toml -o requirements.lock

force:
