package modes

import "github.com/busylamp/busylamp/cli/conf"

// logoutProfileMode is `voice logout-profile`: what an Extension Mobility phone is
// while nobody is logged in.
func logoutProfileMode() conf.Mode {
	return conf.Mode{
		Name:     modeLogoutProfile,
		Prompt:   "config-logout-profile",
		Title:    "Logout profile configuration commands:",
		Indent:   1,
		Commands: profileLines(),
	}
}

// userProfileMode is `voice user-profile`: what it becomes when this user logs in.
func userProfileMode() conf.Mode {
	return conf.Mode{
		Name:   modeUserProfile,
		Prompt: "config-user-profile",
		Title:  "User profile configuration commands:",
		Indent: 1,
		Commands: append(profileLines(),
			acting("max-idle-time <1-9999>$minutes", "", `
				max-idle-time  Idle time after which the user is logged out
				$minutes       Minutes`)),
	}
}

// profileLines is what both kinds of profile have. The numbers keep the order in
// which they were typed: the first is the primary one (guide, "Device-Based BLF
// Monitoring").
func profileLines() []conf.Command {
	return []conf.Command{
		acting("pin [<0|6>$ptype] WORD(8)$pin", "", `
			pin     Number that unlocks the phone after hours
			0       A number in clear follows
			6       An encrypted number follows
			$ptype  Kind of number that follows
			$pin    Four to eight digits`),
		acting("user WORD(15)$user password [<0|6>$ptype] WORD(64)$password", "", `
			user       Who logs in
			$user      User name, up to 15 characters
			password   Password of the user
			0          A password in clear follows
			6          An encrypted password follows
			$ptype     Kind of password that follows
			$password  Password`),
		{
			Syntax: "number NUMBERS$numbers! [type <beep-ring|cw-overlay|feature-ring|monitor-ring|normal|overlay|silent-ring>$type]",
			Order:  conf.Arrival,
			Help: `
				number        Line of the phone
				$numbers      Directory numbers, separated by commas
				type          How the line rings
				beep-ring     A beep, no ring
				cw-overlay    Several numbers on one button, with call waiting
				feature-ring  Triple pulse
				monitor-ring  Lamp only, for a shared line
				normal        Normal ring
				overlay       Several numbers on one button
				silent-ring   No ring
				$type         Kind of line`,
		},
		acting("speed-dial <1-36>$tag! NUMBER(32)$number [label STRING(30)$label] [blf$blf]", "", speedDialHelp+`
			blf   Show whether the number is busy
			$blf  Busy lamp`),
	}
}
