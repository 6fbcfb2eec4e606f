package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
)

// stage is an app without a world around it, and what it wrote.
type stage struct {
	*app
	out, err bytes.Buffer
}

func newStage(env map[string]string) *stage {
	s := &stage{}
	s.app = &app{
		term: &terminal.Terminal{In: strings.NewReader(""), Out: &s.out, Err: &s.err, Width: 80},
		now:  func() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) },
		lookupEnv: func(name string) (string, bool) {
			value, ok := env[name]
			return value, ok
		},
		hide: new(secret.Redactor),
	}
	return s
}

const pasted = "GOCSPX-abcdefghijklmnopqrstuvwx"

// Whatever is wrong with a command line is told in four lines, with exit code 2
// and without what was typed: it may be a secret.
func TestBadCommandLines(t *testing.T) {
	for _, row := range []struct {
		args string
		want string // the diagnosis
		says string
	}{
		{"verfiy", "unknown-command", "gmailoauth verify"},
		{"frobnicate", "no-such-command", ""},
		{pasted, "no-such-command", ""},
		{"accounts lsit", "unknown-command", "gmailoauth accounts list"},
		{"accounts " + pasted, "no-such-command", ""},
		{"help nonsense", "no-such-command", ""},
		{"help accounts " + pasted, "no-such-command", ""},
		{"version --acount x", "unknown-flag", "--acount"},
		{"version --client-secret=" + pasted, "unknown-flag", "--client-secret"},
		{"version --" + pasted, "unknown-flag", ""},
		{"version --timeout " + pasted, "bad-flag", "--timeout"},
		{"version --timeout", "flag-without-value", "--timeout"},
		{"version " + pasted, "extra-argument", "version"},
		{"explain one two", "wrong-argument", "explain"},
		{"explain " + pasted, "unknown-diagnosis", "gmailoauth explain"},
		{"explain --format " + pasted, "value-not-among-choices", "--format"},
	} {
		t.Run(row.args, func(t *testing.T) {
			s := newStage(nil)
			code := s.run(t.Context(), strings.Fields(row.args))
			lines := strings.Split(strings.TrimSuffix(s.err.String(), "\n"), "\n")
			if code != 2 || len(lines) != 4 || s.out.Len() != 0 {
				t.Errorf("run(%s) = %d, %d lines on stderr, stdout %q; want 2, 4, none:\n%s", row.args, code, len(lines), s.out.String(), s.err.String())
			}
			if got := lines[len(lines)-1]; got != "more:  gmailoauth explain "+row.want {
				t.Errorf("run(%s): %q, want diagnosis %s", row.args, got, row.want)
			}
			if !strings.Contains(s.err.String(), row.says) {
				t.Errorf("run(%s) says nothing of %q:\n%s", row.args, row.says, s.err.String())
			}
			if strings.Contains(s.err.String(), pasted) || strings.Contains(s.err.String(), pasted[7:]) {
				t.Errorf("run(%s) repeats what was typed:\n%s", row.args, s.err.String())
			}
		})
	}
}

func TestBadVariable(t *testing.T) {
	s := newStage(map[string]string{"GMAILOAUTH_TIMEOUT": pasted})
	if code := s.run(t.Context(), []string{"version"}); code != 2 || !strings.Contains(s.err.String(), "GMAILOAUTH_TIMEOUT") || strings.Contains(s.err.String(), pasted) {
		t.Errorf("run = %d:\n%s", code, s.err.String())
	}
}

