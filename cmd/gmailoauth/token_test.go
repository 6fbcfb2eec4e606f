package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/ahead"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
	"gmailoauth/internal/terminal"
)

const (
	officeBox   = "office@example.com"
	keptRefresh = "1//kept-refresh-token-0123456789"
	keptAccess  = "ya29.kept-access-token-0123456789"
	keptSecret  = "GOCSPX-kept-client-secret-012345"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// desk is a machine on which one account is kept, and a token endpoint that
// counts.
type desk struct {
	env      map[string]string
	now      time.Time
	in       io.Reader
	tty      bool
	renewals atomic.Int32
	reply    func(w http.ResponseWriter, n int32)
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{now: noon, in: strings.NewReader("")}
	d.reply = func(w http.ResponseWriter, n int32) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"access_token":"ya29.renewed-%d-0123456789","expires_in":3599,"token_type":"Bearer"}`, n)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { d.reply(w, d.renewals.Add(1)) }))
	t.Cleanup(server.Close)
	home := t.TempDir()
	provider := filepath.Join(home, "provider.yaml")
	text := "authorization_endpoint: " + server.URL + "/auth\ntoken_endpoint: " + server.URL + "/token\nimap: {host: imap.example.com, port: 993, tls: implicit}\n"
	if err := os.WriteFile(provider, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d.env = map[string]string{"HOME": home, "GMAILOAUTH_PROVIDER": provider}
	return d
}

// keeps stores an account whose access token lives for left.
func (d *desk) keeps(t *testing.T, email string, left time.Duration) {
	t.Helper()
	a, _, _ := d.app()
	d.keepsBy(t, a, email, left)
}

func (d *desk) keepsBy(t *testing.T, a *app, email string, left time.Duration) {
	t.Helper()
	acct := account.Account{Email: email, ClientID: "815-x.apps.example", ClientType: account.Desktop, ProjectID: "my-mail", Target: "nocobase", Store: a.flags.store,
		Grant: account.Grant{IssuedAt: noon.AddDate(0, 0, -8), Lifetime: 604799 * time.Second, Publishing: account.Testing, Scopes: []string{"openid"}}}
	token := account.Token{Access: secret.New(keptAccess), Type: "Bearer", IssuedAt: noon.Add(left - time.Hour), Expiry: noon.Add(left), Refresh: secret.New(keptRefresh)}
	if err := a.keep(t.Context(), acct, account.Credentials{ClientSecret: secret.New(keptSecret), Token: token}); err != nil {
		t.Fatalf("keep = %v, want nil", err)
	}
}

func (d *desk) app() (a *app, out, err *bytes.Buffer) {
	out, err = new(bytes.Buffer), new(bytes.Buffer)
	return &app{
		term:      &terminal.Terminal{In: d.in, Out: out, Err: err, Width: 80, InTTY: d.tty, OutTTY: d.tty},
		now:       func() time.Time { return d.now },
		lookupEnv: func(name string) (string, bool) { v, ok := d.env[name]; return v, ok },
		hide:      new(secret.Redactor),
		flags:     common{timeout: 30 * time.Second},
	}, out, err
}

func (d *desk) run(t *testing.T, args ...string) (code int, out, err string) {
	t.Helper()
	a, stdout, stderr := d.app()
	if !d.ahead(a, args) {
		code = a.run(t.Context(), args)
	}
	return code, stdout.String(), stderr.String()
}

// ahead asks for a token as package first does, by the desk's clock. The
// desk's provider file stands for Google's, which no variable names.
func (d *desk) ahead(a *app, args []string) bool {
	var environ []string
	for name, value := range d.env {
		if name != "GMAILOAUTH_PROVIDER" {
			environ = append(environ, name+"="+value)
		}
	}
	return ahead.Token(args, environ, a.env, a.now, a.term.Out)
}

func (d *desk) secretsFile() string {
	return filepath.Join(d.env["HOME"], ".local/share/gmailoauth/secrets", officeBox+".json")
}

func TestTokenComesFromTheCache(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, time.Hour)
	d.env["GMAILOAUTH_PROVIDER"] = "/nowhere" // is not looked at
	for _, args := range [][]string{{"token", officeBox}, {"token"}, {"token", "Office@Example.COM"}} {
		if code, out, err := d.run(t, args...); code != 0 || out != keptAccess+"\n" || err != "" {
			t.Errorf("%v = %d, %q, %q, want the kept token", args, code, out, err)
		}
	}
	if n := d.renewals.Load(); n != 0 {
		t.Errorf("%d renewals, want 0", n)
	}
}

// The short way to a cached token knows no flags: what a variable says counts.
func TestVariablesReachTheCachedToken(t *testing.T) {
	for _, row := range []struct {
		variable, value string
		code            int
		out             string
	}{
		{"GMAILOAUTH_FORMAT", "xoauth2", 0, "dXNlcj1"},
		{"GMAILOAUTH_MIN_VALIDITY", "2h", 0, "ya29.renewed-1"},
		{"GMAILOAUTH_RENEW", "true", 0, "ya29.renewed-1"},
		{"GMAILOAUTH_STORE", "nowhere", 2, ""},
		{"GMAILOAUTH_TIMEOUT", "soon", 2, ""},
		{"GMAILOAUTH_VERBOSE", "perhaps", 2, ""},
		{"GMAILOAUTH_TRACE", "/nowhere/trace", 2, ""},
	} {
		d := newDesk(t)
		d.keeps(t, officeBox, time.Hour)
		d.env[row.variable] = row.value
		if code, out, err := d.run(t, "token", officeBox); code != row.code || !strings.HasPrefix(out, row.out) {
			t.Errorf("%s=%s: token = %d, %q, %q, want %d, %s…", row.variable, row.value, code, out, err, row.code, row.out)
		}
	}
}

func TestTokenFormats(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, time.Hour)
	_, out, _ := d.run(t, "token", "--format", "json")
	var answer map[string]any
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		t.Fatalf("json: %q: %v", out, err)
	}
	for key, want := range map[string]any{"format": 1.0, "account": officeBox, "access_token": keptAccess, "token_type": "Bearer", "expires_at": "2026-11-20T13:00:00Z"} {
		if answer[key] != want {
			t.Errorf("json: %s = %v, want %v", key, answer[key], want)
		}
	}
	for format, want := range map[string]string{
		"xoauth2":     "user=" + officeBox + "\x01auth=Bearer " + keptAccess + "\x01\x01",
		"oauthbearer": "n,a=" + officeBox + ",\x01host=imap.example.com\x01port=993\x01auth=Bearer " + keptAccess + "\x01\x01",
	} {
		_, out, _ := d.run(t, "token", officeBox, "--format", format)
		if got, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(out, "\n")); err != nil || string(got) != want {
			t.Errorf("%s = %q, %v, want %q", format, got, err, want)
		}
	}
}

func TestTokenIsRenewedWhenStale(t *testing.T) {
	tests := []struct {
		name string
		left time.Duration
		args []string
		want int32
	}{
		{"an hour is left", time.Hour, nil, 0},
		{"just more than five minutes", 5*time.Minute + time.Second, nil, 0},
		{"five minutes", 5 * time.Minute, nil, 1},
		{"dead", -time.Hour, nil, 1},
		{"less than asked for", 20 * time.Minute, []string{"--min-validity", "30m"}, 1},
		{"more than asked for", time.Minute, []string{"--min-validity", "30s"}, 0},
		{"in any case", time.Hour, []string{"--renew"}, 1},
	}
	for _, test := range tests {
		d := newDesk(t)
		d.keeps(t, officeBox, test.left)
		code, out, err := d.run(t, append([]string{"token", officeBox}, test.args...)...)
		want := keptAccess
		if test.want > 0 {
			want = "ya29.renewed-1-0123456789"
		}
		if code != 0 || out != want+"\n" || d.renewals.Load() != test.want {
			t.Errorf("%s: %d, %q, %q after %d renewals, want %q after %d", test.name, code, out, err, d.renewals.Load(), want, test.want)
		}
	}
}

func TestRenewalIsKept(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, 0)
	d.reply = func(w http.ResponseWriter, _ int32) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"ya29.new","refresh_token":"1//new","expires_in":3599,"token_type":"Bearer","refresh_token_expires_in":604799}`)
	}
	for range 2 {
		if code, out, err := d.run(t, "token"); code != 0 || out != "ya29.new\n" {
			t.Fatalf("token = %d, %q, %q, want the new token", code, out, err)
		}
	}
	if data, err := os.ReadFile(d.secretsFile()); err != nil || !bytes.Contains(data, []byte(`"1//new"`)) || !bytes.Contains(data, []byte(keptSecret)) {
		t.Errorf("secrets are %s, %v, want the new refresh token and the old client secret", data, err)
	}
	a, _, _ := d.app()
	accounts, err := a.accounts()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := accounts.Get(officeBox)
	if err != nil || !kept.Grant.IssuedAt.Equal(noon) || !kept.Grant.RenewedAt.Equal(noon) || kept.Grant.Lifetime != 604799*time.Second {
		t.Errorf("grant = %+v, %v, want it born anew", kept.Grant, err)
	}
}

