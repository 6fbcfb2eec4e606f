package verify

import (
	"context"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
)

// one proves a single endpoint of a protocol against a fake.
func one(t *testing.T, protocol, mode string, handler func(*peer), tokens Tokens) finding.Mailbox {
	t.Helper()
	server := serve(t, mode, handler)
	b := box(nil, nil, nil)
	b.Timeout = 5 * time.Second
	switch protocol {
	case protoIMAP:
		b.IMAP = &server
	case protoSMTP:
		b.SMTP = []google.Server{server}
	case protoPOP3:
		b.POP3 = &server
	}
	return Run(t.Context(), b, tokens, time.Now)
}

func cutAt(p *peer, _, _ string)  { p.cut() }
func hangAt(p *peer, _, _ string) { p.hang() }

// Every refusal keeps the server's words, and lands on the check it belongs to.
func TestRefusals(t *testing.T) {
	imap := func(s script) func(*peer) { return fakeIMAP(s) }
	smtp := func(s script) func(*peer) { return fakeSMTP(s, true, nil) }
	pop3 := func(s script) func(*peer) { return fakePOP3(s) }
	long := strings.Repeat("x", 10<<20)
	for name, c := range map[string]struct {
		protocol            string
		fake                func(script) func(*peer)
		at                  string
		say                 func(p *peer, tag, rest string)
		id, where, code     string
		text                string
		token               string
		nothingAfterConnect bool
	}{
		"IMAP off for the user": {protocol: "imap", fake: imap, at: "AUTHENTICATE",
			say: says("{tag} NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page (Failure)"),
			id:  "imap.auth", where: "imap", code: "ALERT", text: "Your account is not enabled for IMAP use. Please visit your Gmail settings page (Failure)"},
		"IMAP busy": {protocol: "imap", fake: imap, at: "AUTHENTICATE", say: says("{tag} NO [UNAVAILABLE] Temporary System Problem (Failure)"),
			id: "imap.auth", where: "imap", code: "UNAVAILABLE", text: "Temporary System Problem (Failure)"},
		"IMAP code with arguments": {protocol: "imap", fake: imap, at: "AUTHENTICATE", say: says("{tag} NO [WEBALERT https://example.com/x] Web login required."),
			id: "imap.auth", where: "imap", code: "WEBALERT", text: "Web login required."},
		"IMAP verdict without a code": {protocol: "imap", fake: imap, at: "AUTHENTICATE", say: says("{tag} BAD Invalid SASL argument."),
			id: "imap.auth", where: "imap", code: "BAD", text: "Invalid SASL argument."},
		"IMAP goodbye instead of a verdict": {protocol: "imap", fake: imap, at: "AUTHENTICATE",
			say: func(p *peer, _, _ string) {
				p.say("* BYE [OVERQUOTA] Account exceeded command or bandwidth limits.")
				p.cut()
			},
			id: "imap.auth", where: "imap", code: "OVERQUOTA", text: "Account exceeded command or bandwidth limits."},
		"IMAP goodbye at the greeting": {protocol: "imap", fake: imap, at: "greeting",
			say: func(p *peer, _, _ string) {
				p.say("* BYE Too many simultaneous connections. (Failure)")
				p.cut()
			},
			id: "imap.connect", where: "imap", code: "BYE", text: "Too many simultaneous connections. (Failure)"},
		"IMAP challenge and verdict in one packet": {protocol: "imap", fake: imap, at: "AUTHENTICATE",
			say: func(p *peer, tag, _ string) {
				p.raw("+ " + challengeOf("XOAUTH2") + "\r\n" + tag + " NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n")
				p.hear()
			},
			id: "imap.auth", where: "imap", code: "AUTHENTICATIONFAILED", text: "Invalid credentials (Failure)"},
		"IMAP second challenge": {protocol: "imap", fake: imap, at: "verdict", token: badToken, say: says("+ " + challengeOf("XOAUTH2")),
			id: "imap.auth", where: "imap", code: "second-challenge"},
		"IMAP challenge that is not base64": {protocol: "imap", fake: imap, at: "AUTHENTICATE", say: says("+ {not base64}"),
			id: "imap.auth", where: "imap", code: "not-understood", text: "+ {not base64}"},
		"IMAP without the mechanism": {protocol: "imap", fake: imap, at: "CAPABILITY", say: says("* CAPABILITY IMAP4rev1 AUTH=PLAIN", "{tag} OK done"),
			id: "imap.auth", where: "imap", code: "mechanism-not-offered"},
		"IMAP capabilities refused": {protocol: "imap", fake: imap, at: "CAPABILITY", say: says("{tag} NO not today"),
			id: "imap.connect", where: "imap", code: "not-understood", text: "NO not today"},
		"IMAP without INBOX": {protocol: "imap", fake: imap, at: "EXAMINE", say: says("{tag} NO [NONEXISTENT] Unknown Mailbox: INBOX (Failure)"),
			id: "imap.mailbox", where: "imap", code: "NONEXISTENT", text: "Unknown Mailbox: INBOX (Failure)"},
		"IMAP nonsense after the login": {protocol: "imap", fake: imap, at: "EXAMINE", say: says("what?"),
			id: "imap.mailbox", where: "imap", code: "not-understood"},
		"IMAP greeting with NUL bytes": {protocol: "imap", fake: imap, at: "greeting", say: says("\x00\x00\x01junk\x00"),
			id: "imap.connect", where: "connect", code: "not-imap", text: "junk"},
		"IMAP greeting in HTML": {protocol: "imap", fake: imap, at: "greeting", say: says("<html><head><title>Welcome</title>"),
			id: "imap.connect", where: "connect", code: "not-imap", text: "<html><head><title>Welcome</title>"},
		"IMAP greeting in HTML, cut": {protocol: "imap", fake: imap, at: "greeting", say: func(p *peer, _, _ string) { p.raw("<html>"); p.cut() },
			id: "imap.connect", where: "connect", code: "not-imap", text: "<html>"},
		"IMAP PREAUTH": {protocol: "imap", fake: imap, at: "greeting", say: says("* PREAUTH come in"),
			id: "imap.connect", where: "connect", code: "preauth", text: "come in"},
		"IMAP greeting of 10 MB": {protocol: "imap", fake: imap, at: "greeting", say: says("* OK " + long),
			id: "imap.connect", where: "connect", code: "line-too-long"},
		"IMAP verdict of 10 MB": {protocol: "imap", fake: imap, at: "AUTHENTICATE", say: says("{tag} NO " + long),
			id: "imap.auth", where: "connect", code: "line-too-long"},
		"IMAP capabilities that are no list": {protocol: "imap", fake: imap, at: "greeting", say: says("* OK [CAPABILITY (IMAP4rev1 ((] x"),
			id: "imap.auth", where: "imap", code: "mechanism-not-offered"},
		"IMAP talk without end": {protocol: "imap", fake: imap, at: "AUTHENTICATE",
			say: func(p *peer, _, _ string) {
				for {
					p.say("* OK still thinking")
				}
			},
			id: "imap.auth", where: "connect", code: "line-too-long"},
		"IMAP cut at the greeting": {protocol: "imap", fake: imap, at: "greeting", say: cutAt,
			id: "imap.connect", where: "connect", code: "connection-cut"},
		"IMAP cut at the login": {protocol: "imap", fake: imap, at: "AUTHENTICATE", say: cutAt,
			id: "imap.auth", where: "connect", code: "connection-cut"},
		"IMAP cut after the challenge": {protocol: "imap", fake: imap, at: "AUTHENTICATE",
			say: func(p *peer, _, _ string) { p.say("+ " + challengeOf("XOAUTH2")); p.cut() },
			id:  "imap.auth", where: "connect", code: "connection-cut"},
		"IMAP cut at EXAMINE": {protocol: "imap", fake: imap, at: "EXAMINE", say: cutAt,
			id: "imap.mailbox", where: "connect", code: "connection-cut"},

		"SMTP refused in two lines": {protocol: "smtp", fake: smtp, at: "verdict", token: badToken, say: says("534-5.7.9 Application-specific password required. For more information, go to", "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor a640c23a62f3a-123456789 - gsmtp"),
			id: "smtp.auth", where: "smtp", code: "534 5.7.9", text: "Application-specific password required. For more information, go to https://support.google.com/mail/?p=InvalidSecondFactor"},
		"SMTP too many logins": {protocol: "smtp", fake: smtp, at: "AUTH", say: says("454 4.7.0 Too many login attempts, please try again later. a640c23a62f3a-123456789 - gsmtp"),
			id: "smtp.auth", where: "smtp", code: "454 4.7.0", text: "Too many login attempts, please try again later."},
		"SMTP busy at the greeting": {protocol: "smtp", fake: smtp, at: "greeting", say: says("421 4.7.0 Try again later, closing connection. a640c23a62f3a-123456789 - gsmtp"),
			id: "smtp.connect", where: "smtp", code: "421 4.7.0", text: "Try again later, closing connection."},
		"SMTP EHLO refused": {protocol: "smtp", fake: smtp, at: "EHLO", say: says("550 5.7.1 go away"),
			id: "smtp.connect", where: "smtp", code: "550 5.7.1", text: "go away"},
		"SMTP without the mechanism": {protocol: "smtp", fake: smtp, at: "EHLO", say: says("250-fake", "250 AUTH LOGIN PLAIN"),
			id: "smtp.auth", where: "smtp", code: "mechanism-not-offered"},
		"SMTP second challenge": {protocol: "smtp", fake: smtp, at: "verdict", token: badToken, say: says("334 " + challengeOf("XOAUTH2")),
			id: "smtp.auth", where: "smtp", code: "second-challenge"},
		"SMTP greeting in HTML": {protocol: "smtp", fake: smtp, at: "greeting", say: says("HTTP/1.0 400 Bad Request"),
			id: "smtp.connect", where: "connect", code: "not-smtp", text: "HTTP/1.0 400 Bad Request"},
		"SMTP greeting of another service": {protocol: "smtp", fake: smtp, at: "greeting", say: says("SSH-2.0-OpenSSH_9.2"),
			id: "smtp.connect", where: "connect", code: "not-smtp", text: "SSH-2.0-OpenSSH_9.2"},
		"SMTP greeting of 10 MB": {protocol: "smtp", fake: smtp, at: "greeting", say: says("220 " + long),
			id: "smtp.connect", where: "connect", code: "line-too-long"},
		"SMTP reply of 10 MB": {protocol: "smtp", fake: smtp, at: "AUTH", say: says("535 " + long),
			id: "smtp.auth", where: "connect", code: "line-too-long"},
		"SMTP cut at the login": {protocol: "smtp", fake: smtp, at: "AUTH", say: cutAt,
			id: "smtp.auth", where: "connect", code: "connection-cut"},
		"SMTP babble at the login": {protocol: "smtp", fake: smtp, at: "AUTH", say: says("hello there"),
			id: "smtp.auth", where: "smtp", code: "not-understood", text: "hello there"},

		"POP3 off for the user, told on STAT": {protocol: "pop3", fake: pop3, at: "STAT", say: says("-ERR [SYS/PERM] Your account is not enabled for POP access. Please visit your Gmail settings page and enable your account for POP access. a640c23a62f3a-123456789"),
			id: "pop3.mailbox", where: "pop3", code: "SYS/PERM", text: "Your account is not enabled for POP access. Please visit your Gmail settings page and enable your account for POP access."},
		"POP3 busy": {protocol: "pop3", fake: pop3, at: "greeting", say: says("-ERR [SYS/TEMP] System in use"),
			id: "pop3.connect", where: "pop3", code: "SYS/TEMP", text: "System in use"},
		"POP3 refused before the token": {protocol: "pop3", fake: pop3, at: "AUTH", say: says("-ERR [SYS/PERM] POP access is disabled for your domain."),
			id: "pop3.auth", where: "pop3", code: "SYS/PERM", text: "POP access is disabled for your domain."},
		"POP3 without the mechanism": {protocol: "pop3", fake: pop3, at: "AUTH", say: says("-ERR unknown mechanism"),
			id: "pop3.auth", where: "pop3", code: "mechanism-not-offered", text: "unknown mechanism"},
		"POP3 second challenge": {protocol: "pop3", fake: pop3, at: "verdict", token: badToken, say: says("+ " + challengeOf("XOAUTH2")),
			id: "pop3.auth", where: "pop3", code: "second-challenge"},
		"POP3 STAT that counts nothing": {protocol: "pop3", fake: pop3, at: "STAT", say: says("+OK many"),
			id: "pop3.mailbox", where: "pop3", code: "not-understood", text: "+OK many"},
		"POP3 greeting of something else": {protocol: "pop3", fake: pop3, at: "greeting", say: says("* OK IMAP4 ready"),
			id: "pop3.connect", where: "connect", code: "not-pop3", text: "* OK IMAP4 ready"},
		"POP3 verdict of 10 MB": {protocol: "pop3", fake: pop3, at: "STAT", say: says("+OK " + long),
			id: "pop3.mailbox", where: "connect", code: "line-too-long"},
		"POP3 cut at STAT": {protocol: "pop3", fake: pop3, at: "STAT", say: cutAt,
			id: "pop3.mailbox", where: "connect", code: "connection-cut"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := goodToken
			if c.token != "" {
				token = c.token
			}
			got := one(t, c.protocol, google.Implicit, c.fake(script{c.at: c.say}), tokenOf(token))
			f := find(t, got, c.id)
			if f.Status != finding.Fail || f.Symptom == nil {
				t.Fatalf("Run: %s = %s, want fail; all: %v", c.id, f.Status, rows(got))
			}
			s := f.Symptom
			if s.Where != c.where || s.Code != c.code {
				t.Errorf("Run: %s at %s with code %q (%v), want %s %q", c.id, s.Where, s.Code, s, c.where, c.code)
			}
			if c.text != "" && s.Text != c.text {
				t.Errorf("Run: text %q, want %q", s.Text, c.text)
			}
			if s.Facts["protocol"] != c.protocol || s.Facts["account"] != mailbox || s.Endpoint == "" {
				t.Errorf("Run: facts %v of %q, want protocol, account and endpoint", s.Facts, s.Endpoint)
			}
			if len(f.Evidence) > 2048 || len(s.Text) > 2048 {
				t.Errorf("Run: evidence of %d and text of %d bytes, want them short", len(f.Evidence), len(s.Text))
			}
		})
	}
}

