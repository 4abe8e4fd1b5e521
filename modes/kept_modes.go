package modes

import (
	"slices"

	"github.com/busylamp/busylamp/cli/conf"
)

// Names of the modes in which every line is kept.
const (
	modeEphoneHunt        = "ephone-hunt"
	modeVoiceHuntGroup    = "voice hunt-group"
	modeEphoneType        = "ephone-type"
	modeTelephonyGroup    = "telephony-service group"
	modeTelephonyVideo    = "telephony-service video"
	modeAutoRegister      = "voice register global auto-register"
	modeRegisterDialplan  = "voice register dialplan"
	modeRegisterServer    = "voice register session-server"
	modeRegisterType      = "voice register pool-type"
	modeMLPP              = "voice mlpp"
	modeMLPPClass         = "voice class mlpp"
	modeLPCORCustom       = "voice lpcor custom"
	modeLPCORPolicy       = "voice lpcor policy"
	modeLPCORPhoneSubnet  = "voice lpcor ip-phone subnet"
	modeLPCORTrunkSubnet  = "voice lpcor ip-trunk subnet"
	modeEmergencySettings = "voice emergency response settings"
	modeEmergencyLocation = "voice emergency response location"
	modeEmergencyZone     = "voice emergency response zone"
	modeMOHGroup          = "voice moh-group"
	modeVoiceGateway      = "voice-gateway system"
	modeApplication       = "application"
	modeAppService        = "application service"
	modeAppPackage        = "application package"
	modeAppGlobal         = "application global"
	modeCAPFServer        = "capf-server"
	modeCTLClient         = "ctl-client"
	modeCredentials       = "credentials"
	modeVMIntegration     = "vm-integration"
	modeVPNGroup          = "vpn-group"
	modeVPNProfile        = "vpn-profile"
)

// keptModes are the modes of the CME command reference whose lines are all kept.
func keptModes() []conf.Mode {
	return slices.Concat(
		[]conf.Mode{ephoneHuntMode(), voiceHuntGroupMode(), ephoneTypeMode(), autoRegisterMode(), mlppMode(), mlppClassMode(), vmIntegrationMode()},
		telephonyInnerModes(),
		registerModes(),
		lpcorModes(),
		voiceBlockModes(),
		applicationModes(),
		securityModes(),
		vpnModes(),
	)
}

// registerBlocks are the blocks of SIP phones behind the pools.
func registerBlocks() []conf.Command {
	return []conf.Command{
		keptBlock("voice register session-server  <1-1000>$tag!", modeRegisterServer, `
			voice           Voice configuration
			register        SIP phones
			session-server  Server whose applications control phones
			$tag            Tag`),
		keptBlock("voice register dialplan  <1-24>$tag!", modeRegisterDialplan, `
			voice     Voice configuration
			register  SIP phones
			dialplan  Numbers that phones dial at once
			$tag      Tag`),
	}
}

// voiceGroups are the blocks of global mode behind the profiles of users.
func voiceGroups() []conf.Command {
	return slices.Concat(
		[]conf.Command{huntBlocks(true)},
		voiceBlockLines(),
		[]conf.Command{
			keptBlock("voice mlpp", modeMLPP, `
				voice  Voice configuration
				mlpp   Priority of calls`),
			keptBlock("voice class mlpp <1-10000>$tag!", modeMLPPClass, `
				voice  Voice configuration
				class  Voice classes
				mlpp   Priority of calls
				$tag   Voice class tag`),
		},
		globalLPCOR(),
		globalApplication(),
	)
}

// signallingBlocks stand before telephony-service.
func signallingBlocks() []conf.Command {
	return []conf.Command{
		keptBlock("credentials", modeCredentials, `
			credentials  Certificates for other routers`),
		keptBlock("ctl-client", modeCTLClient, `
			ctl-client  List of the servers that phones trust`),
		keptBlock("capf-server", modeCAPFServer, `
			capf-server  Certificates of phones`),
		keptBlock("vm-integration", modeVMIntegration, `
			vm-integration  Voice mail that is reached by digits`),
	}
}

// phoneBlocks stand behind the phones.
func phoneBlocks() []conf.Command {
	return []conf.Command{
		huntBlocks(false),
	}
}