func TestAccountIsWrittenOnceADayAtMost(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, 0)
	a, _, _ := d.app()
	accounts, err := a.accounts()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ after, renewedAt time.Duration }{{0, 0}, {2 * time.Hour, 0}, {23 * time.Hour, 0}, {25 * time.Hour, 25 * time.Hour}} {
		d.now = noon.Add(step.after)
		if code, _, err := d.run(t, "token", "--renew"); code != 0 {
			t.Fatalf("token = %d, %s", code, err)
		}
		kept, err := accounts.Get(officeBox)
		if want := noon.Add(step.renewedAt); err != nil || !kept.Grant.RenewedAt.Equal(want) {
			t.Errorf("after %v renewed_at = %v, %v, want %v", step.after, kept.Grant.RenewedAt, err, want)
		}
	}
}

func TestForcedRenewalsAtOnceAreOne(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, time.Hour)
	a, _, _ := d.app()
	a.flags.provider = d.env["GMAILOAUTH_PROVIDER"]
	acct, secrets, err := a.account(t.Context(), officeBox)
	if err != nil {
		t.Fatal(err)
	}
	release, err := secrets.Lock(t.Context(), officeBox)
	if err != nil {
		t.Fatal(err)
	}
	looks := seen{secrets, make(chan struct{}, 100)}
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			token, _, err := a.freshToken(t.Context(), acct, looks, time.Minute, true)
			if err != nil || token.Access.Equal(secret.New(keptAccess)) {
				t.Errorf("freshToken = %v, want another token", err)
			}
		})
	}
	for range 5 { // all have seen the old token
		<-looks.at
	}
	release()
	wg.Wait()
	if n := d.renewals.Load(); n != 1 {
		t.Errorf("5 forced renewals at once made %d requests, want 1", n)
	}
}

