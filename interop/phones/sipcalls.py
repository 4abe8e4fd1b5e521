"""SIP calls: sipp and sipp, sipp and SCCP phones, and a trunk."""
import contextlib, re
import calls, lab
from sipp import Scenario, register

PHONES = {2101: ("00156247ef90", 26101), 2102: ("001200078d82", 26102), 2103: ("001200078d83", 26103)}


@contextlib.contextmanager
def registered(a, *numbers):
    for n in numbers:
        register(n, *PHONES[n])
    try:
        yield [Scenario(n, PHONES[n][1]) for n in numbers]
    finally:
        for n in numbers:
            register(n, *PHONES[n], expires=0)


def play(a, *scenarios):
    """Runs the last scenario against those before it, which wait for calls."""
    with running(*scenarios):
        pass
    quiet(a)


@contextlib.contextmanager
def running(*scenarios):
    """Starts scenarios, callees first; at the end they must have succeeded. If something fails, what sipp has seen is printed."""
    try:
        for s in scenarios:
            s.run()
        yield
        for s in reversed(scenarios):
            s.done()
    except BaseException:
        for s in scenarios:
            print(s.log())
        raise
    finally:
        for s in scenarios:
            s.stop()


def quiet(a):
    """No call is left."""
    def look():
        rows = re.findall(r"^50/0/\d+ +(\S+)", a.cli("show ephone-dn summary"), re.M)
        return rows and set(rows) <= {"IDLE", "DOWN"}
    lab.until("no ephone-dn is in use", look)


def media(s):
    """The session description of the other side, as this one must get it: media flow directly."""
    return rf"m=audio {s.rtp} RTP/AVP"


def caller_hangs_up(a):
    with registered(a, 2102, 2101) as (callee, caller):
        callee.ring(media(caller), "sip:2101@").accept().hung_up()
        caller.invite(2102).trying().gets(200, media(callee)).request("ACK").hang_up()
        play(a, callee, caller)


def callee_hangs_up(a):
    with registered(a, 2102, 2101) as (callee, caller):
        callee.ring().accept().hang_up()
        caller.invite(2102).trying().gets(200).request("ACK").hung_up()
        play(a, callee, caller)


def busy(a):
    with registered(a, 2102, 2101) as (callee, caller):
        callee.ring().answer(486, "Busy Here").gets("ACK")
        caller.invite(2102).trying().gets(486).refuse_ack()
        play(a, callee, caller)


def given_up(a):
    with registered(a, 2102, 2101) as (callee, caller):
        callee.ring().cancelled()
        caller.invite(2102).gets(100, optional=True).gets(180).cancel().gets(200).gets(487).refuse_ack()
        play(a, callee, caller)


def hold(a):
    with registered(a, 2102, 2101) as (callee, caller):
        callee.ring().accept().gets("INVITE", "a=(sendonly|inactive)")
        callee.answer(200, "OK", sdp=callee.sdp("recvonly")).gets("ACK").gets("INVITE", "a=sendrecv").answer(200, "OK", sdp=callee.sdp()).gets("ACK").hung_up()
        caller.invite(2102).trying().gets(200).request("ACK")
        caller.request("INVITE", sdp=caller.sdp("sendonly")).gets(100, optional=True).gets(200, "a=(recvonly|inactive)").request("ACK")
        caller.request("INVITE", sdp=caller.sdp()).gets(100, optional=True).gets(200, "a=sendrecv").request("ACK").hang_up()
        play(a, callee, caller)


def delayed_offer(a):
    with registered(a, 2102, 2101) as (callee, caller):
        callee.ring().accept().hung_up()
        caller.invite(2102, sdp=False).trying().gets(200, "m=audio [0-9]+ RTP/AVP").request("ACK", sdp=caller.sdp()).hang_up()
        play(a, callee, caller)


