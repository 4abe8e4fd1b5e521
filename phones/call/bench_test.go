package call

import (
	"fmt"
	"testing"
	"time"

	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
)

// fleet is a core with so many SCCP phones, each with two lines of which one is
// shared with the next phone.
func fleet(size int) *core {
	cfg := phones.Config{Telephony: phones.Telephony{On: true}}
	for i := 1; i <= size; i++ {
		cfg.EphoneDNs = append(cfg.EphoneDNs, phones.EphoneDN{Tag: i, Number: fmt.Sprint(10000 + i), Channels: 2})
	}
	var refs uint32
	count := func() int { return 0 }
	c := newCore(ids{ref: func() uint32 { refs++; return refs }, trunk: count, test: count}, func(logbuf.Topic) bool { return false })
	c.step(time.Unix(0, 0), apply{&cfg})
	for i := 1; i <= size; i++ {
		c.step(time.Unix(0, 0), Registered{ephone(i), phones.Spec{Primary: 1, Lines: []phones.SpecLine{
			{Button: 1, Sep: phones.Normal, DNs: []phones.DNID{{Tag: i}}},
			{Button: 2, Sep: phones.Normal, DNs: []phones.DNID{{Tag: i%size + 1}}},
		}}})
	}
	return c
}

// BenchmarkCall is one call from dialling to release: five inputs and what follows.
func BenchmarkCall(b *testing.B) {
	for _, size := range []int{10, 5000} {
		b.Run(fmt.Sprintf("phones=%d", size), func(b *testing.B) {
			c := fleet(size)
			now := time.Unix(0, 0)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i = i%(size-5) + 1
				from, to := ephone(i), ephone(i+4)
				c.step(now, Dial{Device: from, Number: fmt.Sprint(10000 + i + 4)})
				c.step(now, Answer{Device: to})
				c.step(now, MediaReady{Device: from, Ref: c.devices[from].active.ref, Media: media(4000), OK: true})
				c.step(now, MediaReady{Device: to, Ref: c.devices[to].active.ref, Media: media(4002), OK: true})
				c.step(now, OnHook{Device: from})
			}
			if len(c.calls) > 0 {
				b.Fatalf("%d calls are left", len(c.calls))
			}
		})
	}
}

// BenchmarkRegister is one phone that registers and leaves among many.
func BenchmarkRegister(b *testing.B) {
	c := fleet(5000)
	spec := *c.devices[ephone(7)].spec
	now := time.Unix(0, 0)
	b.ReportAllocs()
	for b.Loop() {
		c.step(now, Gone{ephone(7)})
		c.step(now, Registered{ephone(7), spec})
	}
}

// BenchmarkApply is a change of configuration that changes nothing.
func BenchmarkApply(b *testing.B) {
	c := fleet(5000)
	cfg := c.cfg
	b.ReportAllocs()
	for b.Loop() {
		c.step(time.Unix(0, 0), apply{&cfg})
	}
}
