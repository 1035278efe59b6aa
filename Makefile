# Everything that people and CI run. Each target does its own set-up: Rust, Python 3 and make are enough.
#
# One target triple, one profile and one target directory for tests, demo and CI, so that the AWS SDK is compiled once
# (docs/development.md, "Build time"). Always the whole workspace: a part of it has other features, and the SDK would be
# compiled again for them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Where the functions run: x86_64 (default here) or arm64 (cheaper on Lambda; needs that Rust target).
ARCH ?= x86_64
# Where `make deploy` deploys; where it is empty, the region of the AWS profile.
REGION ?=
export CARGO_BUILD_TARGET ?= $(shell rustc -vV | sed -n 's/^host: //p')
export CARGO_TARGET_DIR ?= $(CURDIR)/target

VENV := $(CURDIR)/.venv
PYTHON := $(VENV)/bin/python
CARGO_LAMBDA := $(VENV)/bin/cargo-lambda lambda
BIN := $(CARGO_TARGET_DIR)/$(CARGO_BUILD_TARGET)/debug
ZIPS := $(CARGO_TARGET_DIR)/lambda
LAMBDA_FLAG := $(if $(filter arm64,$(ARCH)),--arm64,--x86-64)
FUNCTIONS := $(notdir $(wildcard functions/*))
# Built for the whole workspace, like everything: for one package alone the SDK would have other features.
TOOLS = cargo build --quiet --locked --workspace --bin generate --bin measure
# The benchmark adds its package, which asks for no other features: nothing is compiled twice. Zig links, as for AWS.
# A panic aborts, so that tables for unwinding would be a tenth of the zip for nothing.
RELEASE = env -u CARGO_BUILD_TARGET RUSTFLAGS="-C force-unwind-tables=no" PATH="$(VENV)/bin:$$PATH" $(CARGO_LAMBDA) build --release --locked $(LAMBDA_FLAG) \
  --output-format zip --lambda-dir $(ZIPS)-release $(addprefix --package ,$(FUNCTIONS))

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

# ---------------------------------------------------------------------------------------------------- people's commands

.PHONY: demo
demo: build ## Show three attacks contained on an emulated account
	@$(PYTHON) tests/e2e/demo.py --zips $(ZIPS) --riposte $(BIN)/riposte

.PHONY: dashboard
dashboard: build ## Show the dashboard over an emulated account with incidents in it
	@$(PYTHON) tests/e2e/dashboard.py --zips $(ZIPS) --riposte $(BIN)/riposte $(DASHBOARD_ARGS)

# Files of end-to-end tests that run side by side; each has an emulated account of its own, of some 300 MB.
WORKERS ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
.PHONY: test
test: build ## Run all tests: unit, mocked AWS, and end to end on the emulator
	cargo test --workspace --locked
	$(PYTHON) -m pytest tests/e2e -q -n $(WORKERS) --dist loadfile --zips $(ZIPS) --riposte $(BIN)/riposte

# Attacks of the long storm on targets of their own; a sixth as many more go for one target.
STORM ?= 300
.PHONY: stress
stress: build ## Run the long storm: 300 attacks and 50 on one target, with throttling and cut connections
	$(PYTHON) -m pytest tests/e2e/test_storm.py -q -s --storm $(STORM) --zips $(ZIPS) --riposte $(BIN)/riposte

.PHONY: board
board: build ## Play each attack of the board alone and write down what became of it, for docs/containment.md
	$(PYTHON) tests/e2e/measure_board.py --zips $(ZIPS) --riposte $(BIN)/riposte

.PHONY: test-rust
test-rust: ## Run the Rust tests alone
	cargo test --workspace --locked

# Seconds for each target. Needs a nightly compiler, which cargo-fuzz asks for.
FUZZ_SECONDS ?= 60
FUZZ := $(CARGO_TARGET_DIR)/fuzz
.PHONY: fuzz
fuzz: $(FUZZ)/bin/cargo-fuzz ## Fuzz the event parser, the policy evaluators, the CIDR reader and the reader of files
	for target in event policy cidr records; do \
	  mkdir -p $(FUZZ)/corpus/$$target; \
	  CARGO_TARGET_DIR=$(FUZZ)/target PATH="$(FUZZ)/bin:$$PATH" cargo +nightly fuzz run --fuzz-dir tests/fuzz $$target \
	    $(FUZZ)/corpus/$$target tests/fuzz/seeds/$$target -- -max_total_time=$(FUZZ_SECONDS) -timeout=5; \
	done

$(FUZZ)/bin/cargo-fuzz:
	env -u CARGO_BUILD_TARGET cargo install --quiet --locked --root $(FUZZ) cargo-fuzz

.PHONY: bench
bench: $(VENV)/.ready ## Measure start, memory, size, decisions and AWS calls of the release build; bench-detect, bench-logs
	@$(RELEASE) --package riposte-bench
	@cargo build --quiet --locked --profile command --workspace --bin riposte
	@$(PYTHON) tests/bench/bench.py --zips $(ZIPS)-release \
	  --riposte $(CARGO_TARGET_DIR)/$(CARGO_BUILD_TARGET)/command/riposte $(BENCH_ARGS)
	@$(MAKE) --no-print-directory bench-detect bench-logs

# The profile that people install the command by. Of the whole workspace, so that `parse` unpacks as the command does.
.PHONY: bench-detect
bench-detect: ## Measure the speed of riposte detect, beside rsigma: make bench-detect RIPOSTE_CORPUS=folder
	cargo build --quiet --locked --profile command --workspace --bin riposte --bin parse
	@python3 tests/bench/throughput.py --programs $(CARGO_TARGET_DIR)/$(CARGO_BUILD_TARGET)/command \
	  --folder $(CARGO_TARGET_DIR)/bench $(BENCH_DETECT_ARGS)

.PHONY: bench-logs
bench-logs: ## Measure the speed and the memory of riposte logs, beside drain3 and splitting lines alone
	cargo build --quiet --locked --profile command --workspace --bin riposte --bin split
	@python3 tests/bench/logs.py --programs $(CARGO_TARGET_DIR)/$(CARGO_BUILD_TARGET)/command \
	  --folder $(CARGO_TARGET_DIR)/bench $(BENCH_LOGS_ARGS)

.PHONY: bench-audit
bench-audit: $(VENV)/.ready ## Measure riposte audit beside Prowler, over one emulated account
	cargo build --quiet --locked --profile command --workspace --bin riposte
	@$(PYTHON) tests/bench/audit.py --riposte $(CARGO_TARGET_DIR)/$(CARGO_BUILD_TARGET)/command/riposte \
	  --folder $(CARGO_TARGET_DIR)/bench $(BENCH_AUDIT_ARGS)

.PHONY: measure
measure: ## Write what the catalog shows on recorded events: make measure RIPOSTE_CORPUS=folder
	@$(TOOLS)
	@$(BIN)/measure

.PHONY: watch
watch: build ## Serve the functions with `cargo lambda watch`, against an emulated account
	@$(PYTHON) tests/e2e/watch.py --cargo-lambda $(VENV)/bin/cargo-lambda --zips $(ZIPS) --riposte $(BIN)/riposte

.PHONY: cost
cost: build ## Compute what a stack costs, from the template's patterns over a generated account, into docs/cost.md; and a hunt, into docs/hunt.md
	@$(PYTHON) tests/bench/cost.py --riposte $(BIN)/riposte
	@$(PYTHON) tests/bench/hunt.py --riposte $(BIN)/riposte

FN ?= ingress-guard
EVENT ?= .work/events/open-ssh.json
.PHONY: invoke
invoke: $(VENV)/.ready ## Send an event to a watched function: make invoke FN=… EVENT=file.json
	@$(CARGO_LAMBDA) invoke $(FN) --invoke-address 127.0.0.1 --data-file $(EVENT)

.PHONY: generate
generate: ## Write the generated files: the catalog, and the template's patterns and permissions
	@$(TOOLS)
	@$(BIN)/generate

MODELS := shared/aws/models
.PHONY: models
models: $(VENV)/.ready ## Write the models of AWS's services for the operations in shared/aws/models/operations.txt
	@$(VENV)/bin/pip install --quiet --upgrade --no-deps --target $(CARGO_TARGET_DIR)/botocore --requirement $(MODELS)/requirements.txt
	@PYTHONPATH=$(CARGO_TARGET_DIR)/botocore $(PYTHON) $(MODELS)/generate.py

# ------------------------------------------------------------------------------------------------------------ deploying

VERSION := $(shell sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
RELEASED := $(CARGO_TARGET_DIR)/release-$(VERSION)-$(ARCH)
DEPLOY = $(PYTHON) infra/deploy.py --bucket '$(BUCKET)' $(if $(REGION),--region '$(REGION)') --architecture $(ARCH) \
  $(if $(RULES),--rules '$(RULES)' --template $(CARGO_TARGET_DIR)/template.yaml) $(DEPLOY_ARGS)

.PHONY: zips
zips: $(VENV)/.ready ## Build the functions for AWS, small: ARCH=arm64 or x86_64
	$(RELEASE)

.PHONY: release
release: zips ## Write zips, template, command and checksums below target/release-VERSION-ARCH
	cargo build --quiet --locked --profile command --workspace --bin riposte
	@$(PYTHON) infra/release.py --zips $(ZIPS)-release --command $(CARGO_TARGET_DIR)/$(CARGO_BUILD_TARGET)/command/riposte --out $(RELEASED)

# The logs that hunts may read: s3://BUCKET/PREFIX.
INPUT ?=
HUNT = $(PYTHON) infra/deploy.py --bucket '$(BUCKET)' $(if $(REGION),--region '$(REGION)') --architecture $(ARCH) \
  --template infra/hunt.yaml --stack riposte-hunt --input '$(INPUT)' $(DEPLOY_ARGS)

.PHONY: hunt-deploy
hunt-deploy: $(VENV)/.ready ## Deploy what `riposte hunt` needs: make hunt-deploy BUCKET=… INPUT=s3://my-trail/AWSLogs/ [REGION=…]
	@$(HUNT) --check
	@$(MAKE) --no-print-directory zips
	@$(HUNT) --zips $(ZIPS)-release

# What can be wrong is said before the build.
.PHONY: deploy
deploy: $(VENV)/.ready ## Deploy with the current AWS credentials: make deploy BUCKET=… [REGION=…] [RULES=folder] [DEPLOY_ARGS=--dry-run]
	@$(DEPLOY) --check
	@$(if $(RULES),$(TOOLS) && $(BIN)/generate --rules '$(RULES)' --template $(CARGO_TARGET_DIR)/template.yaml)
	@$(MAKE) --no-print-directory zips
	@$(DEPLOY) --zips $(ZIPS)-release

# --------------------------------------------------------------------------------------------------------------- set-up

$(VENV)/.ready: tests/e2e/requirements.txt
	@echo 'setting up a virtual environment for the emulator'
	@python3 -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --requirement tests/e2e/requirements.txt
	@touch $@

# The emulator runs the functions as they are, on this machine, so they are built with its own linker.
.PHONY: build
build: $(VENV)/.ready ## Build the functions' zips and the command for this machine
	@echo 'building (the first time compiles the AWS SDK: about five minutes on two cores)'
	$(CARGO_LAMBDA) build --locked --compiler cargo --output-format zip --lambda-dir $(ZIPS)

# ------------------------------------------------------------------------------------------------------------------- CI

.PHONY: check
check: ## Check format, lints and generated files
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	$(TOOLS)
	$(BIN)/generate --check

.PHONY: clean
clean: ## Remove what this Makefile made
	rm -rf $(VENV) $(CURDIR)/.work $(CURDIR)/target
