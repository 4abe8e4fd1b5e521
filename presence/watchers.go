package presence

// inWatchers asks who watches a number.
type inWatchers struct {
	number string
	most   int
	reply  chan answer
}

// Watchers are the subscriptions to a local number, at most as many, in no order. Their
// records have ID, Watcher, Kind, Since and Sink, and Expires is the time left. It must not be called by a Sink.
func (h *Hub) Watchers(number string, most int) []Record {
	reply := make(chan answer, 1)
	return h.shardFor(number).ask(inWatchers{number, most, reply}, reply).records
}

func (c *core) watchers(number string, most int) (out []Record) {
	for a := ofNumber; a <= ofNone; a++ {
		ln := c.lines[key{number: number, aspect: a}]
		if ln == nil {
			continue
		}
		for _, s := range ln.subs {
			if len(out) == most {
				return out
			}
			out = append(out, Record{ID: s.id, Watcher: s.watcher, Kind: s.kind, Since: c.epoch.Add(s.since), Expires: max(s.expiry-c.now, 0), Sink: s.sink})
		}
	}
	return out
}
