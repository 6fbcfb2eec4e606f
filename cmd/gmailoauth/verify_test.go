package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/sandbox/scenario"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
	"gmailoauth/internal/terminal"
)

// proving is a sandbox with one authorized mailbox, and the variables of CI.
type proving struct {
	*sandbox.Sandbox
	client  account.Client
	refresh secret.Text
	env     map[string]string
}

func newProving(t testing.TB, scenarios ...string) *proving {
	t.Helper()
	s, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: time.Now, Scenario: scenarios})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	p := &proving{Sandbox: s, client: s.NewClient(account.Desktop, nil, "my-sandbox")}
	p.refresh = s.Authorize(p.client, "office@example.com")
	p.env = map[string]string{
		"HOME": t.TempDir(), "GMAILOAUTH_PROVIDER": s.ProviderFile(),
		"GMAILOAUTH_ACCOUNT": "office@example.com", "GMAILOAUTH_CLIENT_ID": p.client.ID,
		"GMAILOAUTH_CLIENT_SECRET": p.client.Secret.Reveal(), "GMAILOAUTH_REFRESH_TOKEN": p.refresh.Reveal(),
	}
	return p
}

func (p *proving) run(t testing.TB, args ...string) (code int, out, stderr string) {
	t.Helper()
	var stdout, errs bytes.Buffer
	a := &app{
		term:      &terminal.Terminal{In: strings.NewReader(""), Out: &stdout, Err: &errs, Width: 80},
		now:       time.Now,
		lookupEnv: func(name string) (string, bool) { v, ok := p.env[name]; return v, ok },
		hide:      new(secret.Redactor),
	}
	code = a.run(t.Context(), args)
	for _, hidden := range []string{p.client.Secret.Reveal(), p.refresh.Reveal(), "ya29."} {
		if strings.Contains(stdout.String()+errs.String(), hidden) {
			t.Errorf("%v shows a secret:\n%s%s", args, stdout.String(), errs.String())
		}
	}
	return code, stdout.String(), errs.String()
}

// With four variables and nothing on disk, verify is the whole proof.
func TestVerifyFromVariables(t *testing.T) {
	p := newProving(t)
	code, out, stderr := p.run(t, "verify", "--protocol", "imap,smtp,pop3", "--sasl", "both")
	if code != 0 || stderr != "" {
		t.Fatalf("verify: exit %d\n%s%s", code, out, stderr)
	}
	if !strings.HasPrefix(out, "office@example.com\n") || strings.Count(out, "XOAUTH2") != 4 || strings.Count(out, "OAUTHBEARER") != 4 {
		t.Errorf("verify: want a line for each endpoint and mechanism:\n%s", out)
	}
}

func TestVerifySendsATestMessage(t *testing.T) {
	p := newProving(t)
	code, out, stderr := p.run(t, "verify", "--send-test", "--format", "json")
	if code != 0 || !strings.Contains(out, `"mail.roundtrip"`) {
		t.Errorf("verify --send-test: exit %d\n%s%s", code, out, stderr)
	}
}

// What the contract promises of JSON, on a token that the mail servers refuse.
func TestVerifyJSON(t *testing.T) {
	p := newProving(t)
	p.env["GMAILOAUTH_ACCOUNT"] = "other@example.com" // the token is office@'s
	code, out, stderr := p.run(t, "verify", "--format", "json")
	var said struct {
		Format   int
		Command  string
		Accounts []struct {
			Account, Status string
			Exit            int
			Checks          []struct {
				ID, Status, Evidence string
				Challenge            map[string]string
				Diagnosis            map[string]string
			}
		}
		Summary map[string]int
	}
	if err := json.Unmarshal([]byte(out), &said); err != nil {
		t.Fatalf("verify --format json: %v\n%s%s", err, out, stderr)
	}
	if code != 4 || said.Format != 1 || said.Command != "verify" || len(said.Accounts) != 1 || said.Accounts[0].Exit != 4 || said.Summary["failed"] != 1 {
		t.Fatalf("verify --format json: exit %d, %+v, want exit 4 for one account", code, said)
	}
	for _, c := range said.Accounts[0].Checks {
		if c.ID != "imap.auth" {
			continue
		}
		if c.Status != "fail" || !strings.HasPrefix(c.Evidence, "NO [AUTHENTICATIONFAILED]") || c.Challenge["status"] != "400" || c.Diagnosis["name"] == "" || c.Diagnosis["fix"] == "" {
			t.Errorf("verify --format json: imap.auth = %+v", c)
		}
	}
}

