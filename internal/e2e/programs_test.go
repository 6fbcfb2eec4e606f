//go:build e2e

package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/export"
	"gmailoauth/internal/terminal/screen"
)

// mailProgram is one of Debian's, and what it can do.
type mailProgram struct {
	name    string   // of its format of export
	version []string // the command that says which version it is
	before  string   // what the admin does once, in sh
	imap    string   // the mechanism by which it reads over IMAP; empty: it does not
	pop3    string
	smtp    string
	read    func(t *testing.T, d *desk, subject string) // fails unless the message of that subject is seen
	send    func(t *testing.T, d *desk, subject string)
}

// The programs themselves, as Debian ships them: each gets its configuration
// from export, logs in to Dovecot and Postfix with what token prints, and does
// so again after the token's hour is over.
func TestPrograms(t *testing.T) {
	w := newWorkplace(t)
	claimed := formatsProvenBy(t, "TestPrograms/")
	for _, p := range mailPrograms() {
		delete(claimed, p.name)
		t.Run(p.name, func(t *testing.T) {
			d := w.desk(t, p.name)
			d.configure(t, p.name)
			version := p.saysItIs(t, d)
			if p.before != "" {
				d.sh(t, "sh", "-c", p.before)
			}
			for _, round := range []string{"first", "an hour later"} {
				before := w.renewals(d.email)
				if round != "first" {
					w.anHourPasses(t, d)
				}
				if p.read != nil {
					subject := p.name + " reads " + round
					w.deliver(t, d.email, subject)
					p.read(t, d, subject)
				}
				if p.send != nil {
					subject := p.name + " sends " + round
					p.send(t, d, subject)
					w.arrives(t, d.email, subject)
				}
				want := 0 // the token of authorize is fresh
				if round != "first" {
					want = 1
				}
				if got := w.renewals(d.email) - before; got != want {
					t.Errorf("%s: the token was renewed %d times, want %d", round, got, want)
				}
			}
			for _, row := range []struct{ protocol, got, want string }{
				{"IMAP", w.mechanisms(t, "imap-login", d.email), p.imap},
				{"POP3", w.mechanisms(t, "pop3-login", d.email), p.pop3},
				{"SMTP", w.mechanisms(t, "smtpd", d.email), p.smtp},
			} {
				if row.got != row.want {
					t.Errorf("logins over %s by %q, want %q", row.protocol, row.got, row.want)
				}
			}
			if !t.Failed() {
				t.Logf("program %s | %s | %s | twice; in between the token expired and was renewed by itself", p.name, version, p.does())
			}
		})
	}
	for name := range claimed {
		t.Errorf("the format %s says that it was proven here", name)
	}
}

// formatsProvenBy gives the formats that name a test of that prefix.
func formatsProvenBy(t *testing.T, prefix string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, name := range export.Formats() {
		f, err := export.LoadFormat(name, "en")
		check(t, err)
		if f.Verified != nil && strings.HasPrefix(f.Verified.By, prefix) {
			names[strings.TrimPrefix(f.Verified.By, prefix)] = true
		}
	}
	return names
}

// does says by which mechanism a program reads and sends.
func (p mailProgram) does() string {
	var parts []string
	for _, row := range [][2]string{{"read over IMAP by ", p.imap}, {"read over POP3 by ", p.pop3}, {"sent over SMTP by ", p.smtp}} {
		if row[1] != "" {
			parts = append(parts, row[0]+row[1])
		}
	}
	return strings.Join(parts, ", ")
}

// saysItIs is the version, without what it was built with.
func (p mailProgram) saysItIs(t *testing.T, d *desk) string {
	t.Helper()
	said := d.sh(t, p.version...)
	version := regexp.MustCompile(`[0-9]+(\.[0-9]+)*`).FindString(said)
	if version == "" {
		t.Fatalf("%q says no version: %s", p.version, said)
	}
	return "version " + version
}

