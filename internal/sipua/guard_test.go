package sipua

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What the guard drops is not answered and reaches no handler; what it refuses is
// answered with its status and reason, malformed or not.
func TestGuard(t *testing.T) {
	var verdict Verdict
	var asked []string
	guard := func(source netip.Addr, method string) Verdict {
		asked = append(asked, source.String()+" "+method)
		return verdict
	}
	inBed(t, Options{Guard: guard}, func(b *bed) {
		handled := 0
		b.ua.Handle("SUBSCRIBE", func(tx *ServerTx) {
			handled++
			tx.mustReject(404)
		})
		ask := func(text string) string {
			b.send(text)
			synctest.Wait()
			return b.recv(time.Second)
		}
		subscribe := func(id string) string { return request1(reqOpt{method: "SUBSCRIBE", callID: id}) }
		if got := ask(subscribe("a")); !strings.HasPrefix(got, "SIP/2.0 404 ") || handled != 1 {
			t.Errorf("passed: %q, handled %d", got, handled)
		}
		verdict = Verdict{Drop: true}
		for _, text := range []string{subscribe("b"), "\r\n" + subscribe("c"), "SUBSCRIBE sip:x SIP/9.9\r\n\r\n", strings.Repeat("x", 100) + " y SIP/2.0\r\n\r\n"} {
			if got := ask(text); got != "" || handled != 1 {
				t.Errorf("dropped: %q, handled %d", got, handled)
			}
		}
		verdict = Verdict{Status: 403, Reason: "Q.850;cause=21"}
		if got := ask(subscribe("d")); !strings.HasPrefix(got, "SIP/2.0 403 Forbidden\r\n") || !strings.Contains(got, "\r\nReason: Q.850;cause=21\r\n") || handled != 1 {
			t.Errorf("refused: %q, handled %d", got, handled)
		}
		asked = nil
		if ask("\r\n\r\n"); asked != nil {
			t.Errorf("asked about a keep-alive: %q", asked)
		}
		if ask("\r\n" + subscribe("e")); len(asked) != 1 || !strings.HasSuffix(asked[0], " SUBSCRIBE") {
			t.Errorf("asked %q", asked)
		}
	})
}
