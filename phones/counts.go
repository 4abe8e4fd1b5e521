package phones

import (
	"slices"
	"time"
)

// count adds one request to the statistics of its pool and of all.
func (r *Registry) count(p *Pool, unregister, success bool, now time.Time) {
	r.stats.count(unregister, success, now)
	if p != nil {
		r.poolState(p.Tag).stats.count(unregister, success, now)
	}
}

func (s *Statistics) count(unregister, success bool, now time.Time) {
	switch {
	case unregister:
		s.UnregisterRequests++
		s.LastUnregister = now
		s.AttemptsSinceUnregister = 0
		if success {
			s.UnregisterSuccess++
			s.UnregisterSuccessAt = now
		} else {
			s.UnregisterFailed++
		}
	default:
		s.RegisterRequests++
		s.LastRegister = now
		if success {
			s.RegisterSuccess++
			s.RegisterSuccessAt = now
		} else {
			s.RegisterFailed++
			s.AttemptsSinceUnregister++
		}
	}
}

// attempt remembers a refused phone. When the table is full, the one that has
// been quiet longest makes room (CME command reference: attempted-registrations size).
func (r *Registry) attempt(reg Registration, id identity, reason string, now time.Time) {
	if r.ix.cfg.AttemptsOff {
		return
	}
	var mac MAC
	if len(id.macs) > 0 {
		mac = id.macs[0]
	}
	addr := reg.Source.Addr()
	i := slices.IndexFunc(r.attempts, func(a Attempt) bool {
		return a.MAC == mac && (!mac.IsZero() || a.Addr == addr && a.Number == clean(reg.Number))
	})
	if i < 0 {
		r.attempts = append(r.attempts, Attempt{MAC: mac, First: now})
		i = len(r.attempts) - 1
	}
	a := &r.attempts[i]
	a.Number, a.Addr, a.Latest, a.Reason = clean(reg.Number), addr, now, reason
	a.Attempts++
	r.trimAttempts()
}

func (r *Registry) trimAttempts() {
	size := r.ix.cfg.AttemptsSize
	if r.ix.cfg.AttemptsOff {
		size = 0
	}
	for len(r.attempts) > size {
		oldest := 0
		for i, a := range r.attempts {
			if a.Latest.Before(r.attempts[oldest].Latest) {
				oldest = i
			}
		}
		r.attempts = slices.Delete(r.attempts, oldest, oldest+1)
	}
}

// ClearAttempts forgets the refused phones (`clear voice register attempted-registrations`).
func (r *Registry) ClearAttempts() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempts = nil
}
