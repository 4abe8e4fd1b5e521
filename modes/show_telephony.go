package modes

import (
	"fmt"
	"io"
	"strings"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/phones"
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
				b.WriteString(text)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showBlocks prints every block of a command as the configuration has it.
func showBlocks(w io.Writer, t conf.Tree, command string) error {
	var b strings.Builder
	for n := range t.Root().All(command) {
		b.Write(conf.Section(t, n.Path()))
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
