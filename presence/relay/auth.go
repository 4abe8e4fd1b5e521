package relay

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"github.com/busylamp/busylamp/internal/sipua"
)

const (
	// maxRealms bounds the challenges of one server that are answered without being asked,
	// and so the size of a SUBSCRIBE: a server has one, and a proxy or two before it.
	maxRealms = 4
	// maxKnown bounds those of all servers.
	maxKnown = 64
	// lately is how long a challenge is answered without being asked again. What a server
	// has stopped to ask for is left out then; what it still wants costs one round more.
	lately = 2 * time.Hour
	// maxChallenge bounds one challenge, in bytes; its realm, nonce and opaque come back in
	// the answer.
	maxChallenge = 1024
	// maxRounds bounds the challenges that one SUBSCRIBE meets: a proxy's and the
	// server's, each stale once.
	maxRounds = 4
)

// keys answers challenges with the accounts of sip-ua. A nonce is used again for
// later requests, its count rising, so that a server challenges once for each nonce.
type keys struct {
	accounts []Account
	known    []*known // asked for longest ago first
}

// space is where a challenge holds: a realm of a server, or of a proxy before it.
type space struct {
	server netip.Addr
	proxy  bool // 407
	realm  string
}

// known is the last challenge of a space.
type known struct {
	space
	chal  *digest.Challenge
	asked time.Time // for it
	count int
}

func newKeys(accounts []Account) *keys { return &keys{accounts: slices.Clone(accounts)} }

// account is the one for a realm: one that names it comes first.
func (k *keys) account(realm string) (Account, bool) {
	for _, want := range []string{realm, ""} {
		for _, a := range k.accounts {
			if a.Realm == want {
				return a, true
			}
		}
	}
	return Account{}, false
}

// trial is what one SUBSCRIBE has been through.
type trial struct {
	rounds   int
	answered map[space]bool   // challenges that it met and answered
	sent     map[space]string // nonces that it carries
}

// learn takes the challenges of a 401 or 407. Of several for a realm the first that
// can be answered counts (RFC 8760 2.4). It is false if the request need not be
// repeated: there is no account, or the password is wrong, since a fresh challenge
// was answered already.
func (k *keys) learn(t *trial, server netip.Addr, res *sip.Response) bool {
	if t.rounds++; t.rounds > maxRounds {
		return false
	}
	at, name := space{server: server}, "WWW-Authenticate"
	if res.StatusCode == 407 {
		at.proxy, name = true, "Proxy-Authenticate"
	}
	if t.answered == nil {
		t.answered, t.sent = map[space]bool{}, map[space]string{}
	}
	met := map[space]bool{}
	for _, text := range sipua.Values(res, name) {
		if len(text) > maxChallenge {
			continue
		}
		c, err := digest.ParseChallenge(text)
		if err != nil || !usable(c) {
			continue
		}
		at.realm = c.Realm
		if _, ok := k.account(c.Realm); !ok || met[at] {
			continue
		}
		met[at] = true
		if (t.answered[at] || t.sent[at] == c.Nonce) && !c.Stale {
			return false
		}
		t.answered[at] = true
		k.remember(at, c)
	}
	return len(met) > 0
}

// usable says that a challenge can be answered; auth-int is not, which needs the body.
func usable(c *digest.Challenge) bool {
	for i := range c.QOP {
		c.QOP[i] = strings.ToLower(strings.TrimSpace(c.QOP[i]))
	}
	return digest.CanDigest(c) && c.Nonce != "" && (len(c.QOP) == 0 || slices.Contains(c.QOP, "auth"))
}

func (k *keys) remember(at space, c *digest.Challenge) {
	n := &known{space: at, chal: c, asked: time.Now()}
	first, here := -1, 0 // the one of this server asked for longest ago, and how many it has
	for i, o := range k.known {
		if o.space == at {
			if o.chal.Nonce == c.Nonce {
				n.count = o.count
			}
			first, here = i, maxRealms
			break
		}
		if o.server == at.server {
			if here++; first < 0 {
				first = i
			}
		}
	}
	switch {
	case here >= maxRealms:
		k.known = slices.Delete(k.known, first, first+1)
	case len(k.known) >= maxKnown:
		k.known = slices.Delete(k.known, 0, 1)
	}
	k.known = append(k.known, n)
}

// authorise adds the answers to the challenges of the server that it gave lately.
func (k *keys) authorise(t *trial, server netip.Addr, req *sip.Request) {
	k.known = slices.DeleteFunc(k.known, func(o *known) bool { return time.Since(o.asked) > lately })
	for _, o := range k.known {
		a, ok := k.account(o.realm)
		if !ok || o.server != server {
			continue
		}
		o.count++
		cred, err := digest.Digest(o.chal, digest.Options{Method: string(req.Method), URI: req.Recipient.String(),
			Count: o.count, Username: a.Username, Password: a.Password})
		if err != nil {
			continue
		}
		name := "Authorization"
		if o.proxy {
			name = "Proxy-Authorization"
		}
		req.AppendHeader(sip.NewHeader(name, cred.String()))
		if t.sent == nil {
			t.answered, t.sent = map[space]bool{}, map[space]string{}
		}
		t.sent[o.space] = o.chal.Nonce
	}
}
