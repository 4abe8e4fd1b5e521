package cli

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli/secret"
	"github.com/busylamp/busylamp/cli/term"
)

const (
	// tries is how often a password is asked for.
	tries = 3
	// loginTime is how long a question of the login is left open
	// (`timeout login response`, its default).
	loginTime = 30 * time.Second
)

// errLogin ends a visit whose user could not say who they are.
var errLogin = errors.New("login failed")

// login prints the banners and asks what the line wants to know.
func (s *Session) login() error {
	c, line := s.shell.Config(), s.line()
	s.banner(c.BannerMOTD)
	if !s.known {
		s.level = min(max(line.Privilege, 1), maxLevel)
		if line.Login != LoginNone {
			s.banner(c.BannerLogin)
		}
		if err := s.verify(c, line); err != nil {
			return err
		}
	}
	s.banner(c.BannerExec)
	s.touch()
	return nil
}

func (s *Session) banner(text string) {
	if text != "" {
		s.print("\n" + strings.TrimRight(text, "\n") + "\n")
	}
}

func (s *Session) verify(c Config, line Line) error {
	switch {
	case line.Login == LoginNone:
		return nil
	case line.Login == LoginPassword && line.Password.IsZero():
		if s.kind == LineConsole {
			return nil // nobody could ever get in to set one
		}
		s.print("\n\nPassword required, but none set\n")
		return errLogin
	}
	s.print("\n\nUser Access Verification\n\n")
	if line.Login == LoginPassword {
		ok, err := s.askPassword(line.Password.Matches)
		if err == nil && !ok {
			s.print("% Bad passwords\n")
			err = errLogin
		}
		return err
	}
	for range tries {
		name, err := s.question("Username: ", true)
		if err != nil {
			return err
		}
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if u, ok := c.user(name); ok && u.NoPassword {
			s.setUser(name)
			s.level = max(u.level(), s.level)
			return nil
		}
		pass, err := s.question("Password: ", false)
		if err != nil {
			return err
		}
		if level, ok := c.authenticate(name, pass); ok {
			s.setUser(name)
			s.level = max(level, s.level)
			return nil
		}
		s.print("% Login invalid\n\n")
	}
	return errLogin
}

// askPassword asks up to three times.
func (s *Session) askPassword(match func(string) bool) (bool, error) {
	for range tries {
		typed, err := s.question("Password: ", false)
		if err != nil {
			return false, err
		}
		if match(typed) {
			return true, nil
		}
	}
	return false, nil
}

// question reads one answer of a login dialog.
func (s *Session) question(prompt string, echo bool) (string, error) {
	line, err := s.readLine(prompt, term.LineOptions{Echo: echo, Timeout: loginTime})
	switch {
	case errors.Is(err, term.ErrTimeout):
		s.print("\n% " + prompt + " timeout expired!\n")
	case errors.Is(err, term.ErrInterrupt):
		return "", nil // counts as an empty answer
	case errors.Is(err, term.ErrEnd):
		return line, nil
	}
	return line, err
}

// user looks a name up in the `username` database.
func (c Config) user(name string) (User, bool) {
	i := slices.IndexFunc(c.Users, func(u User) bool { return u.Name == name })
	if i < 0 {
		return User{}, false
	}
	return c.Users[i], true
}

// level is where a session of the user starts.
func (u User) level() int { return min(max(u.Privilege, 1), maxLevel) }

// authenticate looks a user up in the `username` database. An unknown name takes
// as long as a wrong password, so that names cannot be guessed.
func (c Config) authenticate(name, password string) (level int, ok bool) {
	if u, ok := c.user(name); ok {
		return u.level(), u.Password.Matches(password)
	}
	secret.Secret{Type: 5, Value: "$1$none$0000000000000000000000"}.Matches(password)
	return 0, false
}

// AuthSSH checks a user by the policy of the vty lines: with `login local` the
// username database; otherwise any name with the line's password. Without
// either it refuses everybody.
func (sh *Shell) AuthSSH(user, password string) (level int, ok bool) {
	c := sh.Config()
	if len(c.Vty) == 0 {
		return 0, false
	}
	line := c.Vty[0]
	if line.Login == LoginLocal {
		level, ok = c.authenticate(user, password)
	} else {
		ok = line.Password.Matches(password)
	}
	if !ok {
		return 0, false
	}
	return min(max(level, line.Privilege, 1), maxLevel), true
}

// Enable is `enable [LEVEL]`: it asks for the enable secret or, without one, the
// enable password. With neither the console gets in freely, and a vty by the
// password of the console, if it has one. A level that is not above the present
// one is taken without a question. level 0 or less means 15.
func (c *Context) Enable(level int) error {
	s := c.Session
	if level <= 0 || level > maxLevel {
		level = maxLevel
	}
	if level <= s.level {
		s.level = level
		return nil
	}
	conf := s.shell.Config()
	want, bad := conf.EnableSecret, "% Bad secrets\n"
	if want.IsZero() {
		want, bad = conf.EnablePassword, "% Bad passwords\n"
	}
	if want.IsZero() {
		if s.kind == LineConsole {
			s.level = level
			return nil
		}
		want = conf.Console.Password
	}
	if want.IsZero() {
		return errors.New("% No password set")
	}
	ok, err := s.askPassword(want.Matches)
	switch {
	case err != nil:
		if errors.Is(err, term.ErrTimeout) {
			return nil
		}
		return err
	case !ok:
		c.Printf("%s\n", bad)
		return nil
	}
	s.level = level
	return nil
}

// Disable is `disable [LEVEL]`: down to level 1 or the one given.
func (c *Context) Disable(level int) error {
	s := c.Session
	if level < 0 || level > s.level {
		return errors.New("% New privilege level must be less than current privilege level")
	}
	s.level = level
	if level == 0 {
		s.level = 1
	}
	return nil
}