// A server that says nothing costs the time limit of the check and no more, at
// every stage.
func TestHanging(t *testing.T) {
	smtp := func(s script) func(*peer) { return fakeSMTP(s, true, nil) }
	for _, c := range []struct {
		protocol string
		fake     func(script) func(*peer)
		at, id   string
	}{
		{"imap", fakeIMAP, "greeting", "imap.connect"}, {"imap", fakeIMAP, "CAPABILITY", "imap.connect"},
		{"imap", strangeIMAP, "CAPABILITY", "imap.connect"}, {"imap", strangeIMAP, "AUTHENTICATE", "imap.auth"},
		{"imap", fakeIMAP, "AUTHENTICATE", "imap.auth"}, {"imap", fakeIMAP, "EXAMINE", "imap.mailbox"},
		{"smtp", smtp, "greeting", "smtp.connect"}, {"smtp", smtp, "EHLO", "smtp.connect"}, {"smtp", smtp, "AUTH", "smtp.auth"},
		{"pop3", fakePOP3, "greeting", "pop3.connect"}, {"pop3", fakePOP3, "AUTH", "pop3.auth"}, {"pop3", strangePOP3, "AUTH", "pop3.connect"}, {"pop3", fakePOP3, "STAT", "pop3.mailbox"},
	} {
		t.Run(c.protocol+" at "+c.at, func(t *testing.T) {
			t.Parallel()
			server := serve(t, google.Implicit, c.fake(script{c.at: hangAt}))
			b := box(nil, nil, nil)
			b.Timeout = 300 * time.Millisecond
			switch c.protocol {
			case "imap":
				b.IMAP = &server
			case "smtp":
				b.SMTP = []google.Server{server}
			default:
				b.POP3 = &server
			}
			start := time.Now()
			got := Run(t.Context(), b, tokenOf(goodToken), time.Now)
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("Run took %v, want about 300ms", took)
			}
			f := find(t, got, c.id)
			if f.Symptom == nil || f.Symptom.Code != "timed-out" || f.Symptom.Facts["seconds"] != "0.3" {
				t.Errorf("Run: %s = %v, want timed-out after 0.3 seconds; all: %v", c.id, f.Symptom, rows(got))
			}
		})
	}
}