// seen tells of each look at the secrets.
type seen struct {
	store.Secrets
	at chan struct{}
}

func (s seen) Get(ctx context.Context, email string) (account.Credentials, error) {
	credentials, err := s.Secrets.Get(ctx, email)
	s.at <- struct{}{}
	return credentials, err
}

func TestRefusedRenewalTellsWhatIsKnownAndNoSecret(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, 0)
	before, err := os.ReadFile(d.secretsFile())
	if err != nil {
		t.Fatal(err)
	}
	d.reply = func(w http.ResponseWriter, _ int32) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_grant","error_description":"Token has been expired or revoked. `+keptRefresh+` `+base64.StdEncoding.EncodeToString([]byte("x"+keptSecret))+`"}`)
	}
	code, out, told := d.run(t, "token", officeBox, "-v")
	if code != 4 || out != "" || !strings.Contains(told, "error:") || !strings.Contains(told, officeBox) {
		t.Errorf("token = %d, %q, %q, want 4 and four lines", code, out, told)
	}
	for _, hidden := range []string{keptRefresh, keptSecret, "kept-client-secret", base64.StdEncoding.EncodeToString([]byte("x" + keptSecret))} {
		if strings.Contains(told, hidden) {
			t.Errorf("stderr shows %q:\n%s", hidden, told)
		}
	}
	if after, err := os.ReadFile(d.secretsFile()); err != nil || !bytes.Equal(before, after) {
		t.Errorf("secrets changed by a refusal: %v", err)
	}

	a, _, _ := d.app()
	a.flags.provider = d.env["GMAILOAUTH_PROVIDER"]
	acct, secrets, err := a.account(t.Context(), officeBox)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = a.freshToken(t.Context(), acct, secrets, time.Minute, false)
	symptom := symptomIn(t, err)
	for fact, want := range map[string]string{"account": officeBox, "client_id": "815-x.apps.example", "project": "my-mail", "publishing": "testing",
		"issued_at": "2026-11-12T12:00:00Z", "age_days": "8", "ends_at": "2026-11-19T11:59:59Z"} {
		if symptom.Facts[fact] != want {
			t.Errorf("fact %s = %q, want %q", fact, symptom.Facts[fact], want)
		}
	}
}

