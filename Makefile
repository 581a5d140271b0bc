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
SERVE_ARGS ?=

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

$(STAMPS)/dev: $(STAMPS)/core
	@echo "[+] installing test and lint tools"
	@$(PIP) -e '.[fast,dev]'
	@touch $@
