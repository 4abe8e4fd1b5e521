"""`busylamp phone` on a terminal, which is a pane of tmux."""
import os, re, subprocess
import calls, lab


class Pane:
    def __init__(self, *command):
        self.socket = os.path.join(lab.OUT, "tmux")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "40", " ".join(command))

    def tmux(self, *args):
        r = subprocess.run(["tmux", "-S", self.socket, *args], capture_output=True, text=True, env={**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
        assert r.returncode == 0, r.stderr
        return r.stdout

    def shows(self, regexp):
        last = ""

        def look():
            nonlocal last
            last = self.tmux("capture-pane", "-p", "-e")
            return re.search(regexp, re.sub(r"\x1b\[[0-9;]*m", "", last))
        try:
            lab.until(f"the screen shows {regexp}", look)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{last}") from None
        return last

    def line(self, text):
        """The screen's line with a text, with its colours."""
        return next(row for row in self.tmux("capture-pane", "-p", "-e").splitlines() if text in row)

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, check=False)


def smoke(a):
    sales = lab.sccp(calls.SALES, "7971")
    pane = Pane(lab.BIN, "phone", "--protocol", "sccp", "--server", f"{lab.SERVER}:{lab.SCCP}", "--mac", calls.BOSS, "--type", "7960")
    try:
        pane.shows(r"2001[\s\S]*2009")  # its lines
        pane.shows(r"Sales +idle")  # and keys
        pane.shows(r"NewCall")
        idle, line = pane.line("Sales"), pane.line("2001")
        pane.press("M-3")  # the key behind two lines: dials 2005
        sales.do("expect ring", "expect call ringin 2001")
        pane.shows(r"Sales +busy")
        busy = pane.line("Sales")
        assert [c for c in re.findall(r"\x1b\[[0-9;]*m|[●○◐◉]", idle)] != [c for c in re.findall(r"\x1b\[[0-9;]*m|[●○◐◉]", busy)], (idle, busy)
        sales.do("answer", "expect call connected 2001")
        pane.shows(r"connected +2005|connected.*2005")
        assert pane.line("2001") != line, line
        pane.press("Space")  # hangs up
        sales.do("expect calls 0")
        pane.shows(r"Sales +idle")
        pane.press("2", "0", "0", "5")  # digits on hook, then the handset
        pane.press("C-c")
        a.shows("show ephone 0012.7F57.62A5", "UNREGISTERED")
    finally:
        pane.close()
        sales.end()
