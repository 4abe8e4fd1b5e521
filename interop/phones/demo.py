"""The promise of `make run`: phones of both protocols are there, watch one another and call one another."""
import re, sys
import lab

a = lab.Appliance(None, "demo")
a.shows("show presence subscription summary", r"2101@\S+ +2102@\S+ .*idle")
for n, mac in ((1, "0012.7F57.62A5"), (3, "0015.6247.EF91")):
    a.shows("show ephone registered", rf"^ephone-{n}\[\d+\] Mac:{re.escape(mac)} .* REGISTERED")
for watched, state in (("2101", "idle"), ("2002", "unknown")):  # 2002 may not be watched
    a.shows("show presence subscription summary", rf"2001@\S+ +{watched}@\S+ .*{state}")
a.shows("show presence subscription", r"Watcher phone type    : SCCP \[BLF Speed Dial\]")
a.shows("show presence subscription", r"Watcher phone type    : SIP Phone")
# A call between two of the four, and its end.


def talking():
    return (re.search(r".*@.* busy", a.cli("show presence subscription summary"))
            or re.search(r"^ +dn .*(?:ALERTING|RINGING|CONNECTED)", a.cli("show ephone"), re.M))


print(lab.until("two phones talk", talking, 120)[0])
lab.until("they hang up", lambda: not talking(), 120)
sys.exit(a.stop())
