# `make run` and `make test` do everything on a machine with python3 and pip.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help run quick test bench lint types tables verify format clean

help:  ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: $(READY)  ## install, run every method on the simulated default, print the leaderboard
	$(BIN)/ferbench run --methods all

quick: $(READY)  ## install and print a first small table
	$(BIN)/ferbench run --quick

# Two workers on two cores: with a thread each they do not wait for each other. In the order of
# their names the long files, which start Ray, are not the last.
test: $(READY)  ## install and run the test suite
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: $(READY)  ## install and run the benchmarks
	$(BIN)/python -m pytest benchmarks --benchmark-enable

lint: $(READY)  ## check style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY)  ## check types
	$(BIN)/mypy

tables: $(READY)  ## check that the committed tables are what the records say
	$(BIN)/ferbench board --check

verify: $(READY)  ## run one small cell, run it again, and compare
	rm -rf runs/verify
	$(BIN)/ferbench run --methods softmax --preset tiny --folds 1 --executor inline \
		--set dataset.simfaces.subjects=15 --out runs/verify
	$(BIN)/ferbench verify runs/verify --sample 1

format: $(READY)  ## mend style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:  ## remove the environment and the results of runs
	rm -rf $(VENV) runs

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --editable '.[test]' --constraint constraints.txt
	touch $@
