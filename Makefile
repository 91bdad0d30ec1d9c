# Two commands do all their own set-up: `make demo` shows the collection, `make test` checks it.
# The virtual environments live in a cache outside of the tree (tests/tools/venv.sh); nothing is done as root but
# the installation of the system packages that the tests want, and that only where they run as root.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The link through which the tree is the collection baremetal.ipmi to Ansible, Python and mypy.
COLLECTION := .build/ansible_collections/baremetal/ipmi

# No settings of the user's own Ansible reach the demo or the tests.
export ANSIBLE_CONFIG := $(CURDIR)/tests/ansible.cfg
export ANSIBLE_HOME := $(CURDIR)/.build/ansible-home
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.build
export PYTHONDONTWRITEBYTECODE := 1

# $(call in_venv,KIND,COMMAND): run COMMAND with the Python of the virtual environment KIND.
in_venv = @venv="$$(tests/tools/venv.sh $(1))" && PATH="$$venv/bin:$$PATH" exec "$$venv/bin/python" $(2)

.PHONY: help demo test test-all lint sanity docs galaxy bench bench-collectd vm nodes molecule build clean

help: ## show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  PYTHON=/path/to/python3.11  names the interpreter; BMC_IMAGES=/folder  real BMC images for the tests"
	@echo "  BENCH='--bmcs 10,100,1000,5000'  options of the bench"
	@echo "  STEPS='sanity galaxy'       the steps of test-all with one of these words; logged with --log, too"

demo: $(COLLECTION) ## read a small simulated fleet and show its health (under a minute after the installation)
	$(call in_venv,runtime,tests/tools/demo.py)

test: $(COLLECTION) ## linters, unit, architecture and integration tests
	$(call in_venv,dev,tests/tools/run_tests.py)

test-all: $(COLLECTION) ## as test, and what takes long; results are added to docs/test-all.md
	$(call in_venv,dev,tests/tools/test_all.py $(STEPS))

lint: $(COLLECTION) ## linters only
	$(call in_venv,dev,tests/tools/run_tests.py --lint-only)

sanity: ## ansible-test sanity, on the newest ansible-core and on the developers'
	$(call in_venv,core-newest,tests/tools/sanity.py)
	$(call in_venv,dev,tests/tools/sanity.py)

docs: ## lint the documentation, build the reference into .build/docs/html
	$(call in_venv,release,tests/tools/docs.py)

galaxy: ## build the artifact and let galaxy-importer judge it
	$(call in_venv,release,tests/tools/galaxy.py)

bench: ## cost of a read beside other clients', alone and of a fleet, into docs/bench.md (some 25 minutes)
	$(call in_venv,bench,tests/bench/bench.py --output docs/bench.md --plot docs/bench-fleet.svg $(BENCH))

bench-collectd: $(COLLECTION) ## intervals that collectd misses, into docs/collectd-intervals.md (some ten minutes, as root)
	$(call in_venv,dev,tests/bench/intervals.py --output docs/collectd-intervals.md)

vm: ## the image of the server with a BMC of its own for tests, if it is not in the cache yet (some three minutes)
	$(call in_venv,dev,tests/tools/vm.py)

nodes: ## the images of the Debian machines for tests of roles, if they are not in the cache yet (some two minutes each)
	$(call in_venv,dev,tests/tools/node_image.py)

molecule: $(COLLECTION) ## the roles on real machines: every scenario in extensions/molecule, or SCENARIOS='...'
	$(call in_venv,molecule,tests/tools/scenarios.py $(SCENARIOS))

build: ## the collection's artifact, into dist/
	@venv="$$(tests/tools/venv.sh runtime)" && exec "$$venv/bin/ansible-galaxy" collection build --force --output-path dist

clean: ## remove what was made in the tree (the virtual environments in the cache stay)
	rm -rf .build .ansible dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(COLLECTION):
	@mkdir -p $(@D) && ln -sfn ../../.. $@
