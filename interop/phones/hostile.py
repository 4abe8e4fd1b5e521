"""Phones that die, fall silent, talk nonsense or come back all at once: lines return to truth, and nothing leaks."""
import os, random, resource, signal, socket, struct, subprocess, time
import calls, lab, registration, sipcalls

SIP_PHONE = "0015.6247.EF90"


def killed_sccp(a):
    """SIGKILL mid-call: the kernel closes the connection."""
    watcher, sales, boss = lab.sccp(calls.WATCHER, "7961"), lab.sccp(calls.SALES, "7971"), lab.sccp(calls.BOSS, "7960")
    boss.do("dial 2005")
    sales.do("expect ring", "answer", "expect call connected")
    watcher.do("expect key 1 busy", "expect key 2 busy")
    boss.kill()
    sales.do("expect calls 0")
    watcher.do("expect key 1 unknown", "expect key 2 idle")
    sipcalls.quiet(a)
    a.shows("show ephone 0012.7F57.62A5", "UNREGISTERED")
    sales.do("dial 2002")  # and when the phone dies that is being rung
    watcher.do("expect ring")
    watcher.kill()
    sales.do("expect no call ringout")
    sales.kill()
    sipcalls.quiet(a)


def killed_sip(a):
    """SIGKILL of a SIP phone: nothing tells it but its silence. The other side hangs up; the registration runs out after a minute."""
    watcher, sales, phone = lab.sccp(calls.BOSS, "7960"), lab.sccp(calls.SALES, "7971"), lab.sip(SIP_PHONE, 2101, "--expires", "60s")
    watcher.do("expect key 2 idle")
    phone.do("dial 2005")
    sales.do("expect ring", "answer", "expect call connected 2101")
    watcher.do("expect key 2 busy")
    phone.kill()
    sales.do("end", "expect calls 0")
    watcher.do("within 110s", "expect key 2 unknown")
    sipcalls.quiet(a)
    for p in (watcher, sales):
        p.end()


def half_open(a):
    """A phone in a network of its own whose cable is cut mid-call: no FIN, no RST, no acknowledgement."""
    watcher, sales = lab.sccp(calls.WATCHER, "7961"), lab.sccp(calls.SALES, "7971")
    holder, ns = lab.network()

    def ip(*args, inside=False):
        subprocess.run([*lab.enter(ns if inside else None), "ip", *args], check=True)
    try:
        ip("link", "add", "cut0", "type", "veth", "peer", "name", "cut1", "netns", str(holder.pid))
        ip("addr", "add", "10.98.0.1/24", "dev", "cut0")
        ip("link", "set", "cut0", "up")
        ip("addr", "add", "10.98.0.2/24", "dev", "cut1", inside=True)
        ip("link", "set", "cut1", "up", inside=True)
        ip("route", "add", f"{lab.SERVER}/32", "via", "10.98.0.1", inside=True)
        boss = lab.Phone("sccp", calls.BOSS, "--type", "7960", inside=ns)
        a.shows("show ephone registered", r"IP:10\.98\.0\.2")
        boss.do("dial 2005")
        sales.do("expect ring", "answer", "expect call connected")
        watcher.do("expect key 1 busy", "expect key 2 busy")
        ip("link", "set", "cut0", "down")
        watcher.do("within 90s", "expect key 1 unknown", "expect key 2 idle")  # three keepalives of 10 s
        sales.do("expect calls 0")
        a.shows("show ephone 0012.7F57.62A5", "DECEASED")
        sipcalls.quiet(a)
        boss.kill()
    finally:
        lab.end(holder)
    for p in (watcher, sales):
        p.end()


