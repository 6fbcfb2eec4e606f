//go:build !windows

package wizard_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/terminal"
	"gmailoauth/internal/wizard"
)

func away() wizard.Away {
	pages := []playbook.Page{{Diagnosis: "not-a-test-user", Step: "audience", Words: "Access blocked: … Error 403: access_denied", Gloss: "not a test user"},
		{Diagnosis: "redirect-uri-mismatch", Step: "client", Words: "Error 400: redirect_uri_mismatch", Gloss: "another address"}}
	return wizard.Away{What: "Waiting for Google", Limit: 5 * time.Minute, Begun: time.Now().Add(-72 * time.Second), Address: "https://accounts.example/auth?state=s", Pages: pages}
}

type awaited struct {
	pasted, page string
	err          error
}

func (s *screen) await(ctx context.Context, w *wizard.Wizard, a wizard.Away) <-chan awaited {
	result := make(chan awaited, 1)
	go func() {
		pasted, page, err := w.Await(ctx, a)
		got := awaited{pasted: pasted, err: err}
		if page != nil {
			got.page = page.Diagnosis
		}
		result <- got
	}()
	return result
}

func TestRichAwait(t *testing.T) {
	address := "http://127.0.0.1:4711/?state=owcp&code=4/0Ab"
	rows := []struct {
		name string
		keys func(*screen)
		want awaited
	}{
		{"the page is one of the list", func(s *screen) {
			s.Press("w")
			s.Until("What does the page say?")
			s.Until("not a test user")
			s.Press(down)
			s.Until("another address")
			s.Press(enter)
		}, awaited{page: "redirect-uri-mismatch"}},
		{"back from the list, then on waiting", func(s *screen) {
			s.Press("w")
			s.Until("What does the page say?")
			s.Press(escape)
			s.Until("Waiting for Google")
			s.Press("p")
			s.Until("The page's address:")
			s.Type(address)
			s.Press(enter)
		}, awaited{pasted: address}},
		{"the page's address in place of the list", func(s *screen) {
			s.Press("w")
			s.Until("What does the page say?")
			s.Press(down, down, enter)
			s.Until("The page's address:")
			s.Press("\x1b[200~" + address + "\x1b[201~")
			s.Until("code=4/0Ab")
			s.Press(enter)
		}, awaited{pasted: address}},
		{"pasted at once, where the terminal does not say so, with another line end", func(s *screen) { s.Press(address + "\n") }, awaited{pasted: address}},
		{"a paste taken back", func(s *screen) {
			s.Type("hx")
			s.Until("The page's address:")
			s.Press("\x7f", escape)
			s.Until("w the page says something else")
			s.Type(address)
			s.Press(enter)
		}, awaited{pasted: address}},
		{"leave", func(s *screen) { s.Press(ctrlC) }, awaited{err: context.Canceled}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s := newScreen(t, 80, 24)
			result := s.await(t.Context(), s.wizard(nil), away())
			s.Until("ctrl+c leave")
			if !strings.Contains(s.String(), "Waiting for Google  1:1") || !strings.Contains(s.String(), " of 5:00") {
				t.Errorf("no clock:\n%s", s)
			}
			row.keys(s)
			select {
			case got := <-result:
				if got.pasted != row.want.pasted || got.page != row.want.page || !errors.Is(got.err, row.want.err) {
					t.Errorf("Await = %+v, want %+v; screen:\n%s", got, row.want, s)
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("no end; the screen is:\n%s", s)
			}
		})
	}
}

// What is waited for comes: the clock goes away, wherever one is.
func TestRichAwaitEndsWithItsContext(t *testing.T) {
	for _, key := range []string{"", "w", "p"} {
		s := newScreen(t, 40, 24)
		ctx, cancel := context.WithCancel(t.Context())
		result := s.await(ctx, s.wizard(nil), away())
		s.Until("ctrl+c leave")
		if key != "" {
			s.Press(key)
			s.Until(map[string]string{"w": "What does the page say?", "p": "The page's address:"}[key])
		}
		cancel()
		if got := <-result; !errors.Is(got.err, context.Canceled) {
			t.Errorf("Await, after %q = %+v, want the end of its context", key, got)
		}
		for deadline := time.Now().Add(5 * time.Second); s.String() != ""; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("after %q, the screen is not left clean:\n%s", key, s)
			}
		}
	}
}

func TestPlainAwait(t *testing.T) {
	rows := []struct {
		typed string
		want  awaited
	}{
		{"w\n2\n", awaited{page: "redirect-uri-mismatch"}},
		{"\nw\nb\nW\n1\n", awaited{page: "not-a-test-user"}},
		{"w\n3\nhttp://x/?a=b\n", awaited{pasted: "http://x/?a=b"}},
		{"o\nhttp://x/?a=b\n", awaited{pasted: "http://x/?a=b"}},
	}
	for _, row := range rows {
		var out bytes.Buffer
		w := wizard.New(options(t, &terminal.Terminal{In: strings.NewReader(row.typed), Err: &out, Width: 80}))
		pasted, page, err := w.Await(t.Context(), away())
		got := awaited{pasted: pasted}
		if page != nil {
			got.page = page.Diagnosis
		}
		if err != nil || got != row.want {
			t.Errorf("Await, %q typed = %+v, %v; want %+v:\n%s", row.typed, got, err, row.want, &out)
		}
		if strings.Contains(row.typed, "w") && !strings.Contains(out.String(), "  3. None of these; I paste the page's address") {
			t.Errorf("the list is not shown:\n%s", &out)
		}
	}
}
