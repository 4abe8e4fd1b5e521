package handset

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParseExpect reads a condition of `expect`. A leading `no` or `not` turns it round.
//
//	registered | offhook | dnd | mwi         the phone as a whole
//	calls N                                  number of calls
//	call [N] STATE [TEXT]                    the newest call (or the N-th); TEXT is in the other party's name or number
//	line N LAMP|STATE|TEXT                   off on wink flash blink; onhook connected ringin …; TEXT is in its label
//	key N STATUS|LAMP|TEXT                   unknown idle busy dnd ringing …
//	list NUMBER [STATUS]                     entry of the call list that is shown; without STATUS: with none
//	soft NAME                                that soft key is there
//	prompt TEXT, notice TEXT, header TEXT    TEXT is in it, whatever its case
//	ring [inside|outside|feature|silent]     rings (like that)
//	tone [dial|ringback|busy|reorder|…]      something (that) is heard
//	media [receive|send|ADDR:PORT]           audio flows (both ways), comes, goes, goes there
func ParseExpect(s string) (func(Display) bool, error) {
	words := strings.Fields(s)
	if len(words) > 0 && (words[0] == "no" || words[0] == "not") {
		ok, err := ParseExpect(strings.Join(words[1:], " "))
		if err != nil {
			return nil, err
		}
		return func(d Display) bool { return !ok(d) }, nil
	}
	if len(words) == 0 {
		return nil, errors.New("expect what?")
	}
	rest := strings.Join(words[1:], " ")
	args := words[1:]
	switch words[0] {
	case "registered", "offhook", "dnd", "mwi":
		if rest != "" {
			return nil, fmt.Errorf("%s takes no %q", words[0], rest)
		}
		return whole(words[0]), nil
	case "calls":
		n, err := strconv.Atoi(rest)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("calls: %q is no number", rest)
		}
		return func(d Display) bool { return len(d.Calls) == n }, nil
	case "call":
		return expectCall(args)
	case "line", "key":
		return expectKey(words[0], args)
	case "list":
		return expectList(args)
	case "soft":
		if rest == "" {
			return nil, errors.New("soft: which soft key?")
		}
		return func(d Display) bool { return FindSoftKey(d.SoftKeys, rest) >= 0 }, nil
	case "prompt", "notice", "header":
		if rest == "" && words[0] != "notice" {
			return nil, fmt.Errorf("%s: which text?", words[0])
		}
		return text(words[0], rest), nil
	case "ring":
		return func(d Display) bool { return d.Ring != "" && (rest == "" || string(d.Ring) == rest) }, nil
	case "tone":
		return func(d Display) bool { return d.Tone != "" && (rest == "" || d.Tone == rest) }, nil
	case "media":
		return func(d Display) bool {
			switch rest {
			case "":
				return d.Media.Receive.IsValid() && d.Media.Send.IsValid()
			case "receive":
				return d.Media.Receive.IsValid()
			case "send":
				return d.Media.Send.IsValid()
			}
			return d.Media.Send.String() == rest
		}, nil
	}
	return nil, fmt.Errorf("unknown expectation %q", words[0])
}

func whole(what string) func(Display) bool {
	return func(d Display) bool {
		switch what {
		case "registered":
			return d.Registered
		case "offhook":
			return d.OffHook
		case "dnd":
			return d.DnD
		}
		return d.MWI
	}
}

func text(where, want string) func(Display) bool {
	return func(d Display) bool {
		have := d.Prompt
		switch where {
		case "notice":
			have = d.Notice
		case "header":
			have = d.Header
		}
		return have != "" && contains(have, want)
	}
}

func contains(have, want string) bool {
	return strings.Contains(strings.ToLower(have), strings.ToLower(want))
}

var states = []State{OnHook, OffHook, Proceed, RingOut, RingIn, Waiting, Connected, Held, HeldRemote, Remote,
	BusyTone, Congestion, Invalid, Parked, Transfer}

var lamps = []Lamp{LampOff, LampOn, LampWink, LampFlash, LampBlink}

var statuses = []Status{Unknown, Idle, Busy, DnD, Ringing}

// known reports whether s is one of the words, which are all of a kind.
func known[T ~string](words []T, s string) bool {
	for _, w := range words {
		if string(w) == s {
			return true
		}
	}
	return false
}

func expectCall(args []string) (func(Display) bool, error) {
	n := 0
	if len(args) > 1 {
		if i, err := strconv.Atoi(args[0]); err == nil {
			if i < 1 {
				return nil, errors.New("call: counted from 1")
			}
			n, args = i, args[1:]
		}
	}
	if len(args) == 0 || !known(states, args[0]) {
		return nil, fmt.Errorf("call: a state must be one of %v", states)
	}
	state, who := State(args[0]), strings.Join(args[1:], " ")
	return func(d Display) bool {
		i := len(d.Calls) - 1
		if n > 0 {
			i = n - 1
		}
		if i < 0 || i >= len(d.Calls) {
			return state == OnHook
		}
		return d.Calls[i].State == state && contains(d.Calls[i].Remote, who)
	}, nil
}

func expectKey(which string, args []string) (func(Display) bool, error) {
	if len(args) < 2 {
		return nil, fmt.Errorf("%s: which one, and what does it show?", which)
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 1 {
		return nil, fmt.Errorf("%s: %q is not a number from 1", which, args[0])
	}
	want := strings.Join(args[1:], " ")
	if which == "line" {
		return func(d Display) bool {
			if n > len(d.Lines) {
				return false
			}
			switch l := d.Lines[n-1]; {
			case known(lamps, want):
				return l.Lamp == Lamp(want)
			case known(states, want):
				return l.State == State(want)
			default:
				return contains(l.Label+" "+l.Number, want)
			}
		}, nil
	}
	return func(d Display) bool {
		if n > len(d.Keys) {
			return false
		}
		switch k := d.Keys[n-1]; {
		case known(statuses, want):
			return k.Status == Status(want)
		case known(lamps, want):
			return k.Lamp == Lamp(want)
		default:
			return contains(k.Label+" "+k.Number, want)
		}
	}, nil
}

func expectList(args []string) (func(Display) bool, error) {
	if len(args) == 0 || len(args) > 2 || len(args) == 2 && !known(statuses, args[1]) {
		return nil, fmt.Errorf("list: a number and one of %v", statuses)
	}
	var want Status
	if len(args) == 2 {
		want = Status(args[1])
	}
	return func(d Display) bool {
		for _, e := range d.List {
			if e.Number == args[0] {
				return e.Status == want
			}
		}
		return false
	}, nil
}
