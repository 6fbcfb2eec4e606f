package report

import (
	"time"

	"gmailoauth/internal/google"
	"gmailoauth/internal/words"
)

// Lifetime says how long a consent will last, from the facts of token.lifetime
// and in the clock and the location of now: "" when nothing threatens it.
// Whoever shows it, verify or the list of accounts, says the same.
func Lifetime(said *words.Words, facts map[string]string, now time.Time) string {
	code := facts["lifetime"]
	id := "report.lifetime." + code
	switch {
	case code == "" || !said.Has(id):
		return ""
	case code == "idle", code == "client-idle":
		used, err := time.Parse(time.RFC3339, facts["used_at"])
		if err != nil {
			return ""
		}
		return Unused(said, code, now.Sub(used))
	}
	ends, err := time.Parse(time.RFC3339, facts["ends_at"])
	if err != nil {
		return said.Say(id) // secret-rotated
	}
	day, left := said.Moment(ends.In(now.Location())), ends.Sub(now)
	if left <= 0 && code != "secret-rotated" {
		return said.Say("report.lifetime.ended", "day", day)
	}
	return said.Say(id, "day", day, "left", remaining(said, left))
}

// Unused says for how many months a token (idle) or a client (client-idle) was
// not used, and after how many Google forgets it.
func Unused(said *words.Words, code string, unused time.Duration) string {
	limit, _ := time.ParseDuration(google.Known().Limits[code+"-lifetime"].Value) // embedded, and read by a test
	return said.Count("report.lifetime."+code, months(unused), "limit", months(limit))
}

// months are whole months of thirty days, as Google's six are counted.
func months(d time.Duration) int { return int(d / (30 * 24 * time.Hour)) }

// remaining counts down: by days, in the last day by hours, and in the last hour
// by minutes.
func remaining(said *words.Words, d time.Duration) string {
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case days > 0:
		return said.Count("report.days", days) + " " + said.Count("report.hours", hours)
	case hours > 0:
		return said.Count("report.hours", hours) + " " + said.Count("report.minutes", minutes)
	}
	return said.Count("report.minutes", minutes)
}
