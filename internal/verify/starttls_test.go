package verify

import (
	"testing"
	"time"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
)

// STARTTLS works in the three protocols, and what was said in clear is forgotten.
func TestSTARTTLS(t *testing.T) {
	imap := serve(t, google.STARTTLS, fakeIMAP(script{"greeting": says("* OK [CAPABILITY IMAP4rev1 AUTH=EVIL] in clear")}))
	smtp := serve(t, google.STARTTLS, fakeSMTP(nil, false, nil))
	pop3 := serve(t, google.STARTTLS, fakePOP3(nil))
	got := Run(t.Context(), box(&imap, []google.Server{smtp}, &pop3), tokenOf(goodToken), time.Now)
	for _, f := range got.Findings {
		if f.Status != finding.Pass {
			t.Errorf("Run: %s = %s (%v), want pass", f.ID, f.Status, f.Symptom)
		}
	}
}

func TestSTARTTLSRefused(t *testing.T) {
	smtp := func(s script) func(*peer) { return fakeSMTP(s, false, nil) }
	for name, c := range map[string]struct {
		protocol   string
		fake       func(script) func(*peer)
		at         string
		say        func(p *peer, tag, rest string)
		code, text string
	}{
		"SMTP not offered": {"smtp", smtp, "EHLO", says("250-fake", "250 AUTH XOAUTH2"), "starttls-not-offered", ""},
		"SMTP refused":     {"smtp", smtp, "STARTTLS", says("454 4.7.0 TLS not available due to local problem"), "starttls-refused", "TLS not available due to local problem"},
		"SMTP junk":        {"smtp", smtp, "STARTTLS", says("<html>"), "starttls-junk", "<html>"},
		"SMTP injected": {"smtp", smtp, "STARTTLS", func(p *peer, _, _ string) { p.raw("220 go ahead\r\n250-injected\r\n"); p.hang() },
			"starttls-injection", "250-injected"},
		"SMTP injected, half a line": {"smtp", smtp, "STARTTLS", func(p *peer, _, _ string) { p.raw("220 go ahead\r\n250"); p.hang() },
			"starttls-injection", "250"},
		"SMTP clear text after the yes": {"smtp", smtp, "STARTTLS", func(p *peer, _, _ string) { p.say("220 go ahead"); p.br.ReadByte(); p.say("250 no TLS here"); p.hang() },
			"tls-not-tls", ""},
		"SMTP injected before the question": {"smtp", smtp, "EHLO", func(p *peer, _, _ string) { p.raw("250-fake\r\n250 STARTTLS\r\n220 go ahead\r\n"); p.hang() },
			"not-understood", "220 go ahead"},
		"SMTP cut":      {"smtp", smtp, "STARTTLS", cutAt, "connection-cut", ""},
		"SMTP cut EHLO": {"smtp", smtp, "EHLO", cutAt, "connection-cut", ""},
		"IMAP refused":  {"imap", fakeIMAP, "STARTTLS", says("{tag} NO [PRIVACYREQUIRED] not here"), "starttls-refused", "not here"},
		"IMAP junk":     {"imap", fakeIMAP, "STARTTLS", says("220 ready"), "starttls-junk", "220 ready"},
		"IMAP injected": {"imap", fakeIMAP, "STARTTLS", func(p *peer, tag, _ string) {
			p.raw(tag + " OK begin\r\n* CAPABILITY AUTH=EVIL\r\n")
			p.hang()
		}, "starttls-injection", "* CAPABILITY AUTH=EVIL"},
		"IMAP cut":      {"imap", fakeIMAP, "STARTTLS", cutAt, "connection-cut", ""},
		"POP3 refused":  {"pop3", fakePOP3, "STLS", says("-ERR [SYS/PERM] no TLS"), "starttls-refused", "no TLS"},
		"POP3 junk":     {"pop3", fakePOP3, "STLS", says("* OK"), "starttls-junk", "* OK"},
		"POP3 injected": {"pop3", fakePOP3, "STLS", func(p *peer, _, _ string) { p.raw("+OK begin\r\n+OK logged in\r\n"); p.hang() }, "starttls-injection", "+OK logged in"},
		"POP3 cut":      {"pop3", fakePOP3, "STLS", cutAt, "connection-cut", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := one(t, c.protocol, google.STARTTLS, c.fake(script{c.at: c.say}), tokenOf(goodToken))
			f := find(t, got, c.protocol+".connect")
			if f.Symptom == nil || f.Symptom.Code != c.code || f.Symptom.Where != "connect" && c.code != "not-understood" || c.text != "" && f.Symptom.Text != c.text {
				t.Errorf("Run: %s = %v, want %s %q", f.ID, f.Symptom, c.code, c.text)
			}
			if auth := find(t, got, c.protocol+".auth"); auth.Status != finding.Skip || auth.Reason != "skip.not-connected" {
				t.Errorf("Run: %s = %s %s, want skip.not-connected", auth.ID, auth.Status, auth.Reason)
			}
		})
	}
}
