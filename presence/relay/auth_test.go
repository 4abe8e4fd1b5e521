package relay

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/sipua/digest"
	"github.com/busylamp/busylamp/presence"
)

// guarded is a server that wants digest credentials for a realm.
type guarded struct {
	*far
	v          *digest.Verifier
	realm      string
	proxy      bool
	challenges atomic.Int32
}

func (r *rig) guarded(realm, password string, lifetime time.Duration) *guarded {
	g := &guarded{far: r.server(server1).obliging(idle), v: digest.NewVerifier(digest.Options{Lifetime: lifetime}), realm: realm}
	usual := g.after
	g.answer = func(m message) string {
		name, code := "Authorization", "401 Unauthorized\r\nWWW-Authenticate"
		if g.proxy {
			name, code = "Proxy-Authorization", "407 Proxy Authentication Required\r\nProxy-Authenticate"
		}
		method, rest, _ := strings.Cut(m.First, " ")
		uri, _, _ := strings.Cut(rest, " ")
		res := g.v.Verify(digest.Request{Method: method, URI: uri, Authorization: m.Headers[strings.ToLower(name)],
			Source: m.From.Addr(), Realm: realm}, func(u string) (string, bool) { return password, u == "jack" })
		if res.Outcome == digest.OK {
			return "200 OK\r\nExpires: " + m.Get("Expires")
		}
		g.challenges.Add(1)
		_, header, _ := strings.Cut(code, "\r\n")
		lines := []string{strings.TrimSuffix(code, "\r\n"+header)}
		for _, c := range g.v.Challenges(m.From.Addr(), realm, res.Outcome == digest.Stale) {
			lines = append(lines, header+": "+c)
		}
		return strings.Join(lines, "\r\n")
	}
	g.after = func(m message, answer string) {
		if strings.HasPrefix(answer, "200") {
			usual(m, answer)
		}
	}
	return g
}

// TestChallenged: a nonce is answered once and used again by refreshes and by other
// watchers; a stale one is answered anew.
func TestChallenged(t *testing.T) {
	for _, proxy := range []bool{false, true} {
		run(t, func(r *rig) {
			r.accounts(false, Account{Username: "joe", Password: "other", Realm: "elsewhere"}, Account{Username: "jack", Password: "test"})
			g := r.guarded("cme", "test", 2*time.Hour)
			g.proxy = proxy
			w, id := r.watch(presence.SIPPhone, "5001")
			check(t, "state", w.last(), "idle")
			m := g.hear()[1]
			name := map[bool]string{false: "Authorization", true: "Proxy-Authorization"}[proxy]
			if !strings.Contains(m.Get(name), "SHA-256") || len(m.Headers[strings.ToLower(name)]) != 1 {
				t.Errorf("credentials: %q", m.Headers)
			}
			x, _ := r.watch(presence.SIPPhone, "5002")
			check(t, "another", x.last(), "idle")
			after(58 * time.Minute)
			check(t, "challenges for two and their refreshes", g.challenges.Load(), 1)
			after(2 * time.Hour)
			check(t, "with a nonce that has aged", g.challenges.Load() <= 3, true)
			check(t, "state", w.last()+x.last(), "idleidle")
			g.hear()
			before := g.challenges.Load()
			r.hub.End(id, presence.ReasonTimeout)
			g.hear()
			check(t, "unsubscribes with it", g.challenges.Load(), before)
		})
	}
}

// A server that asks for another realm each time has the newest few answered, so that a
// SUBSCRIBE stays small; what it has not asked for lately is left out.
func TestManyRealms(t *testing.T) {
	run(t, func(r *rig) {
		r.accounts(false, Account{Username: "jack", Password: "test"})
		f := r.server(server1).obliging(idle)
		n := 0
		f.mu.Lock()
		f.answer = func(m message) string {
			for _, a := range m.Headers["authorization"] {
				if strings.Contains(a, fmt.Sprintf("realm=\"r%d\"", n)) {
					n++
					return "200 OK\r\nExpires: 60"
				}
			}
			return fmt.Sprintf("401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r%d\", nonce=\"n%d\", qop=\"auth\"\r\n"+
				"WWW-Authenticate: Digest realm=\"%s\", nonce=\"n\"", n, n, strings.Repeat("x", 2000))
		}
		f.after = func(m message, answer string) {
			if strings.HasPrefix(answer, "200") {
				f.notify(m, note{state: "active", body: doc(idle)})
			}
		}
		f.mu.Unlock()
		w, _ := r.watch(presence.SIPPhone, "5001")
		after(time.Hour)
		check(t, "state", w.last(), "idle")
		h := f.hear()
		if len(h) < 60 || n < 40 {
			t.Fatalf("%d SUBSCRIBEs, %d realms", len(h), n)
		}
		for _, m := range h {
			if got := m.Headers["authorization"]; len(got) > maxRealms || len(strings.Join(got, "")) > 2000 {
				t.Fatalf("a SUBSCRIBE has %d answers", len(got))
			}
		}
		f.mu.Lock()
		f.answer = func(message) string { return "200 OK\r\nExpires: 600" } // it asks no more
		f.mu.Unlock()
		after(lately + 20*time.Minute)
		h = f.hear()
		check(t, "answers nobody asks for", len(h[len(h)-1].Headers["authorization"]), 0)
		check(t, "state", w.last(), "idle")
	})
}

