"""Kamailio as the presence `server`: digest, states that somebody publishes there, a wrong password, a restart that forgets everything."""
import glob, os, re, signal, socket, subprocess
import lab

# Presence in memory only. SUBSCRIBE is challenged, PUBLISH is for the test and is not.
CONFIG = """#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=2
tcp_children=1
listen=udp:{addr}:5060
listen=tcp:{addr}:5060
auto_aliases=no
dns=no
rev_dns=no
use_dns_cache=no
mpath="{modules}"
loadmodule "kex.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
loadmodule "presence.so"
loadmodule "presence_xml.so"
modparam("auth", "secret", "interop")
modparam("presence", "publ_cache", 2)
modparam("presence", "subs_db_mode", 0)
modparam("presence", "send_fast_notify", 1)
modparam("presence", "server_address", "sip:{addr}:5060")
modparam("presence", "min_expires", 90)
modparam("presence", "min_expires_action", 1)
modparam("presence", "max_expires", 120)
modparam("presence_xml", "force_active", 1)
request_route {{
    if (is_method("SUBSCRIBE")) {{
        if (!pv_www_authenticate("cme.lab", "test", "0") || $au != "jack") {{ www_challenge("cme.lab", "1"); exit; }}
        consume_credentials();
        if (!t_newtran()) {{ sl_reply_error(); exit; }}
        handle_subscribe();
        t_release();
        exit;
    }}
    if (is_method("PUBLISH")) {{
        if (!t_newtran()) {{ sl_reply_error(); exit; }}
        handle_publish();
        t_release();
        exit;
    }}
    sl_send_reply("200", "OK");
    exit;
}}
"""

APPLIANCE = f"""hostname LAB
no logging console
logging buffered 1000000 debugging
enable password lab
no ip domain lookup
voice service voip
 sip
  registrar server expires max 240 min 60
voice register global
 mode cme
 source-address {lab.SERVER} port 5060
voice register dn 1
 number 2101
 allow watch
voice register pool 1
 id mac 0015.6247.EF90
 type 7971
 number 1 dn 1
 blf-speed-dial 1 5001 label "5001"
presence
 server {lab.PEER}
 sccp blf-speed-dial retry-interval 60 limit 10
 allow subscribe
sip-ua
 authentication username jack password 021201481F
 presence enable
telephony-service
 max-ephones 10
 max-dn 10
 ip source-address {lab.SERVER} port 2000
ephone-dn 1 dual-line
 number 2001
 allow watch
ephone 1
 mac-address 0012.7F57.62A5
 type 7961
 blf-speed-dial 1 5001 label "5001"
 blf-speed-dial 2 5002 label "5002"
 button 1:1
line con 0
 exec-timeout 0 0
end
"""

PIDF = """<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:{number}@{addr}">
<tuple id="t"><status><basic>{basic}</basic></status></tuple>
<dm:person id="p"><rpid:activities>{activity}</rpid:activities></dm:person>
</presence>
"""


