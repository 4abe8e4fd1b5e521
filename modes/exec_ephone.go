package modes

import (
	"io"
	"slices"

	"github.com/busylamp/busylamp/cli"
	"github.com/busylamp/busylamp/cli/grammar"
	"github.com/busylamp/busylamp/phones"
)

const ephoneHelp = `
	ephone  SCCP phones
`

// state is SCCP phones and calls at one moment.
func (a Agents) state(c *cli.Context) phoneState {
	s := phoneState{intercoms: map[phones.DNID]string{}}
	s.debugged = func(mac phones.MAC) bool { return a.filter.includes(c, mac) }
	for _, d := range PhonesConfig(c.Tree()).EphoneDNs {
		if d.Intercom != nil {
			s.intercoms[phones.DNID{Tag: d.Tag}] = d.Intercom.Number
		}
	}
	if a.Skinny != nil {
		s.skinny = a.Skinny.Snapshot()
	}
	if a.Calls != nil {
		s.calls = a.Calls.Snapshot()
	}
	return s
}

// shown is the body of a command that prints from one moment's state.
func (a Agents) shown(f func(io.Writer, phoneState) error) func(*cli.Context, grammar.Args) error {
	return func(c *cli.Context, _ grammar.Args) error { return f(c.Out, a.state(c)) }
}

// filtered is the body of `show ephone` with a condition.
func (a Agents) filtered(keep func(phoneRecord) bool) func(*cli.Context, grammar.Args) error {
	return a.shown(func(w io.Writer, s phoneState) error { return showEphones(w, s, keep) })
}

func execEphone(a Agents) []cli.Exec {
	registered := func(r phoneRecord) bool { return r.State == phones.EphoneRegistered }
	unregistered := func(r phoneRecord) bool { return !registered(r) }
	return slices.Concat(
		[]cli.Exec{
			everybody("show ephone", ephoneHelp, a.filtered(func(phoneRecord) bool { return true })),
			everybody("show ephone H.H.H$mac", ephoneHelp+`
				$mac  MAC address of a phone`,
				func(c *cli.Context, args grammar.Args) error {
					mac, _ := phones.ParseMAC(args.String("mac"))
					return showEphones(c.Out, a.state(c), func(r phoneRecord) bool { return r.Config.MAC == mac })
				}),
			everybody("show ephone <"+shownModels+"|EPHONETYPE|MODULETYPE>$model", ephoneHelp+`
				$model  Phones of one model`,
				func(c *cli.Context, args grammar.Args) error {
					return showEphones(c.Out, a.state(c), byModel(args.String("model")))
				}),
		},
		ephoneFilters(a, registered, unregistered),
		ephoneTables(a, registered, unregistered),
	)
}

// shownModels are the phones and modules that `show ephone` selects.
const shownModels = sccpModels + `|7914|\7915-12|\7915-24|\7916-12|\7916-24`

func ephoneFilters(a Agents, registered, unregistered func(phoneRecord) bool) []cli.Exec {
	var cmds []cli.Exec
	for _, f := range []struct {
		word, help string
		keep       func(phoneRecord) bool
	}{
		{"cfa", "Phones whose calls are all forwarded", phoneRecord.forwarded},
		{"dnd", "Phones that do not want to be disturbed", func(r phoneRecord) bool { return r.view.DnD }},
		{"offhook", "Phones in use", func(r phoneRecord) bool { return r.view.OffHook }},
		{"overlay", "Phones with overlay lines", phoneRecord.overlaid},
		{"registered", "Phones that are registered", registered},
		{"ringing", "Phones that ring", phoneRecord.ringing},
		{"tapiclients", "Phones with a TAPI client", func(phoneRecord) bool { return false }}, // TAPI is not offered
		{"unregistered", "Phones that are not registered", unregistered},
	} {
		cmds = append(cmds, privileged("show ephone "+f.word, ephoneHelp+f.word+"  "+f.help, a.filtered(f.keep)))
	}
	return cmds
}

