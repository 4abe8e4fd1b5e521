#!/usr/bin/env bash
# Two of our own SIP phones: one registers 2102, the other registers 2101 and watches it. The bodies of all
# NOTIFYs are left in DIR/body-*.xml. Usage: softphone.sh SIPPORT DIR
set -uo pipefail
BIN=../bin/busylamp
server=127.0.0.1:$1 dir=$2
$BIN phone --protocol sip --server "$server" --mac 0015.6247.EF90 --number 2101 --watch 2102 --bodies "$dir" >"$dir/phone1" 2>&1 & p1=$!
p2=
stop() { kill $p1 $p2 2>/dev/null; wait $p1 $p2 2>/dev/null; }
trap stop EXIT
wait_for() { for _ in $(seq 100); do grep -Eq "$1" "$2" && return; sleep 0.1; done; echo "no $1 in:"; cat "$2"; exit 1; }
wait_for 'registered' "$dir/phone1"
wait_for '2102 unknown' "$dir/phone1"
$BIN phone --protocol sip --server "$server" --mac 0012.0007.8D82 --number 2102 >"$dir/phone2" 2>&1 & p2=$!
wait_for '2102 idle' "$dir/phone1"
kill $p2; wait $p2 2>/dev/null; p2=
for _ in $(seq 100); do tail -1 "$dir/phone1" | grep -q '2102 unknown' && break; sleep 0.1; done
tail -1 "$dir/phone1" | grep -q '2102 unknown' || { cat "$dir/phone1"; exit 1; }
kill $p1; wait $p1 || { echo "phone 1 ended badly"; cat "$dir/phone1"; exit 1; }
cat "$dir/phone1"
