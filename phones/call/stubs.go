package call

import (
	"time"

	"github.com/busylamp/busylamp/phones"
)

type plan struct{}
type setup struct{}
type dialing uint8

func (c *core) do(in Input)        {}
func (c *core) show(d *device)     {}
func (c *core) snapshot(now time.Time) Snapshot { return Snapshot{At: now} }
func (c *core) lookup(number string) (Number, bool) { return Number{}, false }
var _ = phones.Device{}
