package sipcall

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// caller is who sent an INVITE or REFER.
type caller struct {
	device phones.Device
	number string           // of a phone: its line
	peer   *phones.DialPeer // of a trunk, nil if there is none
	known  bool             // the trunk is at peer's session target
	party  call.Party       // of a trunk
}

// from finds out who sent a request to a number.
func (a *Agent) from(tx *sipua.ServerTx, called string) caller {
	if w, ok := a.phone(tx); ok {
		return caller{device: phones.Device{Kind: phones.PoolDevice, Tag: w.Pool}, number: w.Number}
	}
	peer, known := a.inbound(tx.Source().Addr().Unmap(), called)
	return caller{device: a.x.NewTrunk(), peer: peer, known: known, party: callingParty(tx.Request())}
}

// phone finds the registered phone that sent a request. A phone speaks for itself:
// what came through somebody else is a trunk's.
func (a *Agent) phone(tx *sipua.ServerTx) (phones.Watcher, bool) {
	req := tx.Request()
	if sipua.Value(req, "Record-Route") != "" || tx.Hops() > 1 {
		return phones.Watcher{}, false
	}
	users := []string{sipua.User(&req.From().Address)}
	host := ""
	if contacts, err := sipua.Contacts(req); err == nil && len(contacts) == 1 && !contacts[0].Star {
		u := contacts[0].URI
		users = append(users, sipua.User(&u))
		if host = u.Host; u.Port > 0 {
			host = net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(u.Port))
		}
	}
	for _, user := range users {
		if w, ok := a.dir.FindWatcher(user, tx.Source(), host); ok {
			return w, true
		}
	}
	return phones.Watcher{}, false
}

// inbound is the dial-peer that a trunk call comes in by, nil if there is none. known:
// it is the one whose session target is the source.
func (a *Agent) inbound(source netip.Addr, called string) (peer *phones.DialPeer, known bool) {
	peers := a.config.Load().DialPeers
	for i := range peers {
		p := &peers[i]
		switch {
		case p.Shutdown:
		case p.Target.Addr().Unmap() == source:
			return p, true
		case peer == nil && p.Incoming != "" && fits(p.Incoming, called):
			peer = p
		}
	}
	return peer, false
}

// fits reports whether a number matches a dial-peer's pattern: digits, `.` any
// digit, sets in brackets, T any more digits, commas are pauses.
func fits(pattern, number string) bool {
	var b strings.Builder
	b.WriteString("^")
	for _, r := range pattern {
		switch {
		case r == 'T':
			b.WriteString(".*")
		case r == ',':
		case strings.ContainsRune(".[]-^", r):
			b.WriteRune(r)
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	re, err := regexp.Compile(b.String() + "$")
	return err == nil && re.MatchString(number)
}

// callingParty is who calls by a trunk: the asserted identity, else From.
func callingParty(req *sip.Request) call.Party {
	for _, name := range []string{"Remote-Party-ID", "P-Asserted-Identity", "From"} {
		for _, v := range append(sipua.List(req, name), sipua.Value(req, name)) {
			var uri sip.Uri
			params := sip.NewParams()
			display, err := sip.ParseAddressValue(v, &uri, &params)
			if err != nil {
				continue
			}
			if p := (call.Party{Number: plain(sipua.User(&uri), call.MaxDigits), Name: plain(strings.Trim(display, `" `), maxName)}); p.Number != "" {
				return p
			}
		}
	}
	return call.Party{}
}

const maxName = 64 // bytes of a name from outside

// plain is text from outside without control characters, cut to a size.
func plain(s string, size int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	for len(s) > size {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

// address is a party as a name-addr at a host.
func address(p call.Party, host string) string {
	uri := "<sip:" + host + ">"
	if p.Number != "" {
		uri = "<sip:" + sipua.EscapeUser(p.Number) + "@" + host + ">"
	}
	if p.Name == "" {
		return uri
	}
	return quote(p.Name) + " " + uri
}

// quote writes a display name.
func quote(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(plain(name, maxName)) + `"`
}

// remote is the other party of the call, as the View has it.
func (l *leg) remote() call.Party {
	if l.s.view.Outgoing {
		return l.s.view.Called
	}
	return l.s.calling()
}

// calling is who calls, with the name that the phone is to show. That of a call which
// comes back after a transfer is the message (CME administrator guide: Call Transfer
// Recall on SIP Phones); when it is answered the party's own name follows.
func (s *session) calling() call.Party {
	p := s.view.Calling
	if from := s.view.Recalled; from.Number != "" && p.Number != "" {
		p.Name = "Transfer Recall From " + from.Number
	}
	return p
}

// identity says who the other party is (draft-ietf-sip-privacy, RFC 3325).
func (l *leg) identity(response bool) []string {
	other, party := l.remote(), "calling"
	if response {
		party = "called"
	}
	l.named = other
	if other.Number == "" {
		return nil
	}
	who := address(other, l.a.ua.Advertised().Addr().String())
	return []string{"Remote-Party-ID", who + ";party=" + party + ";screen=yes;privacy=off", "P-Asserted-Identity", who}
}

// newSessionID is the sess-id of an o= line.
func newSessionID() uint64 { return uint64(rand.Uint32N(9000)) + 1000 }
