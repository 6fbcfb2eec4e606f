//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox"
)

// workplace is a place with mail servers in which several mail programs work.
type workplace struct {
	lab        *lab
	box        *sandbox.Sandbox
	client     account.Client
	program    string // a copy that everybody may run
	provider   string
	roots      string // certificates that are trusted
	imap, smtp string // host:port

	mu      sync.Mutex
	counted map[string]int // renewals, by refresh token
	tokens  map[string]string
}

func newWorkplace(t *testing.T) *workplace {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: time.Now})
	check(t, err)
	t.Cleanup(box.Close)
	w := &workplace{lab: newLab(t), box: box, counted: map[string]int{}, tokens: map[string]string{},
		client: box.NewClient(account.Desktop, nil, "my-mail-123")}
	w.lab.know(t, box)
	w.lab.TokenEndpoint = w.counting(t, w.lab.TokenEndpoint)
	w.lab.startDovecot(t)
	w.lab.startPostfix(t)
	// Programs check the server's name, and a path may have a blank in it.
	folder := filepath.Join(w.lab.Dir, "mail lab")
	check(t, os.Mkdir(folder, 0o755))
	text, err := os.ReadFile(w.lab.writeProvider(t, box.Provider().CAFile))
	check(t, err)
	w.provider = filepath.Join(folder, "provider.yaml")
	text = bytes.ReplaceAll(text, []byte("host: 127.0.0.1"), []byte("host: localhost"))
	check(t, os.WriteFile(w.provider, text, 0o644))
	roots, err := os.ReadFile(filepath.Join(w.lab.Dir, "roots.pem"))
	check(t, err)
	w.roots = filepath.Join(folder, "roots.pem")
	check(t, os.WriteFile(w.roots, roots, 0o644))
	w.imap, w.smtp = net.JoinHostPort("localhost", strconv.Itoa(w.lab.IMAP)), net.JoinHostPort("localhost", strconv.Itoa(w.lab.SMTPS))
	built, err := os.ReadFile(program(t))
	check(t, err)
	w.program = filepath.Join(w.lab.Dir, "gmailoauth")
	check(t, os.WriteFile(w.program, built, 0o755))
	return w
}

// counting puts itself before the token endpoint and counts the renewals.
func (w *workplace) counting(t *testing.T, endpoint string) string {
	t.Helper()
	to, err := url.Parse(endpoint)
	check(t, err)
	proxy := &httputil.ReverseProxy{Transport: &http.Transport{TLSClientConfig: w.box.TLS()},
		Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL, r.Out.Host = to, to.Host }}
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		if form.Get("grant_type") == "refresh_token" {
			w.mu.Lock()
			w.counted[form.Get("refresh_token")]++
			w.mu.Unlock()
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(answer, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + to.Path
}

// renewals is how often the token of a mailbox was renewed so far.
func (w *workplace) renewals(email string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counted[w.tokens[email]]
}

// desk makes a mailbox known to gmailoauth, in a HOME that is empty but for that.
func (w *workplace) desk(t *testing.T, name string) *desk {
	t.Helper()
	d := &desk{at: w, email: name + "@example.com", home: filepath.Join(w.lab.Dir, "home "+name)}
	check(t, os.Mkdir(d.home, 0o700))
	refresh := w.box.Authorize(w.client, d.email, google.Gmail().Scopes...).Reveal()
	w.mu.Lock()
	w.tokens[d.email] = refresh
	w.mu.Unlock()
	d.write(t, "client.json", "0600", string(w.box.ClientJSON(w.client)))
	d.write(t, "refresh", "0600", refresh)
	check(t, os.Chown(d.home, d.at.lab.UID, d.at.lab.GID))
	d.sh(t, w.program, "authorize", d.email, "--provider", w.provider, "--client-file", filepath.Join(d.home, "client.json"),
		"--refresh-token-file", filepath.Join(d.home, "refresh"))
	check(t, os.Remove(filepath.Join(d.home, "client.json")))
	check(t, os.Remove(filepath.Join(d.home, "refresh")))
	return d
}

// deliver puts a message into a mailbox.
func (w *workplace) deliver(t *testing.T, email, subject string) {
	t.Helper()
	folder := filepath.Join(w.lab.Dir, "mail", email)
	for _, dir := range []string{folder, folder + "/cur", folder + "/tmp", folder + "/new"} {
		if err := os.Mkdir(dir, 0o700); err == nil {
			check(t, os.Chown(dir, w.lab.UID, w.lab.GID))
		}
	}
	name := fmt.Sprintf("%d.e2e.localhost", time.Now().UnixNano())
	message := fmt.Sprintf("From: sales@example.com\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <%s>\n\nbody\n", email, subject, time.Now().Format(time.RFC1123Z), name)
	path := filepath.Join(folder, "tmp", name)
	check(t, os.WriteFile(path, []byte(message), 0o600))
	check(t, os.Chown(path, w.lab.UID, w.lab.GID))
	check(t, os.Rename(path, filepath.Join(folder, "new", name)))
}

// arrives waits for a message that was sent.
func (w *workplace) arrives(t *testing.T, email, subject string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if holds(t, filepath.Join(w.lab.Dir, "mail", email), subject) {
			return
		}
	}
	t.Errorf("%q did not arrive at %s", subject, email)
}

// anHourPasses for a mailbox: the servers take its access token no more, and
// what is kept says so.
func (w *workplace) anHourPasses(t *testing.T, d *desk) {
	t.Helper()
	w.box.ExpireAccess(d.email)
	anHourOlder(t, d.home, d.email)
}

// anHourOlder makes the access token that is kept below a home end earlier.
func anHourOlder(t *testing.T, home, email string) {
	t.Helper()
	path := filepath.Join(home, ".local/share/gmailoauth/secrets", email+".json")
	text, err := os.ReadFile(path)
	check(t, err)
	var kept map[string]any
	check(t, json.Unmarshal(text, &kept))
	expires, err := time.Parse(time.RFC3339, kept["expires_at"].(string))
	check(t, err)
	kept["expires_at"] = expires.Add(-time.Hour).Format(time.RFC3339)
	text, err = json.Marshal(kept)
	check(t, err)
	check(t, os.WriteFile(path, text, 0o600))
}

// mechanisms are those by which a mailbox was opened, as the servers say.
func (w *workplace) mechanisms(t *testing.T, service, email string) string {
	t.Helper()
	log, line := "dovecot.log", service+`: Info: Login: user=<`+regexp.QuoteMeta(email)+`>, method=(\w+)`
	if service == "smtpd" {
		log, line = "postfix.log", `sasl_method=(\w+), sasl_username=`+regexp.QuoteMeta(email)
	}
	text, err := os.ReadFile(filepath.Join(w.lab.Dir, log))
	check(t, err)
	var seen []string
	for _, found := range regexp.MustCompile(line).FindAllStringSubmatch(string(text), -1) {
		seen = append(seen, found[1])
	}
	slices.Sort(seen)
	return strings.Join(slices.Compact(seen), ", ")
}
