package modes

import "github.com/busylamp/busylamp/cli/conf"

func globalVoice() []conf.Command {
	return []conf.Command{
		archiveCommand(),
		// Ahead of the pools, which have a `username` of their own: pasted behind
		// them it would go into the last pool.
		{
			Syntax: "username WORD(64)$name! [privilege <0-15>$privilege] [<password [<0|7>$ptype] LINE$password|secret [" + secretTypes + "$stype] LINE$secret|nopassword>$kind]",
			Check:  checkUser,
			Order:  conf.Arrival,
			Help: `
				username    User database
				$name       User name
				privilege   Privilege of the user
				$privilege  Privilege level
				password    Password
				7           A hidden password follows
				$ptype      Kind of password that follows
				$password   The password
				secret      Password that is kept hashed` + secretHelp + `
				$stype      Kind of password that follows
				$secret     The password
				nopassword  No password is asked
				$kind       Password`,
		},
		{
			// IOS prints it as a line of its own, behind that of the password.
			Name:   "username autocommand",
			Syntax: "username WORD(64)$name! autocommand LINE$command",
			Order:  conf.Arrival,
			Help: `
				username     User database
				$name        User name
				autocommand  What a session does instead of asking
				$command     EXEC command`,
		},
		{
			// Stored as `username` with a secret of that type.
			Name:   "username algorithm-type",
			Syntax: "username WORD(64)$name! [privilege <0-15>$privilege] algorithm-type " + algorithms + "$algorithm secret LINE$secret",
			Help: `
				username        User database
				$name           User name
				privilege       Privilege of the user
				$privilege      Privilege level
				algorithm-type  How the secret is hashed` + algorithmHelp + `
				secret          Password that is kept hashed
				$secret         The password`,
		},
		bangs(1),
		{
			Syntax: "voice-card <<0-10>|SUBSLOT>$slot!",
			Enter:  modeVoiceCard,
			Inert:  true,
			Bangs:  1,
			Help: `
				voice-card  Voice card
				$slot       Slot`,
		},
		bangs(1),
		{
			Syntax:   "voice service voip ",
			Enter:    modeVoiceService,
			Implicit: true,
			Bangs:    1,
			Help: `
				voice    Voice configuration
				service  Voice services
				voip     Voice over IP`,
		},
		{
			Syntax: "voice class codec <1-10000>$tag!",
			Enter:  modeVoiceClassCodec,
			Inert:  true,
			Bangs:  1,
			Help: `
				voice  Voice configuration
				class  Voice classes
				codec  Codec preference list
				$tag   Voice class tag`,
		},
		poolTypeBlock(),
		{
			Syntax:   "voice register global",
			Enter:    modeRegisterGlobal,
			Implicit: true,
			Bangs:    1,
			Help: `
				voice     Voice configuration
				register  SIP phones
				global    Settings of all SIP phones`,
		},
		{
			Syntax: "voice register dn  <1-{max-register-dn}>$tag!",
			Enter:  modeRegisterDN,
			Bangs:  1,
			Help: `
				voice     Voice configuration
				register  SIP phones
				dn        Directory number
				$tag      Tag of the directory number`,
		},
		{
			Syntax: "voice register template  <1-10>$tag!",
			Enter:  modeRegisterTemplate,
			Bangs:  1,
			Help: `
				voice     Voice configuration
				register  SIP phones
				template  Settings shared by phones
				$tag      Template tag`,
		},
		{
			Syntax: "voice register pool  <1-{max-pool}>$tag!",
			Enter:  modeRegisterPool,
			Bangs:  1,
			Help: `
				voice     Voice configuration
				register  SIP phones
				pool      A SIP phone
				$tag      Pool tag`,
		},
		{
			Syntax: "voice logout-profile <1-{max-logout-profile}>$tag!",
			Enter:  modeLogoutProfile,
			Bangs:  1,
			Help: `
				voice           Voice configuration
				logout-profile  Extension mobility: a phone while nobody is logged in
				$tag            Profile tag`,
		},
		{
			Syntax: "voice user-profile <1-{max-user-profile}>$tag!",
			Enter:  modeUserProfile,
			Bangs:  1,
			Help: `
				voice         Voice configuration
				user-profile  Extension mobility: a phone while a user is logged in
				$tag          Profile tag`,
		},
	}
}