// A server that never finishes TLS, or the TCP accept queue, is a hang too.
func TestHangingTLS(t *testing.T) {
	server := serveTLS(t, google.Implicit, nil, func(p *peer) { p.hang() })
	b := box(&server, nil, nil)
	b.Timeout = 200 * time.Millisecond
	if f := find(t, Run(t.Context(), b, tokenOf(goodToken), time.Now), "imap.connect"); f.Symptom == nil || f.Symptom.Code != "timed-out" {
		t.Errorf("Run: imap.connect = %v, want timed-out", f.Symptom)
	}
}

func TestPlainTextOnATLSPort(t *testing.T) {
	server := serveTLS(t, google.Implicit, nil, func(p *peer) { p.say("* OK in clear"); p.hang() })
	b := box(&server, nil, nil)
	if f := find(t, Run(t.Context(), b, tokenOf(goodToken), time.Now), "imap.connect"); f.Symptom == nil || f.Symptom.Code != "tls-not-tls" {
		t.Errorf("Run: imap.connect = %v, want tls-not-tls", f.Symptom)
	}
}

func TestUnknownAuthority(t *testing.T) {
	server := serve(t, google.Implicit, fakeIMAP(nil))
	b := box(&server, nil, nil)
	b.TLS = nil
	if f := find(t, Run(t.Context(), b, tokenOf(goodToken), time.Now), "imap.connect"); f.Symptom == nil || f.Symptom.Code != "tls-unknown-authority" {
		t.Errorf("Run: imap.connect = %v, want tls-unknown-authority", f.Symptom)
	}
}

