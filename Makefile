# The front door. `make` alone says what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

ROBOTS ?= 1
PORT ?= 8080
ROSBRIDGE_PORT ?= 9090
DOMAIN_ID ?= $(or $(ROS_DOMAIN_ID),0)
STATE_DIR ?= .state
READY_FILE ?=
ARGS ?=
FUZZ_FRAMES ?= 1000000

KNOWN := ROBOTS PORT ROSBRIDGE_PORT DOMAIN_ID STATE_DIR READY_FILE ARGS FUZZ_FRAMES PYTHON
GIVEN := $(foreach name,$(.VARIABLES),$(if $(filter command line,$(origin $(name))),$(name)))
UNKNOWN := $(filter-out $(KNOWN) MAKEFLAGS,$(GIVEN))
ifneq ($(UNKNOWN),)
$(error there is no make variable $(UNKNOWN); there are $(KNOWN))
endif

# Discovery stays on this machine, whatever the version of ROS.
export ROS_AUTOMATIC_DISCOVERY_RANGE ?= LOCALHOST

.PHONY: help setup workspace demo test faults faults-tasks fuzz check release-check format clean

help:
	@echo 'make demo     a simulated robot with control, tasks and gateway, until Ctrl-C'
	@echo '                ROBOTS=$(ROBOTS) (up to 9, with one gateway)'
	@echo '                PORT=$(PORT) ROSBRIDGE_PORT=$(ROSBRIDGE_PORT) (0: a free one)  DOMAIN_ID=$(DOMAIN_ID)'
	@echo '                STATE_DIR=$(STATE_DIR)  READY_FILE=file.json (written when all is up)'
	@echo 'make test     every test (ARGS="-k words" for some)'
	@echo 'make faults   kill and pause processes under a driving robot, 100 times each (docs/faults.md)'
	@echo '                ARGS="--count 3" for a short one, ARGS=--help for the rest'
	@echo 'make faults-tasks  kill everything at random under robots at work: no task lost, none done twice'
	@echo '                ARGS="--slices 2" for a short one, ARGS=--postgresql for two gateways on one database'
	@echo 'make fuzz     a million mutated frames for each encoding (FUZZ_FRAMES=$(FUZZ_FRAMES))'
	@echo 'make check    ruff, mypy, yamllint, interface and workflow lint'
	@echo 'make release-check  libraries locked by hash, bill of materials, no secrets: build/release'
	@echo 'make format   ruff format'
	@echo 'make setup    what the others need: .venv and the colcon build (PYTHON=python3.12 chooses)'
	@echo 'make clean    removes what the others made: .venv build install log .state, the built page'

setup:
	@PYTHON='$(PYTHON)' .ci/setup --for-tests

workspace:
	@PYTHON='$(PYTHON)' .ci/setup

demo: workspace
	@. .ci/env; exec python -m lanyard_runner.demo --robots '$(ROBOTS)' --port '$(PORT)' \
	    --rosbridge-port '$(ROSBRIDGE_PORT)' --domain-id '$(DOMAIN_ID)' \
	    --state-dir '$(STATE_DIR)' --ready-file '$(READY_FILE)'

test: setup
	@. .ci/env; exec python -m pytest $(ARGS)

fuzz: workspace
	@. .ci/env; FUZZ_FRAMES='$(FUZZ_FRAMES)' exec python -m pytest -q --timeout 0 test/contract/test_fuzz.py $(ARGS)

faults: workspace
	@. .ci/env; python -m pip install --quiet --disable-pip-version-check -r .ci/requirements/figures.txt
	@. .ci/env; export PYTHONPATH="test/faults:$$PYTHONPATH"; exec python -m fault_campaign $(ARGS)

faults-tasks: workspace
	@. .ci/env; export PYTHONPATH="test/faults:$$PYTHONPATH"; exec python -m task_campaign $(ARGS)

check: workspace
	@. .ci/env; .ci/check

release-check:
	@PYTHON='$(PYTHON)' .ci/release-check

format: workspace
	@. .ci/env; ruff check --select I --fix --quiet; exec ruff format

clean:
	rm -rf .venv build install log .state src/lanyard_dashboard/page/node_modules \
	    src/lanyard_dashboard/lanyard_dashboard/static/built .mypy_cache .ruff_cache .pytest_cache .hypothesis
