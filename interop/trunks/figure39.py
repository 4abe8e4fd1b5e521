"""Figure 39 of the guide: two appliances, 11.1.1.2 with the guide's own configuration and 11.1.1.4 as its counterpart, in networks of their own.
Their phones watch and call one another over the trunk, which is cut and healed."""
import os, re, subprocess
import lab

HERE, THERE = "11.1.1.2", "11.1.1.4"
GUIDE = os.path.join(lab.HERE, "..", "..", "modes", "testdata", "guide-example.cfg")
FAR = f"""hostname FAR
no logging console
logging buffered 1000000 debugging
enable password lab
no ip domain lookup
voice service voip
 allow-connections sip to sip
 sip
  registrar server expires max 240 min 60
voice register global
 mode cme
 source-address {THERE} port 5060
 authenticate presence
 authenticate credential 1 flash:cred1.csv
voice register dn 1
 number 1101
 allow watch
voice register pool 1
 id mac 0015.6247.0001
 type 7971
 number 1 dn 1
 blf-speed-dial 1 2101 label "2101"
dial-peer voice 2001 voip
 destination-pattern 2...
 session protocol sipv2
 session target ipv4:{HERE}
presence
 server {HERE}
 watcher all
 allow subscribe
sip-ua
 authentication username jill password secret
 presence enable
telephony-service
 max-ephones 10
 max-dn 10
 ip source-address {THERE} port 2000
 keepalive 10
ephone-dn 1 dual-line
 number 1003
 allow watch
ephone-dn 2 dual-line
 number 1001
 allow watch
ephone-dn 3 dual-line
 number 1005
ephone 1
 mac-address 0012.7F57.0001
 type 7961
 blf-speed-dial 1 2001 label "2001"
 blf-speed-dial 2 2005 label "2005"
 button 1:1
ephone 2
 mac-address 0012.7F57.0002
 type 7961
 blf-speed-dial 1 2002 label "2002"
 button 1:2
line con 0
 exec-timeout 0 0
end
"""


def credentials(name, line):
    """A credential file in the flash: of an appliance that is to be started."""
    flash = os.path.join(lab.OUT, name, "flash")
    os.makedirs(flash, mode=0o700)
    with open(os.path.join(flash, "cred1.csv"), "w") as f:
        f.write(line + "\n")


class Trunk:
    def __init__(self):
        self.holder, self.ns = lab.network()
        self.ip("link", "add", "wan0", "type", "veth", "peer", "name", "wan1", "netns", str(self.holder.pid))
        for dev, addr, inside in (("wan0", HERE, False), ("wan1", THERE, True)):
            self.ip("addr", "add", f"{addr}/24", "dev", dev, inside=inside)
            self.ip("link", "set", dev, "up", inside=inside)
        self.ip("link", "set", "lo", "up", inside=True)

    def ip(self, *args, inside=False):
        subprocess.run([*lab.enter(self.ns if inside else None), "ip", *args], check=True)

    def cut(self):
        self.ip("link", "set", "wan0", "down")

    def heal(self):
        self.ip("link", "set", "wan0", "up")


