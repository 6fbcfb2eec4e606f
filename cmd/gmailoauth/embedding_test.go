package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gmailoauth/internal/account"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/words"
)

// Each rule has its sentence, and a pattern that it keeps to: what Check takes
// matches it.
func TestRulesInTheProtocol(t *testing.T) {
	w, err := words.Load("en")
	must(t, err)
	for _, rule := range playbook.Rules() {
		if !w.Has("rules." + rule) {
			t.Errorf("internal/words/en/rules.yaml: no sentence for the rule %s", rule)
		}
	}
	for rule, values := range map[string][2][]string{
		"project-id":   {{"my-mail-123", "abcdef"}, {"My-Mail", "a", "my-mail-"}},
		"client-id":    {{"815-abc.apps.googleusercontent.com"}, {"a b", "-x"}},
		"port":         {{"1", "65535"}, {"x", "-1"}},
		"https-url":    {{"https://office.example.com", "HTTPS://office.example.com/a/"}, {"http://office.example.com", "office.example.com"}},
		"redirect-uri": {{"https://office.example.com/cb", "http://127.0.0.1:8765/"}, {"office.example.com", "https://office.example.com/#x"}},
		"email":        {{"office@example.com"}, {"office", "office@example"}},
		"secret":       {{"hush-hush"}, {"hush hush"}},
	} {
		pattern := regexp.MustCompile(playbook.Pattern(rule))
		if playbook.Pattern(rule) == "" {
			t.Errorf("%s: no pattern", rule)
		}
		for i, list := range values {
			for _, value := range list {
				_, err := playbook.Check(playbook.Question{Key: "x", Flag: "--x", Check: rule}, value)
				if good := i == 0; (err == nil) != good || pattern.MatchString(value) != good {
					t.Errorf("%s: %q: Check says %v, the pattern %v; want both %v", rule, value, err, pattern.MatchString(value), good)
				}
			}
		}
	}
}

// A program that knows no question by name drives a whole setup through plan, to
// a proof that is green.
func TestInstallerDrivesSetup(t *testing.T) {
	o := newWorkplace(t)
	bin := t.TempDir()
	for name, from := range map[string]string{"gmailoauth": ".", "installer": "../../testdata/installer"} {
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, name+".exe"), from).CombinedOutput(); err != nil {
			t.Fatalf("go build %s: %v\n%s", from, err, out)
		}
	}
	client := o.box.NewClient(account.Desktop, nil, "my-mail-123")
	good := map[string]string{"target": "generic-desktop", "account": o.who, "project": "my-mail-123", "audience": "external",
		"publishing": "production", "client_id": client.ID, "client_secret": client.Secret.Reveal(),
		"refresh_token": o.box.Authorize(client, o.who).Reveal(), "ack_branding": "yes"}
	install := func(change map[string]string) (code int, out, said string) {
		t.Helper()
		answers := maps.Clone(good)
		for key, value := range change {
			answers[key] = value
			if value == "" {
				delete(answers, key)
			}
		}
		data, err := json.Marshal(answers)
		must(t, err)
		var stdout, stderr bytes.Buffer
		cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "installer.exe"), filepath.Join(bin, "gmailoauth.exe"), o.file("answers.json", string(data)))
		cmd.Dir, cmd.Stdout, cmd.Stderr = t.TempDir(), &stdout, &stderr
		cmd.Env = append(os.Environ(), "HOME="+o.env["HOME"], "GMAILOAUTH_PROVIDER="+o.box.ProviderFile())
		err = cmd.Run()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			code = exit.ExitCode()
		}
		if strings.Contains(stdout.String()+stderr.String(), client.Secret.Reveal()) {
			t.Error("the secret is shown")
		}
		return code, stdout.String(), stderr.String()
	}
	for name, row := range map[string]struct {
		change map[string]string
		says   string
	}{
		"a missing answer":        {map[string]string{"audience": ""}, "(audience)"},
		"a value against pattern": {map[string]string{"project": "My Project"}, "6 to 30 lower-case letters"},
		"a value plan refuses":    {map[string]string{"account": "office@-example.com"}, "plan: exit status 2"},
	} {
		if code, _, said := install(row.change); code != 2 || !strings.Contains(said, row.says) {
			t.Errorf("%s: exit %d, want 2 and %q:\n%s", name, code, row.says, said)
		}
	}
	code, out, said := install(nil)
	if code != 0 || !strings.Contains(out, "what to paste where") || !strings.Contains(said, "IMAP") {
		t.Fatalf("installer = %d, want 0, the proof and the sheet:\n%s%s", code, out, said)
	}
	if acct, _ := o.kept(o.who); acct.Target != "generic-desktop" || !acct.Grant.Adopted {
		t.Errorf("the account is kept as %+v", acct)
	}
}