def blind_transfer(a):
    """2101 calls 2102, who sends it on to an SCCP phone."""
    sales = lab.sccp(calls.SALES, "7971")
    with registered(a, 2102, 2101) as (callee, caller):
        callee.ring().accept().request("REFER", "Refer-To: <sip:2005@[remote_ip]>", "Referred-By: <sip:2102@[remote_ip]>").gets(202)
        callee.gets("NOTIFY", "sipfrag", "SIP/2.0 100").answer(200, "OK").hung_up().gets("NOTIFY", "SIP/2.0 200", "terminated").answer(200, "OK")
        caller.invite(2102).trying().gets(200).request("ACK")
        caller.gets("INVITE", "a=inactive").answer(200, "OK", sdp=caller.sdp("inactive")).gets("ACK")  # 2102 has left
        caller.gets("INVITE", "a=sendrecv").answer(200, "OK", sdp=caller.sdp()).gets("ACK").hung_up()  # 2005 has answered
        with running(callee, caller):
            sales.do("expect ring", "expect call ringin 2101")
            lab.until("2102 is out of it", lambda: "BYE sip:2102" in callee.log())
            sales.do("answer", "expect call connected 2101", f"expect media {lab.SERVER}:{caller.rtp}", "end", "expect calls 0")
    sales.end()
    quiet(a)


def unknown(a):
    with registered(a, 2101) as (caller,):
        caller.invite(2999).trying().gets(404).refuse_ack()
        play(a, caller)


def to_sccp(a):
    sales = lab.sccp(calls.SALES, "7971")
    with registered(a, 2101) as (caller,):
        caller.invite(2005).gets(100, optional=True).gets(180).gets(200, "m=audio [0-9]+ RTP/AVP").request("ACK")
        caller.gets("INVITE", "a=(sendonly|inactive)").answer(200, "OK", sdp=caller.sdp("recvonly")).gets("ACK")
        caller.gets("INVITE", "a=sendrecv").answer(200, "OK", sdp=caller.sdp()).gets("ACK").hung_up()
        with running(caller):
            sales.do("expect ring", "expect call ringin 2101", "answer", "expect call connected 2101", f"expect media {lab.SERVER}:{caller.rtp}",
                     "hold", "expect call hold", "expect no media", "resume", "expect call connected", f"expect media {lab.SERVER}:{caller.rtp}", "end", "expect calls 0")
    sales.end()
    quiet(a)


def from_sccp(a):
    sales = lab.sccp(calls.SALES, "7971")
    with registered(a, 2101) as (callee,):
        with running(callee.ring("sip:2005@").accept_offer().hung_up()):
            sales.do("dial 2101", "expect call connected 2101", f"expect media {lab.SERVER}:{callee.rtp}", "end", "expect calls 0")
    sales.end()
    quiet(a)


def trunk(a):
    """Out by a dial-peer and in from its target."""
    sales = lab.sccp(calls.SALES, "7971")
    far, near = Scenario(9123, 25100), Scenario(9555, 25100)
    with running(far.ring("INVITE sip:9123@").accept_offer().hung_up()):
        sales.do("dial 9123", "expect call connected 9123", f"expect media {lab.SERVER}:{far.rtp}", "end", "expect calls 0")
    with running(near.invite(2005).gets(100, optional=True).gets(180).gets(200).request("ACK").hung_up()):
        sales.do("expect ring", "expect call ringin 9555", "answer", "expect call connected 9555", "end", "expect calls 0")
    sales.end()
    quiet(a)


TESTS = [
    ("sipp calls sipp, caller hangs up, media directly", caller_hangs_up), ("sipp: callee hangs up", callee_hangs_up), ("sipp: busy, 486", busy),
    ("sipp: given up, CANCEL and 487", given_up), ("sipp: hold and resume by re-INVITE", hold), ("sipp: delayed offer", delayed_offer),
    ("sipp: blind transfer by REFER", blind_transfer), ("sipp: unknown number, 404", unknown), ("sipp calls an SCCP phone, which holds it", to_sccp),
    ("an SCCP phone calls sipp", from_sccp), ("trunk: a dial-peer, out and in", trunk),
]
