package modes

import "github.com/busylamp/busylamp/cli/conf"

// Relay is what the subscriber to the presence server is told.
type Relay struct {
	Accounts []Account // `authentication` of sip-ua, in order
	TCP      bool      // `session transport tcp` of voice service voip
}

// Account is an answer to challenges.
type Account struct {
	Username, Password string
	Realm              string // "" for any
}

// RelayConfig is the presence relay's part of a tree.
func RelayConfig(t conf.Tree) Relay {
	c := Relay{TCP: text(voiceServiceSIP(t), "session transport", "transport") == "tcp"}
	for line := range block(t, cmdSIPUA).All("authentication username") {
		args := line.Args()
		c.Accounts = append(c.Accounts, Account{args.String("user"), farPassword(args), args.String("realm")})
	}
	return c
}
