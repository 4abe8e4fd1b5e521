package app

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A process that is killed at any moment under load comes back with what its watchers
// believe: whoever holds a subscription has its row, under its ID, and is told what is
// true; nobody has to resubscribe, and nothing is counted backwards. A phone stays
// registered.
func TestKilledUnderLoad(t *testing.T) {
	server := freePort(t)
	dir := t.TempDir()
	config := fmt.Sprintf("presence\n max-subscription 500\n watcher all\nsip-ua\n presence enable\n"+
		"voice service voip\n sip\n  registrar server\nvoice register global\n mode cme\n source-address 10.1.1.2 port %d\n", server.Port())
	numbers := []string{"2001", "2002", "2003", "2004"}
	pool := "voice register pool 1\n id ip 127.0.0.2 mask 255.255.255.255\n"
	for i, n := range numbers {
		config += fmt.Sprintf("voice register dn %d\n number %s\n allow watch\n", i+1, n)
		pool += fmt.Sprintf(" number %d dn %d\n", i+1, i+1)
	}
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(config+pool), 0o600); err != nil {
		t.Fatal(err)
	}
	v := startVictim(t, dir)
	defer func() { v.kill() }()
	phone := newPeer(t, server, "127.0.0.2", "2001", "2001", "")
	for _, n := range numbers {
		phone.user, phone.number, phone.callID = n, n, "phone-"+n
		if answer := phone.request("REGISTER", 3600); !strings.HasPrefix(answer, "SIP/2.0 200") {
			t.Fatal(answer)
		}
	}
	var watchers []*peer
	for i := range 24 {
		p := newPeer(t, server, "127.0.0.1", fmt.Sprintf("w%02d", i), numbers[i%len(numbers)], []string{"presence", "dialog"}[i/4%2])
		watchers = append(watchers, p)
	}
	truth := map[string]string{}
	for _, n := range numbers {
		truth[n] = "idle"
	}
	type held struct {
		call string
		id   uint32
	}
	ids := map[string]held{}

	for range 4 {
		// Load, and death in the midst of it.
		var load sync.WaitGroup
		stop := make(chan struct{})
		for _, p := range watchers {
			load.Go(func() {
				for {
					select {
					case <-stop:
						return
					case <-time.After(time.Duration(rand.IntN(20)) * time.Millisecond):
						p.step()
					}
				}
			})
		}
		for end := time.Now().Add(time.Duration(50+rand.IntN(250)) * time.Millisecond); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			v.ask(t, "line "+numbers[rand.IntN(len(numbers))]+" "+[]string{"busy", "idle"}[rand.IntN(2)])
		}
		v.kill()
		close(stop)
		v = startVictim(t, dir)
		load.Wait()
		for n := range truth {
			truth[n] = "idle" // the calls have died with it
		}
		n := numbers[rand.IntN(len(numbers))]
		v.ask(t, "line "+n+" busy")
		truth[n] = "busy"

		// What is believed must become what is true.
		var diff []string
		for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			rows := v.rows(t)
			diff = nil
			for _, p := range watchers {
				p.mu.Lock()
				row, has := rows[p.user]
				delete(rows, p.user)
				switch before := ids[p.user]; {
				case has != (p.tag != ""):
					diff = append(diff, fmt.Sprintf("%s: believes to be subscribed: %v, has a row: %v", p.user, p.tag != "", has))
				case !has:
				case p.state != truth[p.number] || row.Line.State.String() != truth[p.number]:
					diff = append(diff, fmt.Sprintf("%s: %s is %s, the row says %s, the watcher believes %s", p.user, p.number, truth[p.number], row.Line.State, p.state))
				case before.call == p.callID && before.id != row.ID:
					diff = append(diff, fmt.Sprintf("%s: ID %d was %d", p.user, row.ID, before.id))
				default:
					ids[p.user] = held{p.callID, row.ID}
				}
				diff = append(diff, p.wrong...)
				p.mu.Unlock()
			}
			for _, who := range slices.Sorted(maps.Keys(rows)) {
				diff = append(diff, "nobody holds the row of "+who)
			}
			if diff == nil {
				break
			}
		}
		if diff != nil {
			t.Fatalf("after a kill:\n%s", strings.Join(diff, "\n"))
		}
	}

	// A clean end tells everybody and leaves nothing.
	for _, p := range watchers {
		p.mu.Lock()
		p.leaving = true
		p.mu.Unlock()
	}
	fmt.Fprintln(v.in, "quit")
	if err := v.cmd.Wait(); err != nil {
		t.Error(err)
	}
	for _, p := range watchers {
		p.mu.Lock()
		if p.tag != "" {
			t.Errorf("%s was not told of the end", p.user)
		}
		p.mu.Unlock()
	}
	left, err := os.ReadDir(filepath.Join(dir, "state", "journal"))
	if err != nil || len(left) != 0 {
		t.Errorf("the journal has %v, %v", left, err)
	}
}

// inDnD is what a phone publishes that is in Do Not Disturb.
const inDnD = `<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" ` +
	`xmlns:e="urn:ietf:params:xml:ns:pidf:status:rpid" xmlns:ce="urn:cisco:params:xml:ns:pidf:rpid" entity="sip:2001@127.0.0.1">` +
	`<dm:person><status><basic>open</basic></status><e:activities><ce:dnd/></e:activities></dm:person></presence>`

// What a phone has published of itself goes on after a kill: the first thing that a
// watcher hears is that the line is in Do Not Disturb.
func TestPublishedDnDSurvivesAKill(t *testing.T) {
	server := freePort(t)
	dir := t.TempDir()
	config := fmt.Sprintf("presence\n watcher all\nsip-ua\n presence enable\nvoice service voip\n sip\n  registrar server\n"+
		"voice register global\n mode cme\n source-address 10.1.1.2 port %d\nvoice register dn 1\n number 2001\n allow watch\n"+
		"voice register pool 1\n id ip 127.0.0.2 mask 255.255.255.255\n number 1 dn 1\n", server.Port())
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	v := startVictim(t, dir)
	defer func() { v.kill() }()
	ok := func(answer string) {
		t.Helper()
		if !strings.HasPrefix(answer, "SIP/2.0 200") {
			t.Fatal(answer)
		}
	}
	phone := newPeer(t, server, "127.0.0.2", "2001", "2001", "presence")
	phone.callID = "r"
	ok(phone.request("REGISTER", 3600))
	phone.callID, phone.body = "p", inDnD
	ok(phone.request("PUBLISH", 600))
	watcher := newPeer(t, server, "127.0.0.1", "w", "2001", "presence")
	watcher.step()
	believes := func(state string) {
		t.Helper()
		said := ""
		for end := time.Now().Add(5 * time.Second); said != state && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			watcher.mu.Lock()
			if said = watcher.state; len(watcher.wrong) > 0 {
				t.Error(watcher.wrong)
			}
			watcher.mu.Unlock()
		}
		if said != state {
			t.Errorf("the watcher believes %s, want %s", said, state)
		}
	}
	believes("dnd")
	v.kill()
	watcher.mu.Lock()
	watcher.state, watcher.states = "", nil
	watcher.mu.Unlock()
	v = startVictim(t, dir)
	believes("dnd")
	if row := v.rows(t)["w"]; !row.Line.DnD {
		t.Errorf("the row is %+v", row)
	}
	watcher.mu.Lock()
	if !slices.Equal(watcher.states, []string{"dnd"}) {
		t.Errorf("it heard %v", watcher.states)
	}
	watcher.mu.Unlock()
}