// A wrong password is tried once, not for ever.
func TestWrongPassword(t *testing.T) {
	run(t, func(r *rig) {
		r.accounts(false, Account{Username: "jack", Password: "wrong"})
		g := r.guarded("cme", "test", 0)
		w, _ := r.watch(presence.SIPPhone, "5001")
		check(t, "SUBSCRIBEs", len(g.hear()), 2)
		after(slowly - time.Second)
		check(t, "more", len(g.hear()), 0)
		check(t, "state", w.last(), "unknown")
		r.accounts(false, Account{Username: "jack", Password: "test", Realm: "cme"})
		check(t, "with the right one, at once", w.last(), "idle")
	})
}

// A proxy and the server each challenge for a realm of their own, and several
// algorithms come in one answer (RFC 3261 22.3, RFC 8760 2.4).
func TestSeveralChallenges(t *testing.T) {
	run(t, func(r *rig) {
		r.accounts(false, Account{"a", "1", "proxy"}, Account{"b", "2", "cme"})
		f := r.server(server1)
		f.answer = func(m message) string {
			switch {
			case m.Get("Proxy-Authorization") == "":
				return "407 Who\r\nProxy-Authenticate: Digest realm=\"nobody\", nonce=\"x\"\r\nProxy-Authenticate: Digest realm=\"proxy\", nonce=\"n1\""
			case m.Get("Authorization") == "":
				return "401 Who\r\nWWW-Authenticate: Basic realm=\"cme\"\r\nWWW-Authenticate: Digest realm=\"cme\", nonce=\"n2\", algorithm=SHA-3, qop=\"auth\"\r\n" +
					"WWW-Authenticate: Digest realm=\"cme\", nonce=\"n2\", algorithm=MD5, qop=\"auth-int, AUTH\"\r\nWWW-Authenticate: Digest realm=\"cme\", nonce=\"n2\", qop=\"auth\", algorithm=SHA-256"
			}
			return "200 OK\r\nExpires: 600"
		}
		r.watch(presence.SIPPhone, "5001")
		h := f.hear()
		check(t, "SUBSCRIBEs", len(h), 3)
		last := h[len(h)-1]
		if p := last.Get("Proxy-Authorization"); !strings.Contains(p, `username="a"`) || strings.Contains(p, "qop") {
			t.Errorf("to the proxy: %s", p)
		}
		if a := last.Get("Authorization"); !strings.Contains(a, `username="b"`) || !strings.Contains(a, "algorithm=MD5") || !strings.Contains(a, "nc=00000001") {
			t.Errorf("to the server: %s", a)
		}
	})
}

// A server that calls every nonce stale is given up.
func TestStaleForEver(t *testing.T) {
	run(t, func(r *rig) {
		r.accounts(false, Account{Username: "jack", Password: "test"})
		f := r.server(server1)
		n := 0
		f.answer = func(message) string {
			n++
			return fmt.Sprintf("401 Who\r\nWWW-Authenticate: Digest realm=\"x\", nonce=\"%d\", stale=TRUE, qop=\"auth\"", n)
		}
		w, _ := r.watch(presence.SIPPhone, "5001")
		after(slowly - time.Second)
		check(t, "SUBSCRIBEs", len(f.hear()), 1+maxRounds)
		check(t, "state", w.last(), "unknown")
	})
}

// Challenges of strangers are not collected without end, and go to nobody else.
func TestKeysAreBounded(t *testing.T) {
	k := newKeys([]Account{{Username: "jack", Password: "test"}})
	for i := range 2 * maxKnown {
		k.remember(space{server: netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})}, nil)
	}
	check(t, "kept", len(k.known), maxKnown)
	check(t, "the newest", slices.ContainsFunc(k.known, func(o *known) bool { return o.server == netip.AddrFrom4([4]byte{10, 0, 0, 2*maxKnown - 1}) }), true)
}
