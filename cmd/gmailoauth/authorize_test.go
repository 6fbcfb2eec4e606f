package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
	"gmailoauth/internal/terminal"
)

// workplace is a machine with a look-alike, folders of its own, and a person who
// consents in its browser.
type workplace struct {
	t    *testing.T
	box  *sandbox.Sandbox
	env  map[string]string
	who  string    // sits at the browser
	in   io.Reader // stdin; nil: nothing
	tty  bool
	open func(ctx context.Context, address string, env terminal.Env) error // nil: who consents
	now  func() time.Time                                                  // nil: time.Now
	sink io.Writer                                                         // stdout; nil: out

	pause func(context.Context, time.Duration) bool // nil: by the real clock
	mu    sync.Mutex
	out   bytes.Buffer
	err   bytes.Buffer
}

// lockedBuffer lets a test read what a command is still writing.
type lockedBuffer struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (g lockedBuffer) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.b.Write(p)
}

func newWorkplace(t *testing.T, scenarios ...string) *workplace {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: time.Now, Scenario: scenarios})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.Close)
	return &workplace{t: t, box: box, who: "sales@example.com",
		env: map[string]string{"HOME": t.TempDir(), "GMAILOAUTH_PROVIDER": box.ProviderFile()}}
}

func (o *workplace) run(args ...string) (code int, out, err string) {
	o.t.Helper()
	return o.let(func(a *app) int { return a.run(o.t.Context(), args) })
}

// let has an app of this workplace do something, and gives what it told.
func (o *workplace) let(do func(*app) int) (code int, out, err string) {
	o.t.Helper()
	o.mu.Lock()
	o.out.Reset()
	o.err.Reset()
	o.mu.Unlock()
	in := o.in
	if in == nil {
		in = strings.NewReader("")
	}
	open := o.open
	if open == nil {
		open = func(ctx context.Context, address string, _ terminal.Env) error {
			_ = o.box.Consent(ctx, address, o.who)
			return nil
		}
	}
	now, sink := o.now, o.sink
	if now == nil {
		now = time.Now
	}
	if sink == nil {
		sink = lockedBuffer{&o.mu, &o.out}
	}
	a := &app{
		term:        &terminal.Terminal{In: in, Out: sink, Err: lockedBuffer{&o.mu, &o.err}, Width: 80, InTTY: o.tty},
		now:         now,
		lookupEnv:   func(name string) (string, bool) { v, ok := o.env[name]; return v, ok },
		openBrowser: open,
		hide:        new(secret.Redactor),
		pause:       o.pause,
	}
	code = do(a)
	o.mu.Lock()
	defer o.mu.Unlock()
	out, err = o.out.String(), o.err.String()
	for _, part := range []string{"GOCSPX-", "1//", "ya29."} {
		if strings.Contains(out+err, part) {
			o.t.Errorf("a secret is shown (%s…):\n%s%s", part, out, err)
		}
	}
	return code, out, err
}

// client makes a client and gives its file.
func (o *workplace) client(kind account.ClientType, uris ...string) (account.Client, string) {
	o.t.Helper()
	client := o.box.NewClient(kind, uris, "my-mail-123")
	file := filepath.Join(o.t.TempDir(), "client_secret.json")
	if err := os.WriteFile(file, o.box.ClientJSON(client), 0o600); err != nil {
		o.t.Fatal(err)
	}
	return client, file
}

func (o *workplace) secretFile(text secret.Text) string {
	o.t.Helper()
	file := filepath.Join(o.t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(text.Reveal()+"\n"), 0o600); err != nil {
		o.t.Fatal(err)
	}
	return file
}

func (o *workplace) kept(email string) (account.Account, account.Credentials) {
	o.t.Helper()
	root := o.env["HOME"]
	paths := store.Paths{Config: filepath.Join(root, ".config/gmailoauth"), Data: filepath.Join(root, ".local/share/gmailoauth")}
	acct, err := store.NewAccounts(paths).Get(email)
	if err != nil {
		o.t.Fatalf("account %s: %v", email, err)
	}
	secrets, err := store.Open("file", store.Options{Paths: paths})
	if err != nil {
		o.t.Fatal(err)
	}
	creds, err := secrets.Get(o.t.Context(), email)
	if err != nil {
		o.t.Fatal(err)
	}
	return acct, creds
}

