"""netmiko, unmodified, over SSH and telnet: connect, enable, show, configure, save, disconnect."""
import sys
from netmiko import ConnectHandler

ssh, telnet = int(sys.argv[1]), int(sys.argv[2])
for kind, port in (("cisco_ios", ssh), ("cisco_ios_telnet", telnet)):
    c = ConnectHandler(device_type=kind, host="127.0.0.1", port=port, username="ops", password="lab", secret="lab")
    c.enable()
    assert c.find_prompt() == "LAB#", c.find_prompt()
    v = c.send_command("show version")
    assert "uptime is" in v and "Cisco IOS Software" in v, v
    out = c.send_config_set(["presence", "max-subscription 200", "watcher all", "no watcher all"])
    assert "Invalid" not in out and "(config-presence)#" in out, out
    g = c.send_command("show presence global")
    assert "Presence max subscription allowed  : 200" in g, g
    run = c.send_command("show running-config")
    assert "Current configuration" in run and run.rstrip().endswith("end"), run[-200:]
    lines = []
    for n in range(1, 21):
        lines += [f"ephone-dn  {n}", f" number 30{n:02d}", " allow watch"]
    c.send_config_set(lines)
    run = c.send_command("show running-config")
    for n in range(1, 21):
        assert f" number 30{n:02d}" in run, n
    c.send_config_set([f"no ephone-dn {n}" for n in range(1, 21)] + ["presence", "max-subscription 128"])
    assert "number 30" not in c.send_command("show running-config")
    save = c.send_command_expect("write memory")
    assert "[OK]" in save, save
    c.disconnect()
    print(kind, "ok")
