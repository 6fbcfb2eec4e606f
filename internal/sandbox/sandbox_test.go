package sandbox

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const mailbox = "office@example.com"

func started(t *testing.T, o Options) *Sandbox {
	t.Helper()
	if o.Dir == "" {
		o.Dir = filepath.Join(t.TempDir(), "sandbox")
	}
	o.Now = time.Now
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatalf("Start() = %v", err)
	}
	t.Cleanup(s.Close)
	return s
}

// client is a program that trusts the sandbox and follows no redirects.
func client(t *testing.T, s *Sandbox) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: s.TLS(), ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func TestProviderFileSaysWhatProviderSays(t *testing.T) {
	s := started(t, Options{})
	data, err := os.ReadFile(s.ProviderFile())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), "ca_file: ca.pem\n") {
		t.Errorf("the provider file names its ca_file otherwise than relative:\n%s", data)
	}
	for name, data := range map[string][]byte{"file": data, "ProviderYAML": s.ProviderYAML()} {
		got, err := google.ReadProvider(data, s.ProviderFile())
		if diff := cmp.Diff(s.Provider(), got); err != nil || diff != "" {
			t.Errorf("ReadProvider(%s) = %v (-want +got)\n%s", name, err, diff)
		}
	}
	for path, want := range map[string]os.FileMode{filepath.Dir(s.ProviderFile()): 0o700, s.ProviderFile(): 0o600, s.Provider().CAFile: 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v; want %v", path, info.Mode(), err, want)
		}
	}
}

// listener plays the program that waits for a consent.
func listener(t *testing.T, status int) (redirectURI string, got func() url.Values) {
	t.Helper()
	arrived := make(chan url.Values, 1)
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- r.URL.Query()
		w.WriteHeader(status)
	}))
	t.Cleanup(ts.Close)
	return ts.URL + "/", func() url.Values { return <-arrived }
}

func authorization(s *Sandbox, c account.Client, redirectURI string) string {
	return s.Provider().AuthorizationEndpoint + "?" + url.Values{
		"response_type": {"code"}, "client_id": {c.ID}, "redirect_uri": {redirectURI}, "state": {"s-1"},
		"scope": {strings.Join(s.Provider().Scopes, " ")}, "access_type": {"offline"}, "prompt": {"consent"},
	}.Encode()
}

// From consent to mail: what the browser gets, the mail servers take.
func TestFromConsentToMail(t *testing.T) {
	for _, plain := range []bool{false, true} {
		s := started(t, Options{PlainPages: plain})
		if got, want := strings.HasPrefix(s.Provider().AuthorizationEndpoint, "http://127.0.0.1:"), plain; got != want {
			t.Errorf("PlainPages %v: authorization endpoint %s", plain, s.Provider().AuthorizationEndpoint)
		}
		c := s.NewClient(account.Desktop, nil, "my-project")
		redirectURI, got := listener(t, http.StatusOK)
		if err := s.Consent(t.Context(), authorization(s, c, redirectURI), mailbox); err != nil {
			t.Fatalf("Consent() = %v", err)
		}
		back := got()
		if back.Get("state") != "s-1" || back.Get("code") == "" {
			t.Fatalf("the listener got %v", back)
		}
		reply, err := client(t, s).PostForm(s.Provider().TokenEndpoint, url.Values{"grant_type": {"authorization_code"}, "code": {back.Get("code")},
			"client_id": {c.ID}, "client_secret": {c.Secret.Reveal()}, "redirect_uri": {redirectURI}})
		if err != nil {
			t.Fatal(err)
		}
		defer reply.Body.Close()
		if reply.ProtoMajor != 2 {
			t.Errorf("the token endpoint speaks %s, want HTTP/2 as Google does", reply.Proto)
		}
		body, err := io.ReadAll(reply.Body)
		if err != nil || reply.StatusCode != http.StatusOK {
			t.Fatalf("exchange = %d %s, %v", reply.StatusCode, body, err)
		}
		_, rest, _ := strings.Cut(string(body), `"access_token": "`)
		access, _, _ := strings.Cut(rest, `"`)
		if verdict := imapLogin(t, s, mailbox, access); !strings.HasPrefix(verdict, "a OK") {
			t.Errorf("IMAP says %q, want OK", verdict)
		}
		s.ExpireAccess(mailbox)
		if verdict := imapLogin(t, s, mailbox, access); !strings.HasPrefix(verdict, "a NO") {
			t.Errorf("after expiry IMAP says %q, want NO", verdict)
		}
	}
}

