package app

import (
	"fmt"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/phones"
)

// maxWritten bounds the lines that wait to be written into the configuration
// because of what phones do. When it is reached nothing more is written until
// there is room: the phone has what it asked for, the running-config does not say so.
const maxWritten = 1024

// write queues lines for the running-config. It never waits.
func (a *App) write(lines string) {
	select {
	case a.written <- lines:
	default:
	}
}

// adopt writes into the running-config what phones do, as a router does.
func (a *App) adopt() {
	for {
		select {
		case <-a.ctx.Done():
			return
		case lines := <-a.written:
			// A line that is refused (a model that `type` does not know) is left out.
			_ = a.Shell.Adopt(a.ctx, []byte(lines), conf.Origin{Text: "phone"})
		}
	}
}

// learn is told of an ephone that a phone made by registering, and by what it got its
// number; `cfw` forwards what that number does not take (CME command reference:
// auto-reg-ephone, auto assign).
func (a *App) learn(e phones.Ephone, by phones.AutoAssign) {
	var b, dns strings.Builder
	fmt.Fprintf(&b, "ephone %d\n mac-address %s\n", e.Tag, e.MAC)
	if e.Type != "" {
		fmt.Fprintf(&b, " type %s\n", e.Type)
	}
	for _, button := range e.Buttons {
		fmt.Fprintf(&b, " button %s\n", button)
		for _, dn := range button.DNs {
			if by.Forward != "" {
				fmt.Fprintf(&dns, "ephone-dn %d\n call-forward busy %s\n call-forward noan %[2]s timeout %d\n", dn, by.Forward, int(by.Timeout.Seconds()))
			}
		}
	}
	a.write(dns.String() + b.String())
}

// forwarded is told of call forwarding that somebody set or ended at a phone.
func (a *App) forwarded(dn phones.DNID, all string) {
	block, line := "ephone-dn", "call-forward all"
	if dn.SIP {
		block, line = "voice register dn", "call-forward b2bua all"
	}
	if all == "" {
		a.write(fmt.Sprintf("%s %d\n no %s\n", block, dn.Tag, line))
		return
	}
	a.write(fmt.Sprintf("%s %d\n %s %s\n", block, dn.Tag, line, all))
}
