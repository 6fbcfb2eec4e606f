//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/terminal/screen"
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

// desk is the place of one program: a mailbox and a HOME of its own, and no
// rights of root.
type desk struct {
	at          *workplace
	email, home string
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

// configure writes what export says, where it says; the home stands for / as well.
func (d *desk) configure(t *testing.T, format string) {
	t.Helper()
	var answer struct {
		Files []struct{ Path, Mode, Content string } `json:"files"`
	}
	text := d.sh(t, d.at.program, "export", format, d.email, "--provider", d.at.provider, "--format", "json")
	check(t, json.Unmarshal([]byte(text), &answer))
	if len(answer.Files) == 0 {
		t.Fatalf("export %s gives no files: %s", format, text)
	}
	for _, file := range answer.Files {
		d.write(t, strings.TrimLeft(file.Path, "~/"), file.Mode, file.Content)
	}
}

// write writes a file of the desk's user.
func (d *desk) write(t *testing.T, path, mode, content string) {
	t.Helper()
	for folder := filepath.Dir(path); folder != "."; folder = filepath.Dir(folder) {
		defer func() { check(t, os.Chown(filepath.Join(d.home, folder), d.at.lab.UID, d.at.lab.GID)) }()
	}
	full := filepath.Join(d.home, path)
	bits, err := strconv.ParseUint(mode, 8, 32)
	check(t, err)
	check(t, os.MkdirAll(filepath.Dir(full), 0o700))
	check(t, os.WriteFile(full, []byte(content), fs.FileMode(bits)))
	check(t, os.Chown(full, d.at.lab.UID, d.at.lab.GID))
}

// command runs as the desk's user, with a clean environment.
func (d *desk) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = d.home
	cmd.Env = []string{"HOME=" + d.home, "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin", "LC_ALL=C.UTF-8", "TERM=xterm", "USER=nobody", "EDITOR=true"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(d.at.lab.UID), Gid: uint32(d.at.lab.GID)}}
	return cmd
}

// sh runs a command to its end, which must be a good one, and gives what it says.
func (d *desk) sh(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, err := d.run(t, args...)
	if err != nil {
		t.Fatalf("%q: %v\n%s%s", args, err, stdout, stderr)
	}
	return stdout
}

// fails runs a command that must end badly, by itself, and gives what it says.
func (d *desk) fails(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, err := d.run(t, args...)
	if exit, ended := errors.AsType[*exec.ExitError](err); !ended || !exit.Exited() {
		t.Fatalf("%q: %v, want it to fail\n%s%s", args, err, stdout, stderr)
	}
	return stdout
}

func (d *desk) run(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := d.command(ctx, args...)
	cmd.SysProcAttr.Setpgid = true
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	var out, told bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &told
	err = cmd.Run()
	return out.String(), told.String(), err
}

// open starts a program on a terminal. The function waits for its end.
func (d *desk) open(t *testing.T, args ...string) (*screen.Screen, func(time.Duration)) {
	t.Helper()
	s := screen.New(t, 100, 30)
	ctx, cancel := context.WithCancel(t.Context())
	cmd := d.command(ctx, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.TTY, s.TTY, s.TTY
	cmd.SysProcAttr.Setsid, cmd.SysProcAttr.Setctty = true, true
	check(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { cancel() })
	return s, func(within time.Duration) {
		t.Helper()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("%q: %v\n%s", args, err, s)
			}
		case <-time.After(within):
			t.Errorf("%q does not end\n%s", args, s)
		}
	}
}

// has reports whether a message of that subject lies below ~/Mail.
func (d *desk) has(t *testing.T, subject string) bool {
	t.Helper()
	return holds(t, filepath.Join(d.home, "Mail"), subject)
}

func holds(t *testing.T, folder, subject string) bool {
	t.Helper()
	found := false
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil // what comes and goes meanwhile
		}
		text, _ := os.ReadFile(path)
		found = found || bytes.Contains(text, []byte("Subject: "+subject))
		return nil
	})
	return found
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
	path := filepath.Join(d.home, ".local/share/gmailoauth/secrets", d.email+".json")
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
