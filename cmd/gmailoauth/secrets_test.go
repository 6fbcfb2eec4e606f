package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/report"
	"gmailoauth/internal/sandbox"
)

// Servers that repeat what they were sent, people who paste a secret where a
// flag's name belongs, traces and failures: nothing of it shows a secret, in
// clear, in base64 or percent-encoded, whole or cut in two. Nor does it where
// secrets have no shape by which they could be known: see sentinel.
func TestNoSecretIsEverSeen(t *testing.T) {
	for name, mint := range map[string]func(string) string{"of Google's shape": nil, "of no shape": sentinel} {
		t.Run(name, func(t *testing.T) {
			w := newWatched(t, mint)
			w.commands()
			w.more()
			if len(w.known()) < 12 {
				t.Errorf("only %d secrets were met", len(w.known()))
			}
		})
	}
}

// commands are what people run, with servers that repeat what they are sent.
func (w *watched) commands() {
	// A consent whose code is refused with an echo, and one that goes well.
	w.echo.Store(true)
	w.run(4, "authorize", officeBox, "--client-file", w.file("client.json"), "-v", "--trace", w.file("trace-1"))
	w.echo.Store(false)
	w.run(0, "authorize", officeBox, "--client-file", w.file("client.json"), "-v", "--trace", w.file("trace-2"))
	w.run(0, "verify", "--sasl", "both", "--protocol", "imap,smtp,pop3", "--send-test", "-v", "--trace", w.file("trace-3"))

	// Mail servers that repeat the token, in words, in their challenge and in base64.
	w.use("mail-echoes")
	for _, format := range report.Formats() {
		code := 4
		if format == "nagios" {
			code = 2
		}
		w.run(code, "verify", "--sasl", "both", "--protocol", "imap,smtp,pop3", "--format", format, "-v", "--trace", w.file("trace-"+format))
	}
	w.use()

	// Endpoints that repeat the refresh token, the client secret, the access token.
	w.echo.Store(true)
	for _, format := range []string{"raw", "json"} {
		w.run(4, "token", officeBox, "--renew", "--format", format, "-v", "--trace", w.file("trace-token"))
	}
	for _, format := range []string{"text", "json"} {
		w.run(0, "client", "check", "--client-file", w.file("client.json"), "--format", format, "-v", "--trace", w.file("trace-client"))
		w.run(4, "verify", "--format", format, "-v", "--trace", w.file("trace-identity"))
	}
	w.run(3, "revoke", officeBox, "--yes", "-v", "--trace", w.file("trace-revoke"))
	w.echo.Store(false)

	// Google Cloud repeats the token, in clear and as a gRPC error would; gcloud repeats it in its own error.
	w.cloud()

	// Secrets in the wrong place.
	for _, s := range []string{w.client.Secret.Reveal(), w.refresh.Reveal()} {
		w.mistyped("token", officeBox, "--client-secrett="+s)
		w.mistyped("token", s)
		w.mistyped("verify", s)
		w.mistyped("verify", "--format", s)
		w.mistyped("verify", "--timeout", s)
		w.mistyped("verify", "--protocol", s)
		w.mistyped("authorize", officeBox, "--redirect-port", s)
		w.mistyped("authorize", officeBox, "--client-id", s)
		w.misplaced("authorize", officeBox, "--refresh-token-file", s, "--client-file", w.file("client.json"))
		w.misplaced("authorize", "new@example.com", "--client-file", s)
		w.mistyped("revoke", s)
		w.mistyped("client", "check", "--redirect-uri", s, "--client-id", s)
		w.misplaced("plan", "--target", s)
		w.misplaced("plan", "--target", "nocobase", "--set", "base_url="+s)
		w.mistyped("plan", "--target", "nocobase", "--set", s+"=x")
		w.mistyped("explain", s)
		w.misplaced("export", s, officeBox)
		w.mistyped("sandbox", "--scenario", s)
		w.mistyped(s)
		w.mistyped("help", s)
		w.mistyped("accounts", s)
		w.mistyped("token", officeBox, "--store", s)
		w.mistyped("token", officeBox, "--lang", s, "--no-such-flag")
	}
	w.files()
}

