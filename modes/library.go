package modes

import (
	"maps"
	"strings"

	"github.com/busylamp/busylamp/cli/grammar"
)

// Library is the argument types and common help of all commands.
func Library() *grammar.Library {
	types := withTypes(grammar.StandardTypes())
	types["HOURS"] = grammar.Type{Name: "HOURS", Display: "<-23 - 23>", Parse: parseHours}
	types["NUMBERS"] = grammar.Type{Name: "NUMBERS", Display: "WORD", Parse: parseNumbers}
	types["TAGS"] = grammar.Type{Name: "TAGS", Display: "WORD", Parse: parseTags}
	types["MEMBERS"] = grammar.Type{Name: "MEMBERS", Display: "WORD", Parse: parseMembers, Rest: true}
	types["SECONDS"] = grammar.Type{Name: "SECONDS", Display: "<3-60000>", Parse: parseSeconds, Rest: true}
	types["PORTS"] = grammar.Type{Name: "PORTS", Display: "WORD", Parse: parsePorts}
	types["CODE"] = grammar.Type{Name: "CODE", Display: "WORD", Parse: parseCode}
	types["DELAY"] = grammar.Type{Name: "DELAY", Display: "Delay before reload (mmm or hhh:mm)", Parse: parseDelay}
	types["WALL"] = grammar.Type{Name: "WALL", Display: "hh:mm", Parse: parseWall}
	types["WEEKDAY"] = grammar.Type{Name: "WEEKDAY", Display: "DAY", Parse: parseWeekday}
	types["CLOCK"] = grammar.Type{Name: "CLOCK", Display: "hh:mm", Parse: parseClock}
	types["SERVER6"] = grammar.Type{Name: "SERVER6", Display: "ipv6:[X:X:X:X::X]", Parse: parseServer6}
	types["DIGITS"] = grammar.Type{Name: "DIGITS", Display: "WORD", Parse: parseDigits}
	maps.Copy(types, phoneTypeTypes())
	help := map[string]string{}
	for _, model := range strings.Split(sipModels+"|"+sipLater+"|"+sccpModels, "|") {
		model = strings.TrimPrefix(model, `\`)
		help[model] = "Cisco IP phone " + model
	}
	for _, codec := range strings.Split(strings.Trim(codecs, "<>"), "|") {
		help[codec] = "Codec " + codec
	}
	for name, text := range map[string]string{
		"show":          "Show running system information",
		"debug":         "Debugging functions",
		"undebug":       "Disable debugging functions",
		"no":            "Disable debugging functions",
		"clear":         "Reset functions",
		"terminal":      "Set terminal line parameters",
		"configure":     "Enter configuration mode",
		"copy":          "Copy from one file to another",
		"write":         "Write running configuration to memory, network, or terminal",
		"ata":           "Cisco ATA analog adapter",
		"anl":           "Analog phone",
		"bri":           "ISDN phone",
		"vgc-phone":     "Phone behind a voice gateway",
		"sip-phone":     "Any SIP phone",
		"7914":          "Expansion module 7914",
		"7915-12":       "Expansion module 7915, 12 buttons",
		"7915-24":       "Expansion module 7915, 24 buttons",
		"7916-12":       "Expansion module 7916, 12 buttons",
		"7916-24":       "Expansion module 7916, 24 buttons",
		"CKEM":          "Expansion module, 36 buttons",
		"CP-8800-Audio": "Expansion module of 8800 phones",
		"CP-8800-Video": "Expansion module of 8800 video phones",
		"transparent":   "The codec the endpoints agree on",
	} {
		help[name] = text
	}
	return &grammar.Library{Types: types, Help: help, Describe: describe}
}

// Phone models, in the fixed order in which `load` lines are printed: first as
// in the guide's example, which differs between SCCP and SIP, then the others
// of the CME command reference (load, type).
const (
	sccpLoads = `7914|\7960-7940|7941GE|7941|7961GE|7961|7971|7970|7912|7902|7905|7906|7910|7911|7920|7921|7925|7931|7935|7936|7937|7942|7945|7962|7965|7975|7985|6921|6941|6945|6961|8941|8945|ata`
	sipLoads  = `7971|7970|7961GE|7961|7941GE|7941|\7960-7940|7912|7911|7906|7905|7942|7945|7962|7965|7975|3905|3951|6901|6911|6921|6941|6945|6961|7821|7841|7861|7811|7832|8811|8821|8831|8832|8841|8845|8851|8851NR|8861|8865|8865NR|\ATA-190|\ATA-191|8941|8945|8961|9951|9971|\ATA|\ATA-187|\DX650`

	sccpModels = `12SP|6901|6911|6921|6941|6945|6961|7902|7905|7906|7910|7911|7912|7920|7921|7925|7931|7935|7936|7937|7940|7941|7941GE|7942|7945|7960|\7960-7940|7961|7961GE|7962|7965|7970|7971|7975|7985|8941|8945|8961|9951|9971|\CIPC|\IPSTE|anl|ata|bri|vgc-phone`
	sipModels  = `3905|3911|3951|6901|6911|6921|6941|6945|6961|7811|7821|7832|7841|7861|7905|7906|7911|7912|7937|7940|7941|7941GE|7942|7945|7960|\7960-7940|7961|7961GE|7962|7965|7970|7971|7975|8811|8821|8831|8832|8841|8845|8851|8851NR|8861|8865|8865NR|8941|8945|8961|9951|9971|\ATA|\ATA-187|\ATA-190|\ATA-191|\CIPC|\DX650|Jabber-Android|Jabber-CSF-Client|\P100|\P600`

	// Those that releases after 10.0 know (phone feature support guide): a release before
	// takes their names once `voice register pool-type` has added them.
	sipLater = `7811|7821|7832|7841|7861|8811|8821|8831|8832|8841|8845|8851|8851NR|8861|8865|8865NR|\ATA-190|\ATA-191`

	sipModules = `<\CKEM|\CP-8800-Audio|\CP-8800-Video>`

	expansions = `<7914|\7915-12|\7915-24|\7916-12|\7916-24|MODULETYPE>`

	codecs = `<aacld|clear-channel|g711alaw|g711ulaw|g722-48|g722-56|g722-64|g723ar53|g723ar63|g723r53|g723r63|g726r16|g726r24|g726r32|g728|g729br8|g729r8|gsmefr|gsmfr|ilbc|transparent>`
)
