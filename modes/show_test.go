package modes

import "time"

// clock is the moment of the guide's debug samples.
func clock() time.Time { return time.Date(2009, time.September, 4, 7, 16, 2, 715e6, time.UTC) }
