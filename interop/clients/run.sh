#!/usr/bin/env bash
# Clients of engineers and of automation, unmodified: OpenSSH with keys and with keyboard-interactive, scp, plink, rancid,
# scrapligo. Prints `ok   NAME` or `FAIL NAME` for each. Usage: clients/run.sh SSH-PORT TELNET-PORT
set -uo pipefail
cd "$(dirname "$0")"
SSH=$1 TELNET=$2
HERE=$(pwd)
OUT=$(mktemp -d); trap 'rm -rf "$OUT"' EXIT
export HOME=$OUT
FAILED=0
check() { # NAME COMMAND...
  local name=$1; shift
  if "$@" >"$OUT/log" 2>&1; then echo "ok   $name"; else echo "FAIL $name"; sed 's/^/     /' "$OUT/log" | tail -40; FAILED=1; fi
}
ANY="-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
# shellcheck disable=SC2086
by_password() { sshpass -p lab ssh -p "$SSH" $ANY "$@"; }
# shellcheck disable=SC2086
by_key() { ssh -p "$SSH" $ANY -o BatchMode=yes -o IdentitiesOnly=yes -i "$OUT/$1" keys@127.0.0.1 "$2"; }

configure() { { printf 'enable\nlab\nconfigure terminal\n'; cat; printf 'end\nexit\n'; } | by_password ops@127.0.0.1; }
keys() { # OpenSSH's own keys of every kind that is taken, pasted as people paste them: cut into lines
  local kind
  for kind in rsa ed25519 ecdsa; do
    ssh-keygen -q -t $kind -N '' -C "keys@lab" -f "$OUT/$kind" || return 1
    { echo 'ip ssh pubkey-chain'; echo 'username keys'; echo 'key-string'; fold -w 72 "$OUT/$kind.pub"; echo exit; } | configure
    by_key $kind 'show privilege' | grep -q 'privilege level is 1' || return 1
  done
  ssh-keygen -q -t ed25519 -N '' -f "$OUT/stranger"
  ! by_key stranger 'show privilege'
}
interactive() { by_password -o PreferredAuthentications=keyboard-interactive ops@127.0.0.1 'show ip ssh' | grep -q 'SSH Enabled'; }
copies() { # the protocol that netmiko and napalm use too; only level 15 may
  local target="ops@127.0.0.1:flash:copied"
  # shellcheck disable=SC2086
  scp_() { sshpass -p lab scp -O -P "$SSH" $ANY "$@"; }
  head -c 100000 /dev/urandom >"$OUT/file"
  scp_ "$OUT/file" "$target" && return 1
  printf 'ip scp server enable\n' | configure
  scp_ "$OUT/file" "$target" && return 1
  printf 'line vty 0 4\nprivilege level 15\n' | configure
  scp_ "$OUT/file" "$target" && scp_ "$target" "$OUT/back" && cmp "$OUT/file" "$OUT/back"
  local rc=$?
  printf 'line vty 0 4\nno privilege level\nno ip scp server enable\n' | configure
  printf 'enable\nlab\ndelete /force flash:copied\nexit\n' | by_password ops@127.0.0.1
  return $rc
}
with_plink() {
  local keys
  keys=$(ssh-keyscan -p "$SSH" 127.0.0.1 2>/dev/null | ssh-keygen -lf - | awk '{print "-hostkey " $2}') || return 1
  # shellcheck disable=SC2086
  printf 'enable\nlab\nshow running-config | include hostname\nexit\n' | plink -ssh -batch -P "$SSH" -pw lab $keys ops@127.0.0.1 | tr -d '\r' >"$OUT/plink" || return 1
  cat "$OUT/plink"; grep -q '^hostname LAB$' "$OUT/plink" || return 1
  { printf 'lab\rshow clock\rexit\r'; sleep 1; } | plink -telnet -batch -P "$TELNET" 127.0.0.1 | grep -q 'LAB>show clock'
}
with_rancid() {
  printf 'add user 127.0.0.1 ops\nadd password 127.0.0.1 lab lab\nadd method 127.0.0.1 {%s}\nadd sshcmd 127.0.0.1 {%s}\n' "$1" "$OUT/ssh" >"$OUT/.cloginrc"; chmod 600 "$OUT/.cloginrc"
  printf '#!/bin/sh\nexec ssh %s "$@"\n' "$ANY" >"$OUT/ssh"; chmod +x "$OUT/ssh" # the known hosts of who runs this stay as they are
  cd "$OUT" || return 1
  export PATH=/usr/lib/rancid/bin:$PATH BASEDIR=$OUT LOGDIR=$OUT TERM=network NOPIPE=YES
  clogin -c 'show version;show clock' 127.0.0.1 >clogin.out 2>&1 || { cat clogin.out; return 1; }
  grep -q 'LAB#show clock' clogin.out || { cat clogin.out; return 1; }
  [ "$2" = clogin ] && return
  rancid -t cisco 127.0.0.1 || return 1
  cat 127.0.0.1.new; grep -q '^!RANCID-CONTENT-TYPE: cisco' 127.0.0.1.new && grep -q '^hostname LAB' 127.0.0.1.new && tail -1 127.0.0.1.new | grep -q '^end$'
}
with_scrapligo() { "$HERE/../../bin/scrapligo" "$SSH"; } # built by ../run.sh, which has a network

check "ssh: public keys (rsa, ed25519, ecdsa), and not those of strangers" keys
check "ssh: keyboard-interactive alone" interactive
check "ssh: the window changes its size" ./window.exp "$SSH"
check "scp: a file there and back, by level 15 only" copies
check "plink: ssh and telnet" with_plink
check "rancid: clogin over telnet" with_rancid "telnet:$TELNET" clogin
check "rancid: a whole run over ssh" with_rancid "ssh:$SSH" rancid
check "scrapligo: both of its ssh transports" with_scrapligo
exit $FAILED
