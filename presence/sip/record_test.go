package sip

import (
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/busylamp/busylamp/presence"
)

// What is left of a dialog whose first record is lost does not stay for ever.
func TestStateWithoutItsDialog(t *testing.T) {
	run(t, func(r *rig) {
		b := &book{m: map[uint64][]byte{15: {1}}, top: 15}
		r.a.keeper.j = b
		if err := r.a.Restore(); err != nil {
			t.Fatal(err)
		}
		want(t, "records", b.count(), 0)
	})
}

// What a dialog is written as is what is read.
func TestRecord(t *testing.T) {
	a := &Adapter{epoch: time.Now()}
	d := &dialog{a: a, id: 5, pool: 3, form: asDialogInfo, remoteSeq: 9, tcp: true, target: netip.MustParseAddrPort("[2001:db8::1]:5060"),
		until: time.Minute, keeping: keeping{sib: 6, granted: 60}}
	var values [parts]string
	for p := range values {
		values[p] = fmt.Sprint("part", p)
	}
	values[routes] = "<sip:a;lr>\n<sip:b;lr>"
	d.put(&values)
	v := readWhole(d.appendWhole(nil, 70, &birth{since: time.Unix(1000, 0), dialPeer: 40001, phone: "SEP1"}))
	if v == nil {
		t.Fatal("it is not read")
	}
	want(t, "text", v.text, values)
	want(t, "rest", words(v.birth, v.pool, v.form, v.tcp, v.reserved, v.remoteSeq, v.sib, v.granted, v.target, v.ended == nil, v.entries == nil),
		words(birth{time.Unix(1000, 0), 40001, "SEP1"}, 3, asDialogInfo, true, 70, 9, 6, time.Minute, d.target, true, true))
	if off := time.Until(v.until) - time.Minute; off > time.Second || off < -time.Second {
		t.Errorf("expiry is off by %s", off)
	}
	d.last = &presence.Note{Reason: "probation", RetryAfter: time.Minute}
	if !v.readState(d.appendState(nil, 99)) || v.reserved != 99 || *v.ended != *d.last {
		t.Errorf("state: %+v", v)
	}
}

// So are the outgoing records of a list, of which the first record knows nothing yet.
func TestRecordOfAList(t *testing.T) {
	a := &Adapter{epoch: time.Now()}
	d := &dialog{a: a, target: netip.MustParseAddrPort("10.1.1.1:5060"), until: time.Minute, keeping: keeping{granted: 60}}
	d.put(&[parts]string{callID: "c", localTag: "l", remote: "<sip:x@y>", remoteTarget: "sip:x@10.1.1.1"})
	d.list = &roster{entries: []*entry{{uri: "sip:2001@x", id: 7}, {uri: "sip:5001@x", id: 8}, {uri: "sip:5002@x", id: 9}}}
	whole := d.appendWhole(nil, 64, &birth{since: time.Now()})
	d.held = true
	for i, sib := range []uint32{0, 10, 12} {
		e := d.list.entries[i]
		e.d, d.keeping.stale = d, false
		e.Notify(presence.Note{SubID: e.id, SibID: sib, Active: true})
		want(t, "is to be written before the next NOTIFY", d.keeping.stale, sib != 0)
	}
	v := readWhole(whole)
	if v == nil || v.sibs != nil || !v.readState(d.appendState(nil, 128)) {
		t.Fatalf("%+v", v)
	}
	want(t, "of a state", v.sibs, []uint32{0, 10, 12})
	v = readWhole(d.appendWhole(nil, 64, &birth{since: time.Now()}))
	want(t, "of a whole", words(v.sibs, len(v.entries)), "[0 10 12] 3")
	d.last = &presence.Note{Reason: "probation", RetryAfter: time.Minute}
	if !v.readState(d.appendState(nil, 128)) || *v.ended != *d.last || len(v.sibs) != 3 {
		t.Errorf("ended: %+v", v)
	}
}

// FuzzRestore: whatever the records say, nothing panics, and what is restored can be
// told its state.
func FuzzRestore(f *testing.F) {
	a := &Adapter{epoch: time.Now()}
	d := &dialog{a: a, target: netip.MustParseAddrPort("10.1.1.1:5060"), until: time.Minute, keeping: keeping{granted: 60}}
	values := [parts]string{callID: "c", localTag: "l", number: "2001", remote: "<sip:x@y>", remoteTarget: "sip:x@10.1.1.1"}
	d.put(&values)
	whole := d.appendWhole(nil, 64, &birth{since: time.Now()})
	d.list = &roster{entries: []*entry{{uri: "sip:2001@x", id: 7}, {uri: "sip:2@x"}}}
	list := d.appendWhole(nil, 64, &birth{since: time.Now()})
	d.list.entries[0].sib = 8
	f.Add(uint64(14), list, uint64(15), d.appendState(nil, 128))
	d.last = &presence.Note{Reason: "timeout"}
	f.Add(uint64(2), whole, uint64(3), d.appendState(nil, 128))
	f.Add(uint64(14), list, uint64(15), []byte{1})
	f.Fuzz(func(t *testing.T, k1 uint64, d1 []byte, k2 uint64, d2 []byte) {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t)
			defer r.close()
			b := &book{m: map[uint64][]byte{k1: d1, k2: d2}, top: max(k1, k2)}
			r.a.keeper.j = b
			if err := r.a.Restore(); err != nil {
				t.Fatal(err)
			}
			r.a.renew()
			r.publish("2001", busy)
			time.Sleep(time.Minute)
		})
	})
}

// nowhere is a Journal that keeps nothing.
type nowhere struct{ book }

func (*nowhere) Put(uint64, []byte) error { return nil }

// What the journal adds to a SUBSCRIBE beside its write (internal/journal).
func BenchmarkKeep(b *testing.B) {
	a := &Adapter{epoch: time.Now()}
	a.keeper.j = &nowhere{}
	d := &dialog{a: a, id: 5, pool: 3, target: netip.MustParseAddrPort("10.1.1.11:5060")}
	var values [parts]string
	for p := range values {
		values[p] = fmt.Sprintf("about as long as these are %d", p)
	}
	d.put(&values)
	b.ReportAllocs()
	for b.Loop() {
		a.keepNew(d, time.Hour, Watcher{Phone: "VOICE REGISTER POOL-3", DialPeerTag: 40001})
	}
}
