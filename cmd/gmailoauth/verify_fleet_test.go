package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
)

// nightly is a run over a fleet, by a clock that need not be waited for.
type nightly struct {
	*proving
	mu     sync.Mutex
	pauses []time.Duration
	ctx    context.Context
	out    bytes.Buffer
	wrote  func(all int) // nil: nobody wants to know
}

// Write is stdout.
func (n *nightly) Write(text []byte) (int, error) {
	defer func() {
		if n.wrote != nil {
			n.wrote(n.out.Len())
		}
	}()
	return n.out.Write(text)
}

func (n *nightly) verify(t *testing.T, args ...string) (code int, out, stderr string) {
	t.Helper()
	var errs bytes.Buffer
	n.out.Reset()
	n.pauses = nil
	if n.ctx == nil {
		n.ctx = t.Context()
	}
	a := &app{
		term: &terminal.Terminal{In: strings.NewReader(""), Out: n, Err: &errs, Width: 80}, now: time.Now, hide: new(secret.Redactor),
		lookupEnv: func(name string) (string, bool) { v, ok := n.env[name]; return v, ok },
		pause: func(_ context.Context, d time.Duration) bool {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.pauses = append(n.pauses, d)
			return true
		},
	}
	code = a.run(n.ctx, append([]string{"verify"}, args...))
	return code, n.out.String(), errs.String()
}

// fleetFile names mailboxes, one a line.
func fleetFile(t *testing.T, emails ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "fleet.txt")
	must(t, os.WriteFile(file, []byte(strings.Join(emails, "\n")+"\n"), 0o600))
	return file
}

// proofs are what a JSON report says, as far as the tests of fleets ask.
type proofs struct {
	Accounts []struct {
		Account, Status string
		Exit            int
		Checks          []struct {
			ID, Status string
			Facts      map[string]string
			Diagnosis  struct{ Name string }
		}
	}
	Summary map[string]int
	Error   struct{ Name string }
	Exit    int
}

func readProofs(t *testing.T, out string) proofs {
	t.Helper()
	var p proofs
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		t.Fatalf("not JSON: %v\n%.2000s", err, out)
	}
	return p
}

// faults are the names of the diagnoses of each mailbox that has one.
func (p proofs) faults() map[string][]string {
	found := map[string][]string{}
	for _, a := range p.Accounts {
		for _, c := range a.Checks {
			if c.Status == "fail" && !slices.Contains(found[a.Account], c.Diagnosis.Name) {
				found[a.Account] = append(found[a.Account], c.Diagnosis.Name)
			}
		}
	}
	return found
}

