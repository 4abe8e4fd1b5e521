package digest

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	icholy "github.com/icholy/digest"
	"pgregory.net/rapid"
)

const realm = "busylamp"

var phone = netip.MustParseAddr("10.0.0.2")

func passwords(user string) (string, bool) {
	p, ok := map[string]string{"alice": "secret", "bob": ""}[user]
	return p, ok
}

func try(v *Verifier, uri string, authorization ...string) Result {
	return v.Verify(Request{Method: "SUBSCRIBE", URI: uri, Authorization: authorization, Source: phone, Realm: realm}, passwords)
}

func TestChallengesAreOrdered(t *testing.T) {
	v := NewVerifier(Options{})
	list := v.Challenges(phone, realm, true)
	if len(list) != 2 {
		t.Fatal(list)
	}
	for i, algorithm := range []string{"SHA-256", "MD5"} {
		c, err := icholy.ParseChallenge(list[i])
		if err != nil || c.Algorithm != algorithm || c.Realm != realm || !c.Stale || len(c.QOP) != 1 || c.QOP[0] != "auth" || len(c.Nonce) < 32 {
			t.Errorf("%s: %+v %v", list[i], c, err)
		}
	}
	if again := v.Challenges(phone, realm, true); again[0] == list[0] {
		t.Error("nonce repeats")
	}
}

func TestClientAndVerifierAgree(t *testing.T) {
	for _, algorithm := range []string{"SHA-256", "MD5", "none"} {
		v := NewVerifier(Options{})
		list := v.Challenges(phone, realm, false)
		switch algorithm {
		case "MD5":
			list = list[1:]
		case "none": // RFC 2617: MD5 when absent
			list = []string{strings.Replace(list[1], ", algorithm=MD5", "", 1)}
		}
		list = append([]string{`Digest realm="busylamp", nonce="x", algorithm=WHIRLPOOL`, "Basic realm=x", `Digest realm="other", nonce="y"`}, list...)
		c := NewClient("alice", "secret")
		if _, ok := c.Authorization("SUBSCRIBE", "sip:2001@h"); ok {
			t.Error("authorization before a challenge")
		}
		auth, ok := c.Answer(list, realm, "SUBSCRIBE", "sip:2001@h")
		if !ok {
			t.Fatalf("%s: no answer", algorithm)
		}
		if r := try(v, "sip:2001@h", "Basic x", auth); r != (Result{OK, "alice"}) {
			t.Errorf("%s: %+v for %s", algorithm, r, auth)
		}
		if next, ok := c.Authorization("SUBSCRIBE", "sip:2002@h"); !ok || !strings.Contains(next, "nc=00000002") || try(v, "sip:2002@h", next).Outcome != OK {
			t.Errorf("%s: second use: %s", algorithm, next)
		}
		if _, ok := c.Answer(list, realm, "SUBSCRIBE", "sip:2001@h"); ok {
			t.Error("answered a refused nonce again")
		}
	}
}

func TestRFC7616Example(t *testing.T) {
	// RFC 7616 3.9.1, both algorithms: the digest itself.
	for algorithm, response := range map[string]string{
		"MD5":     "8ca523f5e9506fed4657c9700eebdbec",
		"SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
	} {
		cred := &icholy.Credentials{Username: "Mufasa", Realm: "http-auth@example.org", URI: "/dir/index.html", Algorithm: algorithm,
			Nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", Nc: 1, Cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", QOP: "auth", Response: response}
		r := Request{Method: "GET", URI: "/dir/index.html", Realm: cred.Realm}
		if !matches(cred, r, "Circle of Life") || matches(cred, r, "circle of life") {
			t.Error(algorithm)
		}
	}
}

