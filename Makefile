# Every target does its own set-up into .venv; nothing else on the machine is changed.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: setup
setup: $(STAMP)

$(STAMP): requirements.txt requirements-dev.txt tools/setup.sh
	PYTHON="$(PYTHON)" tools/setup.sh
