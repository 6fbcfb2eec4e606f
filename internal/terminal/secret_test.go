package terminal_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/terminal"
)

func TestReadSecretTakesOneLine(t *testing.T) {
	in := strings.NewReader("open sesame\r\nrest")
	got, err := (&terminal.Terminal{In: in}).ReadSecret(t.Context())
	rest, _ := io.ReadAll(in)
	if got != "open sesame" || err != nil || string(rest) != "rest" {
		t.Errorf("ReadSecret = %q, %v, left %q; want the line alone", got, err, rest)
	}
	got, err = (&terminal.Terminal{In: strings.NewReader("")}).ReadSecret(t.Context())
	if got != "" || err != nil {
		t.Errorf("ReadSecret of nothing = %q, %v, want nothing", got, err)
	}
}

func TestReadSecretEndsWithItsContext(t *testing.T) {
	in, out := io.Pipe()
	defer func() { _ = out.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := (&terminal.Terminal{In: in}).ReadSecret(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("ReadSecret = %v, want the deadline", err)
	}
}
