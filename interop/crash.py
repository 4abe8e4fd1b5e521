"""SIGKILL during `write memory` in a loop: the next start finds the old or the new configuration, whole."""
import os, random, re, subprocess, sys, tempfile, time

binary, rounds = sys.argv[1], int(sys.argv[2])
with tempfile.TemporaryDirectory() as state:
    def run(stdin, kill_after=None):
        p = subprocess.Popen([binary, "run", "--state", state, "--ssh", "off", "--telnet", "off"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if kill_after is None:
            out, _ = p.communicate(stdin, timeout=60)
            return out.decode()
        p.stdin.write(stdin)
        p.stdin.flush()
        time.sleep(kill_after)
        p.kill()
        p.communicate()

    last = 0
    for n in range(1, rounds + 1):
        names = [f"N{n}x{k}" for k in range(200)]
        script = "enable\n" + "".join(f"configure terminal\nhostname {h}\nend\nwrite memory\n" for h in names)
        run(script.encode(), random.uniform(0.02, 0.4))
        out = run(b"enable\nshow startup-config\nshow running-config | include ^hostname\n")
        if "startup-config is not present" in out:
            assert last == 0, f"round {n}: the startup-config is gone:\n{out}"
            continue
        assert re.search(r"^end\s*$", out, re.M), f"round {n}: cut short:\n{out[-2000:]}"
        hosts = re.findall(r"^hostname N(\d+)x(\d+)\s*$", out, re.M)
        assert len(hosts) == 2 and hosts[0] == hosts[1], f"round {n}: {hosts}\n{out[-2000:]}"
        got = int(hosts[0][0])
        assert got >= last and got <= n, f"round {n}: hostname of round {got} after {last}"
        last = got
    assert last > 0, "no round ever saved"
    print(f"{rounds} kills, last configuration kept is of round {last}")
