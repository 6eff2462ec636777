# make demo | test | check | bench | faults — each sets itself up; only Python 3.11+ is needed.

PYTHON ?= python3
VENV   ?= .venv
JOBS   ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DEMO   := demo-school
SEEN   := Threw a tray after being asked to wait in line. Nobody was hurt.

.PHONY: check static test demo bench bench-million faults lock clean

check: static test

static: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --platform linux --cache-dir .mypy_cache/linux
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 ledger cli
	$(BIN)/mypy --platform darwin --cache-dir .mypy_cache/darwin ledger cli
	$(BIN)/lint-imports --no-cache

test: $(READY)
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal --cov --cov-report=term:skip-covered

# A made-up school in demo-school/, written anew each time: one incident, its timeline, what is owed,
# where plans stand, a packet, the SIS files, and the proof that the ledger is whole.
demo: export BLEDGER_DATA := $(CURDIR)/$(DEMO)/data
demo: export BLEDGER_KEY_FILE := $(CURDIR)/$(DEMO)/school.key
demo: export BLEDGER_USER := specialist
demo: $(READY)
	@rm -rf $(DEMO) && mkdir -m 700 $(DEMO)
	@set -e; run() { printf '\n$$ bledger %s\n' "$$*"; $(BIN)/bledger "$$@"; }; \
	run demo; \
	echo '$(SEEN)' | run log ana rivera --did disruption --where cafeteria --saw -; \
	run timeline ana rivera; \
	run due; \
	run plan status; \
	run packet ana rivera --out $(DEMO)/packet.html; \
	run export run ods --out $(DEMO)/ods; \
	find $(DEMO)/ods -type f | sort | sed 's/^/  /'; \
	run verify

bench: $(READY)
	$(BIN)/python -m tests.bench

bench-million: $(READY)
	$(BIN)/python -m tests.bench --million

faults: $(READY)
	$(BIN)/python -m pytest -m faults

# Keeps every pin that still fits; `make lock ARGS=--upgrade` takes the newest.
lock: .venv-lock/bin/uv
	.venv-lock/bin/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --quiet \
		--custom-compile-command 'make lock' --output-file requirements.lock $(ARGS)

.venv-lock/bin/uv:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet uv

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "This needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
			"Name another one: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps \
		--no-build-isolation --editable .
	@touch $@

clean:
	rm -rf $(VENV) .venv-lock $(DEMO) build dist htmlcov .coverage .hypothesis \
		.import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find cli ledger tests -name __pycache__ -prune -exec rm -rf {} +
