package wire

import "fmt"

// Protocol versions from which newer messages take the place of older ones.
const (
	dynamicVersion   = 8  // texts, BLF, CallInfo
	longURLVersion   = 7  // services
	longLinesVersion = 17 // lines and speed dials
)

// kind is one message.
type kind struct {
	name string // as routers write it, without "Station" and "MessageID"
	make func() Message
}

// kindOf finds a message; false for an identifier without a struct.
func kindOf(id uint32) (kind, bool) {
	switch {
	case id < uint32(len(kinds)) && kinds[id].make != nil:
		return kinds[id], true
	case id == IDSPCPRegisterTokenReq:
		return kind{"SPCPRegisterTokenReq", func() Message { return new(SPCPRegisterTokenReq) }}, true
	case id == IDSPCPRegisterTokenAck:
		return kind{"SPCPRegisterTokenAck", func() Message { return new(SPCPRegisterTokenAck) }}, true
	case id == IDSPCPRegisterTokenReject:
		return kind{"SPCPRegisterTokenReject", func() Message { return new(SPCPRegisterTokenReject) }}, true
	}
	return kind{}, false
}

// Name is the name of a message in `debug ephone message`:
// "StationKeepAliveMessageID"; of an unknown one "0x0ABC".
func Name(id uint32) string {
	if k, ok := kindOf(id); ok {
		return "Station" + k.name + "MessageID"
	}
	return fmt.Sprintf("0x%04X", id)
}

// blank is an empty message to decode into.
func blank(id uint32) Message {
	if k, ok := kindOf(id); ok {
		return k.make()
	}
	return &Unknown{Number: id}
}

