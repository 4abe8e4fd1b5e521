package sipua

import (
	"bytes"
	"hash/maphash"
	"math"
	"net/netip"
	"sync/atomic"
	"time"
)

// What one source may take of a worker's queue while others want it too.
const (
	pressed     = queueMessages / 4      // messages waiting beyond which a source has a share
	pressedWait = 200 * time.Millisecond // or the wait of a message beyond which it has
	crowded     = 2                      // times that: of requests in dialogs too

	shareWindow = 100 * time.Millisecond
	shareSlots  = 1 << 10 // of each of two rows
	shareLeast  = 8       // requests a window that any source may send
)

// shares counts the requests of each source in the window of time that runs. It is a
// sketch of fixed size: a source counts in one slot of each row, and the smaller number
// is taken, so that who meets a loud source in one slot does not meet it in the other. A
// slot is as old as the window in it. Readers share it without a lock.
type shares struct {
	seed   maphash.Seed
	start  time.Time
	window atomic.Uint32                // number of the one that runs
	active atomic.Uint32                // sources in it
	share  atomic.Uint32                // of a source in it
	taken  atomic.Uint64                // by all workers when it began
	rows   [2][shareSlots]atomic.Uint64 // number of the window, then the count
}

// count enters a request and returns how many its source has sent in this window.
func (f *shares) count(src netip.Addr, now time.Time, shards []*shard) uint32 {
	window := uint32(now.Sub(f.start)/shareWindow) + 1
	if was := f.window.Load(); int32(window-was) > 0 && f.window.CompareAndSwap(was, window) {
		f.turn(window-was, shards)
	}
	b := src.As16()
	if src.Is6() && !src.Is4In6() {
		clear(b[8:]) // a host has its choice of these
	}
	h := maphash.Bytes(f.seed, b[:])
	least := uint32(math.MaxUint32)
	for i := range f.rows {
		n, fresh := add(&f.rows[i][h%shareSlots], window)
		if fresh && i == 0 {
			f.active.Add(1)
		}
		least = min(least, n)
		h >>= 32
	}
	return least
}

// add counts in a slot; fresh says that it is the first of the window.
func add(slot *atomic.Uint64, window uint32) (n uint32, fresh bool) {
	for {
		was := slot.Load()
		if int32(uint32(was>>32)-window) >= 0 { // or another reader is ahead
			return uint32(slot.Add(1)), false
		}
		if slot.CompareAndSwap(was, uint64(window)<<32|1) {
			return 1, true
		}
	}
}

// turn begins a window: a source's share is what the workers took of late, divided
// among the sources there were and one that is still to come, and half of that, for
// responses are taken too.
func (f *shares) turn(windows uint32, shards []*shard) {
	var taken uint64
	for _, s := range shards {
		taken += s.taken.Load()
	}
	each := (taken - f.taken.Swap(taken)) / uint64(windows) / uint64(2*(f.active.Swap(0)+1))
	f.share.Store(uint32(min(max(each, shareLeast), math.MaxUint32)))
}

// fair says whether a message may be queued. Only requests have a share; the response
// to a request of ours has room as long as there is any.
func (u *UA) fair(s *shard, it item) bool {
	if isResponse(it.data) {
		return true
	}
	if u.shares.count(it.src.Addr(), it.at, u.shards) <= u.shares.share.Load() {
		return true
	}
	switch pressure := s.pressure(it.at); {
	case pressure >= crowded:
		return false
	case pressure >= 1:
		return inDialog(it.data)
	}
	return true
}

// holdUp reads no further until a request in a dialog can be queued, for it must not be
// refused and does not come again by itself: so whoever sends too many waits for himself.
func (st *stream) holdUp(queued func() bool) {
	for !queued() {
		select {
		case <-st.dead:
			return
		default:
		}
		if !st.ep.pause() {
			return
		}
	}
}

// pressure is how full the queue is, or how long its messages wait: 1 is when shares
// begin to count.
func (s *shard) pressure(now time.Time) int {
	s.qmu.Lock()
	defer s.qmu.Unlock()
	wait := time.Duration(s.messages) * s.pace
	if s.messages > 0 && s.queue[s.first].fn == nil {
		wait = max(wait, now.Sub(s.queue[s.first].at))
	}
	return max(s.messages/pressed, s.bytes/(queueBytes/4), int(wait/pressedWait))
}

// paced notes that the worker takes a message while others wait. s.qmu is held.
func (s *shard) paced() {
	if s.messages == 0 {
		s.last = time.Time{}
		return
	}
	now := time.Now()
	switch gap := now.Sub(s.last); {
	case s.last.IsZero():
	case s.pace == 0:
		s.pace = gap
	default:
		s.pace += (gap - s.pace) / 32
	}
	s.last = now
}

func isResponse(data []byte) bool {
	if len(data) > 0 && data[0] < ' ' {
		data = bytes.TrimLeft(data, "\r\n")
	}
	return bytes.HasPrefix(data, []byte("SIP/"))
}

// inDialog says whether a request has a To tag.
func inDialog(data []byte) bool {
	h, err := scan(data)
	return err == nil && tagOf(view(h.to)) != ""
}
