//go:build !windows

package screen

import (
	"strings"
	"testing"

	"github.com/hinshun/vt10x"
)

// A read may end anywhere: in a letter, in a mark, in a sequence.
func TestReaderPutsTogetherWhatIsCut(t *testing.T) {
	const whole, want = "\x1b[?1u\x1b[1mwyjście\x1b[0m ✓ l’été 🙂.", "wyjście ✓ l’été 🙂."
	for cut := range len(whole) {
		for at := cut; at < len(whole); at++ {
			r, vt := newReader(), vt10x.New(vt10x.WithSize(40, 2))
			for _, part := range []string{whole[:cut], whole[cut:at], whole[at:]} {
				_, _ = vt.Write([]byte(r.text(part)))
			}
			if got := strings.TrimSpace(vt.String()); got != want {
				t.Errorf("cut after %d and %d bytes, the screen is %q, want %q", cut, at, got, want)
			}
		}
	}
}

// What will never be a letter is not waited for.
func TestReaderGoesOnAfterWhatIsNoLetter(t *testing.T) {
	r, vt := newReader(), vt10x.New(vt10x.WithSize(40, 2))
	for _, part := range []string{"a\xff", "b\x80\x80", "c\xc5", "d"} {
		_, _ = vt.Write([]byte(r.text(part)))
	}
	if got := strings.TrimSpace(vt.String()); got != "abcd" {
		t.Errorf("the screen is %q, want abcd", got)
	}
}
