package cli

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// configLog is the lines that people have typed into the configuration (`archive`, `log
// config`), the newest of them; older ones are dropped.
type configLog struct {
	mu       sync.Mutex
	entries  []configEntry
	last     int // number of the newest entry
	sessions int
}

type configEntry struct {
	index, session int
	user, line     string // as they are shown
}

// defaultConfigLog is how many lines are kept by default.
const defaultConfigLog = 100

// record keeps a line that was taken in a mode of that depth, as the settings before it say.
func (s *Session) record(cfg ConfigLog, line string, depth int) {
	if !cfg.Enabled || s.loading {
		return
	}
	line = strings.Join(strings.Fields(line), " ")
	hidden := hideKeys(line)
	if cfg.HideKeys {
		line = hidden
	}
	size := cfg.Size
	if size <= 0 {
		size = defaultConfigLog
	}
	user := s.User()
	if user == "" {
		user = s.name()
	}
	by, _, _ := strings.Cut(user, " ")
	where, _, _ := strings.Cut(s.name(), " ")
	log := &s.shell.changes
	log.mu.Lock()
	if s.configSession == 0 {
		log.sessions++
		s.configSession = log.sessions
	}
	log.last++
	log.entries = append(log.entries, configEntry{log.last, s.configSession, by + "@" + where, strings.Repeat(" ", depth) + line})
	if over := len(log.entries) - size; over > 0 {
		log.entries = append([]configEntry(nil), log.entries[over:]...)
	}
	log.mu.Unlock()
	if cfg.Notify {
		s.shell.o.Log.Msg("PARSER", logbuf.Notifications, "CFGLOG_LOGGEDCMD", "User:%s  logged command:%s", user, hidden)
	}
}

// secretWords are the keywords behind which a password or a key stands.
var secretWords = map[string]bool{
	"password": true, "secret": true, "pin": true, "key": true, "key-string": true, "md5": true,
	"community": true, "capf-auth-str": true, "passphrase": true, "pre-shared-key": true, "authentication-key": true,
	"sha": true, "area-password": true, "domain-password": true, "shared-secret": true, "wpa-psk": true,
}

// groups begin lines in which a secret stands behind `authentication`, which elsewhere is the
// beginning of how it is done.
var groups = map[string]bool{"standby": true, "vrrp": true, "glbp": true, "nhrp": true}

// secretPlaces begin lines in which a secret stands behind one more word, without a
// keyword of its own.
var secretPlaces = [][]string{{"authentication", "credential"}, {"service", "local-directory", "authenticate"}, {"snmp-server", "host"}}

// inURL is the password of a URL.
var inURL = regexp.MustCompile(`(://[^\s:/@]*:)\S*@`)

// hideKeys puts an asterisk in the place of what is secret in a line.
func hideKeys(line string) string { return conceal(line, "*") }

// conceal puts mark in the place of what is secret in a line. A line without secrets
// stays as it is.
func conceal(line, mark string) string {
	if strings.Contains(line, "://") {
		line = inURL.ReplaceAllString(line, "${1}"+mark+"@")
	}
	words := strings.Fields(line)
	first, end := secretIn(words)
	if first < 0 {
		return line
	}
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	return indent + strings.Join(slices.Concat(words[:first], []string{mark}, words[end:]), " ")
}

// secretIn finds the words that are secret, from first up to end; none if first is -1.
func secretIn(words []string) (first, end int) {
	for _, place := range secretPlaces {
		if n := len(place); len(words) > n+1 && slices.Equal(words[:n], place) {
			return n + 1, len(words)
		}
	}
	for i := 0; i+1 < len(words); i++ {
		switch word := strings.ToLower(words[i]); {
		case word == "community":
			return i + 1, i + 2
		case secretWords[word], word == "authentication" && (groups[words[0]] || i > 0 && groups[words[i-1]]):
			return i + 1, len(words) // a password may have blanks
		}
	}
	return -1, 0
}

// LogQuery says which lines `show archive log config` lists.
type LogQuery struct {
	First, Last int    // numbers of lines; 0: from the first, to the last
	User        string // "": all users
	Bare        bool   // the lines only (`provisioning`)
}

// ShowConfigLog is `show archive log config`.
func (c *Context) ShowConfigLog(q LogQuery) error {
	if !c.Shell.Config().Archive.Log.Enabled {
		c.Printf("Configuration logging is not enabled\n")
		return nil
	}
	log := &c.Shell.changes
	log.mu.Lock()
	entries := log.entries
	log.mu.Unlock()
	if !q.Bare {
		c.Printf(" idx   sess           user@line      Logged command\n")
	}
	for _, e := range entries {
		user, _, _ := strings.Cut(e.user, "@")
		if e.index < q.First || q.Last > 0 && e.index > q.Last || q.User != "" && user != q.User {
			continue
		}
		if q.Bare {
			c.Printf("%s\n", e.line)
			continue
		}
		c.Printf("%5d %5d %22s  |%s \n", e.index, e.session, e.user, e.line)
	}
	return nil
}

// ShowConfigLogStatistics is `show archive log config statistics`.
func (c *Context) ShowConfigLogStatistics() error {
	log := &c.Shell.changes
	log.mu.Lock()
	n, sessions, held := len(log.entries), log.sessions, 0
	for _, e := range log.entries {
		held += len(e.user) + len(e.line)
	}
	log.mu.Unlock()
	c.Printf("Config Log Session Info:\n\tNumber of sessions being tracked: %d\n\n", sessions)
	c.Printf("Config Log log-queue Info:\n\tNumber of entries in the log-queue: %d\n\tMemory being held by the log-queue: %d bytes\n", n, held)
	return nil
}

// ClearConfigLog is `clear archive log config [force]`.
func (c *Context) ClearConfigLog(force bool) error {
	if !force {
		ok, err := c.Confirm("Clear archive log?")
		if err != nil || !ok {
			return err
		}
	}
	log := &c.Shell.changes
	log.mu.Lock()
	defer log.mu.Unlock()
	log.entries = nil
	return nil
}
