package skinny

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// dialogue is one connection's way from its first message to being in service,
// and its keepalives: what phones and members of fleets have in common. It does
// no I/O: its methods append frames to what is to be sent.
type dialogue struct {
	profile *profile
	mac     phones.MAC
	addr    netip.Addr // own address
	inUse   int        // protocol version; 0 before RegisterAck
	alive   time.Duration
	unheard int // keepalives without an answer
	buttons []wire.Button
	ready   bool // in service
}

// RejectError is a refusal of the server.
type RejectError struct{ Text string }

func (e *RejectError) Error() string { return fmt.Sprintf("registration rejected: %s", e.Text) }

// errLeft ends a connection that the phone leaves because it was told to.
var errLeft = errors.New("told to start again")

// errSilent ends a connection whose server does not answer keepalives.
var errSilent = errors.New("three keepalives without an answer")

const (
	registerTime = 30 * time.Second // from connecting to being in service
	maxUnheard   = 3                // keepalives
	minAlive     = time.Second
)

// Why a phone starts, as its Alarm says it.
const (
	initialized  = "25: Name=%s Load=%s Last=Initialized"
	resetReset   = "22: Name=%s Load=%s Last=Reset-Reset"
	resetRestart = "23: Name=%s Load=%s Last=Reset-Restart"
	keepaliveTO  = "14: Name=%s Load=%s Last=KeepaliveTO"
	closedTCP    = "13: Name=%s Load=%s Last=CM-closed-TCP"
)

// start begins: why the phone starts goes into its Alarm.
func (d *dialogue) start(dst []byte, why string) []byte {
	p := d.profile
	dst = d.add(dst, &wire.Alarm{Severity: wire.AlarmInformational, Text: fmt.Sprintf(why, d.mac.Device(), p.load)})
	m := &wire.RegisterReq{
		Name: d.mac.Device(), Addr: d.addr, Type: p.model.Type, MaxStreams: 1, Version: uint8(p.version), Features: p.features,
	}
	copy(m.MAC[:], d.mac[:])
	if p.modern {
		m.MaxStreams, m.MaxLines, m.Load = 5, uint32(p.model.Lines), p.load
	}
	dst = d.add(dst, m)
	if !p.modern {
		dst = d.add(dst, &wire.IpPort{Port: firstPort})
	}
	return dst
}

func (d *dialogue) add(dst []byte, m wire.Message) []byte { return wire.Encode(dst, m, d.inUse) }

// reads reports whether take wants the message decoded; of the others the
// identifier is enough.
func reads(id uint32) bool {
	return id == wire.IDRegisterAck || id == wire.IDRegisterReject || id == wire.IDButtonTemplateRes || id == wire.IDReset
}

// take answers a message of the registration dialogue. m may be nil unless reads(id).
// An error means the end of the connection.
func (d *dialogue) take(dst []byte, id uint32, m wire.Message) ([]byte, error) {
	switch id {
	case wire.IDRegisterAck:
		m := m.(*wire.RegisterAck)
		d.inUse = min(int(m.Version), d.profile.version)
		d.alive = max(time.Duration(m.KeepAlive)*time.Second, minAlive)
		dst = d.add(dst, &wire.HeadsetStatus{Mode: wire.SwitchOff})
		return d.add(dst, &wire.ButtonTemplateReq{}), nil
	case wire.IDRegisterReject:
		return dst, &RejectError{m.(*wire.RegisterReject).Text}
	case wire.IDCapabilitiesReq:
		return d.add(dst, d.profile.capabilities()), nil
	case wire.IDButtonTemplateRes:
		d.buttons = m.(*wire.ButtonTemplateRes).Buttons
		return d.add(dst, &wire.SoftKeyTemplateReq{}), nil
	case wire.IDSoftKeyTemplateRes:
		return d.add(dst, &wire.SoftKeySetReq{}), nil
	case wire.IDSoftKeySetRes:
		if d.ready {
			return dst, nil
		}
		return d.ask(dst), nil
	case wire.IDDefineTimeDate:
		d.ready = d.inUse > 0
	case wire.IDKeepAliveAck:
		d.unheard = 0
	case wire.IDReset:
		return d.add(dst, &wire.Unregister{}), nil
	case wire.IDUnregisterAck:
		return dst, errLeft
	}
	return dst, nil
}

// ask asks for what is behind each button, and last for the time.
func (d *dialogue) ask(dst []byte) []byte {
	dst = d.add(dst, &wire.ConfigStatReq{})
	lines := 0
	for _, b := range d.buttons {
		n := uint32(b.Instance)
		switch uint32(b.Type) {
		case wire.ButtonLine:
			lines++
			dst = d.add(dst, &wire.LineStatReq{Line: n})
			dst = d.add(dst, &wire.ForwardStatReq{Line: n})
		case wire.ButtonSpeedDial:
			dst = d.add(dst, &wire.SpeedDialStatReq{Index: n})
		case wire.ButtonBLFSpeedDial, wire.ButtonFeature, wire.ButtonMultiBlink:
			m := &wire.FeatureStatReq{Index: n}
			if d.profile.modern {
				m.Capabilities = 1
			}
			dst = d.add(dst, m)
		case wire.ButtonServiceURL:
			dst = d.add(dst, &wire.ServiceURLStatReq{Index: n})
		}
	}
	dst = d.add(dst, &wire.RegisterAvailableLines{Lines: uint32(lines)})
	return d.add(dst, &wire.TimeDateReq{})
}

// beat sends the next keepalive; before the phone is in service its time is up.
func (d *dialogue) beat(dst []byte) ([]byte, error) {
	if !d.ready {
		return dst, fmt.Errorf("not in service within %v", registerTime)
	}
	if d.unheard >= maxUnheard {
		return dst, errSilent
	}
	d.unheard++
	return d.add(dst, &wire.KeepAlive{}), nil
}

// interval is the time to the next beat.
func (d *dialogue) interval() time.Duration {
	if !d.ready {
		return registerTime
	}
	return d.alive
}
