package phones

import (
	"fmt"
	"strings"

	"github.com/busylamp/busylamp/internal/logbuf"
)

// journal collects what to log under the lock, to be written after it.
type journal struct {
	log            *logbuf.Log
	events, errors bool // topics that are on
	entries        []entry
}

type entry struct {
	topic    logbuf.Topic // "" for a message
	mnemonic string
	text     string
}

func (r *Registry) journal() *journal {
	return &journal{log: r.log, events: r.log.Enabled(TopicEvents), errors: r.log.Enabled(TopicErrors)}
}

func (j *journal) event(format string, a ...any) {
	if j.events {
		j.entries = append(j.entries, entry{topic: TopicEvents, text: fmt.Sprintf(format, a...)})
	}
}

func (j *journal) err(format string, a ...any) {
	if j.errors {
		j.entries = append(j.entries, entry{topic: TopicErrors, text: fmt.Sprintf(format, a...)})
	}
}

// both is for lines that either topic shows, once.
func (j *journal) both(format string, a ...any) {
	if j.events {
		j.event(format, a...)
	} else {
		j.err(format, a...)
	}
}

func (j *journal) msg(mnemonic, format string, a ...any) {
	j.entries = append(j.entries, entry{mnemonic: mnemonic, text: fmt.Sprintf(format, a...)})
}

func (j *journal) flush() {
	for _, e := range j.entries {
		if e.topic != "" {
			j.log.Debugf(e.topic, "%s", e.text)
		} else {
			j.log.Msg("SIPPHONE", logbuf.Informational, e.mnemonic, "%s", e.text)
		}
	}
}

// clean makes text from outside fit for a terminal.
func clean(s string) string {
	s = s[:min(len(s), 64)]
	return strings.Clone(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s))
}