func unusedPort(t *testing.T) string {
	t.Helper()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestAuthorizeKeepsWhatWasGranted(t *testing.T) {
	o := newWorkplace(t)
	client, file := o.client(account.Desktop)
	code, out, stderr := o.run("authorize", "Sales@Example.com", "--client-file", file)
	if code != 0 || out != "" {
		t.Fatalf("authorize: exit %d, stdout %q, want 0 and nothing\n%s", code, out, stderr)
	}
	acct, creds := o.kept("sales@example.com")
	if acct.ClientID != client.ID || acct.ClientType != account.Desktop || acct.ProjectID != "my-mail-123" || acct.Grant.IssuedAt.IsZero() || acct.Grant.Adopted || len(acct.Grant.Scopes) != 3 {
		t.Errorf("authorize kept %+v, want client, project and grant", acct)
	}
	if creds.Token.Refresh.IsZero() || creds.Token.Access.IsZero() || !creds.ClientSecret.Equal(client.Secret) {
		t.Errorf("authorize: secrets are missing")
	}
	// Again, with nothing but the address: the client is known.
	if code, _, stderr := o.run("authorize", "sales@example.com"); code != 0 {
		t.Errorf("authorize again: exit %d, want 0\n%s", code, stderr)
	}
	if _, again := o.kept("sales@example.com"); again.Token.Refresh.Equal(creds.Token.Refresh) {
		t.Errorf("authorize again kept the old refresh token")
	}
	// The same client by hand keeps what was known of its type.
	if code, _, stderr := o.run("authorize", "sales@example.com", "--client-id", client.ID, "--client-secret-file", o.secretFile(client.Secret)); code != 0 {
		t.Errorf("authorize with ID and secret: exit %d, want 0\n%s", code, stderr)
	}
	if acct, _ := o.kept("sales@example.com"); acct.ClientType != account.Desktop {
		t.Errorf("authorize forgot the type of the client: %+v", acct)
	}
}

func TestAuthorizeWithAWebClient(t *testing.T) {
	o := newWorkplace(t)
	uri := "http://localhost:" + unusedPort(t) + "/back"
	_, file := o.client(account.Web, "https://crm.example.com/callback", uri)
	if code, _, stderr := o.run("authorize", "sales@example.com", "--client-file", file); code != 0 {
		t.Fatalf("authorize: exit %d, want 0\n%s", code, stderr)
	}
	port := unusedPort(t)
	_, file = o.client(account.Web, "https://crm.example.com/callback")
	o.open = func(context.Context, string, terminal.Env) error { return context.DeadlineExceeded }
	taken, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	code, _, stderr := o.run("authorize", "sales@example.com", "--client-file", file, "--redirect-port", port)
	if code != 2 || !strings.Contains(stderr, "http://127.0.0.1:"+port+"/") {
		t.Errorf("authorize without a registered loopback URI, port in use: exit %d, want 2 and the URI to register\n%s", code, stderr)
	}
}

// firstLine waits until a line stands on stdout.
func (o *workplace) firstLine() string {
	for {
		o.mu.Lock()
		line, _, ok := strings.Cut(o.out.String(), "\n")
		o.mu.Unlock()
		if ok {
			return line
		}
		select {
		case <-o.t.Context().Done():
			return ""
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestNoBrowserPrintsTheAddressAlone(t *testing.T) {
	for name, flag := range map[string]string{"asked": "--no-browser", "none found": "--verbose"} {
		t.Run(name, func(t *testing.T) {
			o := newWorkplace(t)
			o.env["SSH_CONNECTION"] = "192.0.2.7 50000 192.0.2.1 2222"
			o.env["USER"] = "admin"
			o.open = func(context.Context, string, terminal.Env) error { return terminal.ErrNoBrowser }
			_, file := o.client(account.Desktop)
			port := unusedPort(t)
			done := make(chan struct{})
			go func() {
				defer close(done)
				_ = o.box.Consent(t.Context(), o.firstLine(), o.who)
			}()
			code, out, stderr := o.run("authorize", "sales@example.com", "--client-file", file, "--redirect-port", port, flag)
			<-done
			if code != 0 || strings.Count(out, "\n") != 1 || !strings.HasPrefix(out, o.box.Provider().AuthorizationEndpoint+"?") {
				t.Errorf("authorize: exit %d, stdout %q, want 0 and the address alone\n%s", code, out, stderr)
			}
			if want := "ssh -L " + port + ":127.0.0.1:" + port + " -p 2222 admin@192.0.2.1"; !strings.Contains(stderr, want) {
				t.Errorf("authorize over SSH says %q, want %q in it", stderr, want)
			}
		})
	}
}

func TestThePastedAddressIsTaken(t *testing.T) {
	o := newWorkplace(t)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = reader.Close(), writer.Close() }()
	o.in, o.tty = reader, true
	_, file := o.client(account.Desktop)
	done := make(chan struct{})
	go func() {
		defer close(done)
		u, _ := url.Parse(o.firstLine())
		_, _ = writer.WriteString("4/0code-alone\n" + u.Query().Get("redirect_uri") + "?state=" + u.Query().Get("state") + "&error=access_denied\n")
	}()
	code, _, stderr := o.run("authorize", "sales@example.com", "--client-file", file, "--no-browser")
	<-done
	if code != 4 || strings.Count(stderr, "error:") != 2 {
		t.Errorf("authorize: exit %d, want 4, the bare code told and then the refusal\n%s", code, stderr)
	}
}

func TestAuthorizeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		scenario, who string
		code          int
		says          string
	}{
		"another account":  {"", "boss@example.com", 4, "boss@example.com"},
		"mail unticked":    {"mail-scope-unticked", "", 4, ""},
		"cancelled":        {"consent-denied", "", 4, ""},
		"no refresh token": {"no-refresh-token", "", 4, ""},
		"wrong secret":     {"client-secret-wrong", "", 3, ""},
		"server is down":   {"token-503", "", 5, ""},
		"html in place":    {"token-502-html", "", 5, ""},
		"foreign issuer":   {"issuer-wrong", "", 4, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var scenarios []string
			if c.scenario != "" {
				scenarios = append(scenarios, c.scenario)
			}
			o := newWorkplace(t, scenarios...)
			if c.who != "" {
				o.who = c.who
			}
			_, file := o.client(account.Desktop)
			code, out, stderr := o.run("authorize", "sales@example.com", "--client-file", file)
			if code != c.code || out != "" || !strings.Contains(stderr, c.says) || !strings.Contains(stderr, "error:") {
				t.Errorf("authorize: exit %d, stdout %q, want %d\n%s", code, out, c.code, stderr)
			}
			for _, dir := range []string{".config/gmailoauth/accounts", ".local/share/gmailoauth/secrets"} {
				if entries, _ := os.ReadDir(filepath.Join(o.env["HOME"], dir)); len(entries) != 0 {
					t.Errorf("authorize kept something in %s: %v", dir, entries)
				}
			}
		})
	}
}

