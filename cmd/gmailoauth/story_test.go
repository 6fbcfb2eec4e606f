package main

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/store/vault/vaulttest"
)

type storyKey struct{}

// story is the world of one transcript.
type story struct {
	desk   *httptest.Server
	box    *sandbox.Sandbox
	who    atomic.Pointer[string] // sits at the browser
	called chan struct{}          // for each address that came there
	ahead  atomic.Int64           // of the clock, in nanoseconds
	last   account.Client
	vault  *vaulttest.Server
}

// project is that of all clients.
const project = "my-mail-123"

func (s *story) end() {
	s.desk.Close()
	if s.vault != nil {
		s.vault.Close()
	}
	if s.box != nil {
		s.box.Close()
	}
}

func (s *story) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// shapes are those of Google's secrets, which the sandbox gives out as well.
var shapes = regexp.MustCompile(`ya29\.[\w-]{8}|1//[\w-]{12}|GOCSPX-[\w-]{8}|4/0A[\w-]{12}`)

// exits runs a command and holds its exit code against the one wanted.
func exits(ts *testscript.TestScript, args []string) {
	want, err := strconv.Atoi(args[0])
	if err != nil {
		ts.Fatalf("usage: exits CODE COMMAND ARGS…")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	ts.Value(storyKey{}).(*story).drain()
	if got != want {
		ts.Fatalf("%s exits %d, want %d", strings.Join(args[1:], " "), got, want)
	}
	for _, stream := range []string{"stdout", "stderr"} {
		if stream == "stdout" && (slices.Contains(args, "token") || slices.Contains(args, "completion")) {
			continue
		}
		if found := shapes.FindString(ts.ReadFile(stream)); found != "" {
			ts.Fatalf("%s shows %s on %s", strings.Join(args[1:], " "), found, stream)
		}
	}
}

func mode(ts *testscript.TestScript, args []string) {
	for _, name := range args[1:] {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if got := strconv.FormatUint(uint64(info.Mode().Perm()), 8); got != args[0] {
			ts.Fatalf("%s has the mode %s, want %s", name, got, args[0])
		}
	}
}

func decodedStdout(ts *testscript.TestScript, pattern string) {
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(ts.ReadFile("stdout")))
	ts.Check(err)
	if !regexp.MustCompile(pattern).Match(text) {
		ts.Fatalf("stdout decodes to %q, which does not match %s", text, pattern)
	}
}

// browse lets whoever sits at the browser consent to the address it was given.
func (s *story) browse(w http.ResponseWriter, r *http.Request) {
	address, who := r.FormValue("address"), s.who.Load()
	select {
	case s.called <- struct{}{}:
	default:
	}
	if s.box == nil || who == nil {
		http.Error(w, "nobody sits at the browser", http.StatusConflict)
		return
	}
	go func() { _ = s.box.Consent(context.Background(), address, *who) }()
}

// drain forgets addresses that came to the browser, for the next to be waited for.
func (s *story) drain() {
	for len(s.called) > 0 {
		<-s.called
	}
}

func (s *story) asked(ts *testscript.TestScript, _ []string) {
	select {
	case <-s.called:
	case <-time.After(20 * time.Second):
		ts.Fatalf("the browser was not started")
	}
}

func (s *story) sandbox(ts *testscript.TestScript, names []string) {
	if s.box == nil {
		box, err := sandbox.Start(context.Background(), sandbox.Options{Dir: ts.MkAbs("sandbox"), Now: s.now})
		ts.Check(err)
		s.box = box
		ts.Setenv("GMAILOAUTH_PROVIDER", box.ProviderFile())
		ts.Setenv("CONSOLE", box.ConsoleURL())
	}
	ts.Check(s.box.Use(names...))
}

func (s *story) runVault(ts *testscript.TestScript, args []string) {
	if len(args) == 1 && args[0] == "revoke" {
		s.vault.Revoke("hvs.owner")
		return
	}
	s.vault = vaulttest.Start()
	s.vault.Owner("hvs.owner", "kv", "mail")
	ts.Check(os.WriteFile(ts.MkAbs("vault-ca.pem"), s.vault.CA(), 0o600))
	ts.Setenv("VAULT_ADDR", s.vault.URL)
	ts.Setenv("VAULT_CACERT", ts.MkAbs("vault-ca.pem"))
	ts.Setenv("VAULT_TOKEN", "hvs.owner")
}

func (s *story) client(ts *testscript.TestScript, args []string) {
	s.last = s.box.NewClient(account.ClientType(args[0]), args[2:], project)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), s.box.ClientJSON(s.last), 0o600))
	ts.Setenv("CLIENT_ID", s.last.ID)
	ts.Setenv("CLIENT_SECRET", s.last.Secret.Reveal())
}

func (s *story) publishing(_ *testscript.TestScript, args []string) {
	s.box.SetPublishing(project, account.Publishing(args[0]))
}

func (s *story) connect(ts *testscript.TestScript, args []string) {
	file := "client-of-" + args[0] + ".json"
	s.client(ts, []string{"desktop", file})
	s.who.Store(&args[0])
	ts.Check(ts.Exec("gmailoauth", "authorize", args[0], "--client-file", file))
	s.drain()
}

func (s *story) grant(ts *testscript.TestScript, args []string) {
	token := s.box.Authorize(s.last, args[0], args[2:]...).Reveal()
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(token+"\n"), 0o600))
}

func (s *story) tokens(ts *testscript.TestScript, args []string) {
	token := s.box.Authorize(s.last, args[0], args[2:]...).Reveal()
	filled := strings.NewReplacer("{client_id}", s.last.ID, "{client_secret}", s.last.Secret.Reveal(), "{refresh_token}", token).
		Replace(ts.ReadFile(args[1]))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(filled), 0o600))
	ts.Check(os.Chmod(ts.MkAbs(args[1]), 0o600))
}

func (s *story) later(ts *testscript.TestScript, args []string) {
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	ts.Setenv(aheadVariable, time.Duration(s.ahead.Add(int64(d))).String())
}