// A night's run in which three of a hundred mailboxes have a fault, each another,
// finds exactly those, each for what it is. What was put off for a moment is no
// fault. No goroutine and no connection is left.
func TestNightOverAFleet(t *testing.T) {
	const mailboxes = 300
	n := &nightly{proving: newProving(t)}
	emails := n.keep(t, mailboxes, -1)
	want := n.spoil(t, emails, mailboxes*3/100)
	for i, email := range emails {
		if i%30 == 29 { // the server is busy for a moment
			must(t, n.UseFor(email, 1, []string{"imap-unavailable", "token-500", "smtp-try-later"}[i/30%3]))
		}
	}
	before := goleak.IgnoreCurrent()
	code, out, stderr := n.verify(t, "--fleet", fleetFile(t, emails...), "--protocol", "imap,smtp,pop3", "--format", "json", "--concurrency", "16")
	got := readProofs(t, out)
	if diff := cmp.Diff(want, got.faults()); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if code != 4 || strings.Contains(stderr, "error") || got.Summary["accounts"] != mailboxes || got.Summary["failed"] != len(want) || got.Summary["passed"] != mailboxes-len(want) {
		t.Errorf("verify: exit %d, %v, want 4 and %d failed of %d\n%s", code, got.Summary, len(want), mailboxes, stderr)
	}
	var order []string
	for _, a := range got.Accounts {
		order = append(order, a.Account)
	}
	if diff := cmp.Diff(emails, order); diff != "" {
		t.Errorf("not in the file's order:\n%s", diff)
	}
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

// spoil gives so many mailboxes, spread over all, a fault each, and says which
// diagnosis each must get.
func (p *proving) spoil(t *testing.T, emails []string, faults int) map[string][]string {
	t.Helper()
	plays := func(scenario string) func(string) {
		return func(email string) { must(t, p.UseFor(email, 0, scenario)) }
	}
	token := func(refresh func(email string) secret.Text) func(string) {
		return func(email string) { p.keepToken(t, email, refresh(email)) }
	}
	kinds := []struct {
		spoil func(email string)
		names []string
	}{
		{p.Withdraw, []string{"refresh-token-revoked-or-expired"}},
		{plays("imap-off-for-user"), []string{"imap-disabled-by-user"}},
		{plays("smtp-too-many-logins"), []string{"too-many-logins"}},
		{token(func(string) secret.Text { return p.Authorize(p.client, "boss@example.com") }), []string{"other-account", "login-refused-other-account"}},
		{plays("pop3-off-for-user-at-login"), []string{"pop-disabled-by-user"}},
		{plays("token-503"), []string{"token-endpoint-failing"}},
		{token(func(email string) secret.Text { return p.Authorize(p.client, email, "openid", "email") }), []string{"mail-scope-missing", "login-refused-no-mail-scope"}},
		{plays("imap-unavailable"), []string{"mail-server-unavailable"}},
		{token(func(string) secret.Text { return secret.New("1//dead-dead-dead-dead") }), []string{"grant-refused"}},
	}
	want := map[string][]string{}
	for i := range faults {
		email, kind := emails[i*len(emails)/faults+3], kinds[i%len(kinds)]
		kind.spoil(email)
		want[email] = kind.names
	}
	return want
}

// keepToken puts a refresh token in the place of that of an account that is kept.
func (p *proving) keepToken(t *testing.T, email string, refresh secret.Text) {
	t.Helper()
	a := &app{lookupEnv: func(name string) (string, bool) { v, ok := p.env[name]; return v, ok }, now: time.Now, hide: new(secret.Redactor)}
	acct, secrets, err := a.account(t.Context(), email)
	must(t, err)
	must(t, secrets.Put(t.Context(), acct.Email, account.Credentials{ClientSecret: p.client.Secret, Token: account.Token{Refresh: refresh}}))
}

// What a server puts off is tried again, and that alone; what it refuses is not.
func TestFleetTriesAgain(t *testing.T) {
	for name, c := range map[string]struct {
		scenario string
		times    int
		args     []string
		code     int
		pauses   int
		tries    map[string]string // by check: where it was made again
	}{
		"a busy server":             {"imap-unavailable", 2, nil, 0, 2, map[string]string{"imap.auth": "3", "smtp.auth": "", "token.refresh": "3"}},
		"no token for a moment":     {"token-500", 1, nil, 0, 1, map[string]string{"imap.auth": "2", "smtp.auth": "2", "pop3.auth": "2"}},
		"the server says when":      {"token-429", 1, nil, 0, 1, nil},
		"not longer than a minute":  {"token-503", 0, nil, 5, 2, nil},
		"four tries and no more":    {"imap-unavailable", 0, nil, 5, 3, nil},
		"as often as was said":      {"imap-unavailable", 0, []string{"--retries", "1"}, 5, 1, nil},
		"not if it was so said":     {"imap-unavailable", 1, []string{"--retries", "0"}, 5, 0, nil},
		"not after a refused login": {"imap-off-for-user", 1, nil, 4, 0, nil},
		"not after too many logins": {"smtp-too-many-logins", 1, nil, 5, 0, nil},
		"not with a test message":   {"imap-unavailable", 1, []string{"--send-test"}, 5, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := &nightly{proving: newProving(t)}
			emails := n.keep(t, 2, -1)
			must(t, n.UseFor(emails[0], c.times, c.scenario))
			args := append([]string{"--fleet", fleetFile(t, emails...), "--protocol", "imap,smtp,pop3", "--format", "json"}, c.args...)
			code, out, stderr := n.verify(t, args...)
			if code != c.code || len(n.pauses) != c.pauses {
				t.Fatalf("verify: exit %d after %d pauses, want %d after %d\n%s%s", code, len(n.pauses), c.code, c.pauses, out, stderr)
			}
			for _, check := range readProofs(t, out).Accounts[0].Checks {
				if want, asked := c.tries[check.ID]; asked && check.Facts["tries"] != want {
					t.Errorf("%s: %q tries, want %q", check.ID, check.Facts["tries"], want)
				}
			}
			for i, pause := range n.pauses {
				if least := time.Second << i / 2; pause < least || pause > 3*least && !strings.HasPrefix(c.scenario, "token-") || c.scenario == "token-429" && pause < 7*time.Second {
					t.Errorf("pause %d is of %v", i, pause)
				}
			}
			var ids []string
			for _, a := range readProofs(t, out).Accounts {
				ids = nil
				for _, check := range a.Checks {
					ids = append(ids, check.ID)
				}
				if got := strings.Join(slices.Compact(ids), " "); !strings.Contains(got, "token.lifetime imap.connect imap.auth imap.mailbox smtp.connect smtp.auth smtp.connect smtp.auth pop3.connect pop3.auth pop3.mailbox") {
					t.Errorf("%s: checks in another order: %s", a.Account, got)
				}
			}
		})
	}
}