func TestAuthorizeWantsItsInput(t *testing.T) {
	o := newWorkplace(t)
	client, file := o.client(account.Desktop)
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"no client":         {"sales@example.com"},
		"no address":        {"sales"},
		"no such file":      {"sales@example.com", "--client-file", filepath.Join(t.TempDir(), "none")},
		"empty file":        {"sales@example.com", "--client-file", empty},
		"ID alone":          {"sales@example.com", "--client-id", client.ID},
		"secret alone":      {"sales@example.com", "--client-secret-file", o.secretFile(client.Secret)},
		"empty secret":      {"sales@example.com", "--client-id", client.ID, "--client-secret-file", empty},
		"two IDs":           {"sales@example.com", "--client-file", file, "--client-id", "other"},
		"stdin twice":       {"sales@example.com", "--client-file", "-", "--refresh-token-file", "-"},
		"read-only store":   {"sales@example.com", "--client-file", file, "--store", "env"},
		"a folder":          {"sales@example.com", "--client-file", t.TempDir()},
		"port out of range": {"sales@example.com", "--client-file", file, "--redirect-port", "70000"},
	} {
		o.in = bytes.NewReader(o.box.ClientJSON(client))
		if code, _, stderr := o.run(append([]string{"authorize"}, args...)...); code != 2 || !strings.Contains(stderr, "error:") {
			t.Errorf("%s: exit %d, want 2\n%s", name, code, stderr)
		}
	}
}

