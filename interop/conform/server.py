"""The appliance as presence server: rows A1 to A16 and C19 to C26 of docs/conformance-sip.md."""
import re, socket, time
import lab
from scenario import PHONE, Play, header, play

OPEN = "10.99.0.11"
CONFIG = """hostname LAB
no logging console
enable password lab
no ip domain lookup
voice service voip
 sip
  registrar server expires max 240 min 60
voice register global
 mode cme
 source-address {addr} port 5060
{global}voice register dn 1
 number 2101
 allow watch
voice register dn 2
 number 2102
 allow watch
voice register dn 3
 number 2103
 allow watch
voice register dn 4
 number 2104
 allow watch
voice register dn 5
 number 2105
voice register pool 1
 id mac 0015.6247.EF90
 type 7971
 number 1 dn 1
presence
 presence call-list
 watcher all
sip-ua
 presence enable
line con 0
 exec-timeout 0 0
end
"""
DIALOG = {"event": "dialog", "kind": "application/dialog-info.xml", "more": "\n    Accept: application/dialog-info+xml"}


def setup():
    a = lab.Appliance(CONFIG.format(addr=OPEN, **{"global": ""}), "open")
    a.cli("test presence line 2102 idle", "test presence line 2103 busy", "test presence line 2104 ringing", "test presence line 2105 idle")
    play("register", OPEN, source=PHONE, port=26101, num="2101", mac="00156247ef90")
    return a


def asks(code, wanted="SIP/2.0", **words):
    """One SUBSCRIBE, or other request, that is answered with code."""
    def test(a, transport="u1"):
        w = {"method": "SUBSCRIBE", "more": ""} | words
        if w["method"] == "SUBSCRIBE":
            w["more"] = "\n    Contact: <sip:3001@{source}:{port}>" * ("Contact" not in w["more"]) + w["more"].replace("\n    Contact: none", "")
        play("ask", OPEN, transport=transport, code=code, wanted=wanted, **w)
    return test


EVENT = "\n    Event: presence"


def first_notify(a, transport):
    p = play("watch", OPEN, transport=transport)
    notes, answers = p.heard("NOTIFY"), p.heard("SIP/2.0 200")
    assert [header(n, "CSeq")[0] for n in notes] == ["1 NOTIFY", "2 NOTIFY", "3 NOTIFY"], notes
    assert len({re.search(r"tag=(\S+)", header(m, "To")[0])[1] for m in answers}) == 1, answers
    play("poll", OPEN, transport=transport, uri="sip:2101@{server}", to="sip:2101@{server}", wanted="<basic>open")


def packages(a, transport):
    play("watch", OPEN, transport=transport, more="\n    Accept: application/cpim-pidf+xml", kind="application/cpim-pidf.xml")
    play("watch", OPEN, transport=transport, event="presence;id=77")
    versions = [re.search(r'version="(\d+)"', n)[1] for n in play("watch", OPEN, transport=transport, body1="terminated", body2="terminated", body3="terminated", **DIALOG).heard("NOTIFY")]
    assert versions == ["0", "1", "2"], versions
    play("poll", OPEN, transport=transport, wanted="direction=.recipient.*early", uri="sip:2104@{server}", **{k: v for k, v in DIALOG.items() if k != "kind"})
    play("poll", OPEN, transport=transport, wanted="confirmed", uri="sip:2103@{server}", **{k: v for k, v in DIALOG.items() if k != "kind"})


def target_in_to(a, transport):
    play("watch", OPEN, transport=transport, uri="sip:{server}:5060", to="sip:2102@{server}")


def unwatchable(a):
    play("poll", OPEN, uri="sip:2105@{server}", to="sip:2105@{server}", wanted="<basic>closed")


