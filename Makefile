# make site    set everything up and build the demo into _site/
# make serve   the same, then serve it on this machine
# make test    set everything up, browsers included, and run every check
# make quick   the half of the tests that needs no browser and no build
# make train   train the demo's networks again
#
# Extra arguments: make site BUILD="--base-url https://example.org/models/"

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
BUILD ?=
PYTEST ?=

# After a command: what it was for, where it fails.
or-say = || { echo "set-up failed: $(1)" >&2; exit 1; }

.PHONY: site serve test quick lint train lock clean

site: $(VENV)/ready
	$(RUN) -m generator build $(BUILD)

serve: $(VENV)/ready
	$(RUN) -m generator serve $(BUILD)

test: $(VENV)/ready lint
	./.ci/browsers $(call or-say,the tests' browsers and checkers (.ci/browsers))
	$(RUN) -m pytest -n auto --dist loadfile $(PYTEST)

quick: $(VENV)/ready
	$(RUN) -m pytest -n auto --ignore tests/journeys --ignore tests/viewer -m "not slow" $(PYTEST)

lint: $(VENV)/ready
	$(VENV)/bin/ruff check --output-format concise
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

train: $(VENV)/ready
	$(RUN) -m training all

# Where Python comes without its venv module (Debian, Ubuntu), the system's package brings it.
$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || ./.ci/system python3-venv \
		$(call or-say,Python's venv module (.ci/system python3-venv))
	$(PYTHON) -m venv $(VENV) $(call or-say,a virtual environment in $(VENV))
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock \
		$(call or-say,the packages of requirements.lock (pip))
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . \
		$(call or-say,alphagrid itself (pip))
	@touch $@

# Needs uv (https://docs.astral.sh/uv/): pip install uv
lock:
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header -o requirements.lock

clean:
	rm -rf _site .cache $(VENV) node_modules
