package skinny

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/sccp/wire"
)

// profile is how the firmware of a model behaves on the wire.
type profile struct {
	model   phones.Model
	version int    // highest protocol version it knows
	load    string // firmware load, as it says in its Alarm
	// modern firmware sends the long RegisterReq, UpdateCapabilities, the second word
	// of FeatureStatReq and acknowledgements of StartMediaTransmission; older sends
	// IpPort behind RegisterReq.
	modern   bool
	features wire.Features
}

// newProfile finds the profile of a model. version 0 is that of its firmware
// (facts from captures for 7960, 7941 and 6961; for others that of their family). A
// device-376 is a phone that says this number of itself and has six buttons.
func newProfile(name string, version int) (*profile, error) {
	m, ok := phones.ModelNamed(name)
	if number, other := strings.CutPrefix(name, "device-"); other {
		id, err := strconv.ParseUint(number, 10, 31)
		m, ok = phones.Model{Name: name, Type: uint32(id), Show: name, Lines: 6, Display: true, BLF: true, CallList: true}, err == nil
	}
	if !ok {
		return nil, fmt.Errorf("phone model %.20q is not known", name)
	}
	p := &profile{model: m, version: version}
	own := 11
	switch {
	case m.Analog:
		own, p.load = 11, "ATA030203SCCP090202A"
	case strings.HasPrefix(m.Name, "69"):
		own, p.load = 15, "SCCP69xx.8-5-4-0"
	case strings.HasPrefix(m.Name, "89"), strings.HasPrefix(m.Name, "99"):
		own, p.load = 22, "SCCP894x.9-1-2-0"
	case m.Name == "7940" || m.Name == "7960" || m.Name == "7910":
		own, p.load = 11, "8.1(2)"
	case m.Name == "7902" || m.Name == "7905" || m.Name == "7912" || m.Name == "7920" || m.Name == "7935" || m.Name == "7936" || m.Name == "12SP":
		own, p.load = 5, "8.0(3)"
	case m.Name == "7985":
		own, p.load = 11, "4.1.7.0"
	default: // 7906, 7911, 7921, 7931, 7941 to 7975, IP Communicator
		own, p.load = 17, "SCCP"+strings.TrimPrefix(m.Name, "79")+".8-5-3S"
	}
	if p.version == 0 {
		p.version = own
	}
	if p.version < 3 || p.version > wire.MaxVersion {
		return nil, fmt.Errorf("protocol version %d: not from 3 to %d", p.version, wire.MaxVersion)
	}
	p.modern = p.version >= 15
	p.features = wire.Features{0x00, 0x60, 0x85}
	if p.version >= 15 {
		p.features = wire.Features{0x00, 0x72, 0x85}
	}
	return p, nil
}

// capabilities are the codecs of the phone.
func (p *profile) capabilities() wire.Message {
	var audio []wire.Capability
	for _, codec := range []uint32{wire.CodecG711U, wire.CodecG711A, wire.CodecG722, wire.CodecG729A, wire.CodecG729AB, wire.CodecILBC, wire.CodecRFC2833} {
		if codec == wire.CodecG722 && !p.modern {
			continue
		}
		audio = append(audio, wire.Capability{Codec: codec, MaxFrames: 40})
	}
	switch {
	case p.version >= 20:
		return &wire.UpdateCapabilitiesV3{Audio: audio}
	case p.modern:
		return &wire.UpdateCapabilities{Audio: audio}
	}
	return &wire.CapabilitiesRes{Audio: audio}
}
