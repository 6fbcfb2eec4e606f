//go:build e2e

package e2e

import (
	"encoding/json"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox"
)

const (
	office = "office@example.com"
	sales  = "sales@example.com"
)

// verdict is what verify --format json says, as far as it is read here.
type verdict struct {
	Accounts []struct {
		Status string `json:"status"`
		Exit   int    `json:"exit"`
		Checks []struct {
			ID        string            `json:"id"`
			Status    string            `json:"status"`
			Endpoint  string            `json:"endpoint"`
			Mechanism string            `json:"mechanism"`
			Evidence  string            `json:"evidence"`
			Challenge map[string]string `json:"challenge"`
			Diagnosis struct {
				Name string `json:"name"`
			} `json:"diagnosis"`
		} `json:"checks"`
	} `json:"accounts"`
}

// Dovecot and Postfix know nothing of us: what the program proves against them
// it proves against the protocols.
func TestDovecotAndPostfix(t *testing.T) {
	box, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: time.Now})
	check(t, err)
	defer box.Close()
	l := newLab(t)
	l.know(t, box)
	l.startDovecot(t)
	l.startPostfix(t)
	provider := l.writeProvider(t, box.Provider().CAFile)
	for _, server := range [][]string{{"dovecot", "--version"}, {"postconf", "-d", "mail_version"}} {
		out, err := exec.Command(server[0], server[1:]...).Output()
		check(t, err)
		t.Logf("%s: %s", server[0], strings.TrimSpace(string(out)))
	}

	client := box.NewClient(account.Desktop, nil, "my-mail-123")
	env := func(email, refresh string) []string {
		return []string{"GMAILOAUTH_PROVIDER=" + provider, "GMAILOAUTH_ACCOUNT=" + email, "GMAILOAUTH_CLIENT_ID=" + client.ID,
			"GMAILOAUTH_CLIENT_SECRET=" + client.Secret.Reveal(), "GMAILOAUTH_REFRESH_TOKEN=" + refresh}
	}
	all := []string{"verify", "--protocol", "imap,smtp,pop3", "--format", "json"}
	scopes := google.Gmail().Scopes
	ofOffice := box.Authorize(client, office, scopes...).Reveal()

	t.Run("both mechanisms open the mailbox over every endpoint", func(t *testing.T) {
		got := verify(t, env(office, ofOffice), 0, append(all, "--sasl", "both")...)
		var seen []string
		for _, c := range got.Accounts[0].Checks {
			if c.Status != "pass" && c.ID != "token.lifetime" {
				t.Errorf("%s %s %s: %s, evidence %q", c.ID, c.Mechanism, c.Endpoint, c.Status, c.Evidence)
			}
			if strings.HasSuffix(c.ID, ".auth") {
				seen = append(seen, c.ID+" "+c.Mechanism)
			}
		}
		slices.Sort(seen)
		want := []string{"imap.auth OAUTHBEARER", "imap.auth XOAUTH2", "pop3.auth OAUTHBEARER", "pop3.auth XOAUTH2",
			"smtp.auth OAUTHBEARER", "smtp.auth OAUTHBEARER", "smtp.auth XOAUTH2", "smtp.auth XOAUTH2"}
		if !slices.Equal(seen, want) {
			t.Errorf("logins: %q, want %q", seen, want)
		}
	})
	t.Run("a test message goes through Postfix and is found in Dovecot", func(t *testing.T) {
		got := verify(t, env(office, ofOffice), 0, append(all, "--send-test")...)
		if status := statusOf(got)["mail.roundtrip"]; status != "pass" {
			t.Errorf("mail.roundtrip: %q, want pass", status)
		}
	})
	t.Run("another mailbox's token is told from a bad one", func(t *testing.T) {
		got := verify(t, env(sales, ofOffice), 4, all...)
		status := statusOf(got)
		for _, id := range []string{"token.identity", "imap.auth", "smtp.auth", "pop3.auth"} {
			if status[id] != "fail" {
				t.Errorf("%s: %q, want fail", id, status[id])
			}
		}
		for _, c := range got.Accounts[0].Checks {
			if strings.HasSuffix(c.ID, ".auth") && c.Evidence == "" {
				t.Errorf("%s at %s has no evidence: the server's words were lost", c.ID, c.Endpoint)
			}
		}
	})
	t.Run("a token whose mail servers cannot ask about it: try again later", func(t *testing.T) {
		check(t, box.Use("introspection-down"))
		defer func() { check(t, box.Use()) }()
		// Dovecot says that it is temporary; Postfix calls it a refused login.
		got := verify(t, env(office, ofOffice), 5, "verify", "--protocol", "imap,pop3", "--format", "json")
		if status := statusOf(got); status["imap.auth"] != "fail" || status["token.refresh"] != "pass" {
			t.Errorf("checks: %v, want token.refresh pass, imap.auth fail", status)
		}
	})
	t.Run("a revoked token never gets to the mail servers", func(t *testing.T) {
		revoked := box.Authorize(client, office, scopes...).Reveal()
		box.Withdraw(office)
		got := verify(t, env(office, revoked), 4, all...)
		if status := statusOf(got); status["token.refresh"] != "fail" || status["imap.auth"] != "skip" || status["imap.connect"] != "pass" {
			t.Errorf("checks: %v, want token.refresh fail, imap.connect pass, imap.auth skip", status)
		}
	})
}

// verify runs the program and reads its answer.
func verify(t *testing.T, env []string, exit int, args ...string) verdict {
	t.Helper()
	out := run(t, env, args...)
	if out.exit != exit {
		t.Errorf("gmailoauth %s exits %d, want %d\n%s%s", strings.Join(args, " "), out.exit, exit, out.stdout, out.stderr)
	}
	var got verdict
	if err := json.Unmarshal([]byte(out.stdout), &got); err != nil || len(got.Accounts) != 1 {
		t.Fatalf("gmailoauth %s answers %q: %v", strings.Join(args, " "), out.stdout, err)
	}
	return got
}

// statusOf gives the worst status of each check.
func statusOf(v verdict) map[string]string {
	worst := map[string]string{}
	order := []string{"", "skip", "pass", "warn", "fail"}
	for _, c := range v.Accounts[0].Checks {
		if slices.Index(order, c.Status) > slices.Index(order, worst[c.ID]) {
			worst[c.ID] = c.Status
		}
	}
	return maps.Clone(worst)
}
