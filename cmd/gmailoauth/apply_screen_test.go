//go:build !windows

package main

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
	"gmailoauth/internal/terminal/screen"
)

// seated is somebody at a terminal, with a browser in which each mailbox's owner
// consents, but for those whom answers puts another in the place of: nobody is "".
type seated struct {
	*workplace
	screen  *screen.Screen
	answers map[string]string
	end     chan int
}

func (s *seated) apply(args ...string) {
	tty, env := s.screen.TTY, func(name string) string { return s.env[name] }
	a := &app{
		term:      terminal.Open(tty, tty, tty, env),
		now:       time.Now,
		lookupEnv: func(name string) (string, bool) { v, ok := s.env[name]; return v, ok },
		openBrowser: func(ctx context.Context, address string, _ terminal.Env) error {
			asked, err := url.Parse(address)
			if err != nil {
				return err
			}
			who := asked.Query().Get("login_hint")
			if other, ok := s.answers[who]; ok {
				who = other
			}
			if who != "" {
				_ = s.box.Consent(ctx, address, who)
			}
			return nil
		},
		hide: new(secret.Redactor),
	}
	go func() { s.end <- a.run(s.t.Context(), append([]string{"apply"}, args...)) }()
}

func (s *seated) exits(code int) {
	s.t.Helper()
	endsOn(s.t, s.screen, s.end, code)
	s.screen.Settled()
}

// One consent after another: asked once, each named with its number, whoever is
// refused told at once, and the next one comes. Ctrl-C says how many are left; the
// next run asks for those alone.
func TestApplyAtATerminal(t *testing.T) {
	s := &seated{workplace: newWorkplace(t), screen: screen.New(t, 80, 200), end: make(chan int, 1)}
	_, client := s.client(account.Desktop)
	file := s.file("boxes.yaml", "client: "+client+"\nprotocols: [imap]\nmailboxes: [sales@example.com, info@example.com, boss@example.com]\n")

	s.apply("-f", file)
	s.screen.Until("Carry this out? [y/N]")
	s.screen.Press("n", screen.Enter)
	s.exits(0)
	if len(s.connected()) != 0 {
		t.Fatalf("a no connects %v", s.connected())
	}

	s.answers = map[string]string{"info@example.com": "boss@example.com", "boss@example.com": ""}
	s.apply("-f", file)
	s.screen.Until("Nothing was changed.")
	s.screen.Press("y", screen.Enter)
	s.screen.Until("3 of 3: boss@example.com")
	s.screen.Until("Waiting")
	shown := s.screen.String()
	for _, want := range []string{"1 of 3: sales@example.com", "sales@example.com is kept.", "2 of 3: info@example.com", "explain other-account"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the screen lacks %q:\n%s", want, shown)
		}
	}
	s.screen.Press(screen.CtrlC)
	s.exits(exitInterrupted)
	if shown := s.screen.String(); !strings.Contains(shown, "2 mailboxes are left.") {
		t.Errorf("nothing says how many are left:\n%s", shown)
	}

	s.answers = nil
	s.apply("-f", file, "--yes")
	s.exits(0)
	shown = s.screen.String()
	for _, want := range []string{"1 of 2: info@example.com", "2 of 2: boss@example.com", "2 mailboxes: 2 passed", "All is as the file says."} {
		if !strings.Contains(shown, want) {
			t.Errorf("the screen lacks %q:\n%s", want, shown)
		}
	}
}