def routes(a):
    for name, recorded, line, routes, refreshed in (
            ("loose", "<sip:{source}:{port};lr>, <sip:192.0.2.9;lr>", "sip:3001@192[.]0[.]2[.]1;x=y", "Route: <sip:[^>]*;lr>.*Route: <sip:192[.]0[.]2[.]9;lr>|Route: <sip:[^>]*;lr>, *<sip:192[.]0[.]2[.]9;lr>", "^NOTIFY sip:3001@192[.]0[.]2[.]2"),
            ("strict", "<sip:{source}:{port}>, <sip:192.0.2.9>", "sip:{source}:{port}", "Route: <sip:192[.]0[.]2[.]9>.*Route: <sip:3001@192[.]0[.]2[.]1|Route: <sip:192[.]0[.]2[.]9>, *<sip:3001@192[.]0[.]2[.]1", "Route: .*<sip:3001@192[.]0[.]2[.]2")):
        play("routes", OPEN, recorded=recorded, recordedrx="192[.]0[.]2[.]9", line=line, routesrx=routes, refreshedrx=refreshed)


def received(a):
    asks(489, "received=10[.]99[.]0[.]2")(a)


def retransmitted(a):
    p = play("retransmitted", OPEN)
    assert len(p.heard("NOTIFY")) == 2, p.log()


def notify_refused(a):
    play("notify-refused", OPEN, answer="481 Gone", after="481")
    play("notify-refused", OPEN, answer="489 Bad Event", after="481")


def notify_retry_after(a):
    play("notify-refused", OPEN, answer="404 Not Found\n    Retry-After: 1", after="200")
    play("notify-refused", OPEN, answer="500 Oops", after="200")


def silence(a):
    p = play("notify-silence", OPEN)
    notes = p.heard("NOTIFY")
    assert 9 <= len(notes) <= 11 and len(set(notes)) == 1, f"{len(notes)} copies"


def coalesced(a):
    p = Play("coalesced", OPEN, hold=1800, uri="sip:2104@{server}", wanted="on-the-phone")
    lab.until("the first NOTIFY", lambda: p.heard("NOTIFY"))
    for state in ("idle", "busy", "idle", "ringing", "busy"):
        a.cli("test presence line 2104 " + state)
    p.done()
    a.cli("test presence line 2104 ringing")


def lists(a):
    p = play("list", OPEN, source=PHONE, port=26101, num="2101")
    note = p.heard("NOTIFY")[0]
    assert re.search(r"<basic>open", note) and re.search("on-the-phone", note), note


def conditional(a, transport):
    play("conditional", OPEN, transport=transport)


def dnd(a):
    play("publish-dnd", OPEN, source=PHONE, port=26101, num="2101")
    play("poll", OPEN, uri="sip:2101@{server}", wanted="ce:dnd")
    play("publish-end", OPEN, source=PHONE, port=26101, num="2101")
    play("ask", OPEN, method="PUBLISH", code=403, uri="sip:2101@{server}", num="2101", more=EVENT + "\n    Expires: 60")  # not a phone


def register(a):
    play("ask", OPEN, source=PHONE, method="REGISTER", code=423, wanted="Min-Expires: 60", uri="sip:{server}", to="sip:2101@{server}", num="2101",
         more='\n    Contact: <sip:2101@{source}:{port}>;+sip.instance="<urn:uuid:00000000-0000-0000-0000-00156247ef90>"\n    Expires: 5')
    play("ask", OPEN, source=PHONE, method="REGISTER", code=400, uri="sip:{server}", to="sip:2101@{server}", num="2101", more="\n    Contact: *\n    Expires: 600")
    p = play("register", OPEN, source=PHONE, port=26101, num="2101", mac="00156247ef90")
    assert not re.search("gruu|outbound", "".join(p.received()), re.I), p.log()
    assert header(p.received()[0], "Allow-Events") and header(p.received()[0], "Supported"), p.log()


