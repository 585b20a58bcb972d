# Slipway: `make` lists what there is.
SWIFT ?= swift
BUILD = .build/release
export PATH := $(PATH):/usr/sbin:/sbin

.PHONY: help demo test simulate chaos check build install bench fuzz lint format clean packages test-packages

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: packages build ## watch the main job on this machine (ONCE=1: run it once and exit)
	$(BUILD)/slipway demo $(if $(ONCE),--once)

test: test-packages ## run every test, the end-to-end ones on real Git, engines and Caddy
	scripts/test

SEEDS ?= 1-100000
simulate: ## run the simulated schedules of SEEDS (1-100000) with the daemon's own loops, optimised; LONG=1: longer ones
	scripts/simulation --seeds $(SEEDS) --jobs $(shell nproc) $(if $(LONG),--long)

check: lint test ## the gate: format lint, then every test with warnings as errors

build: packages ## build the program, optimised
	$(SWIFT) build -c release --product slipway --static-swift-stdlib
	@! grep -qa -e SLIPWAY_FAILPOINT -e deploy.route.written $(BUILD)/slipway || { echo "failpoints are in a release build"; false; }

install: build ## install program, unit and reference configuration (as root; DESTDIR is honoured)
	install -D -m 755 $(BUILD)/slipway $(DESTDIR)/usr/local/bin/slipway
	install -D -m 644 systemd/slipway.service $(DESTDIR)/etc/systemd/system/slipway.service
	install -D -m 644 systemd/slipway-caddy.service $(DESTDIR)/etc/systemd/system/slipway-caddy.service
	install -D -m 644 systemd/slipway.sysusers $(DESTDIR)/usr/lib/sysusers.d/slipway.conf
	install -D -m 644 systemd/slipway.tmpfiles $(DESTDIR)/usr/lib/tmpfiles.d/slipway.conf
	install -D -m 644 config/config.yml $(DESTDIR)/usr/local/share/doc/slipway/config.yml
	install -d $(DESTDIR)/usr/local/share/slipway/examples/hello
	install -m 755 examples/hello/serve.sh $(DESTDIR)/usr/local/share/slipway/examples/hello
	install -m 644 examples/hello/Dockerfile examples/hello/page.html $(DESTDIR)/usr/local/share/slipway/examples/hello
	install -D -m 644 docs/slipway.1 $(DESTDIR)/usr/local/share/man/man1/slipway.1

chaos: test-packages ## run the long crash, leak and growth tests (RUNS=kills: only those; SEED=1)
	SEED=$(SEED) scripts/chaos $(RUNS)

bench: build test-packages ## measure, and print ratios against the alternatives in the same run
	Benchmarks/run

fuzz: ## try every reader with made-up inputs, a minute each (SECONDS_EACH=60)
	scripts/fuzz

lint: ## check the format of the sources
	$(SWIFT) format lint --strict -r Sources Tests Package.swift

format: ## format the sources in place
	$(SWIFT) format -i -r Sources Tests Package.swift

packages: ## install what building and the demo need from the distribution
	scripts/packages build

test-packages: ## install what the tests need besides
	scripts/packages test

clean: ## remove what was built
	rm -rf .build
