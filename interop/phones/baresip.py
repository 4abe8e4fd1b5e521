"""baresip, a SIP phone of others: registers, watches an SCCP line, calls and is called."""
import json, os, re, socket, subprocess, wave
import calls, lab

CONFIG = """sip_listen\t{peer}:5062
ctrl_tcp_listen\t127.0.0.1:4444
module_path\t/usr/lib/baresip/modules
module\tg711.so
module\taufile.so
module_app\taccount.so
module_app\tcontact.so
module_app\tmenu.so
module_app\tpresence.so
module_app\tctrl_tcp.so
audio_player\taufile,/dev/null
audio_alert\taufile,/dev/null
audio_source\taufile,{dir}/silence.wav
"""


class Baresip:
    def __init__(self, number, watched):
        dir = os.path.join(lab.OUT, "baresip")
        os.mkdir(dir)
        at = f"{lab.SERVER}:{lab.SIP}"
        files = {"config": CONFIG.format(peer=lab.PEER, dir=dir), "accounts": f"<sip:{number}@{at}>;auth_pass=none;regint=60\n",
                 "contacts": "".join(f'"N{n}" <sip:{n}@{at}>;presence=p2p\n' for n in watched)}
        for name, text in files.items():
            with open(os.path.join(dir, name), "w") as f:
                f.write(text)
        with wave.open(os.path.join(dir, "silence.wav"), "wb") as w:
            w.setnchannels(1), w.setsampwidth(2), w.setframerate(8000), w.writeframes(bytes(2 * 8000 * 30))
        self.out = os.path.join(dir, "out")
        self.p = lab.start(["baresip", "-4", "-f", dir], stdin=subprocess.DEVNULL, stdout=open(self.out, "w"), stderr=subprocess.STDOUT)
        self.says("registered", "reginfo", r"OK")

    def ask(self, command, params=""):
        """The answer to a command of ctrl_tcp: netstrings of JSON."""
        m = json.dumps({"command": command, "params": params, "token": "t"}).encode()
        with socket.create_connection(("127.0.0.1", 4444), 5) as s:
            s.sendall(b"%d:%s," % (len(m), m))
            got = b""
            while b'"response"' not in got or not got.endswith(b","):
                got += s.recv(65536)
        while got:
            size, rest = got.split(b":", 1)
            said = json.loads(rest[:int(size)])
            if said.get("response"):
                return re.sub(r"\x1b\[[0-9;]*m", "", said["data"] or "")
            got = rest[int(size) + 1:]
        raise AssertionError(f"no answer to {command}")

    def says(self, what, command, regexp):
        def look():
            try:
                return re.search(regexp, self.ask(command))
            except (ConnectionError, TimeoutError):
                assert self.p.poll() is None, open(self.out).read()
        return lab.until(f"baresip: {what}", look)

    def sees(self, number, state):
        return self.says(f"{number} {state}", "contacts", rf"{state} +N{number}\b")


def watch_and_call(a):
    b = Baresip(2301, [2005])
    b.sees(2005, "Offline")
    sales, watcher = lab.sccp(calls.SALES, "7971"), lab.sccp(calls.WATCHER, "7961")
    b.sees(2005, "Online")
    watcher.do("expect key 4 idle")
    a.shows("show presence subscription summary", rf"2301@{lab.PEER} +2005@\S+ .*idle")
    a.shows("show presence subscription", r"Watcher phone type    : SIP Phone")
    watcher.do("dial 2005")
    sales.do("expect ring", "answer", "expect call connected 2002")
    b.sees(2005, "Busy")
    sales.do("end", "expect calls 0")
    watcher.do("expect calls 0")
    b.sees(2005, "Online")

    b.ask("dial", f"sip:2005@{lab.SERVER}:{lab.SIP}")
    sales.do("expect ring", "expect call ringin 2301")
    watcher.do("expect key 4 busy")
    sales.do("answer", "expect call connected 2301", "expect media")
    b.says("talks", "listcalls", "ESTABLISHED")
    b.ask("hangup")
    sales.do("expect calls 0")
    watcher.do("expect key 4 idle")

    sales.do("dial 2301", "expect call ringout 2301")
    b.says("rings", "listcalls", "INCOMING")
    b.ask("accept")
    sales.do("expect call connected 2301", "expect media", "expect media send")
    b.says("talks", "listcalls", "ESTABLISHED")
    sales.do("end", "expect calls 0")
    b.says("is idle", "listcalls", r"Active calls \(0\)")
    watcher.do("expect key 4 idle")
    assert lab.end(b.p) == 0
    watcher.do("expect key 4 unknown")
    for p in (sales, watcher):
        p.end()
