//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/terminal/screen"
)

// Who leaves a mail program open for longer than an hour goes on working.
func TestProgramsStayOpen(t *testing.T) {
	w := newWorkplace(t)
	sit := func(t *testing.T, name string, args ...string) (*desk, *screen.Screen) {
		t.Helper()
		d := w.desk(t, name)
		d.configure(t, name)
		w.deliver(t, d.email, name+" reads")
		s, _ := d.open(t, args...)
		s.Until(name + " reads")
		return d, s
	}
	t.Run("aerc sends", func(t *testing.T) {
		d, s := sit(t, "aerc", "env", "SSL_CERT_FILE="+w.roots, "aerc")
		for _, subject := range []string{"at once", "an hour later"} {
			aercSends(s, d, subject)
			w.arrives(t, d.email, subject)
			w.anHourPasses(t, d)
		}
	})
	for _, name := range []string{"neomutt", "mutt"} {
		t.Run(name+" connects again", func(t *testing.T) {
			d, s := sit(t, name, name)
			before := w.renewals(d.email)
			w.anHourPasses(t, d)
			s.Type(":exec imap-logout-all")
			s.Press("\r")
			s.Settled()
			w.deliver(t, d.email, "an hour later")
			s.Type("c!")
			s.Press("\r")
			s.Until("an hour later")
			if got := w.renewals(d.email) - before; got != 1 {
				t.Errorf("the token was renewed %d times, want 1", got)
			}
		})
	}
}

// What our docs say that a program cannot do, it cannot do in this version: when
// it has learnt to, its format becomes simpler.
func TestProgramsThatCannot(t *testing.T) {
	w := newWorkplace(t)
	d := w.desk(t, "swaks")
	for _, row := range []struct{ name, rc, command, says string }{
		{"swaks", "", fmt.Sprintf("swaks --server localhost --port %d --tls --auth XOAUTH2 --auth-user %s --auth-password x --to %s", w.lab.Submission, d.email, d.email), "XOAUTH2 is not a recognized auth type"},
		{"fetchmail", "poll localhost protocol imap auth oauthbearer username me password x\n", "fetchmail -f ~/rc", "syntax error"},
	} {
		t.Run(row.name, func(t *testing.T) {
			d.write(t, "rc", "0600", row.rc)
			if said := d.fails(t, "sh", "-c", row.command+" 2>&1"); !strings.Contains(said, row.says) {
				t.Errorf("%s says %q, want %q in it", row.command, said, row.says)
			} else {
				t.Logf("program %s | %s | cannot log in with a token by itself: %s", row.name, mailProgram{version: []string{row.name, "--version"}}.saysItIs(t, d), row.says)
			}
		})
	}
}

// A token that is refused: the scripts that log in for a program end soon, and
// pass on what the server says.
func TestProgramsRefused(t *testing.T) {
	w := newWorkplace(t)
	for _, row := range []struct{ name, command, says string }{
		{"swaks", "swaks --to office@example.com", "535"},
		{"fetchmail", "mkdir ~/Mail; fetchmail -v --nosyslog --mda 'cat >>~/Mail/inbox'", "BYE NO"},
		{"msmtp", "echo body | msmtp office@example.com", "535"},
		{"curl", "~/.local/bin/gmail-curl imaps://" + w.imap, "denied"},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := w.desk(t, row.name)
			d.configure(t, row.name)
			w.box.ExpireAccess(d.email) // at the servers only: what is kept seems good
			began := time.Now()
			if said := d.fails(t, "sh", "-c", "("+row.command+") 2>&1"); !strings.Contains(said, row.says) {
				t.Errorf("%s says %q, want %q in it", row.command, said, row.says)
			}
			if took := time.Since(began); took > 15*time.Second {
				t.Errorf("it takes %s", took)
			}
		})
	}
}
