package modes

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/busylamp/busylamp/cli/conf"
	"github.com/busylamp/busylamp/internal/logbuf"
	"github.com/busylamp/busylamp/phones"
)

// phoneAgents write down what they are told.
type phoneAgents struct {
	said     []string
	snapshot phones.SkinnySnapshot
}

func (p *phoneAgents) Snapshot() phones.SkinnySnapshot { return p.snapshot }

func (p *phoneAgents) Reset(tags []int, kind phones.ResetKind, gap time.Duration, sequential bool) {
	p.said = append(p.said, fmt.Sprintf("ephones %v kind %d gap %v sequential %v", tags, kind, gap, sequential))
}

func (p *phoneAgents) CancelReset()                         { p.said = append(p.said, "cancel") }
func (p *phoneAgents) ClearAttempts()                       {}
func (p *phoneAgents) DebugOnly(logbuf.Topic, []phones.MAC) {}
func (p *phoneAgents) Restart(pool int, kind phones.ResetKind) {
	p.said = append(p.said, fmt.Sprintf("pool %d kind %d", pool, kind))
}

// typedOn types lines in configuration mode, behind those of a configuration. It
// returns what is printed, and what the agents were told.
func typedOn(t *testing.T, p *phoneAgents, config, lines string) (printed, told []string, store *conf.Store) {
	t.Helper()
	out, store := console(t, Agents{Skinny: p, SIPPhones: p}, "enable\nconfigure terminal\n"+config+lines+"end\n")
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "Router") && !strings.HasPrefix(line, "Enter configuration") && !strings.Contains(line, "CONFIG_I") {
			printed = append(printed, line)
		}
	}
	return printed, p.said, store
}

func TestPhoneActions(t *testing.T) {
	const config = `voice register global
 mode cme
voice register pool 1
 logout-profile 4
voice register pool 3
voice logout-profile 4
voice user-profile 5
 user me password x
telephony-service
 max-ephones 10
ephone 1
 mac-address 0012.7F57.62A5
ephone 2
`
	for _, c := range []struct {
		typed  string
		screen []string
		told   []string
	}{
		{"ephone 1\nrestart\n", []string{"restarting 0012.7F57.62A5"}, []string{"ephones [1] kind 0 gap 0s sequential false"}},
		{"ephone 1\nreset\n", []string{"resetting 0012.7F57.62A5"}, []string{"ephones [1] kind 1 gap 0s sequential false"}},
		{"ephone 1\nno restart\nno reset\n", nil, nil},
		{"ephone 2\nreset\n", []string{"% This ephone has no MAC address"}, nil},
		{"telephony-service\nrestart all\n", nil, []string{"ephones [] kind 0 gap 15s sequential false"}},
		{"telephony-service\nreset all 0\n", nil, []string{"ephones [] kind 1 gap 0s sequential false"}},
		{"telephony-service\nreset 0012.7f57.62a5\n", []string{"resetting 0012.7F57.62A5"}, []string{"ephones [1] kind 1 gap 0s sequential false"}},
		{"telephony-service\nrestart 0012.7f57.62a6\n", []string{"% No ephone has MAC address 0012.7F57.62A6"}, nil},
		{"telephony-service\nreset sequence-all\n", nil, []string{"ephones [] kind 1 gap 4m0s sequential true"}},
		{"telephony-service\nreset cancel\nno reset all\nno restart all\nno reset sequence-all\n", nil, []string{"cancel", "cancel", "cancel", "cancel"}},
		{"telephony-service\nno reset cancel\nno reset 0012.7f57.62a5\n", nil, nil},
		{"voice register pool 3\nrestart\nreset\nno reset\nno restart\n", nil, []string{"pool 3 kind 0", "pool 3 kind 1"}},
		{"voice register global\nrestart\nno restart\nno reset\n", nil, []string{"pool 1 kind 0", "pool 3 kind 0"}},
		{"voice register global\nreset\n", nil, []string{"pool 1 kind 1", "pool 3 kind 1"}},
		{"voice logout-profile 4\nreset\nno reset\n", nil, []string{"ephones [7] kind 1 gap 0s sequential false", "pool 1 kind 1"}},
		{"voice user-profile 5\nreset\n", nil, []string{"ephones [8] kind 1 gap 0s sequential false"}},
		{"voice user-profile 6\nreset\n", nil, nil},
		{"ephone 2\nmac-address\n", nil, nil},
		{"ephone 1\nmac-address\n", []string{"% No phone has registered as this ephone"}, nil},
		{"ephone 1\nephone-template 1\nephone-template 1\n", []string{restartNotice}, nil},
		{"ephone 1\nephone-template 1\nno ephone-template 1\n", []string{restartNotice, restartNotice}, nil},
		{"exit\nephone-template 1\n", nil, nil},
		{"ephone 2\nmac-address 0012.7f57.62a5\n", []string{"% MAC address 0012.7F57.62A5 is that of ephone 1"}, nil},
		{"ephone 1\nmac-address 0012.7f57.62a5\nno mac-address\nephone 2\nmac-address 0012.7f57.62a5\n", nil, nil},
		{"voice register pool 1\nid mac 0001.0001.0001\nid ip 10.1.1.1 mask 255.255.255.255\nvoice register pool 3\nid mac 0001.0001.0001\nvoice register pool 1\nid mac 0001.0001.0001\n",
			[]string{"% MAC address 0001.0001.0001 is that of voice register pool 3"}, nil},
		{"ephone-dn 1\npaging\npaging group 2\npark-slot\nconference ad-hoc\nno paging\nno paging group\nconference ad-hoc\n", []string{
			"% This ephone-dn is configured for paging already", "% This ephone-dn is configured for paging already"}, nil},
		{"telephony-service\nfac standard\nno fac standard\n", []string{"fac standard is set!"}, nil},
		{"telephony-service\nfac custom callfwd all #45\nfac custom alias 0 #44 to #451111\n", []string{"fac callfwd all code has been configured to #45",
			"fac alias0 code has been configurated to #44!", "alias0 map code has been configurated to #451111!"}, nil},
	} {
		p := &phoneAgents{snapshot: phones.SkinnySnapshot{Ephones: []phones.EphoneStatus{
			{Config: phones.Ephone{Tag: 2, MAC: parsedMAC("0012.7F57.62A7")}, Auto: true, State: phones.EphoneRegistered},
			{Config: phones.Ephone{Tag: 6, LogoutProfile: 4}},
			{Config: phones.Ephone{Tag: 7, LogoutProfile: 4}, State: phones.EphoneRegistered},
			{Config: phones.Ephone{Tag: 8, LogoutProfile: 4}, State: phones.EphoneRegistered, User: "me"},
		}}}
		screen, told, store := typedOn(t, p, config, c.typed)
		if !slices.Equal(screen, c.screen) || !slices.Equal(told, c.told) {
			t.Errorf("%q:\nprints %q\nwant   %q\ntells  %q\nwant   %q", c.typed, screen, c.screen, told, c.told)
		}
		if c.typed == "ephone 2\nmac-address\n" && PhonesConfig(store.Tree()).Ephones[1].MAC != parsedMAC("0012.7F57.62A7") {
			t.Error("the address of the registered phone was not taken")
		}
	}
}

const restartNotice = "The ephone template tag has been changed under this ephone, please restart or reset ephone to take effect."
