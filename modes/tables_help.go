package modes

// argumentHelp is what `?` tells of arguments in lines that are only kept.
var argumentHelp = map[string]string{
	"WORD":         "Name",
	"LINE":         "Text",
	"STRING":       "Text",
	"TEXT":         "Text between two equal characters",
	"NUMBER":       "Telephone number",
	"HEX":          "Hexadecimal digits",
	"A.B.C.D":      "IP address",
	"A.B.C.D-mask": "Network mask",
	"X:X:X:X::X":   "IPv6 address",
	"PREFIX6":      "IPv6 prefix",
	"SLASH":        "Length of the mask",
	"PREFIX4":      "IP prefix",
	"H.H.H":        "MAC address",
	"URL":          "Place of the file",
	"INTERFACE":    "Interface",
	"SERVER":       "Server",
	"HH:MM":        "Time of day",
	"HH:MM:SS":     "Time of day",
	"MONTH":        "Month",
	"PORT":         "TCP or UDP port",
	"RANGES":       "Numbers and ranges of numbers",
	"VOICEPORT":    "Slot, subunit and port",
	"SIGNED":       "Number, also negative",
	"DECIMAL":      "Number with decimals",
}
