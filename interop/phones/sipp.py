"""sipp as SIP phones and as the far end of a trunk. Scenarios are written here in short; sipp gets them as XML."""
import itertools, os, re, socket, subprocess
import lab

SDP = """v=0
o=- 1 {version} IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio {port} RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a={direction}
"""


def message(first, headers, body):
    lines = [first, *headers]
    if body:
        lines.append("Content-Type: application/sdp")
    text = "\n".join(lines) + "\nContent-Length: [len]\n\n" + body
    return "<send><![CDATA[\n\n" + text + "\n]]></send>"


class Scenario:
    """What one side does. Methods return self; the caller's first request is invite(), the callee's first step is ring()."""

    def __init__(self, number, port):
        self.number, self.port, self.rtp, self.steps, self.cseq, self.sdps, self.checked = number, port, port + 2000, [], 0, 0, []
        self.caller = True
        self.contact = f"Contact: <sip:{number}@[local_ip]:[local_port]>"

    def sdp(self, direction="sendrecv"):
        self.sdps += 1
        return SDP.format(version=self.sdps, port=self.rtp, direction=direction)

    def add(self, step):
        self.steps.append(step)
        return self

    # the caller
    def invite(self, number, sdp=True):
        self.cseq += 1
        self.to = f"<sip:{number}@[remote_ip]:[remote_port]>"
        self.uri = f"sip:{number}@[remote_ip]:[remote_port]"
        return self.add(message(f"INVITE {self.uri} SIP/2.0", [
            "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]", "Max-Forwards: 70", f"From: <sip:{self.number}@[remote_ip]>;tag=[pid]a[call_number]",
            f"To: {self.to}", "Call-ID: [call_id]", f"CSeq: {self.cseq} INVITE", self.contact], self.sdp() if sdp else ""))

    def request(self, method, *headers, sdp=""):
        """A request within the dialog; an ACK has the number of the INVITE."""
        if method != "ACK":
            self.cseq += 1
        if self.caller:
            parties = [f"From: <sip:{self.number}@[remote_ip]>;tag=[pid]a[call_number]", f"To: {self.to}[peer_tag_param]"]
        else:
            parties = [f"From: [$me];tag=[pid]b[call_number]", "To: [$peer]"]
        return self.add(message(f"{method} [next_url] SIP/2.0", [
            "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]", "Max-Forwards: 70", *parties, "Call-ID: [call_id]", f"CSeq: {self.cseq} {method}",
            self.contact, *headers], sdp))

    def cancel(self):
        """Of the INVITE that the scenario began with."""
        return self.add(message(f"CANCEL {self.uri} SIP/2.0", [
            f"Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch-{len(self.steps)}]", "Max-Forwards: 70", f"From: <sip:{self.number}@[remote_ip]>;tag=[pid]a[call_number]",
            f"To: {self.to}", "Call-ID: [call_id]", f"CSeq: {self.cseq} CANCEL"], ""))

    def refuse_ack(self):
        """The ACK of a final answer that is no 200."""
        return self.add(message(f"ACK {self.uri} SIP/2.0", [
            "[last_Via:]", "Max-Forwards: 70", f"From: <sip:{self.number}@[remote_ip]>;tag=[pid]a[call_number]", f"To: {self.to}[peer_tag_param]",
            "Call-ID: [call_id]", f"CSeq: {self.cseq} ACK"], ""))

    # both
    def checks(self, *wants, more=""):
        for want in wants:
            self.checked.append(f"v{len(self.checked)}")
            more += f'<ereg regexp="{want}" search_in="msg" check_it="true" assign_to="{self.checked[-1]}"/>'
        return f"<action>{more}</action>" if more else ""

    def gets(self, what, *wants, optional=False):
        """Expects an answer (a number) or a request; wants are regular expressions that it must have a match of."""
        kind = "response" if isinstance(what, int) else "request"
        rrs = ' rrs="true"' if not optional else ""
        step = f'<recv {kind}="{what}"{rrs} optional="true"/>' if optional else f'<recv {kind}="{what}"{rrs} timeout="20000">'
        if not optional:
            step += self.checks(*wants) + "</recv>"
        return self.add(step)

    def trying(self):
        return self.gets(100, optional=True).gets(180, optional=True).gets(183, optional=True)

    def answer(self, code, reason, *headers, sdp=""):
        tag = "[last_To:];tag=[pid]b[call_number]" if not self.caller and not self.established else "[last_To:]"
        return self.add(message(f"SIP/2.0 {code} {reason}", ["[last_Via:]", "[last_From:]", tag, "[last_Call-ID:]", "[last_CSeq:]", self.contact, *headers], sdp))

    # the callee
    established = False

    def ring(self, *wants):
        self.caller = False
        self.checked += ["peer", "me", "cseq"]
        self.add('<recv request="INVITE" rrs="true" timeout="20000">' + self.checks(*wants, more=
                 '<ereg regexp="&lt;.*" search_in="hdr" header="From:" check_it="true" assign_to="peer"/>'
                 '<ereg regexp="&lt;[^&gt;]*&gt;" search_in="hdr" header="To:" check_it="true" assign_to="me"/>'
                 '<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" check_it="true" assign_to="cseq"/>') + '</recv>')
        return self.answer(180, "Ringing")

    def accept(self):
        """200 with a session description, and its ACK."""
        self.answer(200, "OK", sdp=self.sdp()).gets("ACK")
        self.established = True
        return self

    def accept_offer(self):
        """200 with an offer, as the INVITE had none, and the ACK with the answer."""
        self.answer(200, "OK", sdp=self.sdp()).gets("ACK", "m=audio [0-9]+ RTP/AVP")
        self.established = True
        return self

    def hang_up(self):
        return self.request("BYE").gets(200)

    def hung_up(self):
        return self.gets("BYE").answer(200, "OK")

    def cancelled(self):
        """Expects CANCEL, and ends the INVITE."""
        self.gets("CANCEL").answer(200, "OK")
        return self.add(message("SIP/2.0 487 Request Terminated", [
            "[last_Via:]", "[last_From:]", "[last_To:];tag=[pid]b[call_number]", "[last_Call-ID:]", "CSeq: [$cseq] INVITE"], "")).gets("ACK")

    # running
    def run(self):
        name = f"{self.number}-{self.port}-{Scenario.count}"
        Scenario.count += 1
        self.dir = os.path.join(lab.OUT, "sipp-" + name)
        os.mkdir(self.dir)
        with open(os.path.join(self.dir, "s.xml"), "w") as f:
            f.write('<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="s">\n' + "\n".join(self.steps)
                    + "".join(f'\n<Reference variables="{v}"/>' for v in self.checked) + "\n</scenario>\n")
        self.p = lab.start(["sipp", f"{lab.SERVER}:{lab.SIP}", "-sf", "s.xml", "-i", lab.SERVER, "-p", str(self.port), "-m", "1", "-timeout", "60s", "-timeout_error",
                            "-nostdin", "-trace_err", "-trace_msg", "-message_file", "messages"], cwd=self.dir, stdin=subprocess.DEVNULL,
                           stdout=open(os.path.join(self.dir, "out"), "w"), stderr=subprocess.STDOUT)
        if not self.caller:
            lab.until("sipp listens", lambda: re.search(rf":{self.port:04X} ", open("/proc/net/udp").read()) or self._early())
        return self

    count, p, dir = 0, None, None

    def _early(self):
        assert self.p.poll() is None, self.log()

    def log(self):
        out = [f"sipp as {self.number}:"]
        if not self.dir:
            return out[0] + " not started"
        for name in sorted(os.listdir(self.dir)):
            if name.endswith("errors.log") or name == "messages":
                out.append(open(os.path.join(self.dir, name), errors="replace").read()[-6000:])
        return "\n".join(out)

    def stop(self):
        if self.p:
            lab.end(self.p)

    def done(self):
        self.p.wait(70)
        assert self.p.returncode == 0, self.log()


numbers = itertools.count(1)


def register(number, mac, port, expires=240):
    """Registers the phone whose place sipp will take."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((lab.SERVER, port))
        s.settimeout(2)
        n = next(numbers)
        here = f"{lab.SERVER}:{port}"
        text = (f"REGISTER sip:{lab.SERVER} SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bKreg{n}\r\nMax-Forwards: 70\r\n"
                f"From: <sip:{number}@{lab.SERVER}>;tag=r{n}\r\nTo: <sip:{number}@{lab.SERVER}>\r\nCall-ID: reg{number}\r\nCSeq: {n} REGISTER\r\n"
                f"Contact: <sip:{number}@{here}>;+sip.instance=\"<urn:uuid:00000000-0000-0000-0000-{mac}>\"\r\nExpires: {expires}\r\nContent-Length: 0\r\n\r\n")
        for _ in range(10):
            s.sendto(text.encode(), (lab.SERVER, lab.SIP))
            try:
                answer = s.recv(4096).decode()
            except TimeoutError:
                continue
            assert answer.startswith("SIP/2.0 200"), answer
            return
        raise AssertionError("REGISTER is not answered")