func imapLogin(t *testing.T, s *Sandbox, email, access string) string {
	t.Helper()
	conn, err := tls.Dial("tcp", s.Provider().IMAP.Addr(), s.TLS())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	sasl := base64.StdEncoding.EncodeToString([]byte("user=" + email + "\x01auth=Bearer " + access + "\x01\x01"))
	if _, err := fmt.Fprintf(conn, "a AUTHENTICATE XOAUTH2 %s\r\n", sasl); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "+ ") {
			_, _ = io.WriteString(conn, "\r\n")
		}
		if strings.HasPrefix(lines.Text(), "a ") {
			return lines.Text()
		}
	}
	t.Fatalf("IMAP: no verdict: %v", lines.Err())
	return ""
}

func TestConsentTellsWhereItStrands(t *testing.T) {
	s := started(t, Options{})
	c := s.NewClient(account.Web, []string{"https://crm.example.com/cb"}, "my-project")
	redirectURI, _ := listener(t, http.StatusOK)
	desktop := s.NewClient(account.Desktop, nil, "my-project")
	tests := []struct {
		name, scenario, address string
		where, code             string
		status                  int
	}{
		{"redirect not registered", "", authorization(s, c, redirectURI), diagnosis.AtAuthorize, "redirect_uri_mismatch", 400},
		{"not a test user", "not-a-test-user", authorization(s, desktop, redirectURI), diagnosis.AtAuthorize, "access_denied", 403},
		{"a page without a form", "app-blocked", authorization(s, desktop, redirectURI), diagnosis.AtAuthorize, "", 200},
		{"an error of the server", "authorize-500", authorization(s, desktop, redirectURI), diagnosis.AtAuthorize, "", 500},
	}
	for _, tt := range tests {
		var names []string
		if tt.scenario != "" {
			names = append(names, tt.scenario)
		}
		if err := s.Use(names...); err != nil {
			t.Fatal(err)
		}
		err := s.Consent(t.Context(), tt.address, mailbox)
		symptom, ok := errors.AsType[*diagnosis.Symptom](err)
		if !ok || symptom.Where != tt.where || symptom.Code != tt.code || symptom.Status != tt.status || symptom.Text == "" {
			t.Errorf("%s: Consent() = %v, want a Symptom %s %q %d", tt.name, err, tt.where, tt.code, tt.status)
		}
	}
	_ = s.Use()
	broken, _ := listener(t, http.StatusNotFound)
	for name, address := range map[string]string{
		"leads away from this machine": authorization(s, c, "https://crm.example.com/cb"),
		"not of this sandbox":          "https://example.com/auth",
		"no address":                   "https://127.0.0.1:bad/",
		"a listener that refuses":      authorization(s, desktop, broken),
		"nobody listens":               authorization(s, desktop, "http://127.0.0.1:1/"),
	} {
		err := s.Consent(t.Context(), address, mailbox)
		if err == nil || strings.Contains(err.Error(), "code=") {
			t.Errorf("%s: Consent() = %v, want an error without the code", name, err)
		}
	}
}