def garbage(a):
    """Connections that send what no phone sends; phones in service do not notice."""
    watcher, sales = lab.sccp(calls.WATCHER, "7961"), lab.sccp(calls.SALES, "7971")
    watcher.do("expect key 2 idle")
    before, rnd, open_ones = a.fds(), random.Random(1), []
    register = struct.pack("<III16s", 72, 0, 1, b"SEP00127F5762A5") + bytes(52)
    sent = [b"\xff" * 4096, b"GET / HTTP/1.0\r\n\r\n", struct.pack("<III", 0, 0, 0), struct.pack("<III", 0xFFFFFFFF, 0, 1), struct.pack("<III", 9000, 0, 1) + bytes(9000),
            register[:20], register + struct.pack("<III", 4, 0, 0x7FFF), register + b"\x00" * 3]
    sent += [rnd.randbytes(rnd.randrange(1, 5000)) for _ in range(40)]
    sent += [struct.pack("<III", n + 4, rnd.choice((0, 17)), rnd.choice((3, 5, 6, 9, 16, 34, 38, 52, 72))) + rnd.randbytes(n) for n in range(0, 200, 5)]
    sent += [register + struct.pack("<III", n + 4, 0, rnd.choice((3, 5, 6, 9, 11, 16, 34, 38, 52, 72))) + rnd.randbytes(n) for n in range(0, 200, 5)]
    for data in sent:
        s = socket.create_connection((lab.SERVER, lab.SCCP), 10)
        open_ones.append(s)
        try:
            s.sendall(data)
        except OSError:
            pass  # it has hung up on us
    watcher.do("dial 2005")
    sales.do("expect ring", "answer", "expect call connected 2002")
    watcher.do("expect key 2 busy", "end", "expect calls 0", "expect key 2 idle")
    for s in open_ones:
        s.close()
    lab.until("sockets are closed", lambda: a.fds() <= before)
    for p in (watcher, sales):
        p.end()
    sipcalls.quiet(a)


MANY = 1000


def crowd_config():
    out = ["hostname LAB", "no logging console", "enable password lab", "telephony-service", f" max-ephones {MANY}", f" max-dn {MANY}",
           f" ip source-address {lab.SERVER} port {lab.SCCP}", " no auto-reg-ephone", "presence", f" max-subscription {3 * MANY}", "sip-ua", " presence enable"]
    for n in range(1, MANY + 1):
        out += [f"ephone-dn {n}", f" number {10000 + n}", " allow watch"]
    for n in range(1, MANY + 1):
        out += [f"ephone {n}", f" mac-address {registration.mac(n)}", " type 7960", f" button 1:{n}", f" blf-speed-dial 1 {10001 + n % MANY} label next", " blf-speed-dial 2 10001 label first"]
    return "\n".join(out + ["line con 0", " exec-timeout 0 0", "end", ""])


def visited(a):
    """The appliance after its first phones: it has all that it needs to serve any."""
    f = lab.Phone("sccp", registration.mac(1), "--type", "7960", "--count", 2, driven=False)
    f.says("all 2 registered", 90)
    lab.end(f.p)
    a.shows("show ephone summary", r"Registered 0\b")
    return a


def crowd(_):
    """A thousand phones that are killed, come back all at once, and are restarted all at once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 4 * MANY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * MANY), hard))
    port, lab.SCCP = lab.SCCP, 2100
    try:
        fresh = visited(lab.Appliance(crowd_config(), "fresh", "--platform", "unlimited")).goroutines()
        a = visited(lab.Appliance(crowd_config(), "crowd", "--platform", "unlimited"))
        before = a.fds()
        times = []
        for _ in range(3):
            began = time.monotonic()
            f = lab.Phone("sccp", registration.mac(1), "--type", "7960", "--count", MANY, driven=False)
            f.says(f"all {MANY} registered", 90)
            times.append(time.monotonic() - began)
            a.shows("show ephone summary", rf"Registered {MANY}\b")
            a.shows("show presence subscription summary", rf"Summary: {2 * MANY} subscription")
            f.kill()
        a.shows("show ephone summary", r"Registered 0\b")
        f = lab.Phone("sccp", registration.mac(1), "--type", "7960", "--count", MANY, driven=False)
        f.says(f"all {MANY} registered", 90)
        a.cli("configure terminal", "telephony-service", "restart all 0", "end")
        a.shows("show ephone summary", rf"Registered [0-9]{{1,2}}\b")
        a.shows("show ephone summary", rf"Registered {MANY}\b", 90)
        lab.end(f.p)
        assert f" {MANY} resets" in f.text(), f.text()
        a.shows("show ephone summary", r"Registered 0\b")
        a.shows("show presence subscription summary", r"Summary: 0 subscription")
        assert set(r for r in a.cli("show ephone-dn summary").split() if r in ("IDLE", "DOWN", "UP", "SEIZE")) <= {"DOWN"}
        lab.until("sockets are closed", lambda: a.fds() <= before)
        rss = int(next(l for l in open(f"/proc/{a.p.pid}/status") if l.startswith("VmRSS")).split()[1])
        left = a.goroutines()
        more = {k: (v, fresh.get(k, 0)) for k, v in left.items() if v > fresh.get(k, 0) + 3}
        assert not more, f"goroutines left behind: {more}"
        print(f"{times} s; {rss} kB; goroutines {sum(left.values())}, fresh {sum(fresh.values())}")
    finally:
        lab.SCCP = port
