"""Calls between SCCP phones, and their lamps, as tshark sees them."""
import lab
from capture import Capture

BOSS, SALES, WATCHER = "0012.7F57.62A5", "0015.6247.EF91", "0012.7F57.62A6"  # ephones 1, 3 and 2: 2001, 2005 and 2002


def connection(streams, mac):
    name = "SEP" + mac.replace(".", "")
    for messages in streams.values():
        if any(m.name == "RegisterReq" and m.fields["DeviceName"] == name for m in messages):
            return messages
    raise AssertionError(f"no connection of {name}")


def order(messages, *want):
    """Asserts that the server sent these in this order, others may stand between. A want is a name, or (name, field, value, ...)."""
    rest = [m for m in messages if m.server]
    for w in want:
        name, fields = (w, ()) if isinstance(w, str) else (w[0], list(zip(w[1::2], w[2::2])))
        for i, m in enumerate(rest):
            if m.base == name and all(same(m.fields.get(f, ""), v) for f, v in fields):
                rest = rest[i + 1:]
                break
        else:
            raise AssertionError(f"no {w}, or not here:\n" + "\n".join(map(repr, messages)))


def same(shown, value):
    return int(shown or "-1", 0) == value if isinstance(value, int) else shown == value


def since(messages, start):
    """The messages from the one on that start likes."""
    return messages[next(i for i, m in enumerate(messages) if start(m)):]


STATES = {"offhook": 1, "onhook": 2, "ringout": 3, "ringin": 4, "connected": 5, "proceed": 12}


def state(name):
    return ("CallState", "callState", STATES[name])


def one_call(a):
    with Capture() as c:
        watcher, sales, boss = lab.sccp(WATCHER, "7961"), lab.sccp(SALES, "7971"), lab.sccp(BOSS, "7960")
        watcher.do("expect key 2 idle")
        boss.do("expect key 1 idle", "newcall", "expect tone dial", "digits 2", "expect no tone dial", "digits 005")
        sales.do("expect ring inside", "expect prompt 2001")
        watcher.do("expect key 2 busy")
        boss.do("expect key 1 busy", "expect call ringout")
        sales.do("answer", "expect call connected 2001", "expect media")
        boss.do("expect call connected 2005", "expect media", "end", "expect calls 0", "expect key 1 idle")
        sales.do("expect calls 0")
        watcher.do("expect key 2 idle")
        for p in (boss, sales, watcher):
            assert p.end() == 0, p.text()
    streams = c.messages()

    out = since(connection(streams, BOSS), lambda m: m.name in ("OffHook", "SoftKeyEvent"))
    order(out, "SetRinger", "SetSpeakerMode", ("SetLamp", "stimulus", 9, "lampMode", 2), state("offhook"), ("SelectSoftKeys", "softKeySetIndex", 4),
          "DisplayPromptStatus", "ActivateCallPlane", ("StartTone", "tone", 0x21),
          "StopTone", ("SelectSoftKeys", "softKeySetIndex", 6), ("DialedNumber", "dialedNumber", "2005"), state("ringout"), "CallInfo", ("StartTone", "tone", 0x24),
          ("SelectSoftKeys", "softKeySetIndex", 8), "StopTone", state("connected"), ("SelectSoftKeys", "softKeySetIndex", 1))
    order(out, "OpenReceiveChannel", "StartMediaTransmission", "CloseReceiveChannel", "StopMediaTransmission")
    order(out, state("connected"), "SetSpeakerMode", "ClearPromptStatus", state("onhook"), ("SelectSoftKeys", "softKeySetIndex", 0), ("SetLamp", "stimulus", 9, "lampMode", 1))

    ring = since(connection(streams, SALES), lambda m: m.name == "CallState" and m.number("callState") == STATES["ringin"])
    order(ring, state("ringin"), ("SelectSoftKeys", "softKeySetIndex", 3), "DisplayPromptStatus", "DisplayPriNotify", ("CallInfo", "callingParty", "2001"),
          ("SetLamp", "stimulus", 9, "lampMode", 5), ("SetRinger", "ringMode", 2))
    answered = since(ring, lambda m: not m.server)
    order(answered, ("SetRinger", "ringMode", 1), "SetSpeakerMode", ("SetLamp", "stimulus", 9, "lampMode", 2), state("offhook"), "ActivateCallPlane", "StopTone", "OpenReceiveChannel",
          state("connected"), "CallInfo", ("SelectSoftKeys", "softKeySetIndex", 1))
    order(answered, "OpenReceiveChannel", "StartMediaTransmission", "CloseReceiveChannel", "StopMediaTransmission", "SetSpeakerMode", "ClearPromptStatus", state("onhook"),
          ("SelectSoftKeys", "softKeySetIndex", 0), ("SetLamp", "stimulus", 9, "lampMode", 1))
    info = next(m for m in ring if m.base == "CallInfo")  # at header 0 tshark reads its strings one off behind the first
    assert info.body.split(b"\0").count(b"2005") >= 1, info.body
    # each ends its receive channel where the other is told to send
    ack = next(m for m in answered if m.name == "OpenReceiveChannelAck")
    start = next(m for m in out if m.name == "StartMediaTransmission")
    assert start.fields["remotePortNumber"] == ack.fields["portNumber"], (start, ack)

    lamps = [m for m in connection(streams, WATCHER) if m.name == "FeatureStatV2" and m.number("featureIndex") == 2]
    values = [m.number("featureStatus") for m in lamps]
    while values and values[0] == 0:  # before it registered
        values.pop(0)
    while values and values[-1] == 0:  # after it left
        values.pop()
    assert values == [1, 2, 1], values
    assert all(m.fields["featureTextLabel"] == "2005" for m in lamps)
