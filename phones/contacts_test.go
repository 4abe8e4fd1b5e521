package phones

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestContacts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := start(t, guide())
		defer h.stop()
		h.must(h.request("2101", "10.1.1.11", 3600))
		h.must(h.request("2103", "10.1.1.11", 60))
		h.must(h.request("2102", "10.1.1.12", 3600))
		want := func(pool int, number string, uris ...string) {
			t.Helper()
			got := h.Contacts(pool, number)
			if len(got) != len(uris) {
				t.Fatalf("pool %d number %q: %+v", pool, number, got)
			}
			for i, u := range uris {
				if got[i].URI != u || got[i].Pool != pool {
					t.Errorf("pool %d number %q: %+v", pool, number, got[i])
				}
			}
		}
		want(1, "2101", "sip:2101@10.1.1.11:5060")
		want(1, "", "sip:2101@10.1.1.11:5060", "sip:2103@10.1.1.11:5060")
		want(1, "2102")
		want(2, "2102", "sip:2102@10.1.1.12:5060")
		want(9, "")
		time.Sleep(61 * time.Second)
		want(1, "", "sip:2101@10.1.1.11:5060")
	})
}
