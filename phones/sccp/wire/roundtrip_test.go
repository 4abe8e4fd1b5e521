package wire

import (
	"net/netip"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// versions are the protocol versions of phones, and 0: not yet negotiated.
var versions = []int{0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22}

// all is one empty message of each kind.
func all() []Message {
	var out []Message
	for id := range uint32(0x9000) {
		if k, ok := kindOf(id); ok {
			out = append(out, k.make())
		}
	}
	return out
}

func TestKinds(t *testing.T) {
	names := map[string]bool{}
	for id := range uint32(0x9000) {
		k, ok := kindOf(id)
		if !ok {
			continue
		}
		m := k.make()
		if m.ID() != id {
			t.Errorf("%T has the identifier %#x and is made for %#x", m, m.ID(), id)
		}
		if names[Name(id)] {
			t.Errorf("two messages are called %s", Name(id))
		}
		names[Name(id)] = true
	}
	if len(names) != 117 { // 49 of phones, 68 of servers: none was forgotten in the table
		t.Errorf("%d messages", len(names))
	}
}

func TestNames(t *testing.T) {
	for id, want := range map[uint32]string{
		IDKeepAlive:     "StationKeepAliveMessageID", // CME debug reference
		IDFeatureStatV2: "StationFeatureStatV2MessageID",
		IDRegisterReq:   "StationRegisterMessageID",
		0x0ABC:          "0x0ABC",
	} {
		if got := Name(id); got != want {
			t.Errorf("%#x is called %s, not %s", id, got, want)
		}
	}
}

// Whatever a message holds comes back, at every protocol version.
func TestRoundTrip(t *testing.T) {
	for _, m := range all() {
		typ := reflect.TypeOf(m).Elem()
		t.Run(typ.Name(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				inUse := rapid.SampledFrom(versions).Draw(t, "version")
				m := reflect.New(typ).Interface().(Message)
				fill(t, reflect.ValueOf(m).Elem(), typ.Name(), inUse)
				drop(m, inUse)
				frame := Encode(nil, m, inUse)
				got := decode(t, frame, inUse)
				if !reflect.DeepEqual(got, m) {
					t.Fatalf("version %d:\nsent %+v\ngot  %+v\n%x", inUse, m, got, frame)
				}
				// What is missing at the end is zero, what is too much is ignored.
				for n := range len(frame) - headerSize {
					if _, err := Decode(m.ID(), 0, frame[headerSize:headerSize+n], inUse); err != nil {
						t.Fatal(err)
					}
				}
				if _, growing := m.(*RegisterReq); !growing {
					longer := append(frame[headerSize:len(frame):len(frame)], 0xAA, 0xAA, 0xAA, 0xAA)
					if got, _ := Decode(m.ID(), 0, longer, inUse); !reflect.DeepEqual(got, m) {
						t.Fatalf("version %d, with more bytes behind it: %+v", inUse, got)
					}
				}
			})
		})
	}
}

func decode(t interface{ Fatal(...any) }, frame []byte, inUse int) Message {
	id, version, body, err := NewReader(&once{frame}).Next()
	if err != nil {
		t.Fatal(err)
	}
	m, err := Decode(id, version, body, inUse)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// fill gives every field a value that has room in it.
func fill(t *rapid.T, v reflect.Value, name string, inUse int) {
	switch p := v.Addr().Interface().(type) {
	case *netip.Addr:
		*p = address(t, name, inUse)
		return
	case *[]byte:
		if b := rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, name); len(b) > 0 {
			*p = b
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i).Name
			if v.Type() == reflect.TypeFor[RegisterReq]() || v.Type() == reflect.TypeFor[RegisterTokenReq]() ||
				v.Type() == reflect.TypeFor[SPCPRegisterTokenReq]() {
				field = "Register" + field
			}
			fill(t, v.Field(i), field, inUse)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), name, inUse)
		}
	case reflect.Slice:
		if n := rapid.IntRange(0, 16).Draw(t, name); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(t, v.Index(i), name, inUse)
			}
		}
	case reflect.String:
		// Six bytes have room in every field; a date template has no more.
		v.SetString(rapid.StringMatching(`[ -~é]{0,3}|\x80[\x01-\x7f][a-z]{0,3}`).Filter(func(s string) bool { return len(s) <= 6 }).Draw(t, name))
	default:
		v.SetUint(rapid.Uint64().Draw(t, name) & (1<<v.Type().Bits() - 1))
	}
}

func address(t *rapid.T, name string, inUse int) netip.Addr {
	six := name == "RegisterIPv6" || name != "RegisterAddr" && inUse >= 17 && rapid.Bool().Draw(t, "six")
	var b [16]byte
	copy(b[:], rapid.SliceOfN(rapid.ByteRange(1, 255), 16, 16).Draw(t, name))
	if six {
		return netip.AddrFrom16(b)
	}
	return netip.AddrFrom4([4]byte(b[:4]))
}

// drop takes away what the message does not hold at a version.
func drop(m Message, inUse int) {
	switch m := m.(type) {
	case *StopTone:
		if inUse < 11 {
			m.Tone = 0
		}
	case *EnblocCall:
		if inUse < 17 {
			m.Line = 0
		}
	case *CallInfo:
		m.AlternateCalling, m.HuntPilot, m.HuntPilotName = "", "", ""
	case *CallInfoV2:
		if inUse < 16 {
			m.AlternateCalling, m.HuntPilot, m.HuntPilotName = "", "", ""
		}
	case *OpenReceiveChannel:
		if inUse < 16 {
			m.AddressFamily = 0
		}
		if inUse < 17 {
			m.AudioLevel = 0
		}
	}
}
