"""5,000 SCCP phones with 6 keys each at a running appliance: time to register, and what keeping alive costs.
Not a test: `interop/run.sh load` prints figures for docs/performance.md."""
import os, resource, time
import lab, registration

MANY = 5000


def config():
    out = ["no logging console", "enable password lab", "telephony-service", f" max-ephones {MANY}", f" max-dn {MANY}",
           f" ip source-address {lab.SERVER} port {lab.SCCP}", " no auto-reg-ephone", "presence", f" max-subscription {6 * MANY}", "sip-ua", " presence enable"]
    for n in range(1, MANY + 1):
        out += [f"ephone-dn {n}", f" number {10000 + n}", " allow watch"]
    for n in range(1, MANY + 1):
        out += [f"ephone {n}", f" mac-address {registration.mac(n)}", " type 7960", f" button 1:{n}", " blf-speed-dial 1 10001 label first"]
        out += [f" blf-speed-dial {k} {10001 + (n * k) % MANY} label key{k}" for k in range(2, 6)]
    return "\n".join(out + ["line con 0", " exec-timeout 0 0", "end", ""])


def cost(pid):
    """Processor seconds and resident MB."""
    stat = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    rss = next(l for l in open(f"/proc/{pid}/status") if l.startswith("VmRSS"))
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK"), int(rss.split()[1]) / 1024


hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20000), hard))
a = lab.Appliance(config(), "load", "--platform", "unlimited")
print(f"configured: {cost(a.p.pid)[1]:.0f} MB")
f = lab.Phone("sccp", registration.mac(1), "--type", "7960", "--count", MANY, driven=False)
print(f.says(r"all \d+ registered after .*", 120)[0])
a.shows("show ephone summary", rf"Registered {MANY}\b")
lab.until("all lamps", lambda: f"{5 * MANY} subscription" in a.cli("show presence subscription summary | include Summary"), 60)
print(f"registered: {cost(a.p.pid)[1]:.0f} MB")
time.sleep(35)  # until keepalives come evenly
before, began = cost(a.p.pid)[0], time.monotonic()
time.sleep(60)
used = cost(a.p.pid)
print(f"keeping alive: {(used[0] - before) / (time.monotonic() - began) * 100:.1f} % of a core, {used[1]:.0f} MB")
lab.end(f.p)
a.stop()
