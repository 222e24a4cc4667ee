# make demo   installs what is missing, builds, runs the status-code job on a generated log
# make test   installs what is missing, builds, runs every fast test
# make swift-demo   a real OpenStack Swift on loopback, and the job run at its objects
# make swift-test   tests the OpenStack Swift filters against the oldest and the current release
# make install PREFIX=/usr/local   installs the commands, their man pages and shell completions
# make test-long   the same with the long tests (fuzzing, 10^8 bundles, 100,000 sandboxes)
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: all setup build demo swift-demo swift-test install test test-long bench format lint clean

ZVM := .build/release/zvm
DEMO_LOG := datasets/access-demo.log.zst

all: build

setup:
	@scripts/setup

# The build knows nothing of what the linker alone reads (Package.swift).
LINKED := scripts/launcher-order.txt scripts/launcher.ld scripts/nothing.ld scripts/libstdc++.ld
LAUNCHER := .build/release/zvm-launcher

build: setup
	@for file in $(LINKED); do [ $$file -ot $(LAUNCHER) ] || rm -f $(LAUNCHER); done
	swift build -c release --product zvm-launcher
	swift build -c release --product zvm-commands
	swift build -c release --product zvm

demo: build
	@scripts/demo $(ZVM) $(DEMO_LOG)

PREFIX ?= /usr/local
install: build
	swift build -c release --product zvmd
	scripts/install-files $(PREFIX) $(DESTDIR)

swift-demo: build
	swift build -c release --product zvmd
	@scripts/swift-demo

swift-test: setup
	swift build
	scripts/swift-test

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
