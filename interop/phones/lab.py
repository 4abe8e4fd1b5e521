"""An appliance of our own and phones around it, all in one network namespace. Every process is ended by its pid."""
import atexit, os, re, signal, subprocess, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.join(HERE, "..", "..", "bin", "busylamp")
SERVER, PEER = "10.99.0.1", "10.99.0.2"  # on lo: baresip takes no 127.0.0.1
SCCP, SIP, HTTP = 2000, 5060, 8080
OUT = tempfile.mkdtemp(prefix="busylamp-interop-")
SLOW = 30  # seconds, for whatever takes a moment on an idle machine

processes = []


def start(args, **kw):
    p = subprocess.Popen(args, **kw)
    processes.append(p)
    return p


def end(p, sig=signal.SIGTERM):
    """Ends a process and waits; returns its status."""
    if p.poll() is None:
        p.send_signal(sig)
        try:
            p.wait(15)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()
    if p in processes:
        processes.remove(p)
    return p.returncode


@atexit.register
def end_all():
    for p in list(processes):
        end(p, signal.SIGKILL)
    subprocess.run(["rm", "-rf", OUT], check=False)


def until(what, ok, seconds=SLOW):
    """Polls until ok() returns something true, and returns that."""
    limit, got = time.monotonic() + seconds, None
    while True:
        got = ok()
        if got:
            return got
        if time.monotonic() > limit:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def enter(inside):
    """What runs a command in another network, None being our own."""
    return ["nsenter", f"--net={inside}"] if inside else []


def network():
    """Another network: the process that holds it, and its name for enter()."""
    holder = start(["unshare", "-n", "sleep", "3600"])
    ns = f"/proc/{holder.pid}/ns/net"
    until("a network of its own", lambda: os.readlink(ns) != os.readlink("/proc/self/ns/net"))
    return holder, ns


class Appliance:
    """A running appliance, whose console is ours; without a configuration it is the demo."""

    def __init__(self, config, name="appliance", *args, inside=None):
        self.startup, self.log = os.path.join(OUT, name + ".cfg"), os.path.join(OUT, name + ".err")
        if config:
            with open(self.startup, "w") as f:
                f.write(config)
        self.p = start([*enter(inside), BIN, "run", *(["--startup", self.startup] if config else ["--demo"]), "--state", os.path.join(OUT, name), "--ssh", "off", "--telnet", "off", *args],
                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(self.log, "w"), text=True, bufsize=1)
        self.marks, self.said, self.grown = 0, "", threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        for line in ("enable", "lab", "terminal length 0"):
            self.p.stdin.write(line + "\n")
        self.cli("show version")

    def _read(self):
        while True:
            got = os.read(self.p.stdout.fileno(), 65536)
            with self.grown:
                self.said = self.said + got.decode(errors="replace").replace("\r", "") if got else None
                self.grown.notify_all()
                if not got:
                    return

    def cli(self, *lines):
        """Types lines; what the console said until the last was done."""
        self.marks += 1
        mark = f"! mark {self.marks}"
        self.p.stdin.write("".join(line + "\n" for line in lines) + mark + "\n")
        limit = time.monotonic() + 60
        with self.grown:
            while self.said is not None and mark + "\n" not in self.said:
                if not self.grown.wait(max(0, limit - time.monotonic())):
                    raise AssertionError(f"the console hangs after {lines}: ...{self.said[-500:]}")
            if self.said is None:
                raise AssertionError(f"the appliance has ended: {open(self.log).read()[-3000:]}")
            out, self.said = self.said.split(mark + "\n", 1)
            return out

    def configure(self, *lines):
        out = self.cli("configure terminal", *lines, "end")
        assert "%" not in out, out

    def shows(self, command, regexp, seconds=SLOW):
        """Waits until a command's output has a match, and returns it."""
        last = ""

        def look():
            nonlocal last
            last = self.cli(command)
            return re.search(regexp, last, re.M)
        try:
            return until(f"{command}: {regexp}", look, seconds)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{last}") from None

    def fds(self):
        return len(os.listdir(f"/proc/{self.p.pid}/fd"))

    def goroutines(self):
        """Ends the appliance; how many goroutines it had, by the function that each began with."""
        self.p.send_signal(signal.SIGQUIT)
        self.p.wait(30)
        processes.remove(self.p)
        count = {}
        for block in open(self.log).read().split("\n\n"):
            if re.match(r"goroutine \d+ ", block.strip()):
                began = re.findall(r"^(?:created by )?([\w./()*{}\[\]-]+)(?:\(.*\)| in goroutine \d+)$", block, re.M)
                name = began[-1] if began else "?"
                count[name] = count.get(name, 0) + 1
        return count

    def stop(self):
        return end(self.p)


class Phone:
    """A `busylamp phone`: driven by do(), or with driven=False one that prints what changes on it."""
    made = 0

    def __init__(self, protocol, mac, *args, driven=True, inside=None, server=SERVER):
        Phone.made += 1
        self.out = os.path.join(OUT, f"phone{Phone.made}.out")
        port = SCCP if protocol == "sccp" else SIP
        cmd = [*enter(inside), BIN, "phone", "--protocol", protocol, "--server", f"{server}:{port}", "--mac", mac, *map(str, args)]
        self.p = start(cmd + (["--script", "-"] if driven else []), stdin=subprocess.PIPE if driven else subprocess.DEVNULL,
                       stdout=open(self.out, "w"), stderr=subprocess.STDOUT, text=True, bufsize=1)
        self.oks, self.patience = 0, 2 * SLOW
        if driven:
            self.do(f"within {SLOW}s", "expect registered")

    def text(self):
        return open(self.out).read()

    def do(self, *steps):
        """Presses keys and expects what is shown, as in a script."""
        for step in steps:
            within = re.fullmatch(r"within (\d+)s", step)
            self.patience = int(within[1]) + SLOW if within else self.patience
            try:
                self.p.stdin.write(step + "\n")
            except BrokenPipeError:
                raise AssertionError(f"{step}: the phone has ended:\n{self.text()}") from None
            self.oks += 1
            until(f"{step}", lambda: len(re.findall("^ok$", self.text(), re.M)) >= self.oks or self._alive(step), self.patience)
        return self

    def _alive(self, step):
        assert self.p.poll() is None, f"{step}: {self.text()}"

    def says(self, regexp, seconds=SLOW):
        try:
            return until(f"phone prints {regexp}", lambda: re.search(regexp, self.text(), re.M) or self._alive(regexp), seconds)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.text()}") from None

    def end(self):
        return end(self.p)

    def kill(self):
        return end(self.p, signal.SIGKILL)


def sccp(mac, model, *args):
    return Phone("sccp", mac, "--type", model, *args)


def sip(mac, number, *args):
    return Phone("sip", mac, "--number", number, *args)