// A run that is interrupted leaves a report of what was proven, and says so.
func TestFleetInterrupted(t *testing.T) {
	n := &nightly{proving: newProving(t)}
	emails := n.keep(t, 60, -1)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	n.ctx, n.wrote = ctx, func(all int) {
		if all > 4000 { // some mailboxes are written
			stop()
		}
	}
	code, out, _ := n.verify(t, "--fleet", fleetFile(t, emails...), "--format", "json", "--concurrency", "2")
	got := readProofs(t, out)
	if code != 130 || got.Error.Name != "interrupted" || got.Exit != 130 || len(got.Accounts) == 0 || len(got.Accounts) == len(emails) || got.Summary["failed"] != 0 {
		t.Errorf("interrupted: exit %d, %d accounts, %v, error %q", code, len(got.Accounts), got.Summary, got.Error.Name)
	}
}

// The shares of a fleet, joined, are the fleet; each is as it would be alone.
func TestSharesJoinedAreTheFleet(t *testing.T) {
	n := &nightly{proving: newProving(t)}
	emails := n.keep(t, 20, -1)
	want := n.spoil(t, emails, 6)
	file := fleetFile(t, emails...)
	var parts []string
	for i := range 3 {
		_, out, _ := n.verify(t, "--fleet", file, "--shard", fmt.Sprintf("%d/3", i), "--format", "json", "--protocol", "imap,smtp,pop3")
		part := filepath.Join(t.TempDir(), "part.json")
		must(t, os.WriteFile(part, []byte(out), 0o600))
		parts = append(parts, part)
	}
	code, out, stderr := n.run(t, append([]string{"report", "merge"}, parts...)...)
	got := readProofs(t, out)
	if diff := cmp.Diff(want, got.faults()); code != 4 || diff != "" || len(got.Accounts) != 20 || got.Summary["failed"] != 6 {
		t.Errorf("report merge: exit %d, %v\n%s%s", code, got.Summary, stderr, diff)
	}
	names := map[string]bool{}
	for _, a := range got.Accounts {
		names[a.Account] = true
	}
	if all := slices.Sorted(maps.Keys(names)); !slices.Equal(all, emails) {
		t.Errorf("joined: %v", all)
	}
}
