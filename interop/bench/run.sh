#!/usr/bin/env bash
# The presence agent and Kamailio side by side, on loopback, in turns. Prints the figures of each and, at the end, ratios of the medians.
# Needs the Debian packages kamailio, kamailio-presence-modules and kamailio-xml-modules, and bin/busylamp (`make build`).
#   interop/bench/run.sh [ROUNDS] [TEST...]     tests: subscribe hot open fanout, and of the appliance only: crowd refresh memory
# On a machine that does other things too, trust the ratios of processor time more than those of rates.
set -uo pipefail
cd "$(dirname "$0")"
ROUNDS=${1:-3}; shift || true
TESTS=${*:-subscribe hot open fanout refresh memory}
OUT=$(mktemp -d); BIN=${BIN:-../../bin/busylamp}; OURS=127.0.0.1:9160 THEIRS=127.0.0.1:15060 PID=
trap 'stop; rm -rf "$OUT"' EXIT
go build -o "$OUT/load" ./load || exit 1

udp() { grep -qi "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$1") " /proc/net/udp; }
await() { for _ in $(seq 300); do udp "$1" && sleep 0.3 && return; sleep 0.1; done; echo "nothing listens on port $1"; exit 1; }
stop() {
  [ -n "$PID" ] || return 0
  kill "$PID" 2>/dev/null; for _ in $(seq 150); do kill -0 "$PID" 2>/dev/null || break; sleep 0.1; done; PID=
}
config() { # 1000 numbers that anybody may watch
  printf '%s\n' 'hostname BENCH' 'no ip domain lookup' 'voice register global' ' mode cme' ' source-address 127.0.0.1 port 9160' ' max-dn 1000'
  for n in $(seq 1000); do printf 'voice register dn %d\n number %d\n allow watch\n' "$n" $((1000+n)); done
  printf '%s\n' presence ' max-subscription 1000000' ' watcher all' sip-ua ' presence enable' 'line con 0' ' exec-timeout 0 0' end
}
start() { # ours|theirs
  if [ "$1" = theirs ]; then
    kamailio -f kamailio.cfg -m 2048 -M 32 -DD >"$OUT/kamailio.log" 2>&1 </dev/null & PID=$!
    await 15060
  else
    rm -rf "$OUT/state" "$OUT/console"; mkfifo "$OUT/console"; config >"$OUT/bench.cfg"
    "$BIN" run --platform unlimited --startup "$OUT/bench.cfg" --state "$OUT/state" --ssh off --telnet off <>"$OUT/console" >"$OUT/busylamp.log" 2>&1 & PID=$!
    await 9160; echo enable >"$OUT/console"
  fi
}
load() { # ours|theirs NAME MODE FLAGS...: one measurement, its last line into the results
  local who=$1 name=$2 target=$OURS; shift 2; [ "$who" = ours ] || target=$THEIRS
  "$OUT/load" "$@" -target "$target" -pid "$PID" | tee "$OUT/last" | sed "s/^/$who $name: /"
  sed "s/^/$who $name /" "$OUT/last" >>"$OUT/results"
}
console() { [ "$1" = theirs ] || echo "-console $OUT/console"; }
each() { for who in ours theirs; do start $who; "$@" $who; stop; done; }
t_subscribe() { load "$1" subscribe subscribe -n 20000 -window 64 -numbers 1000; }
t_hot() { load "$1" hot subscribe -n 20000 -window 64 -numbers 1; }
t_fanout() { load "$1" fanout fanout -n 10000 -window 16 -rounds 2 $(console "$1"); }
t_crowd() { start ours; load ours crowd10 fanout -n 10000 -window 16 -rounds 3 $(console ours); stop; start ours; load ours crowd100 fanout -n 100000 -window 16 -rounds 3 $(console ours); stop; }
t_open() { # the highest rate without a loss or a NOTIFY that had to be repeated
  local best=0
  for rate in 1000 2000 3000 4000 5000 6000 8000 10000 12000; do
    load "$1" open open -rate $rate -seconds 4
    grep -q 'lost=0 refused=0 again=0 ' "$OUT/last" && best=$rate || break
    sleep 1
  done
  echo "$1 openbest rate=$best" >>"$OUT/results"
}
t_memory() {
  start ours; sleep 20; local before after settled
  rss() { awk '/VmRSS/{print $2}' "/proc/$PID/status"; }
  before=$(rss); load ours memory subscribe -n 100000 -window 64; after=$(rss)
  sleep "${SETTLE:-200}"; settled=$(rss); stop
  echo "ours memory: 100000 subscriptions, $(( (settled-before)*1024/100000 )) bytes each when idle, $(( (after-settled)*1024/100000 )) more when just answered (process $before, $after, $settled kB)"
}
for _ in $(seq "$ROUNDS"); do
  for t in $TESTS; do
    case $t in
      subscribe|hot|open|fanout) each "t_$t" ;;
      crowd) t_crowd ;;
      # One at a time, as 100,000 refreshes an hour come, the process has to wake for each message: dearer than in a crowd.
      refresh) start ours; load ours refresh refresh -n 20000 -window 16; load ours slow open -rate 28 -seconds 30; stop ;;
    esac
  done
done
case " $TESTS " in *" memory "*) t_memory ;; esac

echo; echo "medians of $ROUNDS rounds:"
python3 - "$OUT/results" <<'P'
import re, statistics, sys
seen = {}
for line in open(sys.argv[1]):
    who, test = line.split()[:2]
    if test in ("fanout", "refresh") and " subscribe " in line:
        continue
    for name, value in re.findall(r"(\w+)=([\d.]+)", line):
        seen.setdefault((test, name), {}).setdefault(who, []).append(float(value))
def median(test, name, who):
    return statistics.median(seen[test, name][who]) if who in seen.get((test, name), {}) else 0
for test, name, what, more in (("subscribe", "rate", "SUBSCRIBEs a second, 1000 numbers", 1), ("subscribe", "cpu_us", "processor time of one, us", 0),
        ("hot", "rate", "SUBSCRIBEs a second, one number", 1), ("hot", "cpu_us", "processor time of one, us", 0),
        ("openbest", "rate", "highest rate in an open loop without loss", 1),
        ("fanout", "last_ms", "ms until the last of 10,000 watchers has answered", 0), ("fanout", "cpu_us", "processor time of one NOTIFY, us", 0)):
    a, b = median(test, name, "ours"), median(test, name, "theirs")
    if a and b:
        print(f"  {what}: {a:.0f} against {b:.0f}: {a/b if more else b/a:.1f} times better")
if ("slow", "cpu_us") in seen:
    us, crowd = median("slow", "cpu_us", "ours"), median("refresh", "cpu_us", "ours")
    print(f"  28 exchanges a second, as 100,000 subscriptions make that refresh hourly: {us:.0f} us of processor time each ({crowd:.0f} in a crowd), {us*28/1e4:.1f} % of a core")
P
