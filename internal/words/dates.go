package words

import (
	"strconv"
	"strings"
	"time"
)

// Moment writes a moment to the minute as the language does, in the location
// that t has: 27 November 2026, 14:05.
func (w *Words) Moment(t time.Time) string {
	return w.Say("dates.moment", "day", t.Day(), "month", w.Say("dates.month-"+strconv.Itoa(int(t.Month()))),
		"year", t.Year(), "hour", t.Format("15"), "minute", t.Format("04"))
}

// Number writes a whole number with its digits in groups, as the language does:
// 12,481. One of four digits or fewer stays whole.
func (w *Words) Number(n int) string {
	digits, sign := strconv.Itoa(n), ""
	if n < 0 {
		digits, sign = digits[1:], "-"
	}
	if len(digits) < 5 {
		return sign + digits
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + w.Say("dates.thousands") + digits[i:]
	}
	return sign + digits
}

// Decimal writes a number with that many decimals: 0.5.
func (w *Words) Decimal(x float64, decimals int) string {
	return strings.Replace(strconv.FormatFloat(x, 'f', decimals, 64), ".", w.Say("dates.decimal"), 1)
}

// Seconds writes a duration in seconds, with that many decimals: 0.05 s.
func (w *Words) Seconds(d time.Duration, decimals int) string {
	return w.Decimal(d.Seconds(), decimals) + " s"
}
