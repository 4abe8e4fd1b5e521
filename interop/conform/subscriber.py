"""The appliance as subscriber: rows B17 and B18. sipp is the presence server of its number 5001; a phone shows what it believes."""
import time
import lab
from scenario import Play, header

RELAY, NOBODY = "10.99.0.13", "10.99.0.6"
SERVERS = (f"10.99.1.{i}" for i in range(1, 255))  # each is asked once: what the one before left undone is not its own
CONFIG = f"""hostname LAB
no logging console
enable password lab
no ip domain lookup
voice service voip
 sip
  registrar server expires max 240 min 60
voice register global
 mode cme
 source-address {RELAY} port 5060
voice register dn 1
 number 2101
 allow watch
voice register pool 1
 id mac 0015.6247.EF90
 type 7971
 number 1 dn 1
 blf-speed-dial 1 5001 label "5001"
presence
 server {NOBODY}
 allow subscribe
sip-ua
 authentication username jack password 021201481F
 presence enable
line con 0
 exec-timeout 0 0
end
"""
PIDF = ('<?xml version="1.0" encoding="UTF-8"?><{p}presence xmlns{c}="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" '
        'xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" xmlns:e="urn:ietf:params:xml:ns:pidf:status:rpid" entity="sip:5001@x">{in_tuple}</{p}presence>')


def pidf(basic="open", status="", person="", prefix=""):
    p, c = (prefix + ":", ":" + prefix) if prefix else ("", "")
    tuple_ = f'<{p}tuple id="t"><{p}status><{p}basic>{basic}</{p}basic>{status}</{p}status></{p}tuple>'
    return PIDF.format(p=p, c=c, in_tuple=tuple_ + (f'<dm:person id="p">{person}</dm:person>' if person else ""))


IDLE, BUSY = pidf(), pidf(person="<rpid:activities><rpid:on-the-phone/></rpid:activities>")


def setup():
    a = lab.Appliance(CONFIG, "relay")
    a.phone = lab.Phone("sip", "0015.6247.EF90", "--number", 2101, "--blf", 5001, server=RELAY)
    a.configure("presence", "no server")  # the phone is accepted while there is one
    return a


class Server:
    """While it lives the appliance has it for its presence server."""

    def __init__(self, a, name, ends=True, **words):
        self.a, self.name, self.ends, self.words = a, name, ends, {"body": IDLE, "other": BUSY} | words

    def __enter__(self):
        self.a.phone.do("expect key 1 unknown")
        server = next(SERVERS)
        self.play = Play(self.name, "", source=server, port=5060, waits=True, **self.words)
        self.a.configure("presence", f"server {server}")
        return self.play

    def __exit__(self, kind, failure, _):
        if kind:
            failure.add_note(self.play.log())
        self.a.configure("presence", "no server")
        try:
            if not kind and self.ends:
                self.play.done()
        finally:
            self.play.stop()


def shows(lamp, name, **words):
    """Whatever the server does, the phone shows the lamp, and the scenario holds to its end."""
    def test(a):
        with Server(a, name, **words) as play:
            lab.until("the appliance takes the state", lambda: play.heard("SIP/2.0 200"))
            a.phone.do(f"expect key 1 {lamp}")
    return test


def reading(a):
    """Forms of PIDF that other servers send."""
    for body, lamp in (  # prefixed; in status and of the old draft; as Unified CM publishes a busy line; closed
            (pidf(person="<rpid:activities><rpid:busy/></rpid:activities>", prefix="p"), "busy"),
            (pidf(status="<e:activities><e:on-the-phone/></e:activities>"), "busy"),
            (pidf("closed", person="<rpid:activities><rpid:busy/></rpid:activities>"), "busy"),
            (pidf("closed"), "unknown")):
        shows(lamp, "server", body=body)(a)


def asked(play):
    """The subscriptions that were asked for, each once."""
    return len({header(m, "Call-ID")[0] for m in play.heard("SUBSCRIBE")})


def terminated(a):
    for reason, early, late in (("deactivated", 2, 2), ("timeout", 2, 2), ("rejected", 1, 1), ("noresource", 1, 1), ("giveup;retry-after=2", 1, 2), ("probation;retry-after=2", 1, 2), ("invariant", 1, 1)):
        with Server(a, "server-terminates", reason=reason, ends=False) as play:
            lab.until("the end is answered", lambda: len(play.heard("SIP/2.0 200")) >= 2)
            ended = time.monotonic()
            if early == 2:
                lab.until(f"{reason}: subscribed anew", lambda: asked(play) >= 2, 3)
            else:
                time.sleep(1)
                assert asked(play) == 1, f"{reason}: {asked(play)}"
                a.phone.do("expect key 1 " + ("idle" if reason == "invariant" else "unknown"))
            if late > early:
                lab.until(f"{reason}: subscribed anew later", lambda: asked(play) >= 2, 6)
                assert time.monotonic() - ended > 1.5, reason


def refused(a):
    for code in (403, 404, 489, 603, 503):
        with Server(a, "server-refuses", code=code) as play:
            lab.until("asked", lambda: play.heard("SUBSCRIBE"))
            a.phone.do("expect key 1 unknown")


TESTS = [
    ("B17", "200 and NOTIFY; unsubscribed when the server is taken out", shows("idle", "server"), None),
    ("B17", "NOTIFY before the 200", shows("idle", "server-notify-first"), None),
    ("B17", "401 is answered with the digest of sip-ua", shows("idle", "server-challenges", code=401, challenge="WWW-Authenticate", credentials="Authorization"), None),
    ("B17", "407 is answered too", shows("idle", "server-challenges", code=407, challenge="Proxy-Authenticate", credentials="Proxy-Authorization"), None),
    ("B17", "423 is answered with Min-Expires", shows("idle", "server-brief"), None),
    ("B17", "forked NOTIFY: 481", shows("idle", "server-forks"), None),
    ("B17", "garbage 400, other bodies 415, other packages 489", shows("idle", "server-babbles"), None),
    ("B17", "refused: unknown", refused, None),
    ("B17", "every reason of a terminated subscription", terminated, None),
    ("B18", "PIDF of other makes", reading, None),
]