// watched is a program under test whose every word is read.
type watched struct {
	t       *testing.T
	dir     string
	box     *sandbox.Sandbox
	client  account.Client
	refresh interface{ Reveal() string }
	proxy   *httptest.Server
	desk    *httptest.Server
	// shapeless secrets are not known by sight.
	shapeless bool
	browser   string      // a command
	echo      atomic.Bool // the endpoints refuse, and repeat what they are sent

	mu      sync.Mutex
	secrets map[string]string // secret → what it is
}

func newWatched(t *testing.T, mint func(kind string) string) *watched {
	dir := t.TempDir()
	box, err := sandbox.Start(t.Context(), sandbox.Options{Dir: filepath.Join(dir, "sandbox"), Now: time.Now, Mint: mint})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.Close)
	w := &watched{t: t, dir: dir, box: box, shapeless: mint != nil, browser: "the-browser", secrets: map[string]string{}}
	w.proxy = httptest.NewServer(http.HandlerFunc(w.between))
	t.Cleanup(w.proxy.Close)
	w.desk = httptest.NewServer(http.HandlerFunc(w.browse))
	t.Cleanup(w.desk.Close)
	w.client = box.NewClient(account.Desktop, nil, project)
	w.refresh = box.Authorize(w.client, officeBox)
	w.learn("client_secret", w.client.Secret.Reveal())
	w.learn("refresh_token", w.refresh.Reveal())
	provider := string(box.ProviderYAML())
	for name, path := range map[string]string{"token": "/token", "revocation": "/token/revocation", "userinfo": "/me", "tokeninfo": "/tokeninfo"} {
		line := regexp.MustCompile(`(?m)^` + name + `_endpoint: .*$`)
		provider = line.ReplaceAllString(provider, name+"_endpoint: "+w.proxy.URL+path)
	}
	for name, text := range map[string]string{"client.json": string(box.ClientJSON(w.client)), "provider.yaml": provider} {
		if err := errors.Join(os.WriteFile(w.file(name), []byte(text), 0o600), os.MkdirAll(w.file("home"), 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *watched) file(name string) string { return filepath.Join(w.dir, name) }

func (w *watched) use(names ...string) {
	if err := w.box.Use(names...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *watched) learn(name, secret string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(secret) >= 16 {
		w.secrets[secret] = name
	}
}

func (w *watched) known() map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.secrets)
}

// between passes requests on to the look-alike, or refuses them with all that
// they held, and learns every secret that goes by.
func (w *watched) between(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	for _, name := range []string{"code", "code_verifier", "client_secret", "refresh_token", "token", "access_token"} {
		w.learn(name, form.Get(name))
	}
	_, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	w.learn("bearer", bearer)
	if w.echo.Load() {
		var all []string
		for _, values := range form {
			all = append(all, values...)
		}
		clear := strings.Join(append(all, bearer), " ")
		rw.Header().Set("Content-Type", "application/json")
		rw.Header().Set("Location", "/?"+string(body))
		rw.Header().Set("WWW-Authenticate", `Bearer realm="`+clear+`"`)
		rw.WriteHeader(http.StatusBadRequest)
		code := "invalid_grant"
		if r.URL.Path != "/token" {
			code = "invalid_token"
		}
		_, _ = fmt.Fprintf(rw, `{"error": %q, "error_description": "%s | %s | %s", "error_subtype": %q}`,
			code, clear, body, base64.StdEncoding.EncodeToString([]byte(clear)), clear)
		return
	}
	base := strings.TrimSuffix(w.box.Provider().TokenEndpoint, "/token")
	req, err := http.NewRequestWithContext(r.Context(), r.Method, base+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header = r.Header.Clone()
	transport := &http.Transport{TLSClientConfig: w.box.TLS()}
	defer transport.CloseIdleConnections()
	reply, err := transport.RoundTrip(req)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = reply.Body.Close() }()
	answer, _ := io.ReadAll(reply.Body)
	var tokens struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
		ID      string `json:"id_token"`
	}
	if json.Unmarshal(answer, &tokens) == nil {
		w.learn("access_token", tokens.Access)
		w.learn("refresh_token", tokens.Refresh)
		w.learn("id_token", tokens.ID)
	}
	rw.Header().Set("Content-Type", reply.Header.Get("Content-Type"))
	rw.WriteHeader(reply.StatusCode)
	_, _ = rw.Write(answer)
}