class Kamailio:
    def __init__(self):
        modules = os.path.dirname(glob.glob("/usr/lib/*/kamailio/modules/presence.so")[0]) + "/"
        self.dir, self.published = os.path.join(lab.OUT, "kamailio"), 0
        os.makedirs(self.dir, exist_ok=True)
        self.cfg = os.path.join(self.dir, "kamailio.cfg")
        with open(self.cfg, "w") as f:
            f.write(CONFIG.format(addr=lab.PEER, modules=modules))
        self.start()

    def start(self):
        """Kamailio forks; its own session makes the whole of it one group to end."""
        self.p = lab.start(["kamailio", "-f", self.cfg, "-DD", "-E", "-m", "64", "-M", "8", "-P", os.path.join(self.dir, "pid"), "-Y", self.dir],
                           stdin=subprocess.DEVNULL, stdout=open(os.path.join(self.dir, "log"), "a"), stderr=subprocess.STDOUT, start_new_session=True)
        lab.until("Kamailio answers", self.answers)

    def ask(self, message):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind((lab.PEER, 0))
            s.settimeout(0.5)
            s.sendto(message(s.getsockname()[1]).replace("\n", "\r\n").encode(), (lab.PEER, 5060))
            try:
                return s.recv(65535).decode()
            except OSError:
                return ""

    def request(self, method, number, headers, body=""):
        self.published += 1
        n = self.published
        return self.ask(lambda port: f"{method} sip:{number}@{lab.PEER} SIP/2.0\nVia: SIP/2.0/UDP {lab.PEER}:{port};branch=z9hG4bK-{os.getpid()}-{n};rport\n"
                        f"Max-Forwards: 70\nFrom: <sip:{number}@{lab.PEER}>;tag=p{n}\nTo: <sip:{number}@{lab.PEER}>\nCall-ID: p{n}@{os.getpid()}\nCSeq: 1 {method}\n"
                        f"Contact: <sip:{number}@{lab.PEER}:{port}>\n{headers}Content-Length: {len(body.replace(chr(10), chr(13) + chr(10)))}\n\n{body}")

    def answers(self):
        return self.request("OPTIONS", "x", "").startswith("SIP/2.0 200")

    def publish(self, number, basic, activity="", etag=""):
        """Publishes a state; gives its entity tag."""
        head = f"SIP-If-Match: {etag}\n" if etag else ""
        got = self.request("PUBLISH", number, head + "Event: presence\nExpires: 600\nContent-Type: application/pidf+xml\n",
                           PIDF.format(number=number, addr=lab.PEER, basic=basic, activity=activity))
        assert got.startswith("SIP/2.0 200"), got
        return re.search(r"^SIP-ETag: (\S+)", got, re.M)[1]

    def stop(self):
        """Ends its processes, all of them in the group it made."""
        if self.p.poll() is None:
            os.killpg(self.p.pid, signal.SIGKILL)
            lab.end(self.p)


def server():
    k = Kamailio()
    try:
        a = lab.Appliance(APPLIANCE, "relay")
        boss = lab.sccp("0012.7F57.62A5", "7961")
        soft = lab.sip("0015.6247.EF90", 2101, "--blf", 5001)
        etag = k.publish("5001", "open")
        boss.do("expect key 1 idle", "expect key 2 unknown")  # nobody publishes 5002
        soft.do("expect key 1 idle")
        etag = k.publish("5001", "open", "<rpid:on-the-phone/>", etag)
        boss.do("expect key 1 busy")
        soft.do("expect key 1 busy")
        etag = k.publish("5001", "closed", "<rpid:busy/>", etag)  # as Unified CM publishes a busy line
        boss.do("expect key 1 busy")
        k.publish("5001", "open", "", etag)
        boss.do("expect key 1 idle")
        soft.do("expect key 1 idle")
        k.publish("5002", "open", "<rpid:on-the-phone/>")
        boss.do("expect key 2 busy")

        # A wrong password is refused; the right one comes back, and so do the lamps.
        a.configure("sip-ua", "no authentication username jack", "authentication username jack password wrong")
        a.configure("presence", "no server")
        boss.do("expect key 1 unknown", "expect key 2 unknown")
        a.configure("presence", f"server {lab.PEER}")
        a.shows("show presence subscription", "retry limit +: [1-9]")
        boss.do("expect key 1 unknown", "expect key 2 unknown")
        soft.do("expect key 1 unknown")
        a.configure("sip-ua", "no authentication username jack", "authentication username jack password 021201481F")
        boss.do("within 90s", "expect key 1 idle", "expect key 2 busy")
        soft.do("within 90s", "expect key 1 idle")

        # It dies and comes back with nothing remembered.
        k.stop()
        boss.do("within 10s", "expect key 1 unknown", "expect key 2 unknown")
        soft.do("within 10s", "expect key 1 unknown")
        k.start()
        k.publish("5001", "open", "<rpid:on-the-phone/>")
        boss.do("within 30s", "expect key 1 busy")
        soft.do("within 30s", "expect key 1 busy")
        assert "021201481F" not in a.cli("show logging") and not re.search(r"password (test|wrong)\b", a.cli("show logging"))
        for p in (boss, soft):
            p.end()
        assert a.stop() == 0, open(a.log).read()
    finally:
        k.stop()
