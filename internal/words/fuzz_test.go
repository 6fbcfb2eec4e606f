package words

import (
	"slices"
	"testing"
)

// Whatever LANG and its like say, there are sentences for it.
func FuzzPick(f *testing.F) {
	for _, seed := range []string{"pl_PL.UTF-8", "fr", "C.UTF-8", "ro-RO", "EN_us", "_.-", "", "\xff"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		lang := Pick(one, two)
		if !slices.Contains(Languages(), lang) {
			t.Errorf("Pick(%q, %q) = %q", one, two, lang)
		}
	})
}
