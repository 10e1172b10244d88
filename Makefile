# Every target does its own set-up into .venv; nothing else on the machine is changed.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
ESTATE ?= origin
LAB_DIRECTORY ?= build/lab

.DEFAULT_GOAL := help

.PHONY: help
help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

.PHONY: setup
setup: $(STAMP) ## The environment alone: .venv with Ansible, the libraries and the tools

$(STAMP): requirements.txt requirements-dev.txt requirements-kerberos.txt tools/setup.sh
	PYTHON="$(PYTHON)" tools/setup.sh

.PHONY: demo
demo: $(STAMP) ## A rollout against the lab: planned, pushed, assigned, proved, and run again; PRODUCT=sfb2019 for another than the origin's
	PYTHONPATH=tests $(BIN)/python tools/demo.py $(PRODUCT)

.PHONY: lab
lab: $(STAMP) ## The lab's estate until Ctrl-C; prints its inventory and an example command
	PYTHONPATH=tests $(BIN)/python -m lab up $(ESTATE) --directory $(LAB_DIRECTORY)

.PHONY: test
test: $(STAMP) ## Every check there is
	$(BIN)/python tools/checks.py

.PHONY: quick
quick: $(STAMP) ## The loop while working: lint of what changed, unit tests in parallel; under a minute
	tools/quick.sh

.PHONY: format
format: $(STAMP) ## Brings the whole tree into the formatter's form
	$(BIN)/ruff format .

.PHONY: lint
lint: $(STAMP) ## Style, form, types, YAML, Ansible's own rules, change fragments
	tools/lint.sh

.PHONY: sanity
sanity: $(STAMP) ## ansible-test sanity, in a copy of the tree
	tools/sanity.sh

.PHONY: targets
targets: $(STAMP) ## ansible-test integration: tests/integration/targets, or those named in ARGS
	tools/ansible_test.sh integration $(ARGS)

.PHONY: pytest
pytest: $(STAMP) ## The tests alone; choose with ARGS="tests/unit -k planner"
	tools/pytest.sh $(ARGS)

.PHONY: nightly
nightly: $(STAMP) ## Property tests with many values, other ones each time, a fault at every request, each host in each language; some hours
	HYPOTHESIS_PROFILE=nightly tools/pytest.sh tests/unit -m hypothesis -n 2 --dist worksteal --timeout 7200 $(ARGS)
	UCOPS_EVERY_REQUEST=1 tools/pytest.sh tests/integration/test_faults_of_a_rollout.py tests/integration/test_killed_runs.py tests/unit -k "faults or killed" -n 2 --dist worksteal $(ARGS)
	for first in 1 2 3; do UCOPS_FIRST_LANGUAGE=$$first tools/pytest.sh tests/integration -n 2 --dist worksteal $(ARGS) || exit 1; done

.PHONY: versions
versions: $(STAMP) ## The tests marked `versions` on each older ansible-core that we claim
	tools/versions.sh

.PHONY: molecule
molecule: $(STAMP) ## Converge, idempotence, verify on the lab
	tools/molecule.sh

.PHONY: build
build: $(STAMP) ## The collection's artifact, into build/
	tools/build.sh

.PHONY: artifact
artifact: $(STAMP) ## Builds, installs from the artifact into an empty place, and uses it from there
	tools/artifact.sh

.PHONY: environment
environment: $(STAMP) ## An execution environment's file system from the artifact, and a rollout out of it; needs root
	tools/environment.sh

.PHONY: docs
docs: $(STAMP) ## ansible-doc for every plugin and role, into build/docs
	tools/docs.sh

.PHONY: site
site: $(STAMP) ## The documentation's pages, into build/site, with their links and a browser tried
	tools/site.sh

.PHONY: release
release: $(STAMP) ## Prepares a release: fills the changelog from its fragments; VERSION=1.1.0
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tools/release.py $(VERSION)

.PHONY: bench
bench: $(STAMP) ## How long planning and a rollout take, how much memory, how many requests and bytes
	PYTHONPATH=tests $(BIN)/python tools/bench.py

.PHONY: figures
figures: $(STAMP) ## Sizes of the house, by files, functions and arrows; others beside it: CHECKOUTS=". ../old"
	PYTHONPATH=tests $(BIN)/python tools/figures.py $(CHECKOUTS)

.PHONY: clean
clean: ## Removes .venv, build and every cache
	rm -rf .venv .venv-* build .ansible .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/output