func TestFailureAsJSON(t *testing.T) {
	for _, row := range []struct {
		args string
		env  map[string]string
	}{
		{args: "explain nothing --format json"},
		{args: "explain nothing --format=json"},
		{args: "explain --bad --format json"},
		{args: "explain nothing", env: map[string]string{"GMAILOAUTH_FORMAT": "json"}},
	} {
		s := newStage(row.env)
		code := s.run(t.Context(), strings.Fields(row.args))
		var got struct {
			Format  int
			Command string
			Error   map[string]string
			Exit    int
		}
		if err := json.Unmarshal(s.out.Bytes(), &got); err != nil {
			t.Errorf("run(%s): stdout is no JSON: %v\n%s", row.args, err, s.out.String())
			continue
		}
		if code != 2 || got.Format != 1 || got.Command != "explain" || got.Exit != 2 || got.Error["name"] == "" || got.Error["fix"] == "" {
			t.Errorf("run(%s) = %d, %+v", row.args, code, got)
		}
	}
	if got := newStage(nil).formatOf("x", []string{"x", "--", "--format", "json"}); got != "" {
		t.Errorf("behind -- formatOf reads %q", got)
	}
}

func TestFailGivesTheCode(t *testing.T) {
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	for _, row := range []struct {
		name string
		ctx  context.Context
		err  error
		want int
		more string
	}{
		{"told already", t.Context(), fmt.Errorf("x: %w", exitError(3)), 3, ""},
		{"Ctrl-C", stopped, errors.New("x"), 130, ""},
		{"Ctrl-C in the wizard", t.Context(), fmt.Errorf("ask: %w", context.Canceled), 130, ""},
		{"a symptom", t.Context(), fmt.Errorf("x: %w", &diagnosis.Symptom{Where: diagnosis.AtIMAP, Code: "UNAVAILABLE"}), 5, "mail-server-unavailable"},
		{"anything else", t.Context(), errors.New("odd"), 1, "bug"},
		{"time ran out", t.Context(), context.DeadlineExceeded, 5, "timed-out"},
		{"a flag is missing", t.Context(), errors.New(`required flag(s) "file", "target" not set`), 2, "missing-flag"},
		{"flags exclude each other", t.Context(), errors.New("if any flags in the group [a b] are set none of the others can be; [a b] were all set"), 2, "flags-exclude-each-other"},
		{"flags belong together", t.Context(), errors.New("if any flags in the group [a b] are set they must all be set; missing [b]"), 2, "missing-flag"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newStage(nil)
			if got := s.fail(row.ctx, "verify", nil, row.err); got != row.want {
				t.Errorf("fail(%v) = %d, want %d", row.err, got, row.want)
			}
			if row.more == "" && s.err.Len() > 0 || !strings.Contains(s.err.String(), row.more) {
				t.Errorf("fail(%v) says:\n%s", row.err, s.err.String())
			}
		})
	}
	s := newStage(nil)
	s.flags.format = "json"
	if got := s.fail(stopped, "verify", nil, context.Canceled); got != 130 || !strings.Contains(s.out.String(), `"exit": 130`) {
		t.Errorf("fail, interrupted, as JSON = %d %s", got, s.out.String())
	}
}

// Known secrets are taken out of all that is told of a failure, a panic's stack
// too.
func TestFailHidesSecrets(t *testing.T) {
	const known = "1//0gSentinelOfATestThatMustNotBeSeen"
	for _, verbose := range []bool{false, true} {
		s := newStage(nil)
		s.hide.Hide(secret.New(known))
		s.flags.verbose = verbose
		root := &cobra.Command{Use: "gmailoauth", SilenceErrors: true, SilenceUsage: true,
			RunE: func(*cobra.Command, []string) error { panic("lost " + known) }}
		root.SetArgs([]string{})
		_, err := s.execute(t.Context(), root)
		code := s.fail(t.Context(), "", nil, err)
		if code != 1 || !strings.Contains(s.err.String(), "gmailoauth explain bug") {
			t.Errorf("fail of a panic = %d:\n%s", code, s.err.String())
		}
		if strings.Contains(s.err.String(), known) {
			t.Errorf("fail(verbose %v) tells a secret:\n%s", verbose, s.err.String())
		}
		if got := strings.Contains(s.err.String(), "goroutine"); got != verbose {
			t.Errorf("fail(verbose %v): stack told: %v", verbose, got)
		}
	}
}

