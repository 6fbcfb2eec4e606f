package words

import (
	"testing"
	"time"
)

func TestMomentAndNumber(t *testing.T) {
	moment := time.Date(2026, 11, 3, 7, 5, 59, 0, time.UTC)
	wants := map[string]struct{ moment, small, large string }{
		"en": {"3 November 2026, 07:05", "2481", "12,481"},
		"pl": {"3 listopada 2026, 07:05", "2481", "12\u00a0481"},
		"fr": {"3 novembre 2026 à 07:05", "2481", "12\u202f481"},
		"ro": {"3 noiembrie 2026, 07:05", "2481", "12.481"},
	}
	for _, lang := range Languages() {
		w, want := load(t, lang), wants[lang]
		if got := w.Moment(moment); got != want.moment {
			t.Errorf("%s: Moment = %q, want %q", lang, got, want.moment)
		}
		seconds := "0,05 s"
		if lang == "en" {
			seconds = "0.05 s"
		}
		if got := w.Seconds(54*time.Millisecond, 2); got != seconds {
			t.Errorf("%s: Seconds(54ms, 2) = %q, want %q", lang, got, seconds)
		}
		if got := w.Number(2481); got != want.small {
			t.Errorf("%s: Number(2481) = %q, want %q", lang, got, want.small)
		}
		if got := w.Number(12481); got != want.large {
			t.Errorf("%s: Number(12481) = %q, want %q", lang, got, want.large)
		}
		if got := w.Number(-1000000); got != "-"+"1"+w.Say("dates.thousands")+"000"+w.Say("dates.thousands")+"000" {
			t.Errorf("%s: Number(-1000000) = %q", lang, got)
		}
	}
}
