package sccp

import (
	"testing"

	"github.com/busylamp/busylamp/phones/call"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// BenchmarkRender makes the messages of one side of a call, set up and released;
// with "encoded" it encodes them too.
func BenchmarkRender(b *testing.B) {
	views := []call.View{
		idle(), with(16, tone(out(call.Seized), call.ToneDial)), with(16, out(call.Dialing)),
		with(16, tone(out(call.RingOut), call.ToneRingback)), with(16, talking(out(call.Connected))), idle(),
	}
	f := twoLines()
	for _, encode := range []bool{false, true} {
		name := map[bool]string{false: "rendered", true: "encoded"}[encode]
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var frame []byte
			for range b.N {
				for i := 1; i < len(views); i++ {
					messages := renderAll(views[i-1], views[i], f)
					for _, m := range messages {
						if encode {
							frame = wire.Encode(frame[:0], m, f.inUse)
						}
					}
				}
			}
		})
	}
}