func ephoneTables(a Agents, registered, unregistered func(phoneRecord) bool) []cli.Exec {
	brief := func(keep func(phoneRecord) bool) func(*cli.Context, grammar.Args) error {
		return a.shown(func(w io.Writer, s phoneState) error { return showEphoneBrief(w, s, keep) })
	}
	return []cli.Exec{
		privileged("show ephone registered summary", ephoneHelp+`
			registered  Phones that are registered
			summary     One row for each line`, brief(registered)),
		privileged("show ephone unregistered summary", ephoneHelp+`
			unregistered  Phones that are not registered
			summary       One row for each line`, brief(unregistered)),
		privileged("show ephone summary", ephoneHelp+`
			summary  Short records and totals`,
			func(c *cli.Context, _ grammar.Args) error {
				t := PhonesConfig(c.Tree()).Telephony
				return showEphoneSummary(c.Out, a.state(c), phoneLimits{t.MaxEphones, t.MaxConferences})
			}),
		privileged("show ephone summary brief", ephoneHelp+`
			summary  Short records and totals
			brief    One row for each line`, brief(func(phoneRecord) bool { return true })),
		privileged("show ephone summary types", ephoneHelp+`
			summary  Short records and totals
			types    Totals of each model`, a.shown(showEphoneTypes)),
		privileged("show ephone phone-load", ephoneHelp+`
			phone-load  Firmware of registered phones`, a.shown(showEphoneLoads)),
		privileged("show ephone login", ephoneHelp+`
			login  Who is logged in`, a.shown(showEphoneLogin)),
		privileged("show ephone rtp connections", ephoneHelp+`
			rtp          Media
			connections  Calls that are up`, a.shown(showEphoneRTP)),
		privileged("show ephone socket", ephoneHelp+`
			socket  Connections of phones`, a.shown(showEphoneSockets)),
		privileged("show ephone remote", ephoneHelp+`
			remote  Phones beyond a router`,
			func(c *cli.Context, _ grammar.Args) error {
				return showEphones(c.Out, a.state(c), beyond(networks(c.Tree())))
			}),
		privileged("show ephone moh", ephoneHelp+`
			moh  Music on hold`,
			func(c *cli.Context, _ grammar.Args) error {
				_, err := io.WriteString(c.Out, noMusic)
				return err
			}),
		privileged("show ephone attempted-registrations", ephoneHelp+`
			attempted-registrations  Phones that were refused`,
			func(c *cli.Context, _ grammar.Args) error {
				return showEphoneAttempts(c.Out, a.clock(), a.state(c).skinny)
			}),
		privileged("show ephone dn [<1-{max-dn}>$tag]", ephoneHelp+`
			dn    Where directory numbers appear
			$tag  Tag of an ephone-dn`,
			func(c *cli.Context, args grammar.Args) error {
				return showEphoneDNs(c.Out, a.state(c), args.Int("tag"))
			}),
		privileged("show ephone telephone-number NUMBER(32)$number", ephoneHelp+`
			telephone-number  Where a telephone number appears
			$number           Telephone number`,
			func(c *cli.Context, args grammar.Args) error {
				return showEphoneNumber(c.Out, a.state(c), args.String("number"))
			}),
		privileged("clear telephony-service ephone-attempted-registrations", `
			telephony-service              SCCP phones
			ephone-attempted-registrations  Phones that were refused`,
			func(*cli.Context, grammar.Args) error {
				if a.Skinny != nil {
					a.Skinny.ClearAttempts()
				}
				return nil
			}),
	}
}

const (
	ephoneDNHelp = `
	ephone-dn  Directory numbers of SCCP phones
`
	telephonyHelp = `
	telephony-service  SCCP phones
`
)

// noWhisper is the head of the table of whisper intercom numbers; there are none.
const noWhisper = "DN        DN NUMBER     LABEL         SPEED DIAL    DN STATE       PHONE\n==        =========     =====         ==========    ========       =====\n"

// nothing is the body of a command about what there is none of here.
func nothing(*cli.Context, grammar.Args) error { return nil }

