package cli

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/render"
)

// stamp tells when something was done to the configuration, by the clock as it was
// then, and by which user, if he has a name.
type stamp struct {
	when time.Time
	user string
}

// stamps are what the first lines of a running-config tell (12.4, 15.x): its last change
// and the last write of the startup-config. Nil is not since the start.
type stamps struct{ changed, saved atomic.Pointer[stamp] }

// stampedNow is done now by a session, or by nobody.
func (sh *Shell) stampedNow(s *Session) *stamp {
	st := &stamp{when: sh.o.Clock.Now()}
	if s != nil {
		st.user = s.User()
	}
	return st
}

// altered says that a session has left a configuration that it has changed.
func (s *Session) altered() {
	s.changed = false
	s.shell.stamps.changed.Store(s.shell.stampedNow(s))
}

// running is the running-config as it is shown, copied and saved: a form of it with the
// stamps behind its first line. They are comments to whoever reads it.
func (sh *Shell) running(t conf.Tree, form func(conf.Tree) []byte) []byte {
	const first = "!\n"
	var b strings.Builder
	for _, l := range []struct {
		text string
		at   *stamp
	}{
		{"Last configuration change", sh.stamps.changed.Load()},
		{"NVRAM config last updated", sh.stamps.saved.Load()},
	} {
		if l.at == nil {
			continue
		}
		fmt.Fprintf(&b, "! %s at %s", l.text, render.Date(l.at.when.In(sh.o.Clock.Location())))
		if l.at.user != "" {
			b.WriteString(" by " + l.at.user)
		}
		b.WriteByte('\n')
	}
	body := form(t)
	if b.Len() == 0 || !bytes.HasPrefix(body, []byte(first)) {
		return body
	}
	return append([]byte(first+b.String()), body...)
}
