package wire

import "testing"

func BenchmarkEncode(b *testing.B) {
	dst := make([]byte, 0, 4096)
	for _, m := range []Message{&KeepAliveAck{}, NewCallState(StateRingIn, 1, 1), &SetLamp{},
		NewFeatureStat(9, 2, ButtonBLFSpeedDial, BLFInUse, "Sales"),
		NewCallInfo(9, CallDetails{Calling: "2001", Called: "2002", CallingName: "Anna", CalledName: "Bert"}),
		NewButtonTemplate(make([]Button, 6)), NewSoftKeySets(make([]SoftKeySet, KeySets))} {
		b.Run(Name(m.ID()), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				dst = Encode(dst[:0], m, 9)
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, m := range []Message{&KeepAlive{}, &Stimulus{}, &KeypadButton{}, &RegisterReq{Name: "SEP0008B1123344", Load: "P00308010200"},
		&CapabilitiesRes{Audio: make([]Capability, 8)}, NewFeatureStat(9, 2, ButtonBLFSpeedDial, BLFInUse, "Sales")} {
		body := Encode(nil, m, 9)[headerSize:]
		b.Run(Name(m.ID()), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Decode(m.ID(), 0, body, 9); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkReader(b *testing.B) {
	var stream []byte
	for range 10 {
		stream = Encode(Encode(stream, &KeepAlive{}, 9), &FeatureStatReq{Index: 1}, 9)
	}
	r := NewReader(&loop{b: stream})
	b.ReportAllocs()
	for b.Loop() {
		if _, _, _, err := r.Next(); err != nil {
			b.Fatal(err)
		}
	}
}