// What is taken out of a value of JSON never swallows what stands around it.
func TestCleanKeepsJSONWhole(t *testing.T) {
	const known = "1//0gSentinelOfATestThatMustNotBeSeen"
	s := newStage(nil)
	s.hide.Hide(secret.New(known))
	for _, value := range []string{
		`{"access_token": "ya29.cut`, `"` + known + `"`, known + "\\", "<b>&\u2028", `"refresh_token":"` + known, "plain",
	} {
		object, err := json.Marshal(map[string]string{"evidence": value, "status": "fail"})
		if err != nil {
			t.Fatal(err)
		}
		cleaned := s.clean(string(object))
		var got map[string]string
		if err := json.Unmarshal([]byte(cleaned), &got); err != nil || got["status"] != "fail" || strings.Contains(cleaned, known) {
			t.Errorf("clean(%s) = %s, %v", object, cleaned, err)
		}
	}
	if got := s.clean("a " + known); strings.Contains(got, known) {
		t.Errorf("clean = %s", got)
	}
	if got, want := s.clean(`{"open": "end`), `{"open": "end`; got != want {
		t.Errorf("clean = %s, want %s", got, want)
	}
}

func TestExplainTellsOneAndAll(t *testing.T) {
	s := newStage(nil)
	if code := s.run(t.Context(), []string{"explain", "refresh-token-expired-in-testing"}); code != 0 {
		t.Fatalf("explain = %d:\n%s", code, s.err.String())
	}
	for _, want := range []string{"Token has been expired or revoked.", "1. the app is in Testing", "auth/audience", "seen 2026-"} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("explain does not say %q:\n%s", want, s.out.String())
		}
	}
	all := newStage(nil)
	if code := all.run(t.Context(), []string{"explain"}); code != 0 {
		t.Fatalf("explain = %d:\n%s", code, all.err.String())
	}
	var names []string
	for line := range strings.Lines(all.out.String()) {
		names = append(names, strings.Fields(line)[0])
	}
	if diff := cmp.Diff(all.catalogue().Names(), names); diff != "" {
		t.Errorf("explain (-catalogue +listed):\n%s", diff)
	}
	asJSON := newStage(nil)
	asJSON.run(t.Context(), []string{"explain", "--format", "json"})
	var got struct{ Diagnoses []map[string]any }
	if err := json.Unmarshal(asJSON.out.Bytes(), &got); err != nil || len(got.Diagnoses) != len(names) {
		t.Errorf("explain --format json: %d entries, %v", len(got.Diagnoses), err)
	}
	one := newStage(nil)
	one.run(t.Context(), []string{"explain", "bug", "--format", "json"})
	if !json.Valid(one.out.Bytes()) {
		t.Errorf("explain bug --format json = %s", one.out.String())
	}
}

func TestHelpTopics(t *testing.T) {
	for topic, want := range map[string]string{"environment": "GMAILOAUTH_ACCOUNT", "exit-codes": "130", "json": `"format": 1`, "files": "token_endpoint"} {
		s := newStage(nil)
		if code := s.run(t.Context(), []string{"help", topic}); code != 0 || !strings.Contains(s.out.String(), want) {
			t.Errorf("help %s = %d:\n%s", topic, code, s.out.String())
		}
	}
	s := newStage(nil)
	if code := s.run(t.Context(), []string{}); code != 0 || !strings.Contains(s.out.String(), "exit-codes") {
		t.Errorf("gmailoauth = %d:\n%s", code, s.out.String())
	}
}

// Each command keeps its own default of --format, though they share a variable.
func TestFormatHasADefaultOfItsOwn(t *testing.T) {
	s := newStage(nil)
	if code := s.run(t.Context(), []string{"explain", "bug"}); code != 0 || s.flags.format != "text" {
		t.Errorf("explain = %d with format %q", code, s.flags.format)
	}
}
