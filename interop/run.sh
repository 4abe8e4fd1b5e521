#!/usr/bin/env bash
# Real peers against the built appliance, in a network namespace of their own: loopback, and two addresses on it. Every process
# started here is stopped here, by pid. Usage: interop/run.sh [TEST...]    (default: all, in lanes at the same time, as most of them wait)
set -uo pipefail
cd "$(dirname "$0")"
LANES=("frames shell client sip body demo crash" "conform" "phone" "trunk")
if [ $# = 0 ]; then
  told=$(mktemp -d); pids=(); failed=0
  trap 'for p in "${pids[@]}"; do kill "$p" 2>/dev/null; done; wait; rm -rf "$told"' EXIT
  # shellcheck disable=SC2086
  for i in "${!LANES[@]}"; do ./run.sh ${LANES[$i]} >"$told/$i" 2>&1 & pids+=($!); done
  for i in "${!LANES[@]}"; do
    echo "== ${LANES[$i]}"; wait "${pids[$i]}" || failed=$((failed+1)); cat "$told/$i"
  done
  pids=()
  echo "$(cat "$told"/* | grep -c '^ok ') passed, $(cat "$told"/* | grep -c '^FAIL ') failed in $SECONDS s"
  exit "$failed"
fi
if [ -z "${BUSYLAMP_NETNS:-}" ]; then
  case " $* " in *" client "*) (cd clients && CGO_ENABLED=0 go build -trimpath -o ../../bin/scrapligo .) || exit 2;; esac # in there is no network
  as=--map-root-user; [ "$(id -u)" != 0 ] || as=
  # shellcheck disable=SC2086
  BUSYLAMP_NETNS=1 exec unshare $as --net sh -ec 'ip link set lo up; ip addr add 10.99.0.1/32 dev lo; ip addr add 10.99.0.2/32 dev lo; exec ./run.sh "$@"' sh "$@"