def keepalive(a):
    """CRLFs are ignored on UDP and, twice, answered by one on TCP; garbage does no harm; messages are framed by Content-Length."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(0.5)
        for text in (b"\r\n\r\n", b"\0" * 100, b"SUBSCRIBE", b"SIP/2.0 200 OK\r\n\r\n"):
            s.sendto(text, (OPEN, 5060))
        try:
            raise AssertionError(s.recv(1000))
        except TimeoutError:
            pass
    with socket.create_connection((OPEN, 5060)) as s:
        s.settimeout(5)
        s.sendall(b"\r\n\r\n")
        assert s.recv(10) == b"\r\n"
        ask = "".join(f"OPTIONS sip:{OPEN} SIP/2.0\r\nVia: SIP/2.0/TCP 10.99.0.2;branch=z9hG4bKk{i}\r\nMax-Forwards: 70\r\nFrom: <sip:a@b>;tag=k\r\nTo: <sip:{OPEN}>\r\nCall-ID: k{i}\r\n"
                      f"CSeq: 1 OPTIONS\r\nContent-Length: 5\r\n\r\n12345" for i in (1, 2)).encode()
        s.sendall(ask[:100])
        time.sleep(0.1)
        s.sendall(ask[100:])
        got = b""
        while got.count(b"SIP/2.0 200") < 2:
            more = s.recv(65536)
            assert more, got
            got += more


BOTH = ("u1", "t1")
A = "\n    Event: presence\n    Accept: "
TESTS = [  # rows, what is shown, test, transports
    ("A9", "a silent watcher hears one NOTIFY until Timer F and is then forgotten", silence, None),
    ("A1 A3 A6 A7 A8 C24", "200 with NOTIFY at once, refresh, unsubscribe, poll; one To tag; CSeq of NOTIFYs up by one", first_notify, BOTH),
    ("A2 A10 C19", "presence and dialog; the label that Accept asks for; versions; early and confirmed", packages, BOTH),
    ("A2", "no Event: 489", asks(489, "Allow-Events: .*presence"), BOTH),
    ("A2", "unknown Event: 489", asks(489, "Allow-Events: .*dialog", more="\n    Event: weather"), BOTH),
    ("A3", "no dialog: 481", asks(481, more=EVENT, totag=";tag=nobody"), BOTH),
    ("A3", "gap in the CSeq, lower CSeq: 500", lambda a, t: play("lower-cseq", OPEN, transport=t), BOTH),
    ("A4", "Record-Route, loose and strict; target refresh", routes, None),
    ("A5", "received, where sent-by is another host", received, None),
    ("A6", "brief interval: 423", asks(423, "Min-Expires: 60", more=EVENT + "\n    Expires: 30"), BOTH),
    ("A8", "a number that may not be watched is unknown", unwatchable, None),
    ("A9", "NOTIFY answered 481 or 489: forgotten", notify_refused, None),
    ("A9", "NOTIFY answered 404 with Retry-After, or 500: kept", notify_retry_after, None),
    ("A9 C20", "one NOTIFY outstanding, the newest state wins", coalesced, None),
    ("A10", "no body type in common: 406", asks(406, more=A + "text/plain"), BOTH),
    ("A10", "presentity in To only", target_in_to, BOTH),
    ("A11", "no such number: 404", asks(404, more=EVENT, uri="sip:2999@{server}", to="sip:2999@{server}"), None),
    ("A12", "405 with Allow", asks(405, "Allow: .*SUBSCRIBE", method="MESSAGE"), BOTH),
    ("A12", "415 with Accept", lambda a, t: play("unknown-body", OPEN, transport=t), BOTH),
    ("A12", "416", asks(416, uri="tel:2102", more=EVENT), BOTH),
    ("A12", "420 with Unsupported", asks(420, "Unsupported: timer", more=EVENT + "\n    Require: timer"), BOTH),
    ("A12", "400 without Contact", asks(400, more=EVENT + "\n    Contact: none"), BOTH),
    ("A12", "505", asks(505, version="SIP/3.0", more=EVENT), BOTH),
    ("A12", "501", asks(501, "Allow: ", method="FROBNICATE"), None),
    ("A14 C26", "REGISTER: 423, * without Expires 0, what is offered, no GRUU", register, None),
    ("A15", "a repeated SUBSCRIBE gets the same answer and makes no subscription", retransmitted, None),
    ("A16", "keep-alives, garbage, framing", keepalive, None),
    ("B17", "a NOTIFY for nothing: 481", asks(481, method="NOTIFY", more=EVENT + "\n    Subscription-State: active", totag=";tag=x"), None),
    ("C21", "conditional notification: 204", conditional, BOTH),
    ("C22", "PUBLISH of Do Not Disturb; 412", dnd, None),
    ("C23", "resource list: multipart NOTIFY", lists, None),
    ("C26", "OPTIONS: Allow-Events, Supported", asks(200, "Allow-Events: .*presence.*Supported: .*eventlist|Supported: .*eventlist.*Allow-Events: .*presence", method="OPTIONS"), BOTH),
]
