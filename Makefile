# Two commands: `make run` and `make test`. They set up all they need.
PYTHON := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3

.PHONY: run test check audit lock train tune setup setup-dev bench bench-short

run: setup
	@$(PYTHON) -m bot.cli run

test: setup-dev
	@$(PYTHON) -m bot.cli train
	@$(PYTHON) -m pytest -q

check: setup-dev
	@$(PYTHON) -m ruff format --check --quiet . || { echo "Run: $(PYTHON) -m ruff format ."; exit 1; }
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-cache > /dev/null || .venv/bin/lint-imports --no-cache
	@$(PYTHON) -m bot.cli check
	@$(PYTHON) -m pytest -q tests/core tests/services

audit: setup
	@scripts/audit

train: setup
	@$(PYTHON) -m bot.cli train

bench: setup-dev
	@$(PYTHON) -m bench.turns --report docs/benchmarks.md

bench-short: setup-dev
	@$(PYTHON) -m bench.turns --short

tune: setup
	@$(PYTHON) -m bot.cli tune

setup:
	@scripts/setup run

setup-dev:
	@scripts/setup dev

lock:
	@for name in run dev shop audit; do \
	  .venv/bin/python -m uv pip compile --quiet --python-version 3.10 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	    requirements/$$name.in -o requirements/$$name.lock; \
	done
