#!/usr/bin/env bash
# Every SCCP message of the codec, at every protocol version tshark knows: none is malformed, fields are where they belong.
set -euo pipefail
cd "$(dirname "$0")/.."
BUSYLAMP_TSHARK=1 go test -count=1 -run '^TestTshark$' -v ./phones/sccp/wire
