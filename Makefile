# Busylamp. `make run` starts a demo appliance on this terminal, `make test`
# builds and tests everything; both need Go, git and make alone.

GO   ?= go
BIN  := bin/busylamp
FUZZ ?= 60s
# The race detector needs cgo and a C compiler; without them tests run without it.
RACE ?= $(shell [ "$$($(GO) env CGO_ENABLED)" = 1 ] && command -v "$$($(GO) env CC)" >/dev/null && echo -race)
DIRS := cli cmd internal modes phones presence transcripts

.PHONY: build run test lint interop bench fuzz docs clean

build:
	@mkdir -p bin
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN) ./cmd/busylamp

run: build
	@$(BIN) run --demo

test: lint
	@[ -n "$(RACE)" ] || echo "no C compiler: testing without the race detector"
	$(GO) test $(RACE) -count=1 ./...

lint:
	@out=$$(gofmt -l $(DIRS)) || exit 1; [ -z "$$out" ] || { echo "gofmt would change:"; echo "$$out"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

# Real peers: sipp, baresip, OpenSSH, telnet, expect, netmiko, rancid, plink, scrapligo, xmllint, tshark, tmux, curl (see interop/packages).
interop: build
	interop/run.sh

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# Every fuzz target for FUZZ each.
fuzz:
	@set -e; for pkg in $$($(GO) list ./...); do \
	  targets=$$($(GO) test -list '^Fuzz' $$pkg) || exit 1; \
	  for f in $$(echo "$$targets" | grep '^Fuzz' || true); do \
	    echo "== $$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZ) -fuzzminimizetime 10x $$pkg; \
	  done; done

# docs/commands.md and docs/commands-ios.md are generated from the declarations in modes/.
docs:
	$(GO) run ./cmd/busylamp commands > docs/commands.md
	$(GO) run ./cmd/busylamp commands --kept > docs/commands-ios.md

clean:
	rm -rf bin
