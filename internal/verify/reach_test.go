package verify

import (
	"crypto/tls"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
)

// Reach goes as far as the greeting and says goodbye; it begins no login.
func TestReach(t *testing.T) {
	for name, c := range map[string]struct {
		protocol, mode string
		handler        func(*peer)
		greeting       string
		heard          []string
	}{
		"imap": {"imap", google.Implicit, fakeIMAP(nil), "* OK", []string{"LOGOUT"}},
		"smtp": {"smtp", google.Implicit, fakeSMTP(nil, true, nil), "220 ", []string{"QUIT"}},
		"pop3": {"pop3", google.Implicit, fakePOP3(nil), "+OK", []string{"QUIT"}},
		"smtp with STARTTLS": {"smtp", google.STARTTLS, fakeSMTP(nil, false, nil), "220 ",
			[]string{"EHLO", "STARTTLS", "QUIT"}},
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var sent []string
			o := Mailbox{Timeout: 10 * time.Second, TLS: trusted().client, Heard: func(_, _ string, ours bool, line string) {
				mu.Lock()
				defer mu.Unlock()
				if ours {
					sent = append(sent, line)
				}
			}}
			state, greeting, err := Reach(t.Context(), c.protocol, serve(t, c.mode, c.handler), o)
			if err != nil || !strings.HasPrefix(greeting, c.greeting) || state.Version < tls.VersionTLS12 || len(state.PeerCertificates) != 1 {
				t.Fatalf("Reach = TLS %x, %q, %v; want TLS and the greeting", state.Version, greeting, err)
			}
			mu.Lock()
			defer mu.Unlock()
			if !slices.EqualFunc(sent, c.heard, strings.Contains) {
				t.Errorf("Reach sends %q, want %q and nothing more", sent, c.heard)
			}
		})
	}
}

func TestReachRefused(t *testing.T) {
	open := func(mode string, handler func(*peer)) func(*testing.T) google.Server {
		return func(t *testing.T) google.Server { return serve(t, mode, handler) }
	}
	for name, c := range map[string]struct {
		protocol string
		server   func(*testing.T) google.Server
		code     string
	}{
		"no STARTTLS":      {"smtp", open(google.STARTTLS, fakeSMTP(script{"EHLO": says("250-fake", "250 AUTH XOAUTH2")}, false, nil)), "starttls-not-offered"},
		"another protocol": {"imap", open(google.Implicit, func(p *peer) { p.say("220 smtp.example.com ESMTP"); p.hang() }), "not-imap"},
		"a goodbye":        {"imap", open(google.Implicit, func(p *peer) { p.say("* BYE too many"); p.hang() }), "BYE"},
		"silence":          {"pop3", open(google.Implicit, (*peer).hang), "timed-out"},
		"hangs up":         {"imap", open(google.Implicit, (*peer).cut), "connection-cut"},
		"nobody is there":  {"imap", func(*testing.T) google.Server { return google.Server{Host: "127.0.0.1", Port: 1, TLS: google.Implicit} }, "connection-refused"},
		"not a word of TLS": {"imap", func(t *testing.T) google.Server {
			return serveTLS(t, google.Implicit, nil, func(p *peer) { p.say("* OK in clear"); p.hang() })
		}, "tls-not-tls"},
		"a refusal for now":  {"smtp", open(google.Implicit, func(p *peer) { p.say("421 4.7.0 Try again later"); p.hang() }), "421 4.7.0"},
		"a greeting refused": {"pop3", open(google.Implicit, func(p *peer) { p.say("-ERR [SYS/TEMP] later"); p.hang() }), "SYS/TEMP"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := Reach(t.Context(), c.protocol, c.server(t), Mailbox{Timeout: time.Second, TLS: trusted().client})
			got, ok := errors.AsType[*diagnosis.Symptom](err)
			if !ok || got.Code != c.code || got.Facts["protocol"] != c.protocol || got.Facts["host"] != "127.0.0.1" {
				t.Errorf("Reach = %v, want %s", err, c.code)
			}
		})
	}
}
