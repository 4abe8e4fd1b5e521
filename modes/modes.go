// Package modes declares every command of the appliance: configuration modes,
// one file per mode, and EXEC commands. A literal holds syntax, help, default,
// how `no` works and how the line prints; everything else derives from it.
//
// It is the only room that knows both the configuration tree and the agents:
// the views turn a tree into each agent's Config, and the show_*.go renderers
// turn the agents' Snapshots into text. It imports cli, presence, phones,
// phones/call and internal/sipua for Config, Snapshot and Input only, never an
// adapter; internal/app imports it.
//
// Nothing here starts a goroutine. Views and renderers are pure; Exec bodies run
// on the goroutine of the session that typed them.
package modes

import "github.com/busylamp/busylamp/cli/conf"

// Names of modes.
const (
	modePresence         = "presence"
	modeSIPUA            = "sip-ua"
	modeRegisterGlobal   = "voice register global"
	modeRegisterDN       = "voice register dn"
	modeRegisterPool     = "voice register pool"
	modeRegisterTemplate = "voice register template"
	modeUserProfile      = "voice user-profile"
	modeLogoutProfile    = "voice logout-profile"
	modeTelephony        = "telephony-service"
	modeEphoneDN         = "ephone-dn"
	modeEphone           = "ephone"
	modeEphoneTemplate   = "ephone-template"
	modeEphoneDNTemplate = "ephone-dn-template"
	modeDialPeer         = "dial-peer"
	modeVoiceService     = "voice service voip"
	modeVoiceServiceSIP  = "voice service voip sip"
	modeTrustedList      = "ip address trusted list"
	modeVoiceServiceH323 = "voice service voip h323"
	modeVoiceCard        = "voice-card"
	modeVoiceClassCodec  = "voice class codec"
	modeInterface        = "interface"
	modeControlPlane     = "control-plane"
	modeDHCPPool         = "ip dhcp pool"
	modeLine             = "line"
	modeArchive          = "archive"
	modeArchiveLog       = "archive log config"
	modeStandardList     = "ip access-list standard"
	modePubkeyChain      = "ip ssh pubkey-chain"
	modePubkeyUser       = "ip ssh pubkey-chain username"
)

// Names of global commands that views and checks ask for: the blocks.
const (
	cmdPresence         = "presence"
	cmdSIPUA            = "sip-ua"
	cmdRegisterGlobal   = "voice register global"
	cmdRegisterDN       = "voice register dn"
	cmdRegisterPool     = "voice register pool"
	cmdRegisterTemplate = "voice register template"
	cmdUserProfile      = "voice user-profile"
	cmdLogoutProfile    = "voice logout-profile"
	cmdDialPeer         = "dial-peer voice"
	cmdTelephony        = "telephony-service"
	cmdEphoneDN         = "ephone-dn"
	cmdEphoneDNTemplate = "ephone-dn-template"
	cmdEphone           = "ephone"
	cmdEphoneTemplate   = "ephone-template"
	cmdVoiceService     = "voice service voip"
)

// All is the one ordered list of configuration modes.
func All() []conf.Mode {
	return readTables().into(append([]conf.Mode{
		globalMode(),
		presenceMode(),
		sipUAMode(),
		registerGlobalMode(),
		registerDNMode(),
		registerPoolMode(),
		registerTemplateMode(),
		logoutProfileMode(),
		userProfileMode(),
		telephonyMode(),
		ephoneDNMode(),
		ephoneDNTemplateMode(),
		ephoneMode(),
		ephoneTemplateMode(),
		dialPeerMode(),
		voiceServiceMode(),
		trustedListMode(),
		voiceServiceSIPMode(),
		voiceServiceH323Mode(),
		voiceClassCodecMode(),
		voiceCardMode(),
		interfaceMode(),
		archiveMode(),
		archiveLogMode(),
		controlPlaneMode(),
		dhcpPoolMode(),
		lineMode(),
		standardListMode(),
		pubkeyChainMode(),
		pubkeyUserMode(),
	}, keptModes()...))
}
