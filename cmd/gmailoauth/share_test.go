package main

import (
	"crypto/tls"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
)

// Mailboxes that are proven at the same moment share one connection to the
// token endpoint, from the first, and later ones take up TLS sessions.
func TestMailboxesShare(t *testing.T) {
	p := newProving(t)
	var out strings.Builder
	a := &app{term: &terminal.Terminal{In: strings.NewReader(""), Out: &out, Err: &out, Width: 80}, now: time.Now,
		lookupEnv: func(name string) (string, bool) { v, ok := p.env[name]; return v, ok }, hide: new(secret.Redactor)}
	a.flags.timeout = 30 * time.Second
	a.flags.provider = p.ProviderFile()
	subjects, err := a.toVerify(t.Context(), nil)
	if err != nil || len(subjects) != 1 {
		t.Fatalf("toVerify = %v, %v", subjects, err)
	}
	release, err := a.shareHTTP()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	config, err := a.tlsConfig()
	if err != nil {
		t.Fatal(err)
	}
	kept := &counted{ClientSessionCache: config.ClientSessionCache}
	config.ClientSessionCache = kept

	var requests, opened atomic.Int32
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		requests.Add(1)
		if !info.Reused {
			opened.Add(1)
		}
	}})
	const mailboxes = 16
	var all sync.WaitGroup
	for range mailboxes {
		all.Go(func() {
			box := subjects[0].prove(ctx, a, proofOptions{protocols: []string{"imap"}})
			for _, f := range box.Findings {
				if f.Status == finding.Fail {
					t.Errorf("prove: %s: %v", f.ID, f.Symptom)
				}
			}
		})
	}
	all.Wait()
	if requests.Load() <= mailboxes || opened.Load() != 1 {
		t.Errorf("%d requests over %d connections, want one connection for all", requests.Load(), opened.Load())
	}
	before := kept.found.Load()
	subjects[0].prove(ctx, a, proofOptions{protocols: []string{"imap", "smtp", "pop3"}})
	subjects[0].prove(ctx, a, proofOptions{protocols: []string{"imap", "smtp", "pop3"}})
	if got := kept.found.Load() - before; got < 5 { // IMAP twice; two of SMTP and POP3 the second time
		t.Errorf("%d TLS sessions taken up, want 5", got)
	}
}

type counted struct {
	tls.ClientSessionCache
	found atomic.Int32
}

func (c *counted) Get(key string) (*tls.ClientSessionState, bool) {
	session, ok := c.ClientSessionCache.Get(key)
	if ok {
		c.found.Add(1)
	}
	return session, ok
}