func execEphoneDN(a Agents) []cli.Exec {
	conference := func(kind string) func(*cli.Context, grammar.Args) error {
		return func(c *cli.Context, args grammar.Args) error {
			return showConference(c.Out, a.state(c), PhonesConfig(c.Tree()).EphoneDNs, kind, args.String("number"))
		}
	}
	return []cli.Exec{
		privileged("show ephone-dn [<1-{max-dn}>$tag]", ephoneDNHelp+`
			$tag  Tag of an ephone-dn`,
			func(c *cli.Context, args grammar.Args) error {
				return showEphoneDN(c.Out, a.state(c), PhonesConfig(c.Tree()).Telephony, args.Int("tag"))
			}),
		privileged("show ephone-dn summary", ephoneDNHelp+`
			summary  One row for each channel`, a.shown(showEphoneDNSummary)),
		privileged("show ephone-dn callback", ephoneDNHelp+`
			callback  Callbacks that wait for a number to be free`, nothing),
		privileged("show ephone-dn loopback", ephoneDNHelp+`
			loopback  Pairs of looped numbers`, nothing),
		privileged("show ephone-dn statistics", ephoneDNHelp+`
			statistics  What was counted of calls`,
			a.shown(func(w io.Writer, s phoneState) error { return showTallies(w, s, 0) })),
		privileged("show ephone-dn <1-{max-dn}>$tag statistics", ephoneDNHelp+`
			$tag        Tag of an ephone-dn
			statistics  What was counted of calls`,
			func(c *cli.Context, args grammar.Args) error {
				return showTallies(c.Out, a.state(c), args.Int("tag"))
			}),
		everybody("show ephone-dn whisper", ephoneDNHelp+`
			whisper  Whisper intercom numbers`,
			func(c *cli.Context, _ grammar.Args) error {
				_, err := io.WriteString(c.Out, noWhisper)
				return err
			}),
		privileged("show ephone-dn park", ephoneDNHelp+`
			park  Park slots`,
			func(c *cli.Context, _ grammar.Args) error {
				return showPark(c.Out, a.state(c), PhonesConfig(c.Tree()).EphoneDNs)
			}),
		everybody("show ephone-dn paging", ephoneDNHelp+`
			paging  Paging numbers`,
			func(c *cli.Context, _ grammar.Args) error {
				return showPaging(c.Out, a.state(c), PhonesConfig(c.Tree()))
			}),
		privileged("show ephone-dn conference", ephoneDNHelp+`
			conference  Conference numbers`, conference("")),
		privileged("show ephone-dn conference ad-hoc", ephoneDNHelp+`
			conference  Conference numbers
			ad-hoc      For ad hoc conferences`, conference("ad-hoc")),
		privileged("show ephone-dn conference meetme", ephoneDNHelp+`
			conference  Conference numbers
			meetme      For meet-me conferences`, conference("meetme")),
		privileged("show ephone-dn conference number NUMBER(32)$number", ephoneDNHelp+`
			conference  Conference numbers
			number      One number
			$number     Telephone number`, conference("")),
	}
}

func execTelephony(a Agents) []cli.Exec {
	config := func(f func(io.Writer, phones.Config) error) func(*cli.Context, grammar.Args) error {
		return func(c *cli.Context, _ grammar.Args) error { return f(c.Out, PhonesConfig(c.Tree())) }
	}
	blocks := func(command string) func(*cli.Context, grammar.Args) error {
		return func(c *cli.Context, _ grammar.Args) error { return showBlocks(c.Out, c.Tree(), command) }
	}
	ephones := func(c *cli.Context, _ grammar.Args) error {
		registered := 0
		if a.Skinny != nil {
			registered = a.Skinny.Snapshot().Registered
		}
		return showConfiguredEphones(c.Out, c.Tree(), registered)
	}
	all := func(c *cli.Context, _ grammar.Args) error {
		t := c.Tree()
		if err := showTelephony(c.Out, t); err != nil {
			return err
		}
		if err := showBlocks(c.Out, t, cmdEphoneDN); err != nil {
			return err
		}
		if err := ephones(c, grammar.Args{}); err != nil {
			return err
		}
		cfg := PhonesConfig(t)
		if err := showVoicePorts(c.Out, cfg); err != nil {
			return err
		}
		return showDialPeers(c.Out, cfg)
	}
	return []cli.Exec{
		everybody("show telephony-service", telephonyHelp,
			func(c *cli.Context, _ grammar.Args) error { return showTelephony(c.Out, c.Tree()) }),
		everybody("show telephony-service all", telephonyHelp+`
			all  Settings, numbers, phones and what follows from them`, all),
		everybody("show telephony-service ephone", telephonyHelp+`
			ephone  Phones`, ephones),
		everybody("show telephony-service ephone-dn", telephonyHelp+`
			ephone-dn  Directory numbers`, blocks(cmdEphoneDN)),
		everybody("show telephony-service ephone-template", telephonyHelp+`
			ephone-template  Phone templates`, blocks("ephone-template")),
		everybody("show telephony-service ephone-dn-template", telephonyHelp+`
			ephone-dn-template  Templates of directory numbers`, blocks(cmdEphoneDNTemplate)),
		privileged("show telephony-service fac", telephonyHelp+`
			fac  Feature access codes`,
			func(c *cli.Context, _ grammar.Args) error {
				return showAccessCodes(c.Out, PhonesConfig(c.Tree()).Telephony)
			}),
		everybody("show telephony-service voice-port", telephonyHelp+`
			voice-port  Virtual voice ports of directory numbers`, config(showVoicePorts)),
		everybody("show telephony-service dial-peer", telephonyHelp+`
			dial-peer  Dial peers of directory numbers`, config(showDialPeers)),
		everybody("show telephony-service directory-entry", telephonyHelp+`
			directory-entry  Additional entries of the local directory`, config(showDirectory)),
	}
}
