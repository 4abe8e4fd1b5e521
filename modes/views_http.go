package modes

import (
	"net/netip"

	"github.com/busylamp/busylamp/cli/conf"
)

// HTTPAddress is where `ip http server` serves phones: at the address of
// telephony-service, else of voice register global. The zero value: nowhere.
func HTTPAddress(t conf.Tree) netip.AddrPort {
	root := t.Root()
	if !root.On("ip http server") {
		return netip.AddrPort{}
	}
	at := sipSource(block(t, cmdRegisterGlobal)).Addr()
	if args, ok := block(t, cmdTelephony).Get("ip source-address"); ok {
		at = address(args, "address")
	}
	if !at.IsValid() {
		return netip.AddrPort{}
	}
	args, _ := root.Get("ip http port")
	return netip.AddrPortFrom(at, uint16(args.Int("port")))
}
