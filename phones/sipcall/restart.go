package sipcall

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/phones"
)

// Restart tells the phone of a pool to start again: an unsolicited NOTIFY, as routers
// send it, to its first contact at each address. It returns at once; a pool that is
// not registered is left alone.
func (a *Agent) Restart(pool int, kind phones.ResetKind) {
	c := a.config.Load()
	var told []netip.AddrPort
	for _, b := range a.dir.Contacts(pool, "") {
		if slices.Contains(told, b.Source) {
			continue
		}
		told = append(told, b.Source)
		if req := a.restart(c, b, kind); req != nil {
			to, _ := reach(b)
			a.ua.Send(req, to, func(*sip.Response, error) {}) // a phone that starts again may not answer
		}
	}
}

// restart writes the NOTIFY.
func (a *Agent) restart(c *Config, b phones.Binding, kind phones.ResetKind) *sip.Request {
	req := a.unsolicited(b, "<sip:"+a.ua.Advertised().Addr().String()+">")
	if req == nil {
		return nil
	}
	word := "restart"
	if kind == phones.Reset {
		word = "reset"
	}
	if !serviceControl(c, b) {
		event := "check-sync"
		if kind == phones.Reset {
			event += ";reboot=true"
		} else {
			event += ";reboot=false"
		}
		add(req, "Event", event)
		return req
	}
	add(req, "Event", "service-control", "Content-Type", "text/plain")
	req.SetBody(fmt.Appendf(nil, "action=%s\r\nRegisterCallId={%s}\r\nConfigVersionStamp={%s}\r\nDialplanVersionStamp={}\r\nSoftkeyVersionStamp={%s}\r\n",
		word, b.CallID, c.ProfileStamp, c.ProfileStamp))
	return req
}

// unsolicited begins a NOTIFY without a subscription to a contact; nil if that is no URI.
func (a *Agent) unsolicited(b phones.Binding, from string) *sip.Request {
	var uri sip.Uri
	if sip.ParseUri(b.URI, &uri) != nil {
		return nil
	}
	host := a.ua.Advertised().Addr().String()
	req := sip.NewRequest("NOTIFY", uri)
	add(req, "From", from+";tag="+sipua.NewTag(), "To", "<sip:"+sipua.EscapeUser(b.Number)+"@"+host+">", "Call-ID", sipua.NewCallID(host))
	req.AppendHeader(&sip.CSeqHeader{SeqNo: firstCSeq + 1, MethodName: "NOTIFY"})
	add(req, "Contact", "<sip:"+a.ua.Advertised().String()+">", "Subscription-State", "active")
	return req
}

// serviceControl reports whether a phone understands the event: Cisco's phones of the
// third generation and later do, the 7905, 7912, 7940 and 7960 do not.
func serviceControl(c *Config, b phones.Binding) bool {
	i := slices.IndexFunc(c.Pools, func(p phones.Pool) bool { return p.Tag == b.Pool })
	if i >= 0 && c.Pools[i].Type != "" {
		t, _, _ := strings.Cut(c.Pools[i].Type, "-")
		switch t {
		case "7905", "7912", "7940", "7960", "ATA", "P100", "P600", "7902":
			return false
		}
		return true
	}
	for _, old := range []string{"CP7960", "CP7940", "CP-7960", "CP-7940", "CP-7905", "CP-7912"} {
		if strings.Contains(b.UserAgent, old) {
			return false
		}
	}
	return strings.HasPrefix(b.UserAgent, "Cisco-")
}