func TestTheTokenReplySaysMoreThanTheAdmin(t *testing.T) {
	a := &app{now: time.Now}
	for _, c := range []struct {
		lifetime time.Duration
		said     account.Publishing
		adopted  bool
		want     account.Publishing
		seen     bool
	}{
		{604799 * time.Second, account.Production, false, account.Testing, true},
		{15551999 * time.Second, account.Production, false, account.Production, false},
		{0, account.Production, false, account.Production, false},
		{0, account.Testing, false, account.Unknown, false},
		{0, account.Testing, true, account.Testing, false},
		{0, account.Unknown, false, account.Unknown, false},
	} {
		grant := a.accountOf("a@example.com", account.Client{ID: "c"}, account.Token{RefreshLifetime: c.lifetime}, c.said, c.adopted).Grant
		if grant.Publishing != c.want || grant.Seen != c.seen || grant.Lifetime != c.lifetime || grant.Adopted != c.adopted || grant.ClientID != "c" {
			t.Errorf("accountOf(%v, said %q, adopted %v) = %+v, want %q, seen %v", c.lifetime, c.said, c.adopted, grant, c.want, c.seen)
		}
	}
}

func TestAFlagWinsOverAVariable(t *testing.T) {
	o := newWorkplace(t)
	client, file := o.client(account.Desktop)
	other, otherFile := o.client(account.Web)
	o.env["GMAILOAUTH_CLIENT_ID"] = other.ID
	if code, _, stderr := o.run("authorize", "sales@example.com", "--client-file", file); code != 0 {
		t.Fatalf("authorize: exit %d, want 0\n%s", code, stderr)
	}
	if acct, _ := o.kept("sales@example.com"); acct.ClientID != client.ID {
		t.Errorf("authorize used client %s, want that of the flag", acct.ClientID)
	}
	delete(o.env, "GMAILOAUTH_CLIENT_ID")
	o.env["GMAILOAUTH_CLIENT_FILE"] = otherFile
	if code, _, stderr := o.run("client", "check", "--client-id", client.ID, "--client-secret-file", o.secretFile(client.Secret)); code != 0 || strings.Contains(stderr, "error:") {
		t.Errorf("client check with an ID, a file in the variable: exit %d, want 0\n%s", code, stderr)
	}
}

func TestATokenMadeElsewhereIsAdopted(t *testing.T) {
	o := newWorkplace(t)
	client, file := o.client(account.Desktop)
	o.open = func(context.Context, string, terminal.Env) error { t.Error("a browser was opened"); return nil }
	token := o.box.Authorize(client, "sales@example.com")
	if code, _, stderr := o.run("authorize", "sales@example.com", "--client-file", file, "--refresh-token-file", o.secretFile(token)); code != 0 {
		t.Fatalf("authorize: exit %d, want 0\n%s", code, stderr)
	}
	acct, creds := o.kept("sales@example.com")
	if !acct.Grant.Adopted || !creds.Token.Refresh.Equal(token) {
		t.Errorf("authorize kept %+v, want the adopted token", acct.Grant)
	}
	other := o.box.Authorize(client, "boss@example.com")
	if code, _, stderr := o.run("authorize", "sales@example.com", "--refresh-token-file", o.secretFile(other)); code != 4 {
		t.Errorf("authorize with another mailbox's token: exit %d, want 4\n%s", code, stderr)
	}
	o.env["GMAILOAUTH_REFRESH_TOKEN"] = "1//0never-issued-to-anyone"
	if code, _, stderr := o.run("authorize", "sales@example.com"); code != 4 {
		t.Errorf("authorize with an invented token: exit %d, want 4\n%s", code, stderr)
	}
	if _, still := o.kept("sales@example.com"); !still.Token.Refresh.Equal(token) {
		t.Errorf("a refused token replaced the good one")
	}
}

