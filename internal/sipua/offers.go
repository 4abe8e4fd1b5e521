package sipua

import (
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// methods are those that 405 is for, in the order of Cisco's Allow; others get 501.
var methods = [...]string{"INVITE", "OPTIONS", "BYE", "CANCEL", "ACK", "PRACK", "UPDATE", "REFER",
	"SUBSCRIBE", "NOTIFY", "INFO", "REGISTER", "PUBLISH", "MESSAGE"}

func knownMethod(m string) bool { return slices.Contains(methods[:], m) }

// UserAgent is the value of User-Agent and Server headers.
func (u *UA) UserAgent() string { return u.o.UserAgent }

// Allow is the value of an Allow header: the methods that have handlers.
func (u *UA) Allow() string {
	h := *u.handlers.Load()
	var room [len(methods)]string
	list := room[:0]
	for _, m := range methods {
		_, ok := h[m]
		if m == "CANCEL" || m == "ACK" {
			_, ok = h["INVITE"]
		}
		if ok {
			list = append(list, m)
		}
	}
	return strings.Join(list, ", ")
}

// options answers OPTIONS. RFC 3261 11.2.
func (u *UA) options(t *ServerTx) {
	if k := t.Key(); k.LocalTag != "" {
		u.handling.Lock()
		knows := u.dialogs
		u.handling.Unlock()
		if !slices.ContainsFunc(knows, func(f func(Key) bool) bool { return f(k) }) {
			t.mustReject(sip.StatusCallTransactionDoesNotExists)
			return
		}
	}
	if bad := Unsupported(t.Request(), u.o.Supported...); len(bad) > 0 {
		t.mustReject(sip.StatusBadExtension, "Unsupported", strings.Join(bad, ", "))
		return
	}
	headers := []string{"Allow", u.Allow(), "Accept", strings.Join(u.o.Accept, ", ")}
	t.mustReject(sip.StatusOK, append(headers, u.Offers()...)...)
}

// Offers are the headers, name and value in turn, that say which event packages and
// extensions there are: in answers to OPTIONS (RFC 3261 11.2) and REGISTER (RFC 6665 8.2.2).
func (u *UA) Offers() []string {
	var headers []string
	if len(u.o.AllowEvents) > 0 {
		headers = append(headers, "Allow-Events", strings.Join(u.o.AllowEvents, ", "))
	}
	if len(u.o.Supported) > 0 {
		headers = append(headers, "Supported", strings.Join(u.o.Supported, ", "))
	}
	return headers
}
