package app

import (
	"fmt"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/phones"
)

// maxLearned bounds the automatic ephones that wait to be written into the
// configuration; one more is not written and stays automatic until the phone
// registers again after a restart.
const maxLearned = 1024

// learn is called by the SCCP server and must not wait.
func (a *App) learn(e phones.Ephone) {
	select {
	case a.learned <- e:
	default:
	}
}

// adopt writes ephones that phones made by registering into the running-config, as
// a router does (CME command reference: auto-reg-ephone, auto assign).
func (a *App) adopt() {
	for {
		select {
		case <-a.ctx.Done():
			return
		case e := <-a.learned:
			// A line that is refused (a model that `type` does not know) is left out.
			_ = a.Shell.Adopt(a.ctx, ephoneLines(e), conf.Origin{Text: "auto-reg-ephone"})
		}
	}
}

func ephoneLines(e phones.Ephone) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "ephone %d\n mac-address %s\n", e.Tag, e.MAC)
	if e.Type != "" {
		fmt.Fprintf(&b, " type %s\n", e.Type)
	}
	for _, button := range e.Buttons {
		fmt.Fprintf(&b, " button %s\n", button)
	}
	return []byte(b.String())
}
