package modes

import (
	"strings"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/phones"
)

// ringTypes are the words of `number … type` and the button separator each
// stands for (CME command reference: number (voice user-profile), button).
var ringTypes = map[string]phones.Separator{
	"":             phones.Normal,
	"normal":       phones.Normal,
	"beep-ring":    phones.Beep,
	"feature-ring": phones.Feature,
	"silent-ring":  phones.Silent,
	"monitor-ring": phones.Monitor,
	"overlay":      phones.Overlay,
	"cw-overlay":   phones.OverlayWait,
}

// profiles are the blocks of `voice user-profile` or `voice logout-profile`.
func profiles(t conf.Tree, command string) []phones.Profile {
	var all []phones.Profile
	for n := range t.Root().All(command) {
		l := layers{n}
		p := phones.Profile{
			Tag: n.Args().Int("tag"),
			SpeedDials: tagged(l, "speed-dial", func(args grammar.Args) phones.ProfileSpeedDial {
				return phones.ProfileSpeedDial{
					Tag:    args.Int("tag"),
					Number: strings.TrimPrefix(args.String("number"), "+"),
					Label:  args.String("label"),
					BLF:    args.Has("blf"),
				}
			}),
		}
		if args, ok := n.Get("pin"); ok {
			p.PIN = plain(args, "ptype", "pin")
		}
		if args, ok := n.Get("user"); ok {
			p.User, p.Password = args.String("user"), plain(args, "ptype", "password")
		}
		if command == cmdUserProfile {
			p.MaxIdle = time.Duration(l.num("max-idle-time", "minutes")) * time.Minute
		}
		for entry := range n.All("number") {
			args := entry.Args()
			p.Numbers = append(p.Numbers, phones.ProfileNumber{
				Numbers: strings.Split(args.String("numbers"), ","),
				Sep:     ringTypes[args.String("type")],
			})
		}
		all = append(all, p)
	}
	return all
}
