"""Conformance: every row of docs/conformance-sip.md that sipp can drive. Usage: run.py [ROW...]; inside a network namespace, see interop/run.sh."""
import concurrent.futures, glob, os, re, signal, subprocess, sys, time, traceback
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "phones"))
import guarded, lab, server, subscriber

XSD = os.environ.get("XSD", os.path.join(lab.HERE, "..", "..", "..", "shared", "xsd"))
ADDRESSES = (server.OPEN, guarded.GUARDED, guarded.STRANGER, server.PHONE, subscriber.RELAY)


def run(a, rows, name, test, transport):
    began = time.monotonic()
    label = f"{rows}: {name}" + (f" ({transport})" if transport else "")
    try:
        test(a, transport) if transport else test(a)
        print(f"ok   {label} [{time.monotonic() - began:.1f} s]", flush=True)
        return 0
    except Exception:
        print(f"FAIL {label}\n" + "\n".join("     " + line for line in traceback.format_exc().splitlines()[-200:]), flush=True)
        return 1


def bodies():
    """Every body that sipp was notified of, and every part of one, by its root element."""
    found = {}
    texts = list(guarded.bodies)
    for path in glob.glob(os.path.join(lab.OUT, "*", "messages")):
        texts += re.findall(r"<\?xml.*?</(?:presence|dialog-info|list|watcherinfo)>", open(path, errors="replace", newline="").read(), re.S)
    for text in texts:
        root = re.search(r"<(presence|dialog-info|list|watcherinfo)\b", text)
        if root and "resource-lists" not in text:
            found.setdefault(root[1], set()).add(text)
    return found


def schemas():
    schema = {"presence": "presence-all.xsd", "dialog-info": "dialog-info.xsd", "list": "rlmi.xsd", "watcherinfo": "watcherinfo.xsd"}
    found = bodies()
    assert set(found) == set(schema), set(found)
    for root, texts in found.items():
        for i, text in enumerate(sorted(texts)):
            path = os.path.join(lab.OUT, f"{root}-{i}.xml")
            with open(path, "w", newline="") as f:
                f.write(text)
            p = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", os.path.join(XSD, schema[root]), path], capture_output=True, text=True)
            assert p.returncode == 0, text + p.stderr


def main(wanted):
    subprocess.run(["ip", "addr", "add", "10.99.1.1/24", "dev", "lo"], check=False, stderr=subprocess.DEVNULL)  # all of them, for the servers
    for address in ADDRESSES:
        subprocess.run(["ip", "addr", "add", address + "/32", "dev", "lo"], check=False, stderr=subprocess.DEVNULL)
    failed, appliances = 0, []
    with concurrent.futures.ThreadPoolExecutor(4) as side, concurrent.futures.ThreadPoolExecutor(3) as setups:
        rooms = [(room, setups.submit(room.setup)) for room in (server, guarded, subscriber)]
        work = []
        for room, ready in rooms:
            a = ready.result()
            appliances.append(a)
            jobs = [(a, rows, name, test, transport) for rows, name, test, transports in room.TESTS for transport in transports or (None,)
                    if not wanted or set(wanted) & set(rows.split())]
            if room is server:  # each by itself
                work += [side.submit(run, *job) for job in jobs]
            else:  # in their order
                work.append(side.submit(lambda jobs=jobs: sum(run(*job) for job in jobs)))
        failed = sum(w.result() for w in work)
    if not wanted:
        if os.path.isdir(XSD):
            failed += run(None, "C", "bodies of NOTIFYs validate", lambda _: schemas(), None)
        else:
            print("     (no schemas at hand: bodies not validated)")
    for a in appliances:
        if a.stop() != 0:
            failed += 1
            print("FAIL an appliance did not end well\n" + open(a.log).read()[-3000:])
    return failed


if __name__ == "__main__":
    began = time.monotonic()
    status = main(sys.argv[1:])
    print(f"     {time.monotonic() - began:.0f} s")
    for p in list(lab.processes):
        lab.end(p, signal.SIGKILL)
    sys.exit(min(status, 100))