func TestRevokeWithdrawsAndSaysWhatRemains(t *testing.T) {
	o := newWorkplace(t)
	client, file := o.client(account.Desktop)
	token := o.box.Authorize(client, "sales@example.com")
	if code, _, stderr := o.run("authorize", "sales@example.com", "--client-file", file, "--refresh-token-file", o.secretFile(token)); code != 0 {
		t.Fatalf("authorize: exit %d\n%s", code, stderr)
	}
	o.in, o.tty = strings.NewReader("n\n"), true
	if code, _, stderr := o.run("revoke", "sales@example.com"); code != 0 || !strings.Contains(stderr, "Nothing was changed") {
		t.Errorf("revoke, not confirmed: exit %d, want 0 and that nothing changed\n%s", code, stderr)
	}
	away := newWorkplace(t)
	away.box.Close()
	o.env["GMAILOAUTH_PROVIDER"] = away.env["GMAILOAUTH_PROVIDER"]
	if code, _, stderr := o.run("revoke", "sales@example.com", "--yes"); code != 5 {
		t.Errorf("revoke without a network: exit %d, want 5\n%s", code, stderr)
	}
	if _, creds := o.kept("sales@example.com"); creds.Token.Access.IsZero() {
		t.Errorf("revoke without a network changed what is kept")
	}
	o.env["GMAILOAUTH_PROVIDER"] = o.box.ProviderFile()
	o.in = strings.NewReader("yes\n")
	code, _, stderr := o.run("revoke", "sales@example.com")
	if code != 0 || !strings.Contains(stderr, "accounts remove sales@example.com") {
		t.Errorf("revoke: exit %d, want 0 and what remains\n%s", code, stderr)
	}
	if _, creds := o.kept("sales@example.com"); !creds.Token.Access.IsZero() || !creds.ClientSecret.Equal(client.Secret) {
		t.Errorf("revoke: want the access token gone and the client kept")
	}
	o.in, o.tty = nil, false
	if code, _, stderr = o.run("revoke", "sales@example.com"); code != 3 {
		t.Errorf("revoke again: exit %d, want 3\n%s", code, stderr)
	}
	if code, _, stderr = o.run("revoke", "nobody@example.com", "--yes"); code != 2 {
		t.Errorf("revoke of an unknown account: exit %d, want 2\n%s", code, stderr)
	}
}

func TestClientCheck(t *testing.T) {
	for name, c := range map[string]struct {
		scenario string
		uris     []string
		code     int
		want     []string // status of each check
	}{
		"good":              {"", nil, 0, []string{"pass", "pass", "pass"}},
		"not registered":    {"", []string{"https://crm.example.com/other"}, 4, []string{"pass", "fail"}},
		"wrong secret":      {"client-secret-wrong", nil, 3, []string{"fail", "pass", "pass"}},
		"deleted":           {"client-deleted", nil, 4, []string{"*", "fail", "fail"}},
		"a shape not known": {"probe-unknown-shape", nil, 0, []string{"pass", "skip", "skip"}},
		"down":              {"token-503", nil, 5, []string{"fail", "pass", "pass"}},
	} {
		t.Run(name, func(t *testing.T) {
			var scenarios []string
			if c.scenario != "" {
				scenarios = append(scenarios, c.scenario)
			}
			o := newWorkplace(t, scenarios...)
			_, file := o.client(account.Web, "https://crm.example.com/callback", "http://127.0.0.1:8765/")
			args := []string{"client", "check", "--client-file", file}
			for _, uri := range c.uris {
				args = append(args, "--redirect-uri", uri)
			}
			code, out, stderr := o.run(append(args, "--format", "json")...)
			var answer struct {
				Format   int    `json:"format"`
				Command  string `json:"command"`
				Accounts []struct {
					Checks []struct{ ID, Status string } `json:"checks"`
				} `json:"accounts"`
			}
			if err := json.Unmarshal([]byte(out), &answer); err != nil || len(answer.Accounts) != 1 || answer.Format != 1 || answer.Command != "client check" {
				t.Fatalf("client check --format json: %v\n%s%s", err, out, stderr)
			}
			var got []string
			for _, check := range answer.Accounts[0].Checks {
				got = append(got, check.Status)
			}
			if len(got) != len(c.want) {
				t.Fatalf("client check = %v, want %v", got, c.want)
			}
			for i := range got {
				if c.want[i] != "*" && got[i] != c.want[i] {
					t.Errorf("client check = %v, want %v\n%s", got, c.want, out)
				}
			}
			if code != c.code {
				t.Errorf("client check: exit %d, want %d\n%s", code, c.code, out)
			}
			if text, _, _ := o.run(args...); text != code {
				t.Errorf("client check as text: exit %d, want %d as with JSON", text, code)
			}
		})
	}
	o := newWorkplace(t)
	if code, _, stderr := o.run("client", "check"); code != 2 {
		t.Errorf("client check without a client: exit %d, want 2\n%s", code, stderr)
	}
}
