#!/usr/bin/env bash
# Configurations of many lines here and in FRR, in one run: our mixed lines through `copy`, shown, and pasted over SSH, beside what vtysh -f takes
# for routes, prefix-lists and route-maps, and its `show running-config`. Medians, and ratios to the fastest of FRR's three kinds.
# Needs the Debian package frr, whose daemons run here by themselves in a network namespace of their own, and bin/busylamp (`make build`).
#   interop/bench/frr.sh [LINES] [ROUNDS]       LINES 0: only our own cost, for 1,000 to 100,000 lines
#   KINDS='route route-map' leaves out the prefix-lists, which take FRR minutes
set -uo pipefail
cd "$(dirname "$0")"
if [ -z "${BUSYLAMP_NETNS:-}" ]; then
  [ "$(id -u)" = 0 ] || { echo "FRR's daemons want root"; exit 2; }
  BUSYLAMP_NETNS=1 exec unshare --net sh -ec 'ip link set lo up; exec ./frr.sh "$@"' sh "$@"
fi
N=${1:-10000} ROUNDS=${2:-3} KINDS=${KINDS:-route prefix-list route-map} BIN=${BIN:-../../bin/busylamp} FRR=${FRR:-/usr/lib/frr}
OUT=$(mktemp -d); PIDS=()
stop() { for p in "${PIDS[@]:-}"; do [ -z "$p" ] || kill "$p" 2>/dev/null; done; for p in "${PIDS[@]:-}"; do [ -z "$p" ] || wait "$p" 2>/dev/null; done; PIDS=(); }
trap 'stop; rm -rf "$OUT"' EXIT
go build -o "$OUT/shell" ./shell || exit 1

await() { for _ in $(seq 300); do eval "$1" 2>/dev/null && return; sleep 0.1; done; echo "waited in vain for: $1"; exit 1; }
median() { sort -n | awk '{a[NR]=$1} END {print NR%2 ? a[(NR+1)/2] : (a[NR/2]+a[NR/2+1])/2}'; }
ours() { # LINES: one life of the appliance, one line of figures
  rm -rf "$OUT/state"; mkdir -p "$OUT/state/flash"
  printf '%s\n' 'hostname BENCH' 'no ip domain lookup' 'file prompt quiet' 'username ops privilege 15 password 0 lab' 'line vty 0 4' ' login local' 'telephony-service' ' max-ephones 50000' ' max-dn 50000' \
    'voice register global' ' mode cme' ' max-dn 50000' ' max-pool 50000' end >"$OUT/state/flash/empty.cfg"
  cp "$OUT/state/flash/empty.cfg" "$OUT/state/startup-config"; "$OUT/shell" lines "$1" >"$OUT/state/flash/lines.cfg"
  "$BIN" run --platform unlimited --stay --state "$OUT/state" --ssh 127.0.0.1:22022 --telnet off </dev/null >"$OUT/console" 2>&1 & PIDS+=($!)
  await '(exec 3<>/dev/tcp/127.0.0.1/22022)'
  "$OUT/shell" measure -addr 127.0.0.1:22022 -n "$1" || { tail -5 "$OUT/console"; exit 1; }
  stop
}
figure() { sed -n "s/.* $1=\([0-9.]*\).*/\1/p"; }

if [ "$N" = 0 ]; then
  for n in 1000 10000 30000 100000; do for _ in $(seq "$ROUNDS"); do ours $n; done | sort -t= -k3n | sed -n "$(( (ROUNDS+1)/2 ))p"; done |
    awk '{print; split($1,l,"="); split($2,c,"="); split($3,s,"="); split($4,p,"="); printf "  a line: copy %.1f us, show %.2f us, paste %.1f us\n", c[2]*1000/l[2], s[2]*1000/l[2], p[2]*1000/l[2]}'
  exit
fi

theirs() { # KIND: the lines, as vtysh -f reads them
  awk -v n="$N" -v kind="$1" 'BEGIN { for (i = 0; i < n; i++) {
    a = int(i/250) % 250; b = i % 250
    if (kind == "route") printf "ip route 10.%d.%d.0/24 Null0\n", a, b
    if (kind == "prefix-list") printf "ip prefix-list LIST seq %d permit 10.%d.%d.0/24\n", i+1, a, b
    if (kind == "route-map" && i % 4 == 0) printf "route-map MAP permit %d\n match ip address prefix-list LIST\n set metric %d\nexit\n", i/4+1, i } }'
}
frr() { # KIND: milliseconds of vtysh -f, and of show running-config after it
  rm -rf "$OUT/frr"; mkdir -p "$OUT/frr"; : >"$OUT/frr/vtysh.conf"; chmod 755 "$OUT"; chown -R frr:frr "$OUT/frr" # the user that the daemons become
  for daemon in zebra staticd; do
    "$FRR/$daemon" --vty_socket "$OUT/frr" -z "$OUT/frr/zserv.api" -i "$OUT/frr/$daemon.pid" -f /dev/null -P 0 --log file:"$OUT/frr/$daemon.log" >"$OUT/frr/$daemon.out" 2>&1 & PIDS+=($!)
    await "[ -S '$OUT/frr/$daemon.vty' ]"
  done
  theirs "$1" >"$OUT/theirs.cfg"
  local t0 t1 t2
  t0=$(date +%s%N); vtysh --vty_socket "$OUT/frr" --config_dir "$OUT/frr" -f "$OUT/theirs.cfg" >"$OUT/frr/said" 2>&1; t1=$(date +%s%N)
  vtysh --vty_socket "$OUT/frr" --config_dir "$OUT/frr" -c 'show running-config' >"$OUT/frr/running"; t2=$(date +%s%N)
  grep -q '^% ' "$OUT/frr/said" && { head -3 "$OUT/frr/said"; exit 1; }
  [ "$(wc -l <"$OUT/frr/running")" -ge $((N/2)) ] || { echo "FRR shows $(wc -l <"$OUT/frr/running") lines"; head -5 "$OUT/frr/said" "$OUT/frr/running"; exit 1; }
  echo "frr $1: load=$(( (t1-t0)/1000000 )) show=$(( (t2-t1)/1000000 ))"
  stop
}
for _ in $(seq "$ROUNDS"); do
  ours "$N" | tee -a "$OUT/ours"
  for kind in $KINDS; do frr $kind | tee -a "$OUT/theirs"; done
done
copy=$(figure copy <"$OUT/ours" | median) show=$(figure show <"$OUT/ours" | median) paste=$(figure paste <"$OUT/ours" | median)
for kind in $KINDS; do
  echo "$(grep "^frr $kind:" "$OUT/theirs" | figure load | median) $(grep "^frr $kind:" "$OUT/theirs" | figure show | median) $kind"
done | sort -n | awk -v copy="$copy" -v show="$show" -v paste="$paste" -v n="$N" '
  NR == 1 { load = $1; kind = $3 } { if (least == "" || $2 < least) least = $2; printf "median frr %s: load %d ms, show %d ms\n", $3, $1, $2 }
  END { printf "%d lines: copy %.0f ms, %.1f times faster than %s (target 15); paste %.0f ms, %.1f times the copy (target 3); show %.1f ms, %.1f times faster (target 10)\n",
    n, copy, load/copy, kind, paste, paste/copy, show, least/show }'