def figure39():
    net = Trunk()
    credentials("near", "jill,secret")
    credentials("far", "jack,test")  # what the guide's 021201481F hides
    near = lab.Appliance(open(GUIDE).read(), "near")
    far = lab.Appliance(FAR, "far", inside=net.ns)
    near.configure("no logging console", "voice register global", "authenticate credential 1 flash:cred1.csv")

    def here(protocol, mac, *args):
        return lab.Phone(protocol, mac, *args, server=HERE)

    def there(protocol, mac, *args):
        return lab.Phone(protocol, mac, *args, server=THERE, inside=net.ns)
    boss = here("sccp", "0012.7F57.62A5", "--type", "7960")       # 2001, 2009; keys 2101, 1003, 2002
    sales = here("sccp", "0015.6247.EF91", "--type", "7971")      # 2005, 2002; its only key: 1003
    soft = here("sip", "0015.6247.EF90", "--number", 2101, "--blf", 1001)      # key 1: 1001
    remote = there("sccp", "0012.7F57.0001", "--type", "7961")    # 1003; keys 2001, 2005
    other = there("sccp", "0012.7F57.0002", "--type", "7961")     # 1001; key 2002, which may not be watched
    distant = there("sip", "0015.6247.0001", "--number", 1101, "--blf", 2101)    # key 1: 2101
    near.shows("show voice register credential", "jill")
    boss.do("within 60s", "expect key 2 idle")
    sales.do("within 60s", "expect key 1 idle")
    soft.do("within 60s", "expect key 1 idle")
    remote.do("within 60s", "expect key 1 idle", "expect key 2 idle")
    distant.do("within 60s", "expect key 1 idle")
    other.do("expect key 1 unknown")

    # The rows: a watcher's and its sibling's, and what the other side sees of it.
    summary = near.cli("show presence subscription summary")
    ids = re.findall(r"^ +2001@\S+ +1003@\S+ +(\d+) +\d+ +([1-9]\d*) +idle", summary, re.M)
    assert len(ids) == 1, summary
    sub, sib = map(int, ids[0])
    assert sib == sub + 1, summary
    record = near.cli(f"show presence subscription subid {sib}")
    for want in ("Outgoing Request", "1003@" + THERE, f"sibling subID +: {sub}", "presentity type +: remote", "line status +: idle"):
        assert re.search(want, record), record
    far.shows("show presence subscription details", r"Watcher +: 2001@11\.1\.1\.2")
    far.shows("show presence subscription details", "SIP Trunk")

    # A line goes off the hook over there, a call over here.
    remote.do("offhook")
    boss.do("expect key 2 busy")
    sales.do("expect key 1 busy")
    near.shows("show presence subscription summary", r"1003@\S+ +\d+ +\d+ +\d+ +busy")
    remote.do("onhook")
    boss.do("expect key 2 idle")
    soft.do("dial 2005")
    sales.do("expect ring", "answer", "expect call connected 2101")
    remote.do("expect key 2 busy")
    distant.do("expect key 1 busy")
    sales.do("end", "expect calls 0")
    soft.do("expect calls 0")
    remote.do("expect key 2 idle")
    distant.do("expect key 1 idle")

    # A call over the trunk lights a lamp at each end.
    boss.do("dial 1003")
    remote.do("expect ring", "answer", "expect call connected 2001")
    boss.do("expect call connected", "expect key 2 busy")
    remote.do("expect key 1 busy", "end", "expect calls 0", "expect key 1 idle")
    boss.do("expect calls 0", "expect key 2 idle")

    # The trunk is cut: nobody pretends to know. A line changes meanwhile; then the trunk is healed, and the lamps are right with nobody's help.
    net.cut()
    boss.do("within 110s", "expect key 2 unknown")
    soft.do("within 110s", "expect key 1 unknown")
    remote.do("within 110s", "expect key 1 unknown", "offhook")
    net.heal()
    boss.do("within 110s", "expect key 2 busy")
    remote.do("within 110s", "expect key 1 idle", "onhook")
    boss.do("expect key 2 idle")
    soft.do("within 110s", "expect key 1 idle")

    # Changing and removing the server acts at once.
    near.configure("presence", "no server")
    boss.do("expect key 2 unknown")
    near.configure("presence", f"server {THERE}")
    boss.do("within 60s", "expect key 2 idle")
    # A number becomes a local one and an external one again, and no phone does anything.
    near.configure("ephone-dn 9", "number 1003", "allow watch")
    boss.do("expect key 2 unknown")  # it is on no phone here
    near.configure("no ephone-dn 9")
    boss.do("within 60s", "expect key 2 idle")
    # No secrets in what was logged.
    for a in (near, far):
        assert not re.search(r"password (test|secret)\b", a.cli("show logging"))
    for p in (boss, sales, soft, remote, other, distant):
        p.end()
    near.shows("show presence subscription summary", "Summary: 0 subscription", 60)
    for a in (far, near):
        assert a.stop() == 0, open(a.log).read()
    lab.end(net.holder)
