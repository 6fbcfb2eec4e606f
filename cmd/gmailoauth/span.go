package main

import "time"

// span is a duration as a person reads it, in the two largest units that tell
// something: 3 days 4 hours, 5 hours 2 minutes, 7 minutes.
func (a *app) span(d time.Duration) string {
	d = max(d, 0)
	count := a.words().Count
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case days > 0 && hours > 0 && days < 7:
		return count("effects.days", days) + " " + count("effects.hours", hours)
	case days > 0:
		return count("effects.days", days)
	case hours > 0 && minutes > 0:
		return count("effects.hours", hours) + " " + count("effects.minutes", minutes)
	case hours > 0:
		return count("effects.hours", hours)
	}
	return count("effects.minutes", minutes)
}