func TestTokenRefusals(t *testing.T) {
	tests := []struct {
		name  string
		setup func(t *testing.T, d *desk)
		args  []string
		code  int
		says  string // on stderr with -v
	}{
		{"no account at all", func(*testing.T, *desk) {}, []string{"token"}, 2, "store no-accounts"},
		{"unknown account", nil, []string{"token", "x@example.com"}, 2, "store unknown-account"},
		{"several accounts", func(t *testing.T, d *desk) { d.keeps(t, officeBox, 0); d.keeps(t, "b@example.com", 0) }, []string{"token"}, 2, "input which-account"},
		{"no address", nil, []string{"token", "office"}, 2, "input bad-email"},
		{"unknown format", nil, []string{"token", officeBox, "--format", "yaml"}, 2, "input unknown-format"},
		{"negative validity", nil, []string{"token", officeBox, "--min-validity=-1s"}, 2, "input bad-flag"},
		{"unknown store", nil, []string{"token", officeBox, "--store", "filing"}, 2, "input unknown-store"},
		{"a store without its key", nil, []string{"token", officeBox, "--store", "age:/nonexistent/identity"}, 2, "store age-identity-missing"},
		{"store without variables", nil, []string{"token", "x@example.com", "--store", "env"}, 2, "input missing-variables"},
		{"secrets gone", func(t *testing.T, d *desk) { d.keeps(t, officeBox, 0); must(t, os.Remove(d.secretsFile())) }, []string{"token"}, 2, "store no-secrets"},
		{"secrets for all to read", func(t *testing.T, d *desk) { d.keeps(t, officeBox, 0); must(t, os.Chmod(d.secretsFile(), 0o644)) }, []string{"token"}, 2, "store readable-by-others"},
		{"no refresh token", func(t *testing.T, d *desk) {
			d.keeps(t, officeBox, 0)
			must(t, os.WriteFile(d.secretsFile(), []byte(`{"format":1,"account":"office@example.com"}`), 0o600))
		}, []string{"token"}, 4, "store no-refresh-token"},
		{"no home", func(_ *testing.T, d *desk) { delete(d.env, "HOME") }, []string{"token"}, 2, "store no-home"},
		{"no provider file", func(t *testing.T, d *desk) { d.keeps(t, officeBox, 0); d.env["GMAILOAUTH_PROVIDER"] = "/nowhere" }, []string{"token"}, 2, "input unreadable-file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := newDesk(t)
			if test.setup == nil {
				d.keeps(t, officeBox, time.Hour)
			} else {
				test.setup(t, d)
			}
			code, out, told := d.run(t, append(test.args, "-v")...)
			if code != test.code || out != "" || !strings.Contains(told, test.says) {
				t.Errorf("%v = %d, %q, %q, want %d, nothing and %q", test.args, code, out, told, test.code, test.says)
			}
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTokenWithNothingOnDisk(t *testing.T) {
	d := newDesk(t)
	file := filepath.Join(t.TempDir(), "token")
	must(t, os.WriteFile(file, []byte(keptRefresh+"\n"), 0o400))
	provider := d.env["GMAILOAUTH_PROVIDER"]
	d.env = map[string]string{"GMAILOAUTH_PROVIDER": provider, "GMAILOAUTH_ACCOUNT": officeBox, "GMAILOAUTH_CLIENT_ID": "815-x",
		"GMAILOAUTH_CLIENT_SECRET": keptSecret, "GMAILOAUTH_REFRESH_TOKEN_FILE": file}
	for _, args := range [][]string{{"token"}, {"token", "OFFICE@example.com"}, {"token", "--store", "env"}} {
		if code, out, err := d.run(t, args...); code != 0 || !strings.HasPrefix(out, "ya29.renewed-") {
			t.Errorf("%v = %d, %q, %q, want a renewed token", args, code, out, err)
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestAnswerThatCannotBeWrittenIsAFailure(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, time.Hour)
	a, _, told := d.app()
	a.term.Out = fullDisk{}
	if code := a.run(t.Context(), []string{"token", "-v"}); code != 1 || !strings.Contains(told.String(), "output-not-written") {
		t.Errorf("token = %d, %q, want 1", code, told)
	}
}
