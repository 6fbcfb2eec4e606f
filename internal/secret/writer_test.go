package secret_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"gmailoauth/internal/secret"
)

func TestWriterFindsSecretsThatComeInPieces(t *testing.T) {
	in := "C: token " + sentinel + " end\r\nlast " + sentinel
	want := "C: token " + secret.Dots + " end\r\nlast " + secret.Dots
	for size := 1; size < len(in); size++ {
		var got bytes.Buffer
		w := knowing(sentinel).Writer(&got)
		for rest := in; rest != ""; {
			n := min(size, len(rest))
			if _, err := io.WriteString(w, rest[:n]); err != nil {
				t.Fatalf("Write in pieces of %d = %v, want nil", size, err)
			}
			rest = rest[n:]
		}
		if err := w.Close(); err != nil || got.String() != want {
			t.Fatalf("in pieces of %d: got %q, %v, want %q", size, got.String(), err, want)
		}
	}
}

func TestWriterKeepsSecretsOutOfEndlessLines(t *testing.T) {
	const known = "known-secret-0123456789"
	for shift := range 25 {
		var got bytes.Buffer
		w := knowing(known).Writer(&got)
		line := strings.Repeat(".", shift) + strings.Repeat(known+", ", 4000)
		for rest := line; rest != ""; {
			n := min(4093, len(rest))
			if _, err := io.WriteString(w, rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if got.Len() == 0 {
			t.Fatal("a line of 100 kB was held back whole, want it passed on in parts")
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(got.String(), "0123") || strings.Contains(got.String(), "known") {
			t.Fatalf("shift %d: a piece of the secret came through", shift)
		}
		if n := strings.Count(got.String(), secret.Dots); n != 4000 {
			t.Fatalf("shift %d: got %d redactions, want 4000", shift, n)
		}
	}
}

func TestWriterPartsALineThatIsOneSecret(t *testing.T) {
	var got bytes.Buffer
	w := new(secret.Redactor).Writer(&got)
	if _, err := io.WriteString(w, "access_token="+strings.Repeat("a", 100_000)+"\n"); err != nil {
		t.Fatal(err)
	}
	if want := "access_token=" + secret.Dots + "\n"; got.String() != want {
		t.Errorf("got %.60q, want %q", got.String(), want)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

var errBroken = errors.New("broken")

func TestWriterTellsOfTheWriterBelow(t *testing.T) {
	w := new(secret.Redactor).Writer(brokenWriter{})
	if _, err := io.WriteString(w, "a\n"); !errors.Is(err, errBroken) {
		t.Errorf("Write = %v, want %v", err, errBroken)
	}
	if _, err := io.WriteString(w, strings.Repeat("a", 70_000)); !errors.Is(err, errBroken) {
		t.Errorf("Write of a long line = %v, want %v", err, errBroken)
	}
}
