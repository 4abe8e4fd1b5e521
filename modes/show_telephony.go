package modes

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/phones"
	"github.com/busylamp/busylamp/phones/call"
)

// showTelephony is `show telephony-service`: the settings of all SCCP phones.
func showTelephony(w io.Writer, t conf.Tree) error {
	var b strings.Builder
	title := fmt.Sprintf("CONFIG (Version=%s)", cmeVersion)
	c := PhonesConfig(t).Telephony
	protocol := c.MaxProtocol
	if protocol == 0 {
		protocol = phones.DefaultMaxProtocol
	}
	fmt.Fprintf(&b, "%s\n%s\nVersion %s\nMax phoneload sccp version %d\nCisco Unified Communications Manager Express\n",
		title, strings.Repeat("=", len(title)), cmeVersion, protocol)
	b.WriteString("protocol mode default\n")
	if n, ok := t.Root().Child(cmdTelephony); ok {
		for line := range strings.Lines(string(conf.Section(t, n.Path()))) {
			if text, indented := strings.CutPrefix(line, " "); indented {
				b.WriteString(masked(text))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// secrets are passwords in configuration lines, which users may not see.
var secrets = regexp.MustCompile(`\b((?:password|secret|pin)(?: [0567])?|capf-auth-str|credential \S+|local-directory authenticate \S+) \S.*`)

// masked hides the password at the end of a line: `show telephony-service` is for
// users as well.
func masked(line string) string { return secrets.ReplaceAllString(line, "$1 "+hidden) }

// showBlocks prints every block of a command as the configuration has it.
func showBlocks(w io.Writer, t conf.Tree, command string) error {
	var b strings.Builder
	for n := range t.Root().All(command) {
		for line := range strings.Lines(string(conf.Section(t, n.Path()))) {
			b.WriteString(masked(line))
			// A router prints this default of an ephone-dn.
			if command == cmdEphoneDN && strings.HasPrefix(line, " number ") && n.On("huntstop") {
				b.WriteString(" huntstop\n")
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showConfiguredEphones is `show telephony-service ephone`: the lines of each phone,
// and what holds where there is none.
func showConfiguredEphones(w io.Writer, t conf.Tree, registered int) error {
	c := PhonesConfig(t)
	byTag := map[int]phones.Ephone{}
	for _, e := range c.Ephones {
		byTag[e.Tag] = e
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Number of Configured ephones %d (Registered %d)\n", len(c.Ephones), registered)
	for n := range t.Root().All(cmdEphone) {
		e := byTag[n.Args().Int("tag")]
		security := "Non-Secure"
		if mode := text(n, "device-security-mode", "mode"); mode != "" && mode != "none" {
			security = mode
		}
		fmt.Fprintf(&b, "ephone %d\nDevice Security Mode: %s\n", e.Tag, security)
		for line := range strings.Lines(string(conf.Section(t, n.Path()))) {
			line, indented := strings.CutPrefix(line, " ")
			if indented && !shownAsRow(line) {
				b.WriteString(masked(line))
			}
		}
		keepalive := secondsOr(e.KeepAlive, secondsOr(c.Telephony.KeepAlive, 30))
		calls := e.MaxCallsPerButton
		if calls == 0 {
			calls = 8
		}
		codec := e.Codec
		if codec == "" {
			codec = "g711ulaw"
		}
		fmt.Fprintf(&b, "keepalive %d auxiliary %d\nmax-calls-per-button %d\nbusy-trigger-per-button %d\n", keepalive, keepalive, calls, e.BusyTrigger)
		mtp := "No"
		if n.On("mtp") {
			mtp = "Yes"
		}
		fmt.Fprintf(&b, "Always send media packets to this router: %s\nPreferred codec: %s\nuser-locale US\nnetwork-locale US\n!\n", mtp, codec)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// shownAsRow: `show telephony-service ephone` has a row for what the line sets.
func shownAsRow(line string) bool {
	word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	return slices.Contains([]string{"device-security-mode", "keepalive", "max-calls-per-button", "busy-trigger-per-button", "mtp", "codec"}, word)
}

// showAccessCodes is `show telephony-service fac`.
func showAccessCodes(w io.Writer, t phones.Telephony) error {
	codes := call.AccessCodes(t)
	kind := "standard"
	switch {
	case len(codes) == 0:
		return nil
	case len(t.FACs) > 0:
		kind = "custom"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "telephony-service fac %s\n", kind)
	for _, f := range codes {
		fmt.Fprintf(&b, " %s %s\n", f.Name, f.Code)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showVoicePorts is `show telephony-service voice-port`: the virtual port of each ephone-dn.
func showVoicePorts(w io.Writer, c phones.Config) error {
	var b strings.Builder
	for _, d := range c.EphoneDNs {
		fmt.Fprintf(&b, "voice-port 50/0/%d\n", d.Tag)
		if d.Number != "" {
			fmt.Fprintf(&b, " station-id number %s\n", d.Number)
		}
		if d.Name != "" {
			fmt.Fprintf(&b, " station-id name %s\n", d.Name)
		}
		if d.Forward.NoAnswer != "" {
			fmt.Fprintf(&b, " timeout ringing %d\n", secondsOr(d.Forward.Timeout, 0))
		}
		b.WriteString("!\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// firstEphonePeer is the tag before the first dial peer of an ephone-dn.
const firstEphonePeer = 20000

// showDialPeers is `show telephony-service dial-peer`: the pots dial peer of each ephone-dn.
func showDialPeers(w io.Writer, c phones.Config) error {
	var b strings.Builder
	for _, d := range c.EphoneDNs {
		if d.Number == "" {
			continue
		}
		fmt.Fprintf(&b, "dial-peer voice %d pots\n destination-pattern %s\n", firstEphonePeer+d.Tag, d.Number)
		if d.Huntstop {
			b.WriteString(" huntstop\n")
		}
		if d.Preference > 0 {
			fmt.Fprintf(&b, " preference %d\n", d.Preference)
		}
		for _, f := range [][2]string{{"all", d.Forward.All}, {"busy", d.Forward.Busy}, {"noan", d.Forward.NoAnswer}} {
			if f[1] != "" {
				fmt.Fprintf(&b, " call-forward %s %s\n", f[0], f[1])
			}
		}
		fmt.Fprintf(&b, " port 50/0/%d\n", d.Tag)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showDirectory is `show telephony-service directory-entry`.
func showDirectory(w io.Writer, c phones.Config) error {
	var b strings.Builder
	for _, e := range c.Telephony.Directory {
		fmt.Fprintf(&b, "directory entry %d %s name %s\n", e.Tag, e.Number, e.Name)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
