# make demo: set everything up and see a trace    make test: run every test    make check: lint, types, contracts, docs
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test check bench lock docs clean

demo: $(READY)
	$(BIN)/assay demo

test: $(READY)
	$(BIN)/pytest -q

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

lock:
	uv pip compile -q pyproject.toml --extra demo --group dev --python-version 3.11 --universal \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements/dev.txt

clean:
	rm -rf $(VENV) build dist
