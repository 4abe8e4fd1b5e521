package sccp

import (
	"slices"

	"github.com/busylamp/busylamp/phones"
)

// Snapshot returns a copy of all there is to show.
func (s *Server) Snapshot() phones.SkinnySnapshot {
	snap := phones.SkinnySnapshot{At: s.o.Now()}
	s.mu.Lock()
	snap.Listening, snap.Sockets = s.listening, s.open
	snap.Attempts = slices.Clone(s.attempts)
	list := make([]slot, 0, len(s.slots))
	for _, sl := range s.slots {
		list = append(list, *sl)
	}
	s.mu.Unlock()
	slices.SortFunc(list, func(a, b slot) int { return a.cfg.Tag - b.cfg.Tag })
	for _, sl := range list {
		st := phones.EphoneStatus{Socket: -1}
		if sl.last != nil {
			st = *sl.last
		}
		if c := sl.conn; c != nil {
			c.mu.Lock()
			if c.registered {
				st = *c.status(phones.EphoneRegistered)
				st.Socket = c.socket
			}
			c.mu.Unlock()
			if sl.last != nil && sl.last.Load != st.Load {
				st.PreviousLoad = sl.last.Load
			}
		}
		st.Config, st.Auto = *sl.cfg, sl.auto
		st.Config.MAC = sl.mac
		switch {
		case st.State == phones.EphoneRegistered:
			snap.Registered++
		case st.State == phones.EphoneDeceased:
			snap.Deceased++
		case !st.Registered.IsZero():
			snap.Unregistered++
		}
		snap.Ephones = append(snap.Ephones, st)
	}
	return snap
}

// status is what there is to tell of a registered phone; of its configuration no more
// than the tag. mu is held.
func (c *conn) status(state phones.EphoneState) *phones.EphoneStatus {
	f := &c.facts
	st := &phones.EphoneStatus{
		Config: phones.Ephone{Tag: c.tag}, State: state, Device: c.name, Socket: -1, Remote: c.remote,
		Type: f.kind, Model: c.model.name, Shown: c.model.shown, Version: int(f.version), InUse: c.inUse, MaxStreams: int(f.maxStreams),
		KeepAlives: f.keepalives, MaxLine: int(c.model.lines), Resets: int(f.resetsSent), ResetPending: c.resets,
		Caps: int(f.caps), Load: f.load, LastReset: f.last, Registered: f.registered, LastSeen: f.seen,
	}
	if c.spec != nil {
		st.Spec, st.User, st.Available = *c.spec, c.spec.User, len(c.spec.Lines)
	}
	for i := range c.lamps {
		l := &c.lamps[i]
		st.BLF = append(st.BLF, phones.EphoneBLF{BLFKey: *l.key, SubID: l.id, Status: int(l.status)})
	}
	return st
}
