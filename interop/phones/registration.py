"""Our SCCP fleet registers under the eyes of tshark: order, fields, header versions, nothing malformed."""
import lab
from capture import ALWAYS_ZERO, Capture

# model, protocol versions; five phones each
FLEET = [("7960", 3), ("7960", 5), ("7960", 7), ("7960", 8), ("7960", 11), ("7961", 9), ("7961", 17), ("7971", 10), ("7931", 15), ("6941", 15),
         ("7971", 16), ("7961", 12), ("7961", 14)]
EACH, FIRST = 5, 4001
REPLIES = {"ButtonTemplateReq": "ButtonTemplateRes", "SoftKeyTemplateReq": "SoftKeyTemplateRes", "SoftKeySetReq": "SoftKeySetRes", "ConfigStatReq": "ConfigStat",
           "LineStatReq": "LineStat", "ForwardStatReq": "ForwardStat", "SpeedDialStatReq": "SpeedDialStat", "FeatureStatReq": "FeatureStat",
           "ServiceURLStatReq": "ServiceURLStat", "TimeDateReq": "DefineTimeDate"}


def mac(n):
    return f"0011.0000.{n:04X}"


def config():
    """The fleet's part of the configuration: phone n has line 4000+n, a speed dial and lamps for 2005 and 2001."""
    out = []
    for n in range(1, EACH * len(FLEET) + 1):
        model = FLEET[(n - 1) // EACH][0]
        out += [f"ephone-dn {20 + n}", f" number {4000 + n}", " allow watch", f" label Line {n}"]
        out += [f"ephone {20 + n}", f" mac-address {mac(n)}", f" type {model}", f" button 1:{20 + n}", ' speed-dial 1 2009 label "Nine"',
                ' blf-speed-dial 1 2005 label "Sales"', ' blf-speed-dial 2 2001 label "Boss"']
    return "\n".join(out)


def check_phone(n, messages, server_max):
    """One phone's connection, from its first message to its last."""
    model, version = FLEET[(n - 1) // EACH]
    in_use = min(version, server_max)
    said = [m for m in messages if m.server]
    assert [m.name for m in said[:2]] == ["RegisterAck", "CapabilitiesReq"], said[:4]
    ack = said[0].fields
    assert int(ack["keepAliveInterval"]) == 10 and int(ack["maxProtocolVer"]) == in_use, (ack, in_use)
    for m in messages[messages.index(said[0]):]:  # before RegisterAck nothing is negotiated
        want = in_use if in_use >= 10 and m.id not in ALWAYS_ZERO else 0
        assert m.version == want or not m.server and m.id in ALWAYS_ZERO, f"{m}: header version {m.version}, not {want}"
    # each request is answered once, in order of arrival
    asked = [m.name for m in messages if not m.server and m.name in REPLIES]
    rest = iter([m.base for m in said])
    assert all(REPLIES[name] in rest for name in asked), f"{asked}: not answered in this order"
    assert {"ButtonTemplateReq", "SoftKeyTemplateReq", "SoftKeySetReq", "LineStatReq", "TimeDateReq"} < set(asked), asked
    names = [m.name for m in said]
    sets, time = names.index("SoftKeySetRes"), names.index("DefineTimeDate")
    chosen = [m for m in said[sets:] if m.name == "SelectSoftKeys"]
    assert chosen and (not chosen[0].fields or chosen[0].number("softKeySetIndex") == 0), chosen
    assert "DisplayPromptStatus" in (m.base for m in said[sets:]), names
    after = {m.name for m in said[time:]}
    assert {"SetLamp", "FeatureStatV2" if in_use >= 8 else "FeatureStat"} <= after | set(names), after
    lamps = [m for m in said if m.base == "FeatureStat"]
    assert all((m.name == "FeatureStatV2") == (in_use >= 8) for m in lamps), lamps
    if in_use in (12, 13, 14):  # tshark does not read these
        return
    shown = next((m for m in said if m.base == "LineStat"))
    assert shown.fields["lineDirNumber"] == str(4000 + n) and shown.fields.get("lineTextLabel", f"Line {n}") == f"Line {n}", shown
    if model == "7931":  # lamps only: its keys have no text of ours
        return
    for index, label in ((1, "Sales"), (2, "Boss")):
        mine = [m for m in lamps if m.number("featureIndex") == index]
        assert mine and all(m.number("featureID") == 0x15 and m.fields["featureTextLabel"] == label and m.number("featureStatus") in (1, 0) for m in mine), (n, model, mine)


def fleet(a, server_max):
    count = EACH * len(FLEET)
    with Capture() as c:
        started = [lab.Phone("sccp", mac(1 + i * EACH), "--type", model, "--version", version, "--count", EACH, driven=False)
                   for i, (model, version) in enumerate(FLEET)]
        for p in started:
            p.says(f"all {EACH} registered")
        a.shows("show ephone summary", rf"Registered {count}\b")
        for p in started:
            assert p.end() == 0, p.text()
        a.shows("show ephone summary", r"Registered 0\b")
    streams = c.messages()
    assert len(streams) == count, f"{len(streams)} connections"
    seen = set()
    for messages in streams.values():
        name = next(m for m in messages if m.name == "RegisterReq").fields["DeviceName"]
        n = int(name[-4:], 16)
        seen.add(n)
        try:
            check_phone(n, messages, server_max)
        except AssertionError:
            print(f"phone {n}, {FLEET[(n - 1) // EACH]}:\n" + "\n".join(map(repr, messages)))
            raise
    assert len(seen) == count
    print(f"{sum(map(len, streams.values()))} messages")


def default(a):
    fleet(a, 9)


def highest(a):
    a.configure("telephony-service", "busylamp sccp max-version 17")
    try:
        fleet(a, 17)
    finally:
        a.configure("telephony-service", "no busylamp sccp max-version")
