"""The appliance towards strangers: rows A11, A13 and C25, and `ip address trusted list`."""
import hashlib, itertools, os, re, socket
import lab
from server import CONFIG
from scenario import PHONE, WATCHER, play

GUARDED, STRANGER = "10.99.0.12", "10.99.0.4"


def setup():
    flash = os.path.join(lab.OUT, "guarded", "flash")
    os.makedirs(flash, mode=0o700)
    with open(os.path.join(flash, "cred1.csv"), "w") as f:
        f.write("jill,secret\n")
    text = CONFIG.format(addr=GUARDED, **{"global": " authenticate presence\n authenticate credential 1 flash:cred1.csv\n authenticate realm cme.lab\n"})
    a = lab.Appliance(text.replace("voice register global", f" ip address trusted list\n  ipv4 {WATCHER}\nvoice register global", 1), "guarded")
    a.cli("test presence line 2102 idle", "test presence line 2103 busy", "test presence line 2104 ringing")
    play("register", GUARDED, source=PHONE, port=26102, num="2101", mac="00156247ef90")
    return a


class Watcher:
    """A watcher on a trunk that knows SHA-256, which sipp does not."""
    calls = itertools.count(1)

    def __init__(self, source=WATCHER):
        self.s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.s.bind((source, 0))
        self.s.settimeout(5)
        self.here = "%s:%d" % self.s.getsockname()
        self.uri = f"sip:2102@{GUARDED}"

    def ask(self, more="", event="presence"):
        """A poll outside of any dialog; its answer, and the NOTIFY if there is one."""
        n = next(self.calls)
        self.s.sendto((f"SUBSCRIBE {self.uri} SIP/2.0\r\nVia: SIP/2.0/UDP {self.here};branch=z9hG4bKd{n};rport\r\nMax-Forwards: 70\r\nFrom: <sip:3001@{GUARDED}>;tag=d{n}\r\nTo: <{self.uri}>\r\n"
                       f"Call-ID: d{n}-{self.here}\r\nCSeq: 1 SUBSCRIBE\r\nContact: <sip:3001@{self.here}>\r\nEvent: {event}\r\nExpires: 0\r\n{more}Content-Length: 0\r\n\r\n").encode(), (GUARDED, 5060))
        answer, note = self.s.recv(65535).decode(), ""
        if answer.startswith("SIP/2.0 200"):
            note = self.s.recv(65535).decode()
            head = [line for line in note.split("\r\n\r\n")[0].split("\r\n") if re.match("(Via|From|To|Call-ID|CSeq):", line, re.I)]
            self.s.sendto("\r\n".join(["SIP/2.0 200 OK", *head, "Content-Length: 0", "", ""]).encode(), (GUARDED, 5060))
        return answer, note

    def challenge(self, algorithm):
        answer, _ = self.ask()
        assert answer.startswith("SIP/2.0 401"), answer
        found = [c for c in re.findall(r"^WWW-Authenticate: (.*?)\r?$", answer, re.M) if re.search(rf"algorithm={algorithm}\b", c)]
        assert len(found) == 1 and 'realm="cme.lab"' in found[0] and re.search('qop="?auth"?', found[0]), answer
        return re.search('nonce="([^"]+)"', found[0])[1]

    def login(self, algorithm, nonce, nc=1, password="secret"):
        h = lambda text: hashlib.new(algorithm.replace("-", ""), text.encode()).hexdigest()
        response = h(f"{h(f'jill:cme.lab:{password}')}:{nonce}:{nc:08x}:abc:auth:{h(f'SUBSCRIBE:{self.uri}')}")
        return (f'Authorization: Digest username="jill", realm="cme.lab", nonce="{nonce}", uri="{self.uri}", response="{response}", algorithm={algorithm}, cnonce="abc", '
                f'qop=auth, nc={nc:08x}\r\n')

    def gets(self, want, *args):
        answer, note = self.ask(self.login(*args))
        assert re.match(f"SIP/2.0 {want}", answer), answer
        return answer, note


