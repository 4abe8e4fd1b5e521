package cli

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
	if !line.NoMOTD {
		s.banner(c.BannerMOTD)
	}
	if !s.known {
		s.level = min(max(line.Privilege, 1), maxLevel)
		if line.Login != LoginNone {
			s.banner(c.BannerLogin)
		}
		if err := s.verify(c, line); err != nil {
			return err
		}
	}
	if !line.NoExecBanner {
		s.banner(c.BannerExec)
	}
	s.touch()
	s.arrive()
	return nil
}

// arrive notes the time of the login.
func (s *Session) arrive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = time.Now()
}

// banner prints a banner with its tokens filled in (Configuration Fundamentals command
// reference: banner motd). No line has a description here.
func (s *Session) banner(text string) {
	if text == "" {
		return
	}
	c := s.shell.Config()
	fill := strings.NewReplacer("$(hostname)", c.Hostname, "$(domain)", c.Domain, "$(line)", strconv.Itoa(SessionInfo{Kind: s.kind, Number: s.number}.Absolute()), "$(line-desc)", "")
	s.print("\n" + strings.TrimRight(fill.Replace(text), "\n") + "\n")
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
		s.delay(s.ctx)
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
		s.delay(s.ctx)
	}
	return false, nil
}

// question reads one answer of a login dialog, all of it within loginTime: who types a key
// now and then would hold the line for ever.
func (s *Session) question(prompt string, echo bool) (string, error) {
	ctx, cancel := context.WithTimeout(s.ctx, loginTime)
	defer cancel()
	line, err := s.readLine(prompt, term.LineOptions{Echo: echo, Context: ctx})
	if err != nil && ctx.Err() != nil && s.ctx.Err() == nil {
		err = term.ErrTimeout
	}
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

// maxUser bounds a name that is in no configuration, in characters.
const maxUser = 64

// shownName is a name that an SSH client has chosen, where a password of the line lets
// anybody in: as one word that does nothing to the terminals that it is shown on.
func shownName(name string) string {
	text := []rune(name)
	text = text[:min(len(text), maxUser)]
	for i, r := range text {
		if r == utf8.RuneError || !unicode.IsGraphic(r) || unicode.IsSpace(r) {
			text[i] = '.'
		}
	}
	return string(text)
}

// level is where a session of the user starts.
func (u User) level() int { return min(max(u.Privilege, 1), maxLevel) }

// authenticate looks a user up in the `username` database. An unknown name takes as long
// as a wrong password, and that as long for a password in clear as for the slowest secret
// there is, so that names cannot be guessed.
func (c Config) authenticate(name, password string) (level int, ok bool) {
	u, exists := c.user(name)
	for _, secret := range c.tried(name) {
		if secret.Matches(password) {
			ok = exists // a decoy matches nothing
		}
	}
	return u.level(), ok
}

// tried are the secrets that a password for name is tried at: the dearest kind that any user has
// is always among them, so that the time of a refusal tells nobody which names there are.
func (c Config) tried(name string) (secrets []Secret) {
	u, exists := c.user(name)
	if decoy := c.decoy(); !exists || cost(u.Password) < cost(decoy) {
		secrets = append(secrets, decoy)
	}
	if exists {
		secrets = append(secrets, u.Password)
	}
	return secrets
}

// cost ranks secrets by how long a try takes.
func cost(s Secret) int {
	switch {
	case s.IsZero():
		return 0
	case s.Type == 5, s.Type == 8, s.Type == 9:
		return s.Type
	}
	return 1
}

// decoy is a secret that nothing matches, of the type that is slowest to try among
// those of the users.
func (c Config) decoy() Secret {
	const sum = "..........................................."
	d := Secret{Type: 5, Value: "$1$none$" + sum[:22]}
	for _, u := range c.Users {
		if t := u.Password.Type; cost(u.Password) > cost(d) {
			d = Secret{Type: t, Value: "$" + strconv.Itoa(t) + "$" + sum[:14] + "$" + sum}
		}
	}
	return d
}

// Login checks a name and password that a front end has asked for (SSH), by the
// policy of the session's line: with `login local` the username database, otherwise
// any name with the line's password. Without either it refuses everybody. A refusal
// takes Options.LoginDelay. level is where a session may start, see Authenticated.
func (s *Session) Login(ctx context.Context, user, password string) (level int, ok bool) {
	c, line := s.shell.Config(), s.line()
	if line.Login == LoginLocal {
		level, ok = c.authenticate(user, password)
	} else {
		ok = line.Password.Matches(password)
	}
	if !ok {
		s.delay(ctx)
		return 0, false
	}
	return min(max(level, line.Privilege, 1), maxLevel), true
}

// LoginKey checks a public key (`ip ssh pubkey-chain`). typ is "ssh-rsa", hash its MD5
// in upper-case hexadecimal digits. With `login local` the user must be in the
// username database too.
func (s *Session) LoginKey(user, typ, hash string) (level int, ok bool) {
	c, line := s.shell.Config(), s.line()
	u, exists := c.user(user)
	if line.Login == LoginLocal && !exists || !slices.Contains(c.SSH.Keys, UserKey{User: user, Type: typ, Hash: hash}) {
		return 0, false
	}
	if exists {
		level = u.level()
	}
	return min(max(level, line.Privilege, 1), maxLevel), true
}

// delay leaves a wrong answer unanswered for a while: guessing is slow.
func (s *Session) delay(ctx context.Context) {
	if d := s.shell.o.LoginDelay; d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		}
	}
}

// enable is what leads to a level: its own secret or password, else that of level 15.
func (c Config) enable(level int) (want Secret, secret bool) {
	for _, l := range c.EnableLevels {
		switch {
		case l.Level != level:
		case !l.Secret.IsZero():
			return l.Secret, true
		default:
			return l.Password, false
		}
	}
	if !c.EnableSecret.IsZero() {
		return c.EnableSecret, true
	}
	return c.EnablePassword, false
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
	want, secret := conf.enable(level)
	bad := "% Bad passwords\n"
	if secret {
		bad = "% Bad secrets\n"
	}
	if want.IsZero() {
		if s.kind == LineConsole {
			s.level = level
			s.userInfo(level, true)
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
		s.userInfo(level, false)
		c.Printf("%s\n", bad)
		return nil
	}
	s.level = level
	s.userInfo(level, true)
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
