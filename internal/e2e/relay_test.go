//go:build e2e

package e2e

import (
	"fmt"
	"net/smtp"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"
)

// relay is a second Postfix, which sends all its mail through the first one.
type relay struct{ started bool }

func (r *relay) program() mailProgram {
	return mailProgram{name: "postfix", version: []string{"postconf", "-dh", "mail_version"}, smtp: "XOAUTH2", send: r.send}
}

// send hands Postfix a message.
func (r *relay) send(t *testing.T, d *desk, subject string) {
	t.Helper()
	if !r.started {
		r.prepare(t, d)
		d.at.lab.serve(t, exec.Command("postfix", "-c", filepath.Join(d.at.lab.Dir, "relay/etc"), "start-fg"), "relay.log", d.at.lab.Relay)
		r.started = true
	}
	check(t, smtp.SendMail(fmt.Sprintf("127.0.0.1:%d", d.at.lab.Relay), nil, d.email, []string{d.email},
		[]byte(fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: %s\r\n\r\nbody\r\n", d.email, d.email, subject))))
}

func (r *relay) prepare(t *testing.T, d *desk) {
	t.Helper()
	d.at.lab.Relay = freePort(t)
	for _, folder := range []string{"relay", "relay/etc", "relay/queue", "relay/data"} {
		check(t, os.Mkdir(filepath.Join(d.at.lab.Dir, folder), 0o755))
	}
	postfix, err := user.Lookup("postfix")
	check(t, err)
	uid, err := strconv.Atoi(postfix.Uid)
	check(t, err)
	check(t, os.Chown(filepath.Join(d.at.lab.Dir, "relay/data"), uid, -1))
	d.at.lab.fill(t, "relay-main.cf", "relay/etc/main.cf")
	d.at.lab.fill(t, "relay-master.cf", "relay/etc/master.cf")
	// What the admin does as root, where the lab's configuration is.
	exported := filepath.Join(d.home, "etc/postfix/gmail.msmtprc")
	text, err := os.ReadFile(exported)
	check(t, err)
	check(t, os.WriteFile(filepath.Join(d.at.lab.Dir, "relay/etc/gmail.msmtprc"), text, 0o644))
	setup := exec.CommandContext(t.Context(), filepath.Join(d.home, "usr/local/sbin/postfix-gmail-setup"), "nobody")
	setup.Env = []string{"PATH=/usr/sbin:/usr/bin:/bin", "MAIL_CONFIG=" + filepath.Join(d.at.lab.Dir, "relay/etc")}
	if out, err := setup.CombinedOutput(); err != nil {
		t.Fatalf("postfix-gmail-setup: %v\n%s", err, out)
	}
	// Everybody at the desks is nobody, whose home is nowhere.
	home := exec.CommandContext(t.Context(), "postconf", "-c", filepath.Join(d.at.lab.Dir, "relay/etc"), "-e", "export_environment = { HOME="+d.home+" }")
	if out, err := home.CombinedOutput(); err != nil {
		t.Fatalf("postconf: %v\n%s", err, out)
	}
}
