package presence

import "slices"

// stackCodes are the responses in the order in which `show sip-ua statistics` (Voice
// command reference) lists them, success once: the SIP stack numbers them by their
// place, from 1. The guide's `debug presence errors` shows 17 and 29; a NOTIFY meets
// exactly what stands there, 404 and 481.
var stackCodes = [...]int{
	100, 180, 181, 182, 183,
	200, 202,
	300, 301, 302, 305, 380,
	400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 413, 414, 415, 420,
	480, 481, 482, 483, 484, 485, 486, 487, 488, 489, 422, 491,
	500, 501, 502, 503, 504, 505, 580,
	600, 603, 604, 606,
}

// stackCode is a status code as the SIP stack numbers it; one that has no number is
// itself.
func stackCode(code int) int {
	if i := slices.Index(stackCodes[:], code); i >= 0 {
		return i + 1
	}
	return code
}
