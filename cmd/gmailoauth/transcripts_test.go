package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/sandbox/scenario"
)

// aheadVariable sets the clock of the program under test forward; browserDesk
// is where the browser that it starts brings the address.
const (
	aheadVariable = "TEST_CLOCK_AHEAD"
	browserDesk   = "TEST_BROWSER_DESK"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"gmailoauth":  programUnderTest,
		"the-browser": browserUnderTest,
	})
}

// programUnderTest is main, but for a clock that can be ahead.
func programUnderTest() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ahead, err := time.ParseDuration(os.Getenv(aheadVariable))
	if err != nil {
		ahead = 0
	}
	a := realWorld()
	a.now = func() time.Time { return time.Now().Add(ahead) }
	code := a.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// browserUnderTest is what BROWSER names: it hands the address to the story.
func browserUnderTest() {
	desk := os.Getenv(browserDesk) + "?" + url.Values{"address": {os.Args[len(os.Args)-1]}}.Encode()
	resp, err := http.Get(desk)
	if err != nil || resp.StatusCode != http.StatusOK {
		os.Exit(1)
	}
	os.Exit(0)
}

// The transcripts in testdata/script are the manual: each tells a story of
// commands and what they answer. Their verbs, beside those of testscript:
//
//	exits CODE gmailoauth ARGS…  runs the program, which must exit with CODE
//	sandbox [SCENARIO…]          starts the Gmail look-alike and names its provider file in
//	                             GMAILOAUTH_PROVIDER; later: these scenarios in place of the last
//	client KIND FILE [URI…]      makes a client on the console page (desktop or web, redirect
//	                             URIs) and downloads its JSON
//	consents EMAIL               from now on it is EMAIL who sits at the browser, and allows
//	connect EMAIL                a client, a consent and authorize, for stories that begin later
//	later DURATION               lets time pass
func TestTranscripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                "../../testdata/script",
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			s := &story{}
			s.desk = httptest.NewServer(http.HandlerFunc(s.browse))
			env.Values[storyKey{}] = s
			env.Defer(s.end)
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("HOME", home)
			env.Setenv("BROWSER", "the-browser")
			env.Setenv(browserDesk, s.desk.URL)
			return os.Mkdir(home, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    func(ts *testscript.TestScript, _ bool, args []string) { exits(ts, args) },
			"sandbox":  func(ts *testscript.TestScript, _ bool, args []string) { storyOf(ts).sandbox(ts, args) },
			"client":   func(ts *testscript.TestScript, _ bool, args []string) { storyOf(ts).client(ts, args) },
			"consents": func(ts *testscript.TestScript, _ bool, args []string) { storyOf(ts).consents(args[0]) },
			"connect":  func(ts *testscript.TestScript, _ bool, args []string) { storyOf(ts).connect(ts, args[0]) },
			"later":    func(ts *testscript.TestScript, _ bool, args []string) { storyOf(ts).later(ts, args[0]) },
		},
	})
}

type storyKey struct{}

// story is the world of one transcript.
type story struct {
	desk  *httptest.Server
	box   *sandbox.Sandbox
	who   atomic.Pointer[string] // sits at the browser
	ahead atomic.Int64           // of the clock, in nanoseconds
}

func storyOf(ts *testscript.TestScript) *story { return ts.Value(storyKey{}).(*story) }

func (s *story) end() {
	s.desk.Close()
	if s.box != nil {
		s.box.Close()
	}
}

func (s *story) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// exits runs a command and holds its exit code against the one wanted.
func exits(ts *testscript.TestScript, args []string) {
	want, err := strconv.Atoi(args[0])
	if err != nil || len(args) < 2 {
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
	if got != want {
		ts.Fatalf("%s exits %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// browse lets whoever sits at the browser consent to the address it was given.
func (s *story) browse(w http.ResponseWriter, r *http.Request) {
	address, who := r.FormValue("address"), s.who.Load()
	if s.box == nil || who == nil {
		http.Error(w, "nobody sits at the browser", http.StatusConflict)
		return
	}
	go func() { _ = s.box.Consent(context.Background(), address, *who) }()
}

func (s *story) consents(who string) { s.who.Store(&who) }

func (s *story) sandbox(ts *testscript.TestScript, names []string) {
	if s.box == nil {
		box, err := sandbox.Start(context.Background(), sandbox.Options{Dir: ts.MkAbs("sandbox"), Now: s.now})
		ts.Check(err)
		s.box = box
		ts.Setenv("GMAILOAUTH_PROVIDER", box.ProviderFile())
		ts.Setenv("CONSOLE", box.ConsoleURL())
	}
	var on []scenario.Scenario
	for _, name := range names {
		found, ok := scenario.Named(name)
		if !ok {
			ts.Fatalf("no scenario %q", name)
		}
		on = append(on, found)
	}
	s.box.Scenarios().Use(on...)
}

func (s *story) client(ts *testscript.TestScript, args []string) {
	made := s.box.NewClient(account.ClientType(args[0]), args[2:], "my-mail-123")
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), s.box.ClientJSON(made), 0o600))
}

func (s *story) connect(ts *testscript.TestScript, email string) {
	file := "client-of-" + email + ".json"
	s.client(ts, []string{"desktop", file})
	s.consents(email)
	ts.Check(ts.Exec("gmailoauth", "authorize", email, "--client-file", file))
}

func (s *story) later(ts *testscript.TestScript, by string) {
	d, err := time.ParseDuration(by)
	ts.Check(err)
	ts.Setenv(aheadVariable, time.Duration(s.ahead.Add(int64(d))).String())
}
