#!/usr/bin/env bash
# The promise of `make run`: the demo's first `show presence subscription summary` has live rows.
set -uo pipefail
dir=$1
{ printf 'enable\nlab\n'; for _ in $(seq 30); do sleep 0.2; printf 'show presence subscription summary\n'; done; } |
  ../bin/busylamp run --demo --state "$dir/demo" --ssh off --telnet off >"$dir/demo.out" 2>&1
tail -12 "$dir/demo.out"
grep -Eq '2101@.* 2102@.* idle' "$dir/demo.out"