fi
OUT=$(mktemp -d); BIN=../bin/busylamp
SSH=22022 TELNET=22023 SIP=9060
PIDS=(); FAILED=0; RUN=0
cleanup() { for p in "${PIDS[@]:-}"; do [ -n "$p" ] && kill "$p" 2>/dev/null; done; wait 2>/dev/null; rm -rf "$OUT"; }
trap cleanup EXIT

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
start() {
  for port in $SSH $TELNET $SIP; do ! listening $port || { echo "port $port is taken by somebody else"; exit 2; }; done
  $BIN run --stay --startup cfg/lab.cfg --state "$OUT/state" --ssh 127.0.0.1:$SSH --telnet 127.0.0.1:$TELNET </dev/null >"$OUT/console" 2>&1 &
  APP=$!; PIDS+=("$APP")
  for _ in $(seq 200); do kill -0 "$APP" || break; listening $SSH && listening $TELNET && listening $SIP && return; sleep 0.05; done
  echo "the appliance did not come up"; cat "$OUT/console"; exit 1
}
check() { # NAME COMMAND...
  local name=$1; shift; RUN=$((RUN+1))
  if "$@" >"$OUT/log" 2>&1; then echo "ok   $name"; else echo "FAIL $name"; sed 's/^/     /' "$OUT/log" | tail -60; FAILED=$((FAILED+1)); fi
}
cli() { sshpass -p lab ssh -q -p $SSH -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null ops@127.0.0.1 "$@"; }
# One sipp scenario, once. $1 scenario, $2 own port, $3 transport (u1 udp, t1 tcp), then -key pairs.
scenario() {
  local sc=$1 port=$2 tr=$3 state=${STATE:-closed}; shift 3
  sed "s/\[state\]/$state/" "sipp/$sc.xml" >"$OUT/$sc.xml"
  (cd "$OUT" && sipp "127.0.0.1:$SIP" -sf "$sc.xml" -i 127.0.0.1 -p "$port" -t "$tr" -m 1 -timeout 20s -timeout_error -nostdin -trace_err "$@"; rc=$?
   [ $rc = 0 ] || cat ./*_errors.log 2>/dev/null; rm -f ./*_errors.log; exit $rc)
}
# A phone of pool $1 (1 2 3) runs a scenario from its own port.
MACS=(x 00156247ef90 001200078d82 001200078d83)
phone() { local n=$1 sc=$2 target=${3:-2102} tr=${TR:-u1}; scenario "$sc" $((25070+n)) "$tr" -key num "210$n" -key mac "${MACS[$n]}" -key target "$target"; }
expect_cli() { # REGEXP COMMAND: typed in a privileged shell without a pty, its output has a line that matches
  local out; out=$(printf 'enable\nlab\n%s\nexit\n' "$2" | cli); echo "$out"; grep -Eq -- "$1" <<<"$out"; }
sip_tests() {
  for TR in u1 t1; do
    check "$TR phone of no pool is refused" scenario unknown-phone 25079 $TR -key num 2109 -key mac 00aabbccddee
    check "$TR it is remembered" expect_cli "00AA.BBCC.DDEE" "show voice register pool attempted-registrations"
    check "$TR register 2101" phone 1 register
    STATE=closed check "$TR watch 2102, not registered: unknown" phone 1 subscribe 2102
    check "$TR register 2102" phone 2 register
    STATE=open check "$TR watch 2102, registered: idle" phone 1 subscribe 2102
    check "$TR register 2103" phone 3 register
    STATE=closed check "$TR watch 2103, which may not be watched: unknown" phone 1 subscribe 2103
    check "$TR poll" phone 1 fetch 2102
    check "$TR interval too brief" phone 1 interval-too-brief
    check "$TR bad event" phone 1 bad-event
    check "$TR no event" phone 1 no-event
    check "$TR bad accept" phone 1 bad-accept
    check "$TR no dialog" phone 1 no-dialog
    check "$TR no such number" phone 1 no-number 2999
    check "$TR stranger" scenario stranger 25078 $TR -key num 2199 -key mac x -key target 2102
    check "$TR unregister 2101" phone 1 unregister
    check "$TR unregister 2102" phone 2 unregister
    check "$TR unregister 2103" phone 3 unregister
    check "$TR no subscription is left" expect_cli "Summary: 0 subscription" "show presence subscription summary"
  done
}

shell_tests() {
  check "ssh: exec request" bash -c "$(declare -f cli); SSH=$SSH; cli 'show version' | grep -q 'uptime is'"
  check "ssh: shell without a pty" expect_cli "^hostname LAB" "show running-config"
  check "ssh: wrong password is refused" bash -c '! sshpass -p wrong ssh -q -p '$SSH' -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o NumberOfPasswordPrompts=1 ops@127.0.0.1 "show version"'
  check "ssh: interactive, with a pty" ./ssh.exp $SSH
  check "telnet: login, enable, paging" ./telnet.exp $TELNET
  check "netmiko: ssh and telnet" /usr/bin/python3 ./netmiko_session.py $SSH $TELNET
}

client_tests() { counted clients ./clients/run.sh $SSH $TELNET; }

body_tests() { # the body of a NOTIFY against the IETF schemas, when they are at hand
  local xsd=${XSD:-../../shared/xsd}
  check "softphone registers, watches, prints states" ./softphone.sh "$SIP" "$OUT"
  [ -d "$xsd" ] || { echo "     (no schemas at hand: bodies not validated)"; return; }
  check "NOTIFY bodies validate" bash -c 'for f in "$0"/body-*.xml; do xmllint --nonet --noout --schema "$1/presence-all.xsd" "$f" || exit 1; done; ls "$0"/body-*.xml' "$OUT" "$xsd"
}

frames_tests() { check "tshark reads every SCCP frame" ./sccp_frames.sh; }
demo_tests() { check "make run: phones of both protocols watch and call one another" /usr/bin/python3 -B phones/demo.py; }
# Tests that count themselves: `ok   NAME` or `FAIL NAME` for each.
counted() { # WHAT COMMAND...
  local what=$1 rc; shift
  "$@" | tee "$OUT/counted"; rc=${PIPESTATUS[0]}
  RUN=$((RUN+$(grep -Ec '^(ok  |FAIL) ' "$OUT/counted"))); FAILED=$((FAILED+$(grep -c '^FAIL ' "$OUT/counted")))
  [ "$rc" = 0 ] || grep -q '^FAIL ' "$OUT/counted" || { echo "FAIL the tests of $what have not run to their end"; FAILED=$((FAILED+1)); }
  grep -q '^ok ' "$OUT/counted" || { echo "FAIL no test of $what has run"; FAILED=$((FAILED+1)); }
}
# $PHONES, $TRUNKS, $ROWS: only these.
phone_tests() { counted phones /usr/bin/python3 -B phones/run.py ${PHONES:-}; }
trunk_tests() { counted trunks /usr/bin/python3 -B trunks/run.py ${TRUNKS:-}; }
conform_tests() { counted conformance /usr/bin/python3 -B conform/run.py ${ROWS:-}; }
load_tests() { /usr/bin/python3 -B phones/load.py; } # figures, not among the tests by default
crash_tests() { check "SIGKILL during write memory never loses both configurations" /usr/bin/python3 ./crash.py "$BIN" "${CRASHES:-25}"; }

for t in "$@"; do declare -F "${t}_tests" >/dev/null || { echo "no such tests: $t"; exit 2; }; done
start
for t in "$@"; do ${t}_tests; done
kill -TERM "$APP"; wait "$APP"; rc=$?
check "SIGTERM stops it cleanly" test $rc = 0
echo "$((RUN-FAILED)) passed, $FAILED failed"
[ "$FAILED" = 0 ]
