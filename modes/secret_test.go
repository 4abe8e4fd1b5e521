package modes

import (
	"regexp"
	"strings"
	"testing"
)

// How secrets are stored, whatever they were typed as.
func TestStoredSecrets(t *testing.T) {
	r := newRouter(t, compiled(t))
	for _, c := range []struct{ typed, stored string }{
		{"enable secret lab", `\nenable secret 5 \$1\$....\$.{22}\n`},
		{"enable secret 0 lab", `\nenable secret 5 \$1\$....\$.{22}\n`},
		{"enable algorithm-type sha256 secret lab", `\nenable secret 8 \$8\$.{14}\$.{43}\n`},
		{"enable algorithm-type scrypt secret lab", `\nenable secret 9 \$9\$.{14}\$.{43}\n`},
		{"enable algorithm-type md5 secret lab", `\nenable secret 5 \$1\$....\$.{22}\n`},
		{"enable secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6", `\nenable secret 9 \$9\$2MJBozw/9R3UsU\$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6\n`},
		{"username amy privilege 15 algorithm-type scrypt secret lab", `\nusername amy privilege 15 secret 9 \$9\$.{14}\$.{43}\n`},
		{"username amy algorithm-type sha256 secret lab", `\nusername amy privilege 15 secret 8 \$8\$.{14}\$.{43}\n`},
		{"username amy secret lab", `\nusername amy privilege 15 secret 5 \$1\$....\$.{22}\n`},
		{"username amy privilege 3", `\nusername amy privilege 3 secret 5 \$1\$....\$.{22}\n`},
	} {
		r.load(t, c.typed+"\n")
		if run := r.running(); !regexp.MustCompile(c.stored).MatchString(run) {
			t.Errorf("%s:\n%s", c.typed, run)
		}
		cfg := ShellConfig(r.store.Tree())
		if strings.HasSuffix(c.typed, "secret lab") && strings.HasPrefix(c.typed, "enable") && !cfg.EnableSecret.Matches("lab") {
			t.Errorf("%s: the enable secret is not lab", c.typed)
		}
		if strings.HasPrefix(c.typed, "username") && !cfg.Users[0].Password.Matches("lab") {
			t.Errorf("%s: the password is not lab", c.typed)
		}
	}
	r.load(t, "no username amy\n")
	if strings.Contains(r.running(), "amy") {
		t.Errorf("no username amy:\n%s", r.running())
	}
	for _, line := range []string{"enable secret 8 lab", "enable secret 4 lab", "username x secret 9 $8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk"} {
		if bad := r.shell.Load(t.Context(), []byte(line), r.origin()); len(bad) != 1 {
			t.Errorf("%q is taken", line)
		}
	}
}

// `service password-encryption` hides what is there and what comes; without it
// nothing comes back.
func TestPasswordEncryption(t *testing.T) {
	r := newRouter(t, compiled(t))
	r.load(t, "enable password en\nusername amy password am\nusername bob secret bo\nline con 0\n password co\nline vty 0 4\n password 0 vt\n")
	clear := regexp.MustCompile(`(?m)(enable password en|username amy password 0 am|^ password co|^ password vt)$`)
	if n := len(clear.FindAllString(r.running(), -1)); n != 4 {
		t.Fatalf("%d in clear:\n%s", n, r.running())
	}
	before := ShellConfig(r.store.Tree())
	r.load(t, "service password-encryption\n")
	if n := strings.Count(r.running(), "password 7 "); n != 4 || clear.MatchString(r.running()) {
		t.Fatalf("%d hidden:\n%s", n, r.running())
	}
	r.load(t, "line vty 0 4\n password new\nenable password 7 0822455D0A16\n")
	c := ShellConfig(r.store.Tree())
	for _, ok := range []bool{
		c.Users[0].Password.Matches("am"), c.Users[1].Password == before.Users[1].Password, c.Console.Password.Matches("co"),
		c.Vty[4].Password.Matches("new"), c.EnablePassword.Matches("cisco"),
	} {
		if !ok {
			t.Errorf("%v:\n%s", c, r.running())
		}
	}
	r.load(t, "no service password-encryption\nline vty 0 4\n password clear\n")
	if run := r.running(); strings.Count(run, "password 7 ") != 3 || !strings.Contains(run, "\n password clear\n") {
		t.Errorf("switched off:\n%s", run)
	}
}
