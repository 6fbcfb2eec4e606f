package verify

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

const mailScope = "https://mail.google.com/"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tokenOf gives a token without a server, and an identity that fits.
func tokenOf(access string) Tokens {
	return Tokens{
		Token: func(context.Context) (account.Token, bool, error) {
			return account.Token{Access: secret.New(access), Type: "Bearer"}, true, nil
		},
		Identify: func(context.Context, account.Token) (account.Identity, error) {
			return account.Identity{Email: mailbox, ClientID: "123.apps", Scopes: []string{"openid", mailScope}}, nil
		},
	}
}

func box(imap *google.Server, smtp []google.Server, pop3 *google.Server) Mailbox {
	return Mailbox{Account: mailbox, IMAP: imap, SMTP: smtp, POP3: pop3, Timeout: 10 * time.Second,
		TLS: trusted().client, MailScope: mailScope,
		Grant: account.Grant{IssuedAt: time.Now(), Publishing: account.Production}}
}

// row is what a test says of a finding.
type row struct {
	ID, Status, Mechanism, Where, Code, Reason, Verdict string
}

func rows(m finding.Mailbox) []row {
	var list []row
	for _, f := range m.Findings {
		r := row{ID: f.ID, Status: string(f.Status), Mechanism: f.Mechanism, Reason: f.Reason}
		if f.Symptom != nil {
			r.Where, r.Code, r.Verdict = f.Symptom.Where, f.Symptom.Code, f.Symptom.Facts["verdict"]
		}
		list = append(list, r)
	}
	return list
}

func find(t *testing.T, m finding.Mailbox, id string) finding.Finding {
	t.Helper()
	for _, f := range m.Findings {
		if f.ID == id {
			return f
		}
	}
	t.Fatalf("no finding %s in %v", id, rows(m))
	return finding.Finding{}
}

func TestAllGreen(t *testing.T) {
	imap, pop3 := serve(t, google.Implicit, fakeIMAP(nil)), serve(t, google.Implicit, fakePOP3(nil))
	smtp := []google.Server{
		serve(t, google.Implicit, fakeSMTP(nil, true, nil)),
		serve(t, google.STARTTLS, fakeSMTP(nil, false, nil)),
	}
	b := box(&imap, smtp, &pop3)
	b.SASL = []string{"XOAUTH2", "OAUTHBEARER"}
	got := Run(t.Context(), b, tokenOf(goodToken), time.Now)
	want := []row{
		{ID: "token.refresh", Status: "pass"}, {ID: "token.identity", Status: "pass"},
		{ID: "token.scope", Status: "pass"}, {ID: "token.lifetime", Status: "pass"},
		{ID: "imap.connect", Status: "pass"},
		{ID: "imap.auth", Status: "pass", Mechanism: "XOAUTH2"}, {ID: "imap.auth", Status: "pass", Mechanism: "OAUTHBEARER"},
		{ID: "imap.mailbox", Status: "pass"},
		{ID: "smtp.connect", Status: "pass"},
		{ID: "smtp.auth", Status: "pass", Mechanism: "XOAUTH2"}, {ID: "smtp.auth", Status: "pass", Mechanism: "OAUTHBEARER"},
		{ID: "smtp.connect", Status: "pass"},
		{ID: "smtp.auth", Status: "pass", Mechanism: "XOAUTH2"}, {ID: "smtp.auth", Status: "pass", Mechanism: "OAUTHBEARER"},
		{ID: "pop3.connect", Status: "pass"},
		{ID: "pop3.auth", Status: "pass", Mechanism: "XOAUTH2"}, {ID: "pop3.auth", Status: "pass", Mechanism: "OAUTHBEARER"},
		{ID: "pop3.mailbox", Status: "pass"},
	}
	if diff := cmp.Diff(want, rows(got)); diff != "" {
		t.Fatalf("Run: findings (-want +got):\n%s", diff)
	}
	for id, words := range map[string]string{
		"imap.auth": "OK " + mailbox + " authenticated (Success)", "imap.mailbox": "OK [READ-ONLY] INBOX selected. (Success)",
		"smtp.auth": "235 2.7.0 Accepted", "pop3.auth": "+OK Welcome.", "pop3.mailbox": "+OK 3 1024",
		"smtp.connect": "220 smtp.gmail.com ESMTP a640c23a62f3a-123456789 - gsmtp",
	} {
		if f := find(t, got, id); f.Evidence != words {
			t.Errorf("Run: evidence of %s = %q, want %q", id, f.Evidence, words)
		}
	}
	if n := find(t, got, "imap.mailbox").Facts["messages"]; n != "12481" {
		t.Errorf("Run: messages over IMAP = %q, want 12481", n)
	}
	if f := got.Findings[11]; f.Endpoint != smtp[1].Addr() {
		t.Errorf("Run: endpoint of the second smtp.connect = %q, want %q", f.Endpoint, smtp[1].Addr())
	}
}