// kinds are the messages by identifier. It is never written to.
var kinds = [...]kind{
	IDKeepAlive:                        {"KeepAlive", func() Message { return new(KeepAlive) }},
	IDRegisterReq:                      {"Register", func() Message { return new(RegisterReq) }},
	IDIpPort:                           {"IpPort", func() Message { return new(IpPort) }},
	IDKeypadButton:                     {"KeypadButton", func() Message { return new(KeypadButton) }},
	IDEnblocCall:                       {"EnblocCall", func() Message { return new(EnblocCall) }},
	IDStimulus:                         {"Stimulus", func() Message { return new(Stimulus) }},
	IDOffHook:                          {"OffHook", func() Message { return new(OffHook) }},
	IDOnHook:                           {"OnHook", func() Message { return new(OnHook) }},
	IDHookFlash:                        {"HookFlash", func() Message { return new(HookFlash) }},
	IDForwardStatReq:                   {"ForwardStatReq", func() Message { return new(ForwardStatReq) }},
	IDSpeedDialStatReq:                 {"SpeedDialStatReq", func() Message { return new(SpeedDialStatReq) }},
	IDLineStatReq:                      {"LineStatReq", func() Message { return new(LineStatReq) }},
	IDConfigStatReq:                    {"ConfigStatReq", func() Message { return new(ConfigStatReq) }},
	IDTimeDateReq:                      {"TimeDateReq", func() Message { return new(TimeDateReq) }},
	IDButtonTemplateReq:                {"ButtonTemplateReq", func() Message { return new(ButtonTemplateReq) }},
	IDVersionReq:                       {"VersionReq", func() Message { return new(VersionReq) }},
	IDCapabilitiesRes:                  {"CapabilitiesRes", func() Message { return new(CapabilitiesRes) }},
	IDServerReq:                        {"ServerReq", func() Message { return new(ServerReq) }},
	IDAlarm:                            {"Alarm", func() Message { return new(Alarm) }},
	IDMulticastMediaReceptionAck:       {"MulticastMediaReceptionAck", func() Message { return new(MulticastMediaReceptionAck) }},
	IDOpenReceiveChannelAck:            {"OpenReceiveChannelAck", func() Message { return new(OpenReceiveChannelAck) }},
	IDConnectionStatisticsRes:          {"ConnectionStatisticsRes", func() Message { return new(ConnectionStatisticsRes) }},
	IDOffHookWithCallingPartyNumber:    {"OffHookWithCallingPartyNumber", func() Message { return new(OffHookWithCallingPartyNumber) }},
	IDSoftKeySetReq:                    {"SoftKeySetReq", func() Message { return new(SoftKeySetReq) }},
	IDSoftKeyEvent:                     {"SoftKeyEvent", func() Message { return new(SoftKeyEvent) }},
	IDUnregister:                       {"Unregister", func() Message { return new(Unregister) }},
	IDSoftKeyTemplateReq:               {"SoftKeyTemplateReq", func() Message { return new(SoftKeyTemplateReq) }},
	IDRegisterTokenReq:                 {"RegisterTokenReq", func() Message { return new(RegisterTokenReq) }},
	IDMediaTransmissionFailure:         {"MediaTransmissionFailure", func() Message { return new(MediaTransmissionFailure) }},
	IDHeadsetStatus:                    {"HeadsetStatus", func() Message { return new(HeadsetStatus) }},
	IDMediaResourceNotification:        {"MediaResourceNotification", func() Message { return new(MediaResourceNotification) }},
	IDRegisterAvailableLines:           {"RegisterAvailableLines", func() Message { return new(RegisterAvailableLines) }},
	IDDeviceToUserData:                 {"DeviceToUserData", func() Message { return new(DeviceToUserData) }},
	IDDeviceToUserDataResponse:         {"DeviceToUserDataResponse", func() Message { return new(DeviceToUserDataResponse) }},
	IDUpdateCapabilities:               {"UpdateCapabilities", func() Message { return new(UpdateCapabilities) }},
	IDServiceURLStatReq:                {"ServiceURLStatReq", func() Message { return new(ServiceURLStatReq) }},
	IDFeatureStatReq:                   {"FeatureStatReq", func() Message { return new(FeatureStatReq) }},
	IDDeviceToUserDataVersion1:         {"DeviceToUserDataVersion1", func() Message { return new(DeviceToUserDataVersion1) }},
	IDDeviceToUserDataResponseVersion1: {"DeviceToUserDataResponseVersion1", func() Message { return new(DeviceToUserDataResponseVersion1) }},
	IDUpdateCapabilitiesV2:             {"UpdateCapabilitiesV2", func() Message { return new(UpdateCapabilitiesV2) }},
	IDUpdateCapabilitiesV3:             {"UpdateCapabilitiesV3", func() Message { return new(UpdateCapabilitiesV3) }},
	IDSubscriptionStatReq:              {"SubscriptionStatReq", func() Message { return new(SubscriptionStatReq) }},
	IDMediaPathEvent:                   {"MediaPathEvent", func() Message { return new(MediaPathEvent) }},
	IDMediaPathCapability:              {"MediaPathCapability", func() Message { return new(MediaPathCapability) }},
	IDRegisterAck:                      {"RegisterAck", func() Message { return new(RegisterAck) }},
	IDStartTone:                        {"StartTone", func() Message { return new(StartTone) }},
	IDStopTone:                         {"StopTone", func() Message { return new(StopTone) }},
	IDSetRinger:                        {"SetRinger", func() Message { return new(SetRinger) }},
	IDSetLamp:                          {"SetLamp", func() Message { return new(SetLamp) }},
	IDSetSpeakerMode:                   {"SetSpeakerMode", func() Message { return new(SetSpeakerMode) }},
	IDSetMicroMode:                     {"SetMicroMode", func() Message { return new(SetMicroMode) }},
	IDStartMediaTransmission:           {"StartMediaTransmission", func() Message { return new(StartMediaTransmission) }},
	IDStopMediaTransmission:            {"StopMediaTransmission", func() Message { return new(StopMediaTransmission) }},
	IDCallInfo:                         {"CallInfo", func() Message { return new(CallInfo) }},
	IDForwardStat:                      {"ForwardStat", func() Message { return new(ForwardStat) }},
	IDSpeedDialStat:                    {"SpeedDialStat", func() Message { return new(SpeedDialStat) }},
	IDLineStat:                         {"LineStat", func() Message { return new(LineStat) }},
	IDConfigStat:                       {"ConfigStat", func() Message { return new(ConfigStat) }},
	IDDefineTimeDate:                   {"DefineTimeDate", func() Message { return new(DefineTimeDate) }},
	IDButtonTemplateRes:                {"ButtonTemplate", func() Message { return new(ButtonTemplateRes) }},
	IDVersion:                          {"VersionRes", func() Message { return new(Version) }},
	IDDisplayText:                      {"DisplayText", func() Message { return new(DisplayText) }},
	IDClearDisplay:                     {"ClearDisplay", func() Message { return new(ClearDisplay) }},
	IDCapabilitiesReq:                  {"CapabilitiesReq", func() Message { return new(CapabilitiesReq) }},
	IDRegisterReject:                   {"RegisterReject", func() Message { return new(RegisterReject) }},
	IDServerRes:                        {"ServerRes", func() Message { return new(ServerRes) }},
	IDReset:                            {"Reset", func() Message { return new(Reset) }},
	IDKeepAliveAck:                     {"KeepAliveAck", func() Message { return new(KeepAliveAck) }},
	IDStartMulticastMediaReception:     {"StartMulticastMediaReception", func() Message { return new(StartMulticastMediaReception) }},
	IDStartMulticastMediaTransmission:  {"StartMulticastMediaTransmission", func() Message { return new(StartMulticastMediaTransmission) }},
	IDStopMulticastMediaReception:      {"StopMulticastMediaReception", func() Message { return new(StopMulticastMediaReception) }},
	IDStopMulticastMediaTransmission:   {"StopMulticastMediaTransmission", func() Message { return new(StopMulticastMediaTransmission) }},
	IDOpenReceiveChannel:               {"OpenReceiveChannel", func() Message { return new(OpenReceiveChannel) }},
	IDCloseReceiveChannel:              {"CloseReceiveChannel", func() Message { return new(CloseReceiveChannel) }},
	IDConnectionStatisticsReq:          {"ConnectionStatisticsReq", func() Message { return new(ConnectionStatisticsReq) }},
	IDSoftKeyTemplateRes:               {"SoftKeyTemplateRes", func() Message { return new(SoftKeyTemplateRes) }},
	IDSoftKeySetRes:                    {"SoftKeySetRes", func() Message { return new(SoftKeySetRes) }},
	IDSelectSoftKeys:                   {"SelectSoftKeys", func() Message { return new(SelectSoftKeys) }},
	IDCallState:                        {"CallState", func() Message { return new(CallState) }},
	IDDisplayPromptStatus:              {"DisplayPromptStatus", func() Message { return new(DisplayPromptStatus) }},
	IDClearPromptStatus:                {"ClearPromptStatus", func() Message { return new(ClearPromptStatus) }},
	IDDisplayNotify:                    {"DisplayNotify", func() Message { return new(DisplayNotify) }},
	IDClearNotify:                      {"ClearNotify", func() Message { return new(ClearNotify) }},
	IDActivateCallPlane:                {"ActivateCallPlane", func() Message { return new(ActivateCallPlane) }},
	IDDeactivateCallPlane:              {"DeactivateCallPlane", func() Message { return new(DeactivateCallPlane) }},
	IDUnregisterAck:                    {"UnregisterAck", func() Message { return new(UnregisterAck) }},
	IDBackSpaceRes:                     {"BackSpaceRes", func() Message { return new(BackSpaceRes) }},
	IDRegisterTokenAck:                 {"RegisterTokenAck", func() Message { return new(RegisterTokenAck) }},
	IDRegisterTokenReject:              {"RegisterTokenReject", func() Message { return new(RegisterTokenReject) }},
	IDDialedNumber:                     {"DialedNumber", func() Message { return new(DialedNumber) }},
	IDUserToDeviceData:                 {"UserToDeviceData", func() Message { return new(UserToDeviceData) }},
	IDFeatureStat:                      {"FeatureStat", func() Message { return new(FeatureStat) }},
	IDDisplayPriNotify:                 {"DisplayPriNotify", func() Message { return new(DisplayPriNotify) }},
	IDClearPriNotify:                   {"ClearPriNotify", func() Message { return new(ClearPriNotify) }},
	IDServiceURLStat:                   {"ServiceURLStat", func() Message { return new(ServiceURLStat) }},
	IDCallSelectStat:                   {"CallSelectStat", func() Message { return new(CallSelectStat) }},
	IDUserToDeviceDataVersion1:         {"UserToDeviceDataVersion1", func() Message { return new(UserToDeviceDataVersion1) }},
	IDConfigStatV2:                     {"ConfigStatV2", func() Message { return new(ConfigStatV2) }},
	IDDisplayNotifyV2:                  {"DisplayNotifyV2", func() Message { return new(DisplayNotifyV2) }},
	IDDisplayPriNotifyV2:               {"DisplayPriNotifyV2", func() Message { return new(DisplayPriNotifyV2) }},
	IDDisplayPromptStatusV2:            {"DisplayPromptStatusV2", func() Message { return new(DisplayPromptStatusV2) }},
	IDFeatureStatV2:                    {"FeatureStatV2", func() Message { return new(FeatureStatV2) }},
	IDLineStatV2:                       {"LineStatV2", func() Message { return new(LineStatV2) }},
	IDServiceURLStatV2:                 {"ServiceURLStatV2", func() Message { return new(ServiceURLStatV2) }},
	IDSpeedDialStatV2:                  {"SpeedDialStatV2", func() Message { return new(SpeedDialStatV2) }},
	IDCallInfoV2:                       {"CallInfoV2", func() Message { return new(CallInfoV2) }},
	IDSubscriptionStat:                 {"SubscriptionStat", func() Message { return new(SubscriptionStat) }},
	IDNotification:                     {"Notification", func() Message { return new(Notification) }},
	IDStartMediaTransmissionAck:        {"StartMediaTransmissionAck", func() Message { return new(StartMediaTransmissionAck) }},
	IDCallHistoryInfo:                  {"CallHistoryInfo", func() Message { return new(CallHistoryInfo) }},
	IDExtensionDeviceCaps:              {"ExtensionDeviceCaps", func() Message { return new(ExtensionDeviceCaps) }},
	IDXMLAlarm:                         {"XMLAlarm", func() Message { return new(XMLAlarm) }},
	IDCallCountReq:                     {"CallCountReq", func() Message { return new(CallCountReq) }},
	IDCallCountResp:                    {"CallCountResp", func() Message { return new(CallCountResp) }},
}
