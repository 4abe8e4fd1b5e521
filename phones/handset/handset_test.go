package handset

import (
	"context"
	"errors"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a phone whose keys are noted and whose display the test sets.
type fake struct {
	mu      sync.Mutex
	d       Display
	pressed []string
	changed chan struct{}
}

func newFake() *fake { return &fake{changed: make(chan struct{})} }

func (f *fake) Register(context.Context) error { return nil }
func (f *fake) Close() error                   { return nil }

func (f *fake) Press(k Key) error {
	if k.Kind == KeySoft && k.Text == "Nope" {
		return ErrNoKey
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pressed = append(f.pressed, k.String())
	return nil
}

func (f *fake) Display() Display {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.d.Clone()
}

func (f *fake) Changed() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}

func (f *fake) show(d Display) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.d = d
	close(f.changed)
	f.changed = make(chan struct{})
}

var full = Display{
	Registered: true, Device: "SEP0012", Protocol: "SCCP 9", Header: "1001",
	Lines:  []Line{{Button: 1, Number: "1001", Label: "Anna", Lamp: LampBlink, State: RingIn}, {Button: 2, Number: "1002", Lamp: LampOff}},
	Keys:   []BesideKey{{Kind: "blf", Label: "2101", Status: Busy, Lamp: LampOn}, {Kind: "speed-dial", Number: "99", Label: "Bob"}},
	List:   []Entry{{"2101", Idle}, {"2102", ""}},
	Calls:  []Call{{Ref: 7, Line: 1, State: Held, Remote: "2101"}, {Ref: 8, Line: 1, State: RingIn, Remote: `2102 "Eve"`}},
	Active: 8, SoftKeys: []string{"Answer", "iDivert"}, Prompt: "From 2102", Notice: "Hello",
	OffHook: true, Ring: RingInside, Tone: "ringback",
	Media: Media{Receive: netip.MustParseAddrPort("10.1.1.1:20000"), Send: netip.MustParseAddrPort("10.1.1.3:20002"), Codec: "g711ulaw"},
}

func TestExpect(t *testing.T) {
	for s, want := range map[string]bool{
		"registered": true, "not registered": false, "no registered": false, "not not registered": true,
		"offhook": true, "dnd": false, "mwi": false,
		"calls 2": true, "calls 0": false,
		"call ringin": true, "call connected": false, "call 1 hold": true, "call 1 hold 2101": true, "call 1 hold 2102": false,
		"call ringin eve": true, "call 3 connected": false, "call 3 onhook": true,
		"line 1 blink": true, "line 1 ringin": true, "line 1 anna": true, "line 2 off": true, "line 2 blink": false, "line 3 off": false,
		"key 1 busy": true, "key 1 idle": false, "key 1 on": true, "key 2 bob": true, "key 2 99": true, "key 3 idle": false,
		"list 2101 idle": true, "list 2101": false, "list 2102": true, "list 2102 unknown": false, "list 9": false,
		"soft Answer": true, "soft answer": true, "soft Hold": false,
		"prompt from": true, "prompt 2103": false, "notice hello": true, "notice": true, "header 1001": true,
		"ring": true, "ring inside": true, "ring outside": false, "no ring": false,
		"tone": true, "tone ringback": true, "tone dial": false,
		"media": true, "media send": true, "media receive": true, "media 10.1.1.3:20002": true, "media 10.1.1.3:20004": false,
	} {
		ok, err := ParseExpect(s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		if got := ok(full); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
	for _, s := range []string{"", "no", "soft", "prompt", "calls", "calls x", "calls -1", "call", "call humming", "call 0 hold",
		"line", "line 1", "line x off", "line 0 off", "key 1", "list", "list 2101 green", "list 1 idle 2", "happiness", "registered now"} {
		if _, err := ParseExpect(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}

func TestKeys(t *testing.T) {
	for _, s := range []string{"offhook", "onhook", "line 2", "key 3", "call 1", "soft Hold", "digits 21*#", "dial 2102", "messages",
		"answer", "hold", "resume", "end", "newcall", "redial", "dnd", "transfer", "transfer 2102", "list", "list 2101 2102"} {
		k, err := ParseKey(s)
		if err != nil || k.String() != s {
			t.Errorf("%q: %v %v", s, k, err)
		}
	}
	for _, s := range []string{"", "line", "line 0", "line x", "line 1001", "soft", "digits", "digits 2x", "dial", "offhook now",
		"transfer 2x", "list 2x", "jump", "dial " + strings.Repeat("1", 65)} {
		if k, err := ParseKey(s); err == nil {
			t.Errorf("%q is %v", s, k)
		}
	}
}

func TestScript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := ParseScript(strings.NewReader("# a call\noffhook\n\n  digits 2102 # to Eve\nwithin 3s\nexpect call connected\nwait 2s\nsoft EndCall\nshow\n"))
		if err != nil {
			t.Fatal(err)
		}
		f := newFake()
		began := time.Now()
		go func() {
			time.Sleep(2 * time.Second)
			f.show(Display{Device: "SEP1", Calls: []Call{{Ref: 1, State: Connected}}})
		}()
		var out strings.Builder
		if err := s.Run(t.Context(), f, &out); err != nil {
			t.Fatal(err)
		}
		if want := []string{"offhook", "digits 2102", "soft EndCall"}; !slices.Equal(f.pressed, want) {
			t.Errorf("pressed %q", f.pressed)
		}
		if d := time.Since(began); d != 4*time.Second {
			t.Errorf("took %v", d)
		}
		if want := "SEP1 not registered\ncall 1  connected\n"; out.String() != want {
			t.Errorf("it said %q", out.String())
		}

		for text, want := range map[string]string{
			"offhook\nexpect call ringin\n":    "line 2: expect call ringin: not within 5s; the phone shows:\nSEP1",
			"\nsoft Nope\n":                    "line 2: soft Nope: no such key",
			"within 1s\nwait 1s\nexpect calls": "line 3: calls",
		} {
			s, err := ParseScript(strings.NewReader(text))
			if err == nil {
				err = s.Run(t.Context(), f, nil)
			}
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%q: %v", text, err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, text := range []string{"wait 1h", "expect calls 9"} {
			step, err := ParseStep(text)
			if err != nil {
				t.Fatal(err)
			}
			if err := step.Do(ctx, f, time.Hour, nil); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", text, err)
			}
		}
	})
}

