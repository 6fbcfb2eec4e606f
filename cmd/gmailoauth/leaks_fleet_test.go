package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// opened is what a run may leave open: here, and at the servers.
type opened struct{ sockets, mail, web int }

func (n *nightly) opened(t *testing.T) opened {
	t.Helper()
	at := n.Connections()
	return opened{socketsOf(t), at.Mail, at.Web}
}

// socketsOf counts the sockets of this process, in which the servers are, too. A
// system that does not tell has none.
func socketsOf(t *testing.T) (sockets int) {
	t.Helper()
	const folder = "/proc/self/fd"
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Logf("this system does not tell what is open: %v", err)
		return 0
	}
	for _, entry := range entries {
		if at, err := os.Readlink(filepath.Join(folder, entry.Name())); err == nil && strings.HasPrefix(at, "socket:") {
			sockets++
		}
	}
	return sockets
}

// leaves runs something, and then nothing may be open that was not before: no
// connection at either end, and no goroutine.
func (n *nightly) leaves(t *testing.T, what string, run func()) {
	t.Helper()
	before, goroutines := n.opened(t), goleak.IgnoreCurrent()
	ever := n.Connections()
	run()
	if at := n.Connections(); at.MailEver == ever.MailEver && at.WebEver == ever.WebEver {
		t.Errorf("%s: nothing was opened", what)
	}
	var after opened
	for limit := time.Now().Add(10 * time.Second); time.Now().Before(limit); <-time.After(5 * time.Millisecond) {
		if after = n.opened(t); after == before { // a server takes a moment to notice
			break
		}
	}
	if after != before {
		t.Errorf("%s: open are %+v, before %+v", what, after, before)
	}
	if err := goleak.Find(goroutines); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// A run over a thousand mailboxes leaves no connection and no goroutine, also when
// it is interrupted, and whatever the network does to it.
func TestFleetLeavesNothingOpen(t *testing.T) {
	boxes := 60
	if *everyMoment {
		boxes = 1000
	}
	n := &nightly{proving: newProving(t)}
	emails := n.keep(t, boxes, -1)
	args := []string{"--fleet", fleetFile(t, emails...), "--protocol", "imap,smtp,pop3", "--format", "jsonl", "--concurrency", "32"}
	n.leaves(t, "all is well", func() {
		if code, out, stderr := n.verify(t, args...); code != 0 {
			t.Errorf("exit %d\n%.2000s%s", code, out, stderr)
		}
	})
	n.leaves(t, "interrupted", func() {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		begun := n.Connections().MailEver
		n.ctx, n.wrote = ctx, func(int) {
			if n.Connections().MailEver > begun+boxes {
				stop()
			}
		}
		if code, _, stderr := n.verify(t, args...); code != exitInterrupted {
			t.Errorf("exit %d\n%s", code, stderr)
		}
		n.ctx, n.wrote = nil, nil
	})
	few := []string{"--fleet", fleetFile(t, emails[:4]...), "--protocol", "imap,smtp,pop3", "--format", "jsonl", "--retries", "0", "--timeout", "250ms"}
	for _, faults := range [][]string{
		{"imap-cut-before-greeting", "smtp-cut-in-greeting", "pop3-cut-at-tls"},
		{"imap-hang-at-tls", "smtp-hang-at-greeting", "pop3-hang-at-auth"},
		{"imap-closed-at-tls", "smtp-closed-after-auth", "pop3-closed-at-auth"},
		{"imap-flood", "smtp-flood-at-auth", "pop3-flood"},
		{"imap-babble", "smtp-babble", "pop3-babble"},
		{"imap-drip", "smtp-drip", "pop3-drip"},
		{"imap-out-of-order", "smtp-out-of-order", "pop3-out-of-order"},
		{"imap-certificate-expired", "smtp-certificate-unknown-ca", "pop3-plain-text"},
		{"imap-unavailable", "smtp-try-later", "pop3-temporary-problem"},
		{"starttls-hang"}, {"starttls-cut"}, {"starttls-injected"},
		{"token-hang"}, {"token-cut"}, {"token-closed"}, {"token-huge"}, {"token-503"}, {"oauth-certificate-expired"},
	} {
		n.leaves(t, strings.Join(faults, ", "), func() {
			must(t, n.Use(faults...))
			more := few
			if strings.HasPrefix(faults[0], "token-") || strings.HasPrefix(faults[0], "oauth-") {
				for _, email := range emails[:4] { // a token that is to be renewed
					n.keepToken(t, email, n.Authorize(n.client, email))
				}
			}
			if code, out, _ := n.verify(t, more...); code == 0 && faults[0] != "imap-drip" {
				t.Errorf("%v: exit 0\n%.1000s", faults, out)
			}
			must(t, n.Use())
		})
	}
}
