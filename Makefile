# `make run` and `make test` need Python 3.11 or newer, make and PyPI. Everything they bring lies in .venv/ and .uv/.

PYTHON ?= python3
NEEDED := 3.11
# Bytecode is compiled at installation, so that a start compiles nothing, even where Python cannot write its caches.
export UV_COMPILE_BYTECODE ?= 1
export UV_PYTHON_DOWNLOADS ?= never

# uv from PATH, else Python's own module, else installed into .uv.
ifneq (,$(shell uv --version 2>/dev/null))
UV := uv
else ifneq (,$(shell $(PYTHON) -m uv --version 2>/dev/null))
UV := $(PYTHON) -m uv
else
UV := .uv/bin/uv
endif

# --inexact: `run` leaves the tests' packages where they are, so that `run` and `test` do not undo each other.
SYNC := $(UV) sync --frozen --inexact --extra embedded --python $(PYTHON)
BIN := .venv/bin
LOCK := pyproject.toml uv.lock
OUTSIDE := tests/outside/pyproject.toml tests/outside/uv.lock

.PHONY: run test faults check lint fmt bench compare quality hostile figures sentences starters audit moderator python
.DEFAULT_GOAL := run

run: .venv/run.stamp  ## everything, on http://127.0.0.1:9999; ARGS="--port 8000 --workers 0"
	@$(BIN)/python manage.py serve $(ARGS)

# Let Python write its bytecode caches: else each of the hundreds of processes would compile the tests or the studio again.
test: export PYTHONDONTWRITEBYTECODE :=
test: .venv/test.stamp  ## ARGS="-k sunset"
	@$(BIN)/python -m pytest -n 3 --dist loadgroup --no-loadscope-reorder $(ARGS)

faults: .venv/test.stamp  ## injects faults and checks that the studio recovers; ARGS="--rounds 3 --seed 7 --only mongod"
	@$(BIN)/python -m tests.programs.faults $(ARGS)

check: lint test  ## what every commit passes

lint: export STUDIO_DATA := $(CURDIR)/.venv/lint
lint: .venv/test.stamp
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/mypy docs/clients/studio_client.py
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py makemigrations --check --dry-run

fmt: .venv/test.stamp
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: .venv/test.stamp  ## the table of docs/measured.md; ARGS="--quick"
	@$(BIN)/python -m tests.programs.bench $(ARGS)

compare: $(filter .uv/%,$(UV))  ## installs what `make bench` compares the studio with, in an environment of its own
	@UV_PROJECT_ENVIRONMENT=$(CURDIR)/.venv/compare $(UV) sync --frozen --project tests/programs/bench/compare --python $(PYTHON)

quality: .venv/test.stamp  ## measures the offline tools: prints the table, draws docs/quality.webp
	@$(BIN)/python -m tests.programs.quality

hostile: .venv/test.stamp  ## measures what attacks cost other people; ARGS="sockets flood"
	@$(BIN)/python -m tests.programs.hostile $(ARGS)

figures: .venv/test.stamp  ## measures how readable the code is; ARGS="--list"
	@$(BIN)/python -m tests.programs.figures $(ARGS)

sentences: .venv/test.stamp  ## updates the translation catalogues, and names what is not translated yet
	@$(BIN)/python -m tests.programs.sentences

starters: .venv/test.stamp  ## makes the pictures that a newcomer sees again
	@$(BIN)/python -m tests.programs.starters

audit: .venv/test.stamp  ## checks uv.lock for known vulnerabilities, and names what it could not check
	@$(BIN)/python -m tests.programs.audit

moderator: .venv/run.stamp  ## NAME=…: makes an account that may approve and hide pictures
	@$(if $(NAME),,echo 'Give a name: make moderator NAME=…'; exit 2;) $(BIN)/python manage.py moderator "$(NAME)"

.venv/run.stamp: $(LOCK) | python $(filter .uv/%,$(UV))
	@$(SYNC) --no-dev
	@touch $@

.venv/test.stamp: $(LOCK) $(OUTSIDE) | python $(filter .uv/%,$(UV))
	@$(SYNC)
	@UV_PROJECT_ENVIRONMENT=$(CURDIR)/.venv/outside $(UV) sync --frozen --project tests/outside --python $(PYTHON)
	@touch $@ .venv/run.stamp

.venv/llama.stamp: .venv/test.stamp  ## a real llama.cpp with a small model, 200 MB, for the tests that are skipped without it
	@$(SYNC) --group llama
	@touch $@

.venv/diffusers.stamp: .venv/test.stamp  ## torch and diffusers, 6 GB, for the tests that are skipped without them
	@$(SYNC) --extra diffusers --group torch
	@touch $@

.uv/bin/uv: | python
	@$(PYTHON) -m venv .uv
	@.uv/bin/pip install --quiet --disable-pip-version-check uv

python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= tuple(map(int, "$(NEEDED)".split("."))) else \
	"AI Photo Studio needs Python $(NEEDED) or newer; $(PYTHON) is %d.%d. Choose another with: make run PYTHON=python3.12" % v[:2])'