func TestRefusals(t *testing.T) {
	answer := func(v *Verifier, user, password string, method string) string {
		auth, ok := NewClient(user, password).Answer(v.Challenges(phone, realm, false), realm, method, "sip:2001@h")
		if !ok {
			t.Fatal("no answer")
		}
		return auth
	}
	v := NewVerifier(Options{MaxFailures: 1000})
	good := answer(v, "alice", "secret", "SUBSCRIBE")
	for name, c := range map[string]struct {
		auth, uri string
		want      Outcome
	}{
		"none":            {"", "sip:2001@h", NoCredentials},
		"garbage":         {"Digest \x00=,,", "sip:2001@h", NoCredentials},
		"other realm":     {strings.Replace(good, realm, "elsewhere", 1), "sip:2001@h", NoCredentials},
		"no qop":          {strings.Replace(good, "qop=auth, nc=00000001, ", "", 1), "sip:2001@h", NoCredentials},
		"nc 0":            {strings.Replace(good, "nc=00000001", "nc=00000000", 1), "sip:2001@h", NoCredentials},
		"huge nc":         {strings.Replace(good, "nc=00000001", "nc=fffffffff", 1), "sip:2001@h", NoCredentials},
		"algorithm":       {strings.Replace(good, "SHA-256", "SHA-512", 1), "sip:2001@h", NoCredentials},
		"wrong password":  {answer(v, "alice", "Secret", "SUBSCRIBE"), "sip:2001@h", Denied},
		"unknown user":    {answer(v, "carol", "secret", "SUBSCRIBE"), "sip:2001@h", Denied},
		"wrong method":    {answer(v, "alice", "secret", "REGISTER"), "sip:2001@h", Denied},
		"other resource":  {answer(v, "alice", "secret", "SUBSCRIBE"), "sip:2002@h", Denied},
		"downgraded":      {strings.Replace(good, "SHA-256", "MD5", 1), "sip:2001@h", Denied},
		"escaped user":    {answer(v, "alice", "secret", "SUBSCRIBE"), "sip:%32001@h", OK},
		"foreign nonce":   {answer(NewVerifier(Options{}), "alice", "secret", "SUBSCRIBE"), "sip:2001@h", Stale},
		"empty password":  {answer(v, "bob", "", "SUBSCRIBE"), "sip:2001@h", OK},
		"uri with params": {answer(v, "alice", "secret", "SUBSCRIBE"), "sip:2001@H:5060;transport=udp", OK},
		"right":           {good, "sip:2001@h", OK},
	} {
		t.Run(name, func(t *testing.T) {
			if r := try(v, c.uri, c.auth); r.Outcome != c.want || (r.User != "") != (c.want == OK) {
				t.Errorf("%v (%s), want %v for %s", r.Outcome, r.User, c.want, c.auth)
			}
		})
	}
	if r := try(v, "sip:2001@h", good); r.Outcome != Denied {
		t.Errorf("replay: %v", r.Outcome)
	}
}

func TestNonceAges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := NewVerifier(Options{})
		c := NewClient("alice", "secret")
		auth, _ := c.Answer(v.Challenges(phone, realm, false), realm, "SUBSCRIBE", "sip:2001@h")
		if r := try(v, "sip:2001@h", auth); r.Outcome != OK {
			t.Fatal(r.Outcome)
		}
		time.Sleep(5*time.Minute + time.Second)
		auth, _ = c.Authorization("SUBSCRIBE", "sip:2001@h")
		if r := try(v, "sip:2001@h", auth); r.Outcome != Stale {
			t.Fatal(r.Outcome)
		}
		auth, ok := c.Answer(v.Challenges(phone, realm, true), realm, "SUBSCRIBE", "sip:2001@h")
		if r := try(v, "sip:2001@h", auth); !ok || r.Outcome != OK {
			t.Fatal(r.Outcome)
		}
		if n := len(v.nonces.seen); n != 1 {
			t.Errorf("%d nonces remembered", n)
		}
	})
}

func TestFailureLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := NewVerifier(Options{MaxFailures: 3, MaxSources: 2})
		attempt := func(source netip.Addr, password string) Outcome {
			auth, _ := NewClient("alice", password).Answer(v.Challenges(source, realm, false), realm, "SUBSCRIBE", "sip:2001@h")
			return v.Verify(Request{Method: "SUBSCRIBE", URI: "sip:2001@h", Authorization: []string{auth}, Source: source, Realm: realm}, passwords).Outcome
		}
		for range 3 {
			if o := attempt(phone, "wrong"); o != Denied {
				t.Error(o)
			}
		}
		if o := attempt(phone, "secret"); o != Blocked {
			t.Error(o)
		}
		if o := attempt(netip.MustParseAddr("10.0.0.3"), "secret"); o != OK {
			t.Error(o)
		}
		auth, _ := NewClient("bob", "").Answer(v.Challenges(phone, realm, false), realm, "SUBSCRIBE", "sip:2001@h")
		if o := try(v, "sip:2001@h", auth).Outcome; o != OK {
			t.Error("another user of that source:", o)
		}
		time.Sleep(time.Minute)
		if o := attempt(phone, "secret"); o != OK {
			t.Error(o)
		}
		for i := range 100 {
			attempt(netip.AddrFrom4([4]byte{10, 1, 0, byte(i)}), "wrong")
		}
		if n := len(v.failures.seen); n != 2 || v.failures.order.Len() != 2 {
			t.Errorf("%d sources remembered", n)
		}
	})
}

// One source that tries one password with many users is stopped too, and what it
// tried with is not remembered for ever.
func TestGuessesOverAllUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := NewVerifier(Options{MaxSources: 128})
		attempt := func(source netip.Addr, user, password string) Outcome {
			auth, _ := NewClient(user, password).Answer(v.Challenges(source, realm, false), realm, "SUBSCRIBE", "sip:2001@h")
			return v.Verify(Request{Method: "SUBSCRIBE", URI: "sip:2001@h", Authorization: []string{auth}, Source: source, Realm: realm}, passwords).Outcome
		}
		for i := range 1000 {
			want := Denied
			if i >= 100 {
				want = Blocked
			}
			if o := attempt(phone, fmt.Sprint("user", i), "winter"); o != want {
				t.Fatalf("guess %d: %v", i, o)
			}
		}
		if o := attempt(netip.AddrFrom16(phone.As16()), "alice", "secret"); o != Blocked {
			t.Error("the right password in the same minute, written as IPv6:", o)
		}
		if o := attempt(netip.MustParseAddr("10.0.0.3"), "alice", "secret"); o != OK {
			t.Error("another source:", o)
		}
		time.Sleep(time.Minute)
		if o := attempt(phone, "alice", "secret"); o != OK {
			t.Error("a minute later:", o)
		}
		for i := range 1000 {
			attempt(netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), "alice", "winter")
		}
		if a, b := len(v.failures.seen), len(v.guesses.seen); a != 128 || b != 128 {
			t.Errorf("%d and %d remembered", a, b)
		}
	})
}

