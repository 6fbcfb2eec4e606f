package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
)

// Whenever a proof is interrupted, its report is whole: what was cut or not begun
// is skipped, nothing has failed, and the exit code is 130.
func TestInterruptedAtAnyTime(t *testing.T) {
	p := newProving(t, "imap-hang-at-auth") // so that no proof is done before
	for _, format := range []string{"json", "junit", "text"} {
		for _, after := range []int32{1, 10, 30, 60, 100} {
			ctx, stop := context.WithCancel(t.Context())
			var looks atomic.Int32
			var out, told bytes.Buffer
			a := &app{term: &terminal.Terminal{In: strings.NewReader(""), Out: &out, Err: &told, Width: 80},
				now: func() time.Time { // a proof looks at the clock at each of its steps
					if looks.Add(1) == after {
						stop()
					}
					return time.Now()
				},
				lookupEnv: func(name string) (string, bool) { v, ok := p.env[name]; return v, ok }, hide: new(secret.Redactor)}
			ended := time.AfterFunc(500*time.Millisecond, stop) // if it looked less often
			code := a.run(ctx, []string{"verify", "--protocol", "imap,smtp,pop3", "--format", format})
			ended.Stop()
			stop()
			if code != 130 {
				t.Errorf("%s, interrupted at the %dth look: exit %d\n%s%s", format, after, code, out.String(), told.String())
			}
			switch format {
			case "json":
				got := readProofs(t, out.String())
				if got.Exit != 130 || got.Error.Name != "interrupted" || got.Summary["failed"] != 0 {
					t.Errorf("json at the %dth look: %+v", after, got)
				}
			case "junit":
				wellFormed(t, out.String())
				if strings.Contains(out.String(), "<failure") {
					t.Errorf("junit at the %dth look tells of a failure:\n%s", after, out.String())
				}
			default:
				if strings.Contains(out.String(), "✗") {
					t.Errorf("text at the %dth look tells of a failure:\n%s", after, out.String())
				}
			}
		}
	}
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("no XML: %v\n%s", err, text)
		}
	}
}
