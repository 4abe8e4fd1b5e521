"""Tests of phones and calls with real peers. Usage: run.py [TEST...]; inside a network namespace, see interop/run.sh."""
import contextlib, io, os, signal, sys, time, traceback
import baresip, calls, hostile, lab, mobility, registration, screen, sipcalls

TESTS = [
    ("fleet", "SCCP fleet, 13 models and versions, server at 9: tshark finds the dialogue in order", registration.default),
    ("fleet17", "SCCP fleet, server at 17: header versions follow", registration.highest),
    ("call", "SCCP call: order of messages at both phones, media, the lamp of a watcher", calls.one_call),
    ("baresip", "baresip watches an SCCP line, calls and is called", baresip.watch_and_call),
    *[("sipp", name, test) for name, test in sipcalls.TESTS],
    ("mobility", "Extension Mobility over HTTP, and the lamp of a watcher", mobility.login),
    ("screen", "a phone on a terminal: lines, keys, a call by a key, lamps", screen.smoke),
    ("hostile", "SIGKILL of SCCP phones mid-call", hostile.killed_sccp),
    ("hostile", "SIGKILL of a SIP phone mid-call", hostile.killed_sip),
    ("hostile", "half-open TCP mid-call", hostile.half_open),
    ("hostile", "phones that send garbage", hostile.garbage),
    ("crowd", "1,000 phones come back at once, three times, and are restarted: nothing leaks", hostile.crowd),
]


def main(wanted):
    a = lab.Appliance(open(os.path.join(lab.HERE, "..", "cfg", "phones.cfg")).read().replace("\nline con 0", "\n" + registration.config() + "\nline con 0"))
    failed = 0
    for key, name, test in TESTS:
        if wanted and not any(w in (key, name) for w in wanted):
            continue
        began, said = time.monotonic(), io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                test(a)
            print(f"ok   {name} ({time.monotonic() - began:.1f} s) {said.getvalue().strip()}".rstrip(), flush=True)
        except Exception:
            for p in [p for p in lab.processes if p is not a.p]:
                lab.end(p, signal.SIGKILL)
            failed += 1
            print(f"FAIL {name}\n" + "\n".join("     " + line for line in (said.getvalue() + traceback.format_exc()).splitlines()[-400:]), flush=True)
    if a.stop() != 0:
        failed += 1
        print("FAIL the appliance of the phones did not end well\n" + open(a.log).read()[-3000:])
    return failed


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 100))
