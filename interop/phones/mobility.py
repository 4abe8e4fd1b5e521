"""Extension Mobility: a user logs in at a phone's service page, and watchers see the user's line."""
import re, subprocess
import calls, lab

DESK = "0012.7F57.62A8"


def page(url):
    r = subprocess.run(["curl", "-sS", "--fail", "--max-time", "20", url], capture_output=True, text=True)
    assert r.returncode == 0, r.stderr
    return r.stdout.replace("&amp;", "&")


def login(a):
    watcher, desk = lab.sccp(calls.WATCHER, "7961"), lab.sccp(DESK, "7971")
    desk.do("expect line 1 3001")
    watcher.do("expect key 3 unknown")
    name = "SEP" + DESK.replace(".", "")
    menu = page(f"http://{lab.SERVER}:{lab.HTTP}/CMEserverForPhone/serviceurl?name={name}")
    form = page(re.search(r"<URL>(http://[^<]*/em[^<]*)</URL>", menu)[1])
    url = re.search(r"<URL>([^<]*)</URL>", form)[1]
    assert "<CiscoIPPhoneInput>" in form, form
    refused = page(f"{url}&user=ann&password=wrong")
    assert "Login failed" in refused, refused
    assert "successful" in page(f"{url}&user=ann&password=1234")
    desk.do("expect line 1 3101")
    watcher.do("expect key 3 idle")
    a.shows("show ephone login", r"ann|3101|ephone 4")
    desk.do("dial 2002")
    watcher.do("expect ring", "expect key 3 busy", "answer", "expect call connected 3101")
    desk.do("expect call connected 2002", "end", "expect calls 0")
    watcher.do("expect calls 0", "expect key 3 idle")
    out = page(url)
    assert "Logged in as ann" in out, out
    assert "successful" in page(re.search(r"<URL>([^<]*logout[^<]*)</URL>", out)[1])
    desk.do("expect line 1 3001")
    watcher.do("expect key 3 unknown")
    for p in (desk, watcher):
        p.end()