// Who does not receive what we send to an address cannot lock out a user there,
// and learns nothing about passwords without being counted.
func TestBlindLockOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := NewVerifier(Options{})
		guess := func(password string, challenges []string) Outcome {
			auth, _ := NewClient("alice", password).Answer(challenges, realm, "SUBSCRIBE", "sip:2001@h")
			return try(v, "sip:2001@h", auth).Outcome
		}
		old := v.Challenges(phone, realm, false)
		time.Sleep(6 * time.Minute)
		for name, challenges := range map[string][]string{
			"made up":                        {`Digest realm="busylamp", nonce="made-up", qop="auth"`},
			"given to the attacker's source": v.Challenges(netip.MustParseAddr("6.6.6.6"), realm, false),
			"old":                            old,
		} {
			for range 100 {
				if o := guess("wrong", challenges); o != Stale {
					t.Fatalf("nonce %s: %v", name, o)
				}
			}
			if o := guess("secret", challenges); o != Stale {
				t.Errorf("nonce %s, right password: %v", name, o)
			}
		}
		if o := guess("secret", v.Challenges(phone, realm, false)); o != OK {
			t.Error(o)
		}
	})
}

// Whatever counts come in whatever order on however many nonces, none is taken
// twice, and memory stays bounded.
func TestReplayNever(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(1, 4).Draw(rt, "limit")
		n := newNonces(limit)
		start := time.Unix(1000, 0)
		taken := map[string]bool{}
		for range rapid.IntRange(1, 200).Draw(rt, "steps") {
			i := rapid.IntRange(0, 6).Draw(rt, "nonce")
			count := rapid.IntRange(1, 200).Draw(rt, "count")
			key := fmt.Sprint(i, "/", count)
			if n.use(fmt.Sprint(i), start.Add(time.Duration(i)*time.Second), count, start) == fresh {
				if taken[key] {
					rt.Fatalf("%s taken twice", key)
				}
				taken[key] = true
			}
			if len(n.seen) > limit || n.order.Len() != len(n.seen) {
				rt.Fatalf("%d remembered, limit %d", len(n.seen), limit)
			}
		}
	})
}

func TestCountsInOrderAreTaken(t *testing.T) {
	n := newNonces(10)
	at := time.Unix(1000, 0)
	for _, c := range []struct {
		count int
		want  use
	}{{1, fresh}, {1, replayed}, {2, fresh}, {70, fresh}, {69, fresh}, {69, replayed}, {7, fresh}, {6, replayed}, {1, replayed}, {1 << 30, fresh}, {70, replayed}} {
		if got := n.use("x", at, c.count, time.Time{}); got != c.want {
			t.Errorf("%d: %v, want %v", c.count, got, c.want)
		}
	}
}

func FuzzVerify(f *testing.F) {
	v := NewVerifier(Options{MaxFailures: 1 << 30})
	auth, _ := NewClient("alice", "secret").Answer(v.Challenges(phone, realm, false), realm, "SUBSCRIBE", "sip:2001@h")
	used := try(v, "sip:2001@h", auth) // now a replay: nothing the fuzzer makes of it may pass
	if used.Outcome != OK {
		f.Fatal(used)
	}
	f.Add(auth, "sip:2001@h")
	f.Add("Digest username=\"alice\", realm=\"busylamp\"", "sip:")
	f.Fuzz(func(t *testing.T, auth, uri string) {
		if r := try(v, uri, auth); r.Outcome == OK {
			t.Errorf("accepted %s for %s", auth, uri)
		}
		c := NewClient("u", "p")
		if _, ok := c.Answer([]string{auth}, "", "REGISTER", uri); ok {
			c.Authorization("REGISTER", uri)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	v := NewVerifier(Options{})
	c := NewClient("alice", "secret")
	if _, ok := c.Answer(v.Challenges(phone, realm, false), realm, "SUBSCRIBE", "sip:2001@h"); !ok {
		b.Fatal("no answer")
	}
	b.ReportAllocs()
	for b.Loop() {
		auth, _ := c.Authorization("SUBSCRIBE", "sip:2001@h")
		if r := try(v, "sip:2001@h", auth); r.Outcome != OK {
			b.Fatal(r.Outcome)
		}
	}
}