// browse is the browser. In its command line, which others can read, is the
// address: it may hold the state, which is of no use without the browser, and
// no other secret.
func (w *watched) browse(_ http.ResponseWriter, r *http.Request) {
	address := r.FormValue("address")
	w.search("the browser's command line", address)
	if u, err := url.Parse(address); err == nil {
		w.learn("state", u.Query().Get("state"))
	}
	go func() { _ = w.box.Consent(w.t.Context(), address, officeBox) }()
}

// run runs the program and reads all it says.
func (w *watched) run(want int, args ...string) {
	w.t.Helper()
	code, out, told := w.carryOut(args)
	if code != want {
		w.t.Errorf("%v exits %d, want %d\n%s%s", args, code, want, out, told)
	}
	for i, arg := range args {
		if slices.Contains([]string{"--trace"}, arg) {
			trace, err := os.ReadFile(args[i+1])
			if err != nil || len(trace) == 0 {
				w.t.Errorf("%v: trace of %d bytes, %v", args, len(trace), err)
			}
		}
	}
	w.files()
}

// mistyped runs a command line that holds a secret and must be refused.
func (w *watched) mistyped(args ...string) {
	w.t.Helper()
	if code, out, _ := w.carryOut(args); code == 0 || code == exitInterrupted {
		w.t.Errorf("%q exits %d\n%s", args, code, out)
	}
}

// misplaced is mistyped where a file or an address is wanted: what was typed is
// told, since it may well be one, unless it has the shape of a secret.
func (w *watched) misplaced(args ...string) {
	w.t.Helper()
	if !w.shapeless {
		w.mistyped(args...)
	}
}

var addressLine = regexp.MustCompile(`(?m)^\s*https?://\S+$`)

func (w *watched) carryOut(args []string) (code int, out, told string) {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), "gmailoauth", args...)
	cmd.Env = append(os.Environ(), "HOME="+w.file("home"), "BROWSER="+w.browser, browserDesk+"="+w.desk.URL,
		"GMAILOAUTH_PROVIDER="+w.file("provider.yaml"), "GMAILOAUTH_NO_INPUT=1")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if _, ok := errors.AsType[*exec.ExitError](err); !ok {
			w.t.Fatal(err)
		}
	}
	w.search(fmt.Sprintf("stdout of %.60q", args), addressLine.ReplaceAllString(stdout.String(), ""))
	w.search(fmt.Sprintf("stderr of %.60q", args), addressLine.ReplaceAllString(stderr.String(), ""))
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// files reads all that lies about, but for what holds secrets by its nature.
func (w *watched) files() {
	w.t.Helper()
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "client.json" || d.Name() == "gcp-token" || strings.Contains(path, "/secrets/") {
			return err
		}
		data, err := os.ReadFile(path)
		w.search(path, string(data))
		return err
	})
	if err != nil {
		w.t.Error(err)
	}
}

func (w *watched) search(where, text string) {
	w.t.Helper()
	for secret, name := range w.known() {
		for spelling, needle := range needles(secret) {
			if i := strings.Index(text, needle); i >= 0 {
				w.t.Errorf("%s holds the %s, %s: …%s…", where, name, spelling, text[max(0, i-80):min(len(text), i+len(needle)+20)])
			}
		}
	}
}

// needles are what of a secret must not be found. Its two halves stand for a
// secret that somebody has cut.
func needles(secret string) map[string]string {
	half := len(secret) / 2
	found := map[string]string{"percent-encoded": url.QueryEscape(secret), "its beginning": secret[:half], "its end": secret[half:]}
	for shift := range 3 {
		encoded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), secret...))
		core := encoded[(shift*8+5)/6 : len(encoded)-4]
		found[fmt.Sprintf("in base64, shifted by %d", shift)] = core[:len(core)*2/3]
	}
	return found
}
