package presence

// inWatchers asks who watches a number.
type inWatchers struct {
	number string
	max    int
	reply  chan answer
}

// Watchers are the subscriptions to a local number, at most max, in no order. Their
// records have ID, Watcher, Kind and Since alone. It must not be called by a Sink.
func (h *Hub) Watchers(number string, max int) []Record {
	reply := make(chan answer, 1)
	return h.shardFor(number).ask(inWatchers{number, max, reply}, reply).records
}

func (c *core) watchers(number string, max int) (out []Record) {
	for a := ofNumber; a <= ofNone; a++ {
		ln := c.lines[key{number: number, aspect: a}]
		if ln == nil {
			continue
		}
		for _, s := range ln.subs {
			if len(out) == max {
				return out
			}
			out = append(out, Record{ID: s.id, Watcher: s.watcher, Kind: s.kind, Since: c.epoch.Add(s.since)})
		}
	}
	return out
}
