# make demo   installs what is missing, builds, runs the status-code job on a generated log
# make test   installs what is missing, builds, runs every fast test
# make test-long   the same with the long tests (fuzzing, 10^8 bundles, 100,000 sandboxes)
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: all setup build demo test test-long bench format lint clean

ZVM := .build/release/zvm
DEMO_LOG := datasets/access-demo.log.zst

all: build

setup:
	@scripts/setup

build: setup
	swift build -c release --product zvm-launcher
	swift build -c release --product zvm

demo: build
	@scripts/demo $(ZVM) $(DEMO_LOG)

test: setup lint
	scripts/test

test-long: setup lint
	ZVM_LONG_TESTS=1 scripts/test

lint:
	swift format lint --strict --recursive --parallel Sources Tests Package.swift

format:
	swift format --in-place --recursive --parallel Sources Tests Package.swift

clean:
	rm -rf .build out
