package modes

import (
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
)

// Hunt groups of SCCP phones (`ephone-hunt`) and of both kinds of phones (`voice
// hunt-group`). CME command reference: ephone-hunt, voice hunt-group, and the
// commands of their modes.

func ephoneHuntMode() conf.Mode {
	return keptMode(modeEphoneHunt, "config-ephone-hunt", "Ephone hunt group", huntLines(
		"description LINE(80)$text",
		"name STRING(64)$name [secondary STRING(64)$secondary]",
		"pilot NUMBER(32)$number [secondary NUMBER(32)$second]",
		"list MEMBERS$list",
		"final NUMBER(32)$number",
		"preference <0-8>$order [secondary <1-9>$second]",
		"hops <2-20>$hops",
		"timeout SECONDS$times",
		"max-timeout <3-60000>$seconds",
		"no-reg [<both|pilot>$which]",
		"max-redirect <5-20>$hops",
		"auto logout [<1-20>$calls] [<dynamic|static>$members]",
		"members logout",
		"fwd-final <final|orig-phone>$where",
		"from-ring",
		"present-call <idle-phone|onhook-phone>$phones",
		"presence-call <idle-phone|onhook-phone>$phones",
		"display-logout LINE(80)$text",
		"forward local-calls = forward local-calls",
		"secondary start [<current|next|<1-10>>$place]",
		"statistics collect",
		"night-service bell",
		"callqueue display [<continuous|off|periodic>$how]",
		"calling-number local [secondary$which]",
	), phoneDisplay())
}

func voiceHuntGroupMode() conf.Mode {
	return keptMode(modeVoiceHuntGroup, "config-voice-hunt-group", "Voice hunt group", huntLines(
		"description LINE(80)$text",
		"name STRING(64)$name [secondary STRING(64)$secondary]",
		"pilot NUMBER(32)$number [secondary NUMBER(32)$second]",
		"list MEMBERS$list",
		"final NUMBER(32)$number",
		"preference <0-8>$order [secondary <1-8>$second]",
		"hops <2-10>$hops",
		"timeout SECONDS$times",
		"max-timeout <3-60000>$seconds",
		"no-reg [<both|pilot>$which]",
		"auto logout [<1-20>$calls] [<dynamic|static>$members]",
		"members logout",
		"members unregister",
		"hlog-block",
		"from-ring",
		"present-call idle-phone",
		"display-logout LINE(80)$text",
		"forward local-calls [to-final$final] = forward local-calls",
		"statistics collect",
		"overwrite-dyn-stats",
		"night-service bell",
		"callqueue display [<continuous|off|periodic>$how]",
		"calling-number local [secondary$which]",
		"queue <calls|size <1-100>$size>$queue",
		"loop",
	), phoneDisplay())
}

// huntLines declares lines of a hunt group. Those that say how calls go act.
func huntLines(lines ...string) []conf.Command {
	all := keptLines(huntHelp, lines...)
	for i := range all {
		switch word, _, _ := strings.Cut(all[i].Syntax, " "); word {
		case "name", "pilot", "list", "final", "preference", "hops", "timeout", "max-timeout", "from-ring", "present-call", "forward":
			all[i].Inert = false
		}
	}
	return all
}

func phoneDisplay() []conf.Command {
	return keptLines(huntHelp, "phone-display = phone-display")
}

func huntBlocks(voice bool) conf.Command {
	if voice {
		return huntBlock("voice hunt-group <1-100>$tag! [<longest-idle|parallel|peer|sequential>$kind]", modeVoiceHuntGroup, `
			voice       Voice configuration
			hunt-group  Hunt group of SCCP and SIP phones
			parallel    All members ring at once`+huntKindHelp)
	}
	return huntBlock("ephone-hunt <1-100>$tag! [<longest-idle|peer|sequential>$kind]", modeEphoneHunt, `
		ephone-hunt  Hunt group of SCCP phones`+huntKindHelp)
}

