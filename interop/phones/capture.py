"""A live capture of SCCP on loopback, and what tshark reads in it."""
import os, signal, struct, subprocess, time
import xml.etree.ElementTree as ET
import lab

NAMES = {  # of identifiers, as the codec has them
    0x00: "KeepAlive", 0x01: "RegisterReq", 0x02: "IpPort", 0x03: "KeypadButton", 0x04: "EnblocCall", 0x05: "Stimulus", 0x06: "OffHook",
    0x07: "OnHook", 0x09: "ForwardStatReq", 0x0A: "SpeedDialStatReq", 0x0B: "LineStatReq", 0x0C: "ConfigStatReq", 0x0D: "TimeDateReq",
    0x0E: "ButtonTemplateReq", 0x10: "CapabilitiesRes", 0x20: "Alarm", 0x22: "OpenReceiveChannelAck", 0x25: "SoftKeySetReq", 0x26: "SoftKeyEvent",
    0x27: "Unregister", 0x28: "SoftKeyTemplateReq", 0x2B: "HeadsetStatus", 0x2D: "RegisterAvailableLines", 0x30: "UpdateCapabilities",
    0x33: "ServiceURLStatReq", 0x34: "FeatureStatReq", 0x43: "UpdateCapabilitiesV2", 0x44: "UpdateCapabilitiesV3", 0x81: "RegisterAck",
    0x82: "StartTone", 0x83: "StopTone", 0x85: "SetRinger", 0x86: "SetLamp", 0x88: "SetSpeakerMode", 0x89: "SetMicroMode",
    0x8A: "StartMediaTransmission", 0x8B: "StopMediaTransmission", 0x8F: "CallInfo", 0x90: "ForwardStat", 0x91: "SpeedDialStat", 0x92: "LineStat",
    0x93: "ConfigStat", 0x94: "DefineTimeDate", 0x97: "ButtonTemplateRes", 0x9B: "CapabilitiesReq", 0x9D: "RegisterReject", 0x9F: "Reset",
    0x100: "KeepAliveAck", 0x105: "OpenReceiveChannel", 0x106: "CloseReceiveChannel", 0x108: "SoftKeyTemplateRes", 0x109: "SoftKeySetRes",
    0x110: "SelectSoftKeys", 0x111: "CallState", 0x112: "DisplayPromptStatus", 0x113: "ClearPromptStatus", 0x114: "DisplayNotify",
    0x115: "ClearNotify", 0x116: "ActivateCallPlane", 0x117: "DeactivateCallPlane", 0x118: "UnregisterAck", 0x11D: "DialedNumber",
    0x11F: "FeatureStat", 0x120: "DisplayPriNotify", 0x121: "ClearPriNotify", 0x12F: "ServiceURLStat", 0x143: "DisplayNotifyV2",
    0x144: "DisplayPriNotifyV2", 0x145: "DisplayPromptStatusV2", 0x146: "FeatureStatV2", 0x147: "LineStatV2", 0x148: "ServiceURLStatV2",
    0x149: "SpeedDialStatV2", 0x14A: "CallInfoV2", 0x154: "StartMediaTransmissionAck",
}
ALWAYS_ZERO = {0x00, 0x01, 0x02, 0x20, 0x27, 0x81, 0x9D, 0x100, 0x118}  # header version, whatever was negotiated


class Message:
    """One SCCP message; fields are what tshark reads, without skinny."""

    def __init__(self, stream, server, id, version, length, body):
        self.stream, self.server, self.id, self.version, self.length, self.body, self.fields = stream, server, id, version, length, body, {}

    @property
    def name(self):
        return NAMES.get(self.id, hex(self.id))

    @property
    def base(self):
        """The name whatever the form: FeatureStat for FeatureStatV2."""
        return self.name.removesuffix("V2").removesuffix("V3")

    def __repr__(self):
        skip = ("data_length", "hdr_version", "messageId", "response_to", "response_time")
        return ("<" if self.server else ">") + self.name + " " + " ".join(f"{k}={v}" for k, v in self.fields.items() if k not in skip and "." not in k)

    def number(self, field):
        return int(self.fields[field], 0)