func TestVerifyJUnit(t *testing.T) {
	p := newProving(t)
	code, out, stderr := p.run(t, "verify", "--format", "junit")
	var suites struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []struct {
			Name string `xml:"name,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(out), &suites); err != nil || code != 0 || len(suites.Suites) != 1 {
		t.Errorf("verify --format junit: exit %d, %v\n%s%s", code, err, out, stderr)
	}
}

// A grant withdrawn while a token is cached is told as what it is.
func TestVerifyAfterWithdrawal(t *testing.T) {
	p := newProving(t)
	p.Withdraw("")
	if code, out, stderr := p.run(t, "verify"); code != 4 {
		t.Errorf("verify after the grant was withdrawn: exit %d, want 4\n%s%s", code, out, stderr)
	}
}

func TestVerifyRefuses(t *testing.T) {
	p := newProving(t)
	for name, args := range map[string][]string{
		"unknown protocol": {"--protocol", "nntp"}, "unknown mechanism": {"--sasl", "plain"},
		"unknown format": {"--format", "yaml"}, "no concurrency": {"--concurrency", "0"},
		"unknown account": {"nobody@example.com"},
	} {
		if code, out, stderr := p.run(t, append([]string{"verify"}, args...)...); code != 2 || out != "" || !strings.HasPrefix(stderr, "error:") {
			t.Errorf("%s: verify %v: exit %d, want 2 and an error\n%s%s", name, args, code, out, stderr)
		}
	}
	clear(p.env)
	p.env["HOME"] = t.TempDir()
	if code, _, stderr := p.run(t, "verify"); code != 2 || !strings.HasPrefix(stderr, "error:") {
		t.Errorf("verify without any account: exit %d, want 2\n%s", code, stderr)
	}
}

// keep stores n accounts on disk in place of the variables; that of number dead
// has a refresh token that was withdrawn.
func (p *proving) keep(t testing.TB, n, dead int) (emails []string) {
	t.Helper()
	for _, name := range []string{"GMAILOAUTH_ACCOUNT", "GMAILOAUTH_CLIENT_ID", "GMAILOAUTH_CLIENT_SECRET", "GMAILOAUTH_REFRESH_TOKEN"} {
		delete(p.env, name)
	}
	a := &app{lookupEnv: func(name string) (string, bool) { v, ok := p.env[name]; return v, ok }, now: time.Now, hide: new(secret.Redactor)}
	accounts, err := a.accounts()
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		email := fmt.Sprintf("box%04d@example.com", i)
		emails = append(emails, email)
		acct := account.Account{Email: email, ClientID: p.client.ID, Store: store.File, Grant: account.Grant{IssuedAt: time.Now(), Publishing: account.Production}}
		secrets, err := a.secretsOf(acct)
		if err != nil {
			t.Fatal(err)
		}
		refresh := p.Authorize(p.client, email)
		if i == dead {
			refresh = secret.New("1//dead-dead-dead-dead")
		}
		if err := secrets.Put(t.Context(), email, account.Credentials{ClientSecret: p.client.Secret, Token: account.Token{Refresh: refresh}}); err != nil {
			t.Fatal(err)
		}
		if err := accounts.Put(acct); err != nil {
			t.Fatal(err)
		}
	}
	return emails
}

// Several mailboxes come out in their order, a broken one beside the good ones.
func TestVerifyAllAccounts(t *testing.T) {
	p := newProving(t)
	want := p.keep(t, 12, 5)
	code, out, stderr := p.run(t, "verify", "--concurrency", "4")
	var got []string
	for line := range strings.Lines(out) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "box") {
			got = append(got, line)
		}
	}
	if code != 4 || strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("verify: exit %d, mailboxes %v, want 4 and %v\n%s%s", code, got, want, out, stderr)
	}
	if code, out, _ := p.run(t, "verify", "box0001@example.com", "BOX0001@example.com"); code != 0 || strings.Count(out, "@example.com\n") != 1 {
		t.Errorf("verify of one named twice: exit %d\n%s", code, out)
	}
}

// Whatever a mail server does, verify ends in time, with a diagnosis that is
// not the last resort, and shows no secret.
func TestVerifyInEveryMailScenario(t *testing.T) {
	scenarios, err := scenario.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scenarios {
		if !slices.ContainsFunc(s.Effects, func(e scenario.Effect) bool {
			protocol, _, _ := strings.Cut(e.At, ".")
			return slices.Contains([]string{"imap", "smtp", "pop3"}, protocol)
		}) {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			p := newProving(t, s.Name)
			start := time.Now()
			code, out, stderr := p.run(t, "verify", "--protocol", "imap,smtp,pop3", "--timeout", "500ms", "--format", "json")
			if took := time.Since(start); took > 15*time.Second {
				t.Errorf("verify took %v", took)
			}
			if !json.Valid([]byte(out)) || code == 2 || code == 130 {
				t.Errorf("verify: exit %d\n%s%s", code, out, stderr)
			}
			if compact := strings.ReplaceAll(out, " ", ""); strings.Contains(compact, `"name":"unknown-`) || strings.Contains(compact, `"name":"bug"`) {
				t.Errorf("verify: a refusal that is not in the catalogue\n%s", out)
			}
		})
	}
}

// BenchmarkVerifyManyMailboxes is one verify of many mailboxes, from the store to
// the report, renewals included; the sandbox shares the processors. Goal: 150 a second.
func BenchmarkVerifyManyMailboxes(b *testing.B) {
	const mailboxes = 1000
	p := newProving(b)
	for b.Loop() {
		b.StopTimer()
		p.keep(b, mailboxes, -1) // nothing is cached
		b.StartTimer()
		if code, out, stderr := p.run(b, "verify", "--protocol", "imap,smtp,pop3", "--format", "json"); code != 0 {
			b.Fatalf("verify: exit %d\n%.2000s%s", code, out, stderr)
		}
	}
	b.ReportMetric(float64(mailboxes*b.N)/b.Elapsed().Seconds(), "mailboxes/s")
}