func huntBlock(syntax, mode, help string) conf.Command {
	return conf.Command{Syntax: syntax, Enter: mode, Bangs: 1, Help: help}
}

const huntKindHelp = `
	$tag          Tag of the hunt group
	longest-idle  The member that was idle longest rings first
	peer          The member behind the one that rang last rings first
	sequential    The first member of the list rings first
	$kind         Order in which members ring`

const huntHelp = `
	description     Text about this hunt group
	$text           Text
	name            Name that phones show for the pilot number
	secondary       For the secondary pilot number
	$name           Name
	$secondary      Name
	pilot           Number that is dialled to reach the group
	$number         Telephone number
	$second         Value for the secondary pilot number
	list            Members of the group
	$list           Numbers of the members, separated by commas; * is a free place
	final           Number for calls that no member takes
	preference      Order among equal numbers
	$order          Preference, 0 is tried first
	hops            Members that are tried
	max-redirect    Redirects a call may take
	$hops           Number
	timeout         Time a member rings
	$times          Seconds, one time for all members or one for each
	max-timeout     Time for all members together
	$seconds        Seconds
	no-reg          Do not register the pilot number elsewhere
	both            Both pilot numbers
	$which          Which numbers
	auto            What happens by itself
	logout          Members that do not answer leave
	$calls          Calls in a row that were not answered
	dynamic         Members on free places
	static          Members named in the list
	$members        Which members
	members         Members of the group
	unregister      Members that are out of service leave
	fwd-final       Where a parked or transferred call goes in the end
	orig-phone      To the phone that transferred it
	$where          Where it goes
	from-ring       A member is idle from the time it rang, not from the time it answered
	present-call    Members that calls are offered to
	presence-call   Members that calls are offered to
	idle-phone      Those with all lines idle
	onhook-phone    Those with the handset on the hook
	$phones         Which members
	display-logout  Text on phones when all members have left
	forward         Forwarding
	local-calls     Calls from local phones are forwarded to the next member
	to-final        Only to the final number
	$final          Only to the final number
	start           Where a call that returns begins
	current         With the member that parked it
	next            With the member behind it
	$place          Where it begins
	statistics      Statistics of calls
	collect         Collect them
	night-service   Night service
	bell            Ring for night service
	callqueue       Calls that wait
	display         Number of waiting calls on phones of members
	continuous      All the time
	off             Never
	periodic        From time to time
	$how            When it is shown
	phone-display   Phones show calls of the group
	hlog-block      The HLog soft key does not work for this group
	overwrite-dyn-stats  Statistics of one free place serve all who join there
	calling-number  Number shown for the caller
	local           The number of the group
	queue           Calls that wait for a member
	calls           They wait
	size            How many may wait
	$size           Number of calls
	$queue          What waits
	loop            Begin again at the first member`

// parseMembers reads numbers separated by commas, blanks around them allowed. They
// are printed without blanks.
func parseMembers(word string) (canonical string, bad int, ok bool) {
	return spaced(word, "0123456789ABCDabcd+*#")
}

// parseSeconds reads times separated by commas.
func parseSeconds(word string) (canonical string, bad int, ok bool) {
	return spaced(word, "0123456789")
}

// maxMembers bounds a list (CME command reference: list: 20 members; 32 in later
// releases).
const maxMembers = 32

func spaced(word, chars string) (canonical string, bad int, ok bool) {
	var out []string
	at := 0
	for element := range strings.SplitSeq(word, ",") {
		number := strings.TrimSpace(element)
		lead := strings.Index(element, number)
		if len(out) == maxMembers {
			return "", at, false
		}
		if _, bad, ok := only(number, chars); !ok {
			return "", min(at+lead+bad, len(word)), false
		}
		out = append(out, number)
		at += len(element) + 1
	}
	return strings.Join(out, ","), 0, true
}