def digests(a):
    for algorithm in ("MD5", "SHA-256"):
        w = Watcher()
        nonce = w.challenge(algorithm)
        _, note = w.gets(200, algorithm, nonce)
        assert "<basic>open" in note, note
        answer, _ = w.gets(401, algorithm, nonce)  # the nonce count has been used
        assert "stale" not in answer, answer
        w.gets(200, algorithm, nonce, 2)
        w.gets(401, algorithm, nonce, 1)
        answer, _ = w.gets(401, algorithm, nonce, 3, "guess")
        assert "stale" not in answer, answer
        answer, _ = w.gets(401, algorithm, "made-up")
        assert "stale=true" in answer, answer  # the password is right, the nonce is not ours
        fresh = w.challenge(algorithm)
        assert fresh != nonce
        answer, _ = w.ask(w.login(algorithm, fresh).replace('uri="sip:2102', 'uri="sip:2103'))  # made for another URI
        assert re.match("SIP/2.0 40[01]", answer), answer


def order(a):
    """The strongest algorithm comes first (RFC 8760 2.3)."""
    answer, _ = Watcher().ask()
    assert re.findall(r"^WWW-Authenticate: .*algorithm=([\w-]+)", answer, re.M) == ["SHA-256", "MD5"], answer


def missing(a):
    """Who has not authenticated learns nothing about numbers."""
    w = Watcher()
    answers = []
    for number in ("2102", "2105", "2999"):
        w.uri = f"sip:{number}@{GUARDED}"
        answers.append(w.ask()[0].split("\r\n")[0])
    assert answers == ["SIP/2.0 401 Unauthorized"] * 3, answers


def phones(a, transport="u1"):
    play("watch", GUARDED, source=PHONE, port=26102, num="2101")


def winfo(a):
    w = Watcher()
    play("ask", GUARDED, source=PHONE, port=26102, num="2101", code=403, more="\n    Event: presence.winfo\n    Contact: <sip:2101@{source}:{port}>")
    answer, note = w.ask(w.login("SHA-256", w.challenge("SHA-256")), "presence.winfo")
    assert answer.startswith("SIP/2.0 200") and "application/watcherinfo+xml" in note and "<watcherinfo" in note, answer + note
    bodies.append(note.split("\r\n\r\n", 1)[1])


def untrusted(a):
    for transport in ("u1", "t1"):
        play("silence", GUARDED, source=STRANGER, transport=transport)
    a.configure("voice service voip", "sip", "no silent-discard untrusted")
    play("ask", GUARDED, source=STRANGER, code=403, more="\n    Event: presence\n    Contact: <sip:x@{source}:{port}>")


def full(a):
    have = int(re.search(r"Summary: (\d+) subscription", a.cli("show presence subscription summary"))[1])
    play("fill", GUARDED, source=PHONE, port=26102, num="2101", calls=100 - have, rate=400)
    a.shows("show presence subscription summary", "Summary: 100 subscription")
    play("ask", GUARDED, source=PHONE, port=26102, num="2101", code=480, wanted="Retry-After: [0-9]+.*maximum number of subscriptions|maximum number of subscriptions.*Retry-After: [0-9]+",
         more="\n    Event: presence\n    Contact: <sip:2101@{source}:{port}>")


bodies = []
TESTS = [
    ("A11", "401 with SHA-256 before MD5", order, None),
    ("A11", "digest: MD5 and SHA-256; wrong password, replayed count, made-up nonce, another URI", digests, None),
    ("A11", "strangers cannot tell a missing number from a forbidden one", missing, None),
    ("A11", "a registered phone is not challenged", phones, None),
    ("C25", "presence.winfo for who has authenticated only", winfo, None),
    ("A11", "an address that is not trusted gets no answer, or a refusal", untrusted, None),
    ("A13", "max-subscription: 480 with Retry-After", full, None),
]
