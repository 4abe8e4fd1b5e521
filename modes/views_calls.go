package modes

import (
	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/cli/secret"
)

// SIPCalls is what the SIP side of calls is told beside phones and dial-peers.
type SIPCalls struct {
	// Username, Password and Realm are `authentication` of sip-ua: the answer to
	// challenges of trunks. Without Username there is none.
	Username, Password, Realm string
	// ProfileStamp is that of `create profile sync`.
	ProfileStamp string
}

// SIPCallsConfig is the SIP call signalling's part of a tree. Of several
// `authentication` lines the first counts.
func SIPCallsConfig(t conf.Tree) SIPCalls {
	c := SIPCalls{ProfileStamp: text(block(t, cmdRegisterGlobal), "create profile sync", "sync")}
	for line := range block(t, cmdSIPUA).All("authentication username") {
		args := line.Args()
		c.Username, c.Password, c.Realm = args.String("user"), farPassword(args), args.String("realm")
		break
	}
	return c
}

// farPassword is a password towards the far side in clear. One without a type is
// kept obscured too: 12.4 printed it so (guide: `password 021201481F`).
func farPassword(args grammar.Args) string {
	if !args.Has("type") {
		if p, err := secret.Decode7(args.String("password")); err == nil {
			return p
		}
	}
	return plain(args, "type", "password")
}