class Capture:
    """tshark on lo from __enter__ to __exit__; then messages() are all SCCP messages."""
    taken = 0

    def __enter__(self):
        Capture.taken += 1
        self.file, said = os.path.join(lab.OUT, f"sccp{Capture.taken}.pcapng"), os.path.join(lab.OUT, f"tshark{Capture.taken}.err")
        self.p = lab.start(["tshark", "-n", "-i", "lo", "-B", "64", "-f", f"tcp port {lab.SCCP}", "-w", self.file], stdout=subprocess.DEVNULL,
                           stderr=open(said, "w"))
        lab.until("tshark captures", lambda: os.path.exists(self.file) and "Capture started" in open(said).read() or self._early(said))
        return self

    def _early(self, said):
        assert self.p.poll() is None, open(said).read()
        return False

    def __exit__(self, *failed):
        if not failed[0]:  # what the kernel has handed over is written within a second; wait until no more comes
            size = -1
            while size != os.path.getsize(self.file):
                size = os.path.getsize(self.file)
                time.sleep(1.5)
        lab.end(self.p, signal.SIGINT)

    def read(self, *args):
        r = subprocess.run(["tshark", "-n", "-r", self.file, "-d", f"tcp.port=={lab.SCCP},skinny", *args], capture_output=True, text=True)
        assert r.returncode == 0, r.stderr
        return r.stdout

    def messages(self):
        """All messages in order by connection: {stream: [Message]}. Frames are split here; tshark's fields are added where it reads
        the frame, and both must agree on each identifier."""
        assert self.read("-Y", "_ws.malformed || tcp.analysis.ack_lost_segment").strip() == "", "malformed or lost packets:\n" + self.read("-Y", "_ws.malformed", "-V")[:4000]
        streams, tails = {}, {}
        rows = self.read("-Y", "tcp.len > 0 && !tcp.analysis.retransmission", "-T", "fields", "-e", "tcp.stream", "-e", "tcp.srcport", "-e", "tcp.payload")
        for row in rows.splitlines():
            stream, port, data = row.split("\t")
            stream, server = int(stream), int(port) == lab.SCCP
            data = tails.get((stream, server), b"") + bytes.fromhex(data.replace(":", ""))
            while len(data) >= 12:
                length, version, id = struct.unpack_from("<III", data)
                assert 4 <= length <= 8192, f"length {length} in stream {stream}"
                if len(data) < 8 + length:
                    break
                streams.setdefault(stream, []).append(Message(stream, server, id, version, length, data[12:8 + length]))
                data = data[8 + length:]
            tails[stream, server] = data
        assert not any(tails.values()), "half a message at the end"
        self._dissect(streams)
        return streams

    def _dissect(self, streams):
        read = {}  # (stream, server) -> tshark's messages
        for packet in ET.fromstring(self.read("-Y", "skinny", "-T", "pdml")):
            tcp = next(p for p in packet if p.get("name") == "tcp")
            top = {f.get("name"): f.get("show") for f in tcp}
            key = int(top["tcp.stream"]), int(top["tcp.srcport"]) == lab.SCCP
            for proto in packet:
                if proto.get("name") != "skinny":
                    continue
                fields = {}
                for f in proto.iter("field"):
                    if f.get("name", "").startswith("skinny."):
                        fields.setdefault(f.get("name")[7:], f.get("show"))
                read.setdefault(key, []).append(fields)
        for stream, messages in streams.items():
            for server in (False, True):
                theirs = read.get((stream, server), [])
                for m in messages:
                    if m.server != server:
                        continue
                    if theirs and (int(theirs[0]["hdr_version"], 0), int(theirs[0]["messageId"], 0), int(theirs[0]["data_length"])) == (m.version, m.id, m.length):
                        m.fields = theirs.pop(0)
                    else:  # it takes headers 12 to 14 for plain TCP, most of the time
                        assert 12 <= m.version <= 14, f"tshark reads {m} otherwise: {theirs[:1]}"