// Interrupted: all ends at once, and says so.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	imap := serve(t, google.Implicit, strangeIMAP(script{"AUTHENTICATE": func(p *peer, _, _ string) { cancel(); p.hang() }}))
	b := box(&imap, nil, nil)
	got := Run(ctx, b, tokenOf(goodToken), time.Now)
	if f := find(t, got, "imap.auth"); f.Symptom == nil || f.Symptom.Code != "cancelled" {
		t.Errorf("Run: imap.auth = %v, want cancelled", f.Symptom)
	}
}

// Without a token the connections are still proven, and no login is tried.
func TestNoToken(t *testing.T) {
	login := func(p *peer, _, _ string) { t.Error("the server was asked for a login"); p.cut() }
	imap, pop3 := serve(t, google.Implicit, fakeIMAP(script{"AUTHENTICATE": login})), serve(t, google.Implicit, fakePOP3(nil))
	smtp := serve(t, google.Implicit, fakeSMTP(script{"AUTH": login}, true, nil))
	refused := &diagnosis.Symptom{Where: diagnosis.AtToken, Code: "invalid_grant", Text: "Token has been expired or revoked.", Status: 400}
	tokens := Tokens{
		Token: func(context.Context) (account.Token, bool, error) { return account.Token{}, false, refused },
		Identify: func(context.Context, account.Token) (account.Identity, error) {
			t.Error("Identify was called without a token")
			return account.Identity{}, nil
		},
	}
	got := Run(t.Context(), box(&imap, []google.Server{smtp}, &pop3), tokens, time.Now)
	for _, want := range []row{
		{ID: "token.refresh", Status: "fail", Where: "token", Code: "invalid_grant"},
		{ID: "token.identity", Status: "skip", Reason: "skip.no-token"},
		{ID: "token.scope", Status: "skip", Reason: "skip.no-token"},
		{ID: "token.lifetime", Status: "pass"},
		{ID: "imap.connect", Status: "pass"}, {ID: "imap.auth", Status: "skip", Mechanism: "XOAUTH2", Reason: "skip.no-token"},
		{ID: "imap.mailbox", Status: "skip", Reason: "skip.no-token"},
		{ID: "smtp.connect", Status: "pass"}, {ID: "smtp.auth", Status: "skip", Mechanism: "XOAUTH2", Reason: "skip.no-token"},
		{ID: "pop3.connect", Status: "pass"}, {ID: "pop3.auth", Status: "skip", Mechanism: "XOAUTH2", Reason: "skip.no-token"},
		{ID: "pop3.mailbox", Status: "skip", Reason: "skip.no-token"},
	} {
		found := false
		for _, r := range rows(got) {
			found = found || r == want
		}
		if !found {
			t.Errorf("Run: no finding %v in %v", want, rows(got))
		}
	}
}
