# make demo: set everything up and see a trace    make test: run every test    make check: lint, types, contracts, docs
# make peers: get real brokers and backends, or those in ONLY="rabbitmq kafka"    make test-peers: test against them
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check --no-input

.PHONY: demo test peers test-peers check fuzz bench docs lock clean

demo: $(READY)
	$(BIN)/assay demo

test: $(READY)
	$(BIN)/pytest -q

peers: $(READY)
	$(BIN)/python -m tests.peers.installed $(ONLY)

test-peers: $(READY)
	$(BIN)/pytest -q tests/peers

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python docs/generate.py --check
	$(BIN)/python sdk/generate.py --check
	.ci/portable

fuzz: $(READY)
	$(BIN)/python -m tests.receivers.fuzzing --inputs 100000

bench: $(READY)
	$(BIN)/python -m tests.benchmarks.bench
	$(BIN)/python -m sdk.python.benchmarks.overhead

docs: $(READY)
	$(BIN)/python docs/generate.py
	$(BIN)/python sdk/generate.py

$(READY): requirements/dev.txt pyproject.toml sdk/python/pyproject.toml
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements/dev.txt
	$(PIP) --no-deps --no-build-isolation -e . -e sdk/python
	touch $@

lock:
	uv pip compile -q pyproject.toml --extra demo --group dev --python-version 3.11 --universal \
	  --generate-hashes --no-emit-index-url --no-emit-package assay-sdk --no-annotate --no-header -o requirements/dev.txt

clean:
	rm -rf $(VENV) build dist
