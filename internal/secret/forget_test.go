package secret_test

import (
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"gmailoauth/internal/secret"
)

func TestForgottenSecretIsNotHidden(t *testing.T) {
	spelled := func(text string) string {
		return text + " " + base64.StdEncoding.EncodeToString([]byte("user="+text)) + " end"
	}
	for _, learnt := range []bool{false, true} {
		r := knowing("short", "first-of-them", "second-of-them")
		if learnt {
			r.Clean("x")
		}
		r.Forget(secret.New("first-of-them"), secret.New("short"), secret.New("never known"), secret.Text{})
		if got := r.Clean("short " + spelled("first-of-them")); got != "short "+spelled("first-of-them") {
			t.Errorf("forgotten, but Clean gives %q", got)
		}
		if got := r.Clean(spelled("second-of-them")); strings.Contains(got, "second") || strings.Count(got, secret.Dots) != 2 {
			t.Errorf("not forgotten, but Clean gives %q", got)
		}
		r.Hide(secret.New("first-of-them"))
		if got := r.Clean("first-of-them"); got != secret.Dots {
			t.Errorf("hidden again, but Clean gives %q", got)
		}
	}
}

// However many come and go, those that stay are found, and no memory is left.
func TestForgettingKeepsMemoryFlat(t *testing.T) {
	r := knowing("one-that-stays")
	used := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var before uint64
	for i := range 6000 {
		if i == 1000 {
			before = used()
		}
		token := secret.New(fmt.Sprintf("token-%06d-%s", i, strings.Repeat("x", 200)))
		r.Hide(token)
		if got := r.Clean("a " + token.Reveal() + " one-that-stays"); got != "a "+secret.Dots+" "+secret.Dots {
			t.Fatalf("Clean = %q", got)
		}
		r.Forget(token)
	}
	if after := used(); after > before+1<<20 {
		t.Errorf("%d KB after 1,000 secrets, %d KB after 6,000", before>>10, after>>10)
	}
	runtime.KeepAlive(r)
}