func TestScriptErrors(t *testing.T) {
	_, err := ParseScript(strings.NewReader("jump\noffhook\nwait soon\nwithin -1s\nshow me\nwait 25h\n" + strings.Repeat("x", maxScriptLine+1) + "\n"))
	if err == nil {
		t.Fatal("taken")
	}
	for i, line := range strings.Split(err.Error(), "\n") {
		if want := []string{"line 1:", "line 3:", "line 4:", "line 5:", "line 6:", "line 7:"}[i]; !strings.HasPrefix(line, want) {
			t.Errorf("%q, want %s", line, want)
		}
	}
	if _, err := ParseScript(strings.NewReader("\n" + strings.Repeat("x", 70<<10))); err == nil || !strings.HasPrefix(err.Error(), "line 2:") {
		t.Errorf("%v", err)
	}
}

// Whatever a display shows, the changes from nothing to it and back to it are told,
// and a display does not differ from itself.
func TestChanges(t *testing.T) {
	if c := Changes(full, full); len(c) != 0 {
		t.Errorf("from itself: %q", c)
	}
	got := Changes(Display{}, full)
	want := []string{"SEP0012 registered SCCP 9", "line 1  1001  blink ringin", "line 2  1002  off",
		"key 1  blf 2101  busy", "key 2  speed-dial Bob (99)", "list  2101 idle", "call  hold 2101", `call  ringin 2102 "Eve"`,
		"prompt  From 2102", "notice  Hello", "soft keys  Answer | iDivert", "ring  inside", "tone  ringback", "phone  off hook",
		"media  receives at 10.1.1.1:20000, sends to 10.1.1.3:20002, g711ulaw"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	got = Changes(full, Display{Device: "SEP0012"})
	want = []string{"SEP0012 not registered", "call  ended 2101", `call  ended 2102 "Eve"`, "ring  off", "tone  off", "phone  off", "media  off"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// Equal looks at every field, and Clone shares nothing.
func TestEqualAndClone(t *testing.T) {
	typ := reflect.TypeFor[Display]()
	for i := range typ.NumField() {
		other := full.Clone()
		if !other.Equal(full) {
			t.Fatal("a clone is not equal")
		}
		f := reflect.ValueOf(&other).Elem().Field(i)
		switch f.Kind() {
		case reflect.Bool:
			f.SetBool(!f.Bool())
		case reflect.String:
			f.SetString(f.String() + "x")
		case reflect.Uint32:
			f.SetUint(f.Uint() + 1)
		case reflect.Slice:
			f.Index(0).Set(reflect.Zero(f.Type().Elem()))
		case reflect.Struct:
			f.Set(reflect.Zero(f.Type()))
		}
		if other.Equal(full) {
			t.Errorf("%s does not count", typ.Field(i).Name)
		}
	}
}

func TestParseProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(0, 60, 200).Draw(t, "text")
		if k, err := ParseKey(text); err == nil {
			if again, err := ParseKey(k.String()); err != nil || again != k {
				t.Fatalf("%q: %v, again %v %v", text, k, again, err)
			}
		}
		_, _ = ParseStep(text)
		if ok, err := ParseExpect(text); err == nil {
			ok(Display{})
			ok(full)
		}
	})
}

func FuzzScript(f *testing.F) {
	f.Add("offhook\nexpect call 1 hold x\nwait 2s\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, _ := ParseScript(strings.NewReader(text))
		for _, step := range s {
			if step.expect != nil {
				step.expect(full)
			}
		}
	})
}