func mailPrograms() []mailProgram {
	const maildir = "mkdir -p ~/Mail/cur ~/Mail/new ~/Mail/tmp"
	// found runs a program that fetches, and looks for the message below ~/Mail.
	found := func(command string) func(*testing.T, *desk, string) {
		return func(t *testing.T, d *desk, subject string) {
			t.Helper()
			said := d.sh(t, "sh", "-c", command)
			if !d.has(t, subject) {
				t.Errorf("%s: no message %q below ~/Mail; it said:\n%s", command, subject, said)
			}
		}
	}
	// piped gives a program a message to send.
	piped := func(command string) func(*testing.T, *desk, string) {
		return func(t *testing.T, d *desk, subject string) {
			t.Helper()
			d.sh(t, "sh", "-c", fmt.Sprintf(`printf 'From: %s\r\nTo: %s\r\nSubject: %s\r\n\r\nbody\r\n' | %s`,
				d.email, d.email, subject, strings.ReplaceAll(command, "EMAIL", d.email)))
		}
	}
	mutt := func(name string) mailProgram {
		return mailProgram{name: name, version: []string{name, "-v"}, imap: "XOAUTH2", smtp: "XOAUTH2",
			read: func(t *testing.T, d *desk, subject string) {
				s, ended := d.open(t, name)
				s.Until(subject)
				s.Press("q")
				ended(10 * time.Second)
			},
			send: func(t *testing.T, d *desk, subject string) {
				t.Helper()
				d.sh(t, "sh", "-c", fmt.Sprintf(`echo body | %s -s "%s" -- %s`, name, subject, d.email))
			}}
	}
	return []mailProgram{
		mutt("neomutt"), mutt("mutt"), aerc(),
		{name: "msmtp", version: []string{"msmtp", "--version"}, smtp: "XOAUTH2", send: piped("msmtp -- EMAIL")},
		{name: "mpop", version: []string{"mpop", "--version"}, before: maildir, pop3: "XOAUTH2", read: found("mpop")},
		{name: "mbsync", version: []string{"mbsync", "--version"}, before: "mkdir ~/Mail", imap: "XOAUTH2", read: found("mbsync -a")},
		{name: "offlineimap3", version: []string{"offlineimap", "--version"}, imap: "XOAUTH2", read: found("offlineimap -o")},
		{name: "getmail6", version: []string{"getmail", "--version"}, before: maildir, imap: "XOAUTH2", read: found("getmail")},
		{name: "fetchmail", version: []string{"fetchmail", "--version"}, before: "mkdir ~/Mail", imap: "XOAUTH2",
			read: found("fetchmail --nosyslog --mda 'cat >>~/Mail/inbox'")},
		{name: "curl", version: []string{"curl", "--version"}, imap: "OAUTHBEARER", smtp: "OAUTHBEARER",
			read: func(t *testing.T, d *desk, subject string) {
				t.Helper()
				found := d.sh(t, "sh", "-c", fmt.Sprintf(`~/.local/bin/gmail-curl "imaps://%s/INBOX" -X 'SEARCH SUBJECT "%s"'`, d.at.imap, subject))
				if !strings.Contains(found, "* SEARCH ") {
					t.Errorf("SEARCH answers %q", found)
				}
			},
			send: func(t *testing.T, d *desk, subject string) {
				t.Helper()
				piped(fmt.Sprintf("~/.local/bin/gmail-curl smtps://%s --mail-from EMAIL --mail-rcpt EMAIL -T -", d.at.smtp))(t, d, subject)
			}},
		new(relay).program(),
		{name: "swaks", version: []string{"swaks", "--version"}, smtp: "XOAUTH2",
			send: func(t *testing.T, d *desk, subject string) {
				t.Helper()
				d.sh(t, "swaks", "--to", d.email, "--h-Subject", subject)
			}},
	}
}

// aerc has no batch: somebody sits in front of it.
func aerc() mailProgram {
	return mailProgram{name: "aerc", version: []string{"aerc", "-v"}, imap: "XOAUTH2", smtp: "XOAUTH2",
		read: func(t *testing.T, d *desk, subject string) {
			s, ended := d.open(t, "env", "SSL_CERT_FILE="+d.at.roots, "aerc")
			s.Until(subject)
			s.Type(":quit")
			s.Press("\r")
			ended(10 * time.Second)
		},
		send: func(t *testing.T, d *desk, subject string) {
			s, ended := d.open(t, "env", "SSL_CERT_FILE="+d.at.roots, "aerc")
			aercSends(s, d, subject)
			s.Type(":quit")
			s.Press("\r")
			ended(10 * time.Second)
		}}
}

func aercSends(s *screen.Screen, d *desk, subject string) {
	s.Until("reads")
	s.Type(":compose -H 'To: " + d.email + "' -H 'Subject: " + subject + "'")
	s.Press("\r")
	s.Until("Send this email?")
	s.Press("y")
	s.Until("sent")
}
