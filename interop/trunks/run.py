"""Tests of presence over trunks with real peers. Usage: run.py [TEST...]; inside a network namespace, see interop/run.sh."""
import contextlib, io, os, signal, sys, time, traceback
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "phones"))
import figure39, kamailio, lab

TESTS = [
    ("figure39", "two appliances watch and call one another over a trunk that is cut and healed", figure39.figure39),
    ("kamailio", "Kamailio with digest is the presence server: states, a wrong password, a restart", kamailio.server),
]


def main(wanted):
    failed = 0
    for key, name, test in TESTS:
        if wanted and key not in wanted:
            continue
        began, said = time.monotonic(), io.StringIO()
        try:
            with contextlib.redirect_stdout(said):
                test()
            print(f"ok   {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception:
            failed += 1
            print(f"FAIL {name}\n" + "\n".join("     " + line for line in (said.getvalue() + traceback.format_exc()).splitlines()[-400:]), flush=True)
        for p in list(lab.processes):
            lab.end(p, signal.SIGKILL)
    return failed


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 100))