// A dead token: the challenge is answered as each mechanism wants it, the
// verdict is heard, and what tokeninfo said goes with it.
func TestRefusedToken(t *testing.T) {
	imap, pop3 := serve(t, google.Implicit, fakeIMAP(nil)), serve(t, google.Implicit, fakePOP3(nil))
	smtp := serve(t, google.Implicit, fakeSMTP(nil, true, nil))
	b := box(&imap, []google.Server{smtp}, &pop3)
	b.SASL = []string{"XOAUTH2", "OAUTHBEARER"}
	tokens := tokenOf(badToken)
	tokens.Identify = func(context.Context, account.Token) (account.Identity, error) {
		return account.Identity{}, &diagnosis.Symptom{Where: diagnosis.AtIdentity, Code: "invalid_token", Status: 400}
	}
	got := Run(t.Context(), b, tokens, time.Now)
	auths := 0
	for _, f := range got.Findings {
		if !strings.HasSuffix(f.ID, ".auth") {
			continue
		}
		auths++
		s := f.Symptom
		if s == nil || s.Facts["verdict"] != "token-dead" {
			t.Fatalf("Run: %s %s = %v, want a refusal with verdict token-dead", f.ID, f.Mechanism, s)
		}
		if s.Challenge == nil || s.Challenge.Scope != mailScope {
			t.Errorf("Run: challenge of %s %s = %v, want the server's", f.ID, f.Mechanism, s.Challenge)
		}
		want := map[string]diagnosis.Symptom{
			"imap.auth": {Code: "AUTHENTICATIONFAILED", Text: "Invalid credentials (Failure)"},
			"smtp.auth": {Code: "535 5.7.8", Status: 535, Text: "Username and Password not accepted. For more information, go to https://support.google.com/mail/?p=BadCredentials"},
			"pop3.auth": {Code: "AUTH", Text: "Username and password not accepted."},
		}[f.ID]
		if s.Code != want.Code || s.Text != want.Text || s.Status != want.Status {
			t.Errorf("Run: %s %s = %q %q %d, want %q %q %d", f.ID, f.Mechanism, s.Code, s.Text, s.Status, want.Code, want.Text, want.Status)
		}
	}
	if auths != 6 {
		t.Errorf("Run: %d auth findings, want 6", auths)
	}
	if f := find(t, got, "smtp.auth"); f.Evidence != "535-5.7.8 Username and Password not accepted. For more information, go to 535 5.7.8  https://support.google.com/mail/?p=BadCredentials a640c23a62f3a-123456789 - gsmtp" {
		t.Errorf("Run: evidence of smtp.auth = %q, want the server's words whole", f.Evidence)
	}
	if f := find(t, got, "smtp.auth"); f.Symptom.Facts["said_by"] != "gsmtp" {
		t.Errorf("Run: said_by = %q, want gsmtp", f.Symptom.Facts["said_by"])
	}
	if f := find(t, got, "token.identity"); f.Status != finding.Fail {
		t.Errorf("Run: token.identity = %s, want fail", f.Status)
	}
	if f := find(t, got, "imap.mailbox"); f.Status != finding.Skip || f.Reason != "skip.not-authenticated" {
		t.Errorf("Run: imap.mailbox = %s %s, want skip.not-authenticated", f.Status, f.Reason)
	}
}
