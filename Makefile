# Busylamp. `make run` starts a demo appliance on this terminal, `make test`
# builds and tests everything; both need Go, git and make alone.

GO      ?= go
BIN     := bin/busylamp
FUZZ    ?= 60s

.PHONY: build run test lint interop bench fuzz docs clean

build:
	@mkdir -p bin
	$(GO) build -trimpath -o $(BIN) ./cmd/busylamp

run: build
	@$(BIN) run --demo

test: lint
	$(GO) test -race -count=1 ./...

lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -d $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

# Real peers: sipp, OpenSSH, telnet, expect, netmiko, xmllint, tshark (see interop/packages).
interop: build
	interop/run.sh

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# Every fuzz target for FUZZ each.
fuzz:
	@set -e; for pkg in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "== $$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZ) $$pkg; \
	  done; done

# docs/commands.md is generated from the declarations in modes/.
docs:
	$(GO) run ./cmd/busylamp commands > docs/commands.md

clean:
	rm -rf bin
