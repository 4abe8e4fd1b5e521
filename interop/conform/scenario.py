"""Scenarios of ../sipp, run by sipp with their [words] replaced, and what it has received."""
import collections, contextlib, itertools, os, re, socket, subprocess, threading
import lab

WATCHER, PHONE = "10.99.0.2", "10.99.0.3"
DEFAULTS = {
    "num": "3001", "uri": "sip:2102@{server}:5060", "to": "sip:2102@{server}", "event": "presence", "expires": "3600", "more": "", "kind": "application/pidf.xml",
    "body1": "<basic>open", "body2": "<basic>open", "body3": "<basic>open", "wanted": "SIP/2.0", "version": "SIP/2.0", "method": "SUBSCRIBE", "totag": "", "patience": "8000",
}
ports = itertools.count(27000)
lock = threading.Lock()
used = collections.defaultdict(contextlib.nullcontext, {26101: threading.Lock()})  # the port of the phone at OPEN: one at a time


class Play:
    """One run of a scenario. A caller begins; a server waits, and ends itself after one call, or is stopped."""

    def __init__(self, name, server, source=WATCHER, port=None, transport="u1", calls=1, rate=10, waits=False, **words):
        with lock:
            port = port or next(ports)
            self.dir = os.path.join(lab.OUT, f"{name}-{port}-{next(ports)}")
        os.mkdir(self.dir)
        words = {k: str(v) for k, v in (DEFAULTS | words).items()}
        for here, value in (("{server}", server), ("{source}", source), ("{port}", port)):
            words = {k: v.replace(here, str(value)) for k, v in words.items()}
        with open(os.path.join(lab.HERE, "..", "sipp", name + ".xml")) as f:
            text = f.read()
        # A word in an attribute is XML, one in a message is not.
        parts = re.split(r"(<!\[CDATA\[.*?\]\]>)", text, flags=re.S)
        for i, part in enumerate(parts):
            for word, value in words.items():
                parts[i] = parts[i].replace(f"[{word}]", value if i % 2 else value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;"))
        with open(os.path.join(self.dir, "s.xml"), "w") as f:
            f.write("".join(parts))
        remote = [] if waits else [f"{server}:5060"]
        self.name = name
        self.p = lab.start(["sipp", *remote, "-sf", "s.xml", "-i", source, "-p", str(port), "-t", transport, *([] if waits else ["-m", str(calls)]), "-r", str(rate),
                            "-timeout", "20s" if waits else "50s", "-timeout_error", "-nostdin", "-trace_err", "-trace_msg", "-message_file", "messages"],
                           cwd=self.dir, stdin=subprocess.DEVNULL, stdout=open(os.path.join(self.dir, "out"), "w"), stderr=subprocess.STDOUT)
        if waits:
            here = f" {socket.inet_aton(source)[::-1].hex().upper()}:{port:04X} "
            lab.until("sipp listens", lambda: here in open("/proc/net/udp").read() or self._alive())

    def _alive(self):
        assert self.p.poll() is None, self.log()

    def log(self):
        out = [f"sipp {self.name}:"]
        for name in sorted(os.listdir(self.dir)):
            if name.endswith("errors.log") or name == "messages":
                out.append(open(os.path.join(self.dir, name), errors="replace").read()[-6000:])
        return "\n".join(out)

    def received(self):
        """The messages that came, with one kind of line end."""
        path = os.path.join(self.dir, "messages")
        text = open(path, errors="replace", newline="").read().replace("\r\n", "\n") if os.path.exists(path) else ""
        blocks = re.split(r"^-{40,}.*\n", text, flags=re.M)
        return [b.split("\n\n", 1)[1].lstrip("\n") for b in blocks if re.match(r"(UDP|TCP) message received", b) and "\n\n" in b]

    def heard(self, first):
        return [m for m in self.received() if m.startswith(first)]

    def done(self):
        try:
            assert self.p.wait(60) == 0, self.log()
        finally:
            lab.end(self.p)
        return self

    def stop(self):
        lab.end(self.p)
        return self


def play(name, server, **words):
    with used[words.get("port")]:
        return Play(name, server, **words).done()


def header(message, name):
    return [v.strip() for v in re.findall(rf"^{name}:(.*)$", message, re.M | re.I)]
