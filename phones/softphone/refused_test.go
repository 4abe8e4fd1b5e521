package softphone

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/internal/memnet"
	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/internal/sipua/digest"
	"github.com/emiago/sipgo/sip"
)

// A refresh that is refused for good is not tried again; another one after the
// time that the refusal gives.
func TestRefusedRefresh(t *testing.T) {
	for code, wait := range map[int]time.Duration{403: 0, 404: 0, 489: 0, 480: 7200 * time.Second, 503: 7200 * time.Second} {
		bubble(t, func(t *testing.T, n *notifier, p *Phone, _ *strings.Builder) {
			if err := p.Watch(t.Context(), "2102"); err != nil {
				t.Fatal(err)
			}
			n.will(code)
			n.mu.Lock()
			n.retryAfter = "7200"
			n.mu.Unlock()
			time.Sleep(45 * time.Minute)
			n.took()
			if wait == 0 {
				time.Sleep(5 * time.Hour)
				if got := n.took(); len(got) != 0 {
					t.Errorf("after a %d: %q", code, got)
				}
				if err := p.Watch(t.Context(), "2102"); err != nil { // asked for once more
					t.Error(err)
				}
				n.took()
				time.Sleep(45 * time.Minute)
				expect(t, "refresh", n.took(), "refresh 3600")
				return
			}
			time.Sleep(wait - time.Second)
			expect(t, "before Retry-After", n.took())
			time.Sleep(time.Second)
			if got := n.took(); len(got) != 1 {
				t.Errorf("after %v: %q", wait, got)
			}
		})
	}
}

func TestDelta(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"": 0, "120": 120 * time.Second, "120 (I am in a meeting)": 120 * time.Second, " 18000;duration=3600": 5 * time.Hour,
		"86401": 0, "-1": 0, "99999999999": 0, "soon": 0,
	} {
		res := sip.NewResponse(480, "")
		if value != "" {
			res.AppendHeader(sip.NewHeader("Retry-After", value))
		}
		if got := delta(res, "Retry-After"); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

// A proxy that was answered once gets the answer to its challenge with each
// further request, in its own header.
func TestProxyChallenge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := memnet.New()
		ua := sipua.New(sipua.Options{Net: net})
		defer ua.Close()
		v := digest.NewVerifier(digest.Options{})
		var got []string // touched by one worker: one Call-ID
		ua.Handle("REGISTER", func(tx *sipua.ServerTx) {
			req := tx.Request()
			for _, name := range []string{"Authorization", "Proxy-Authorization"} {
				if sipua.Value(req, name) != "" {
					got = append(got, name)
				}
			}
			r := v.Verify(digest.Request{Method: "REGISTER", URI: req.Recipient.String(), Realm: "proxy",
				Authorization: sipua.Values(req, "Proxy-Authorization"), Source: tx.Source().Addr()},
				func(string) (string, bool) { return "lab", true })
			if r.Outcome != digest.OK {
				got = append(got, "407")
				_ = tx.Reject(407, "", "Proxy-Authenticate", v.Challenges(tx.Source().Addr(), "proxy", false)[0])
				return
			}
			_ = tx.Reject(200, "", "Expires", "200", "Contact", sipua.Value(req, "Contact")+";expires=200")
		})
		if err := ua.Apply(t.Context(), sipua.Config{}, sipua.Config{Enabled: true, Addr: addr}); err != nil {
			t.Fatal(err)
		}
		p, err := New(Options{Network: net, Server: addr, Local: netip.MustParseAddrPort("10.1.1.50:0"), Number: "2101", Password: "lab"})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if err := p.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(160 * time.Second) // one refresh
		synctest.Wait()
		if want := []string{"407", "Proxy-Authorization", "Proxy-Authorization"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
