# Everything is set up by the first target that needs it: Python 3.11 and make are enough.
PYTHON ?= python3.11
BIN := .venv/bin
READY := .venv/.ready
# Two halves side by side, each with a Neo4j of its own; tests/sides.py says which tests stay together.
PYTEST := $(BIN)/pytest --numprocesses 2

.PHONY: all setup browser java check format test test-all explore demo drills bench bench-gds bench-spark clean lock

all: check test

setup: $(READY)

# The lock pins every package by hash; the project itself is installed from this directory.
# pip says nothing that matters for a minute, so each twentieth package is told; what it says of errors is on stderr.
$(READY): requirements.lock pyproject.toml
	@echo "setting up .venv: about $$(grep -c '^[a-z]' requirements.lock) packages, 1.2 GB on disk, Java among them; often a minute" >&2
	$(PYTHON) -m venv .venv
	@{ $(BIN)/pip install --progress-bar off --require-hashes -r requirements.lock || touch .venv/.failed; } | { told=0; \
	  while read -r word rest; do case "$$word" in \
	    Collecting) told=$$((told + 1)); [ $$((told % 20)) -ne 0 ] || echo "  $$told packages looked up" >&2 ;; \
	    Installing) echo "  installing them" >&2 ;; \
	  esac; done; }
	@[ ! -e .venv/.failed ] || { rm .venv/.failed; exit 1; }
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# Debian's chromium, which the tests of pages and of Neo4j Browser drive. Where it cannot be had, they skip and say so.
browser:
	@command -v chromium >/dev/null || { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update --quiet=2 && \
	  apt-get install --quiet=2 --yes --no-install-recommends chromium >/dev/null; } || echo "no chromium: the tests that drive a browser are skipped"

# A Java that Spark runs on: the one of the managed Neo4j lacks a module. What pip has of Spark, tests fetch themselves, into
# the cache. Where either cannot be had, the tests of the engine on Spark skip and say so.
java: $(READY)
	@$(BIN)/python -c "from graph.server import java_for_spark as java; java.check()" 2>/dev/null || \
	  { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update --quiet=2 && \
	  { apt-get install --quiet=2 --yes --no-install-recommends openjdk-17-jre-headless >/dev/null 2>&1 || \
	  apt-get install --quiet=2 --yes --no-install-recommends openjdk-21-jre-headless >/dev/null; }; } || \
	  echo "no Java for Spark: the tests that run it are skipped"

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: check browser
	$(PYTEST) -m "not slow"

# The slow checks as well; then what `test` runs on the newest calendar release of Neo4j, and what it runs on ratings on
# those of the engine in arrays. All three run, whichever fails.
test-all: check browser java
	failed=0; $(PYTEST) || failed=1; INNERCIRCLE_NEO4J_VERSION=2026.09.0 $(PYTEST) -m "not slow" || failed=1; \
	  INNERCIRCLE_ENGINE=arrays $(PYTEST) -m "not slow" tests/rating tests/explain tests/rights || failed=1; exit $$failed

# As the first half of `test-all`, but rules are tried on examples that are drawn anew. A failure says how to repeat it.
explore: check browser java
	$(PYTEST) --hypothesis-profile explore

demo: $(READY)
	@$(BIN)/innercircle demo

# Every drill at its full number: some hours. docs/reliability.md gets the table.
drills: $(READY)
	$(BIN)/python -m tests.drills --write

bench: $(READY)
	$(BIN)/python -m benchmarks

# A yardstick: Neo4j's Graph Data Science, which this alone fetches, on the same ties. It is no dependency, and under the GPL.
bench-gds: $(READY)
	$(BIN)/python -m benchmarks.gds

# A snapshot, its rating on Spark and its publication, beside runs in arrays. Spark comes from requirements-spark.lock.
bench-spark: $(READY) java
	$(BIN)/python -m benchmarks.spark

# The locks from pyproject.toml, for every platform and Python from 3.11 on: requirements.lock for work on the
# project, requirements-base.lock with the same versions for an image that only runs it (Dockerfile),
# requirements-spark.lock for the environment of innercircle-spark, which has nothing of these but msgspec.
lock: $(READY)
	$(PYTHON) -m venv .cache/lock && .cache/lock/bin/pip install --quiet uv
	.cache/lock/bin/uv pip compile pyproject.toml --extra local --extra tracing --group dev --universal \
	  --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements.lock
	.cache/lock/bin/uv pip compile pyproject.toml --constraints requirements.lock --universal \
	  --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements-base.lock
	.cache/lock/bin/uv pip compile --group pyproject.toml:spark --universal \
	  --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements-spark.lock

clean:
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