func TestScenariosOfTheHandshake(t *testing.T) {
	s := started(t, Options{Scenario: []string{"oauth-certificate-expired"}})
	for _, name := range []string{"oauth-certificate-expired", "oauth-certificate-wrong-name", "oauth-certificate-unknown-ca", "oauth-tls-old"} {
		if err := s.Use(name); err != nil {
			t.Fatal(err)
		}
		reply, err := client(t, s).Get(s.Provider().UserinfoEndpoint)
		if err == nil {
			reply.Body.Close()
			t.Errorf("%s: the handshake went well", name)
		}
	}
	if err := s.Use(); err != nil {
		t.Fatal(err)
	}
	reply, err := client(t, s).Get(s.Provider().UserinfoEndpoint)
	if err != nil {
		t.Fatalf("on a good day: %v", err)
	}
	reply.Body.Close()
	if _, err := s.ca.bad("pink"); err == nil {
		t.Error("a certificate of an unknown kind was made")
	}
}

func TestGrantsWithoutABrowser(t *testing.T) {
	s := started(t, Options{Publishing: account.Testing})
	c := s.NewClient(account.Web, nil, "my-project")
	read, err := account.ReadClient(s.ClientJSON(c), "client_secret.json")
	if err != nil || read.ID != c.ID || !read.Secret.Equal(c.Secret) {
		t.Errorf("ReadClient(ClientJSON()) = %v, %v", read.ID, err)
	}
	refresh := func(password, token string) int {
		t.Helper()
		reply, err := client(t, s).PostForm(s.Provider().TokenEndpoint, url.Values{"grant_type": {"refresh_token"},
			"client_id": {c.ID}, "client_secret": {password}, "refresh_token": {token}})
		if err != nil {
			t.Fatal(err)
		}
		reply.Body.Close()
		return reply.StatusCode
	}
	password, token := c.Secret.Reveal(), s.Authorize(c, mailbox).Reveal()
	if got := refresh(password, token); got != 200 {
		t.Errorf("refresh = %d, want 200", got)
	}
	fresh := s.RotateSecret(c).Reveal()
	if got := refresh(password, token); got != 401 {
		t.Errorf("refresh with the old secret = %d, want 401", got)
	}
	s.SetPublishing("my-project", account.Production)
	s.Withdraw("")
	if got := refresh(fresh, token); got != 400 {
		t.Errorf("refresh after Withdraw = %d, want 400", got)
	}
	s.DeleteClient(c)
	if got := refresh(fresh, s.Authorize(c, mailbox, "openid").Reveal()); got != 401 {
		t.Errorf("refresh of a deleted client = %d, want 401", got)
	}
	if !strings.HasSuffix(s.IntrospectionURL(), "/introspect") || len(s.Scenarios().Names()) != 0 {
		t.Error("introspection or scenarios are not what they should be")
	}
}

func TestStartRefuses(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	tests := []struct {
		name, code string
		options    Options
	}{
		{"unknown scenario", "unknown-scenario", Options{Scenario: []string{"nope"}}},
		{"port in use", "port-unavailable", Options{Port: port}},
		{"console port in use", "port-unavailable", Options{PagesPort: port}},
		{"mail port in use", "port-unavailable", Options{POP3Port: port}},
	}
	for _, tt := range tests {
		tt.options.Dir, tt.options.Now = t.TempDir(), time.Now
		_, err := Start(t.Context(), tt.options)
		if symptom, ok := errors.AsType[*diagnosis.Symptom](err); !ok || symptom.Where != diagnosis.AtInput || symptom.Code != tt.code {
			t.Errorf("%s: Start() = %v, want a Symptom with the code %s", tt.name, err, tt.code)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Options{Dir: file, Now: time.Now}); err == nil {
		t.Error("Start() took a file for its folder")
	}
}

func TestSandboxEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx, Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	s.tasks.Wait() // ends only if the servers do
	if _, err := os.Stat(s.ProviderFile()); err != nil {
		t.Errorf("the files are gone before Close: %v", err)
	}
	s.Close()
	s.Close()
	if _, err := os.Stat(filepath.Dir(s.ProviderFile())); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after Close the temporary folder: %v, want it gone", err)
	}
}
