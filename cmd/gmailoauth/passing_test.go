package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gmailoauth/internal/e2e/recipes"
	"gmailoauth/internal/sandbox"
)

// onDisk are the files below the home of a workplace.
func (o *workplace) onDisk() (files []string) {
	o.t.Helper()
	must(o.t, filepath.WalkDir(o.env["HOME"], func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, path)
		}
		return err
	}))
	return files
}

// What flags or variables say of a delegation is enough for token, verify and a
// fleet: nothing is on disk, before or after.
func TestVariablesAloneOpenADelegatedMailbox(t *testing.T) {
	for name, describe := range map[string]func(o *workplace, email, key string) []string{
		"a key's file, in a variable": func(o *workplace, _, key string) []string {
			o.env["GMAILOAUTH_SERVICE_ACCOUNT_FILE"] = key
			return nil
		},
		"a key, in a variable": func(o *workplace, _, key string) []string {
			data, err := os.ReadFile(key)
			must(o.t, err)
			o.env[serviceAccountKey] = string(data)
			return nil
		},
		"a key, in the file of a variable": func(o *workplace, email, key string) []string {
			o.env[serviceAccountKey+"_FILE"] = key
			o.env["GMAILOAUTH_SERVICE_ACCOUNT"] = email
			return nil
		},
		"no key, and a token": func(o *workplace, email, _ string) []string {
			o.env["GMAILOAUTH_SERVICE_ACCOUNT"] = email
			o.env[gcpToken] = o.box.CloudToken().Reveal()
			return nil
		},
		"no key, and the file of a token": func(o *workplace, email, _ string) []string {
			o.env["GMAILOAUTH_SERVICE_ACCOUNT"] = email
			o.env[gcpToken+"_FILE"] = o.box.CloudTokenFile()
			return nil
		},
		"no key, and what a CI server vouches for": func(o *workplace, email, _ string) []string {
			o.env["GMAILOAUTH_SERVICE_ACCOUNT"] = email
			o.env[applicationCredentials] = o.credentials(fromURL(o), "")
			return nil
		},
		"what a CI server vouches for, and nothing more": func(o *workplace, email, _ string) []string {
			o.env["GMAILOAUTH_GRANT"] = "delegation"
			o.env[credentialsVariable] = o.credentials(fromURL(o), email)
			return nil
		},
		"a key's file, by a flag": func(_ *workplace, _, key string) []string {
			return []string{"--grant", "delegation", "--service-account-file", key}
		},
		"no key, by flags": func(o *workplace, email, _ string) []string {
			return []string{"--service-account", email, "--gcp-token-file", o.box.CloudTokenFile()}
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newWorkplace(t)
			o.env["PATH"] = t.TempDir() // no gcloud
			email, key := o.serviceKey(sandbox.AllDelegated()...)
			flags := describe(o, email, key)
			with := func(args ...string) []string { return append(args, flags...) }
			fleet := fleetFile(t, "a@example.com", "b@example.com", "c@example.com")
			if got := o.runs(with("verify", "--fleet", fleet)...); got.code != 0 || !strings.Contains(got.out, "3 mailboxes: 3 passed") {
				t.Errorf("verify --fleet: exit %d\n%s%s", got.code, got.out, got.err)
			}
			if got := o.runs(with("verify", "a@example.com", "B@example.com", "a@EXAMPLE.com", "--protocol", "imap,smtp,pop3")...); got.code != 0 || !strings.Contains(got.out, "2 mailboxes: 2 passed") {
				t.Errorf("verify of two: exit %d\n%s%s", got.code, got.out, got.err)
			}
			code, token := o.tokenOf(with("token", "a@example.com")...)
			if code != 0 || !strings.HasPrefix(token, "ya29.") {
				t.Errorf("token: exit %d", code)
			}
			o.env["GMAILOAUTH_ACCOUNT"] = "d@example.com"
			if code, token = o.tokenOf(with("token")...); code != 0 || !strings.HasPrefix(token, "ya29.") {
				t.Errorf("token of the variable: exit %d", code)
			}
			if got := o.runs(with("verify", "--scope", "imap-admin")...); got.code != 0 || !strings.Contains(got.out, "d@example.com") || strings.Contains(got.out, "SMTP") {
				t.Errorf("verify of the variable, IMAP alone: exit %d\n%s%s", got.code, got.out, got.err)
			}
			if files := o.onDisk(); len(files) > 0 {
				t.Errorf("left on the disk: %v", files)
			}
			delete(o.env, "HOME")
			if got := o.runs(with("verify")...); got.code != 0 {
				t.Errorf("verify without a home: exit %d\n%s%s", got.code, got.out, got.err)
			}
		})
	}
}

// tokenOf runs token; what it prints is a secret, and no fault.
func (o *workplace) tokenOf(args ...string) (code int, token string) {
	o.t.Helper()
	var out strings.Builder
	o.sink = &out
	defer func() { o.sink = nil }()
	code, _, said := o.run(args...)
	if code != 0 {
		o.t.Log(said)
	}
	return code, out.String()
}

// A Workspace of two thousand mailboxes is proven without one consent, without
// authorize for each, and leaves nothing behind: no file, goroutine or connection.
// What cannot be opened fails beside the others, for what it is.
func TestFleetWithoutOneConsent(t *testing.T) {
	const mailboxes = 2000
	o := newWorkplace(t)
	_, key := o.serviceKey(sandbox.AllDelegated()...)
	emails := make([]string, mailboxes)
	for i := range emails {
		emails[i] = fmt.Sprintf("box-%04d@example.com", i)
	}
	emails[700], emails[1400] = "box-0700@example.org", "box.1400@gmail.com"
	before := goleak.IgnoreCurrent()
	start := time.Now()
	got := o.runs("verify", "--fleet", fleetFile(t, emails...), "--grant", "delegation", "--service-account-file", key, "--protocol", "imap", "--format", "json", "--concurrency", "16")
	t.Logf("%d mailboxes in %s", mailboxes, time.Since(start).Round(time.Millisecond))
	proven := readProofs(t, got.out)
	if got.code != 4 || proven.Summary["passed"] != mailboxes-2 || proven.Summary["failed"] != 2 {
		t.Errorf("verify: exit %d, %v, want 4 and two failed\n%.2000s", got.code, proven.Summary, got.err)
	}
	faults := proven.faults()
	for email, want := range map[string]string{"box-0700@example.org": "delegation-subject-invalid", "box.1400@gmail.com": "delegation-of-consumer-mailbox"} {
		if !slices.Equal(faults[email], []string{want}) {
			t.Errorf("%s: %v, want %s", email, faults[email], want)
		}
	}
	if files := o.onDisk(); len(files) > 0 {
		t.Errorf("left on the disk: %v", files)
	}
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}

// Where variables alone say it, what is kept here is opened as it is kept, and all
// others by delegation; flags say it of all.
func TestWhatIsKeptCountsBeforeVariables(t *testing.T) {
	o := newWorkplace(t)
	o.connect() // sales@example.com consents
	_, key := o.serviceKey(sandbox.AllDelegated()...)
	o.env["GMAILOAUTH_SERVICE_ACCOUNT_FILE"] = key
	fleet := fleetFile(t, o.who, "info@example.com")
	for _, args := range [][]string{{"--fleet", fleet}, {o.who, "info@example.com"}} {
		got := o.runs(append([]string{"verify", "--format", "json"}, args...)...)
		if got.code != 0 || strings.Count(got.out, "a service account opens it") != 1 {
			t.Errorf("verify %v by a variable: exit %d, %d by delegation, want 1\n%s", args, got.code, strings.Count(got.out, "a service account opens it"), got.err)
		}
		got = o.runs(append([]string{"verify", "--format", "json", "--grant", "delegation"}, args...)...)
		if got.code != 0 || strings.Count(got.out, "a service account opens it") != 2 {
			t.Errorf("verify %v by a flag: exit %d, %d by delegation, want 2\n%s", args, got.code, strings.Count(got.out, "a service account opens it"), got.err)
		}
	}
	if got := o.runs("verify"); got.code != 0 || !strings.Contains(got.out, "1 mailbox: ") {
		t.Errorf("verify of all that is kept: exit %d\n%s%s", got.code, got.out, got.err)
	}
	if shown := o.runs("accounts", "list"); strings.Contains(shown.out, "info@example.com") {
		t.Errorf("a mailbox opened in passing is kept:\n%s", shown.out)
	}
	delete(o.env, "GMAILOAUTH_SERVICE_ACCOUNT_FILE")
	o.env["GMAILOAUTH_GRANT"] = "delegation" // for setup
	if got := o.runs("verify"); got.code != 0 {
		t.Errorf("verify with the variable of setup: exit %d\n%s%s", got.code, got.out, got.err)
	}
}

// What does not go together is refused before anything is sent.
func TestPassingRefuses(t *testing.T) {
	o := newWorkplace(t)
	o.env["PATH"] = t.TempDir()
	email, key := o.serviceKey(sandbox.AllDelegated()...)
	for _, row := range []struct {
		args []string
		env  map[string]string
		code int
		want string
	}{
		{[]string{"verify", "--service-account-file", key}, nil, 2, "missing-flag"},
		{[]string{"token", "--service-account-file", key}, nil, 2, "missing-flag"},
		{[]string{"verify", "a@example.com", "--grant", "delegation"}, nil, 2, "missing-flag"},
		{[]string{"verify", "a@example.com", "--grant", "robot"}, nil, 2, "value-not-among-choices"},
		{[]string{"verify", "nobody", "--service-account-file", key}, nil, 2, "bad-email"},
		{[]string{"token", "a@gmail.com", "--service-account-file", key}, nil, 2, "delegation-of-consumer-mailbox"},
		{[]string{"verify", "--fleet", "-", "--service-account-file", "-"}, nil, 2, "stdin-twice"},
		{[]string{"token", "a@example.com", "--service-account", email}, nil, 2, "keyless-without-sign-in"},
		{[]string{"token", "a@example.com", "--service-account", "other@my-mail-123.iam.gserviceaccount.com"}, map[string]string{serviceAccountKey + "_FILE": key}, 2, "flags-exclude-each-other"},
		{[]string{"token", "a@example.com"}, map[string]string{serviceAccountKey: "not a key"}, 2, "service-account-file-wrong"},
	} {
		maps.Copy(o.env, row.env)
		got := o.runs(row.args...)
		if got.code != row.code || lastWord(got.err) != row.want {
			t.Errorf("%v: exit %d, want %d and %s\n%s", row.args, got.code, row.code, row.want, got.err)
		}
		for name := range row.env {
			delete(o.env, name)
		}
	}
}

// Where there is no key, the page of the Admin console needs the numeric ID of the
// service account: it is asked for when a mailbox is refused, once.
func TestPassingNamesThePageOfTheAdminConsole(t *testing.T) {
	o := newWorkplace(t)
	email, _ := o.box.NewServiceAccount("my-mail-123", "mail-delegate")
	got := o.runs("verify", "--fleet", fleetFile(t, "a@example.com", "b@example.com"), "--service-account", email, "--gcp-token-file", o.box.CloudTokenFile())
	if got.code != 4 || strings.Count(got.out, "clientIdToAdd=1") == 0 {
		t.Errorf("verify: exit %d, want 4 and the page\n%s%s", got.code, got.out, got.err)
	}
}

// The recipes of docs/delegation.md are our commands with our flags, and YAML.
func TestRecipesOfDelegation(t *testing.T) {
	page, err := os.ReadFile("../../docs/delegation.md")
	must(t, err)
	folder := t.TempDir()
	must(t, os.WriteFile(filepath.Join(folder, "delegation.md"), page, 0o600))
	all, err := recipes.Read(folder)
	must(t, err)
	commands := 0
	for _, s := range all {
		for _, args := range commandsIn(t, s) {
			commands++
			isCommand(t, s.Name(), args)
		}
	}
	if commands < 8 {
		t.Errorf("%d commands of ours were found, want those of the page", commands)
	}
}

// The whole walk takes the key from a variable as well; a consent that was asked
// for by a flag does not.
func TestSetupTakesTheKeyFromAVariable(t *testing.T) {
	o := newWorkplace(t)
	t.Chdir(t.TempDir())
	email, file := o.serviceKey(sandbox.AllDelegated()...)
	key, err := os.ReadFile(file)
	must(t, err)
	o.env[serviceAccountKey] = string(key)
	walk := []string{"setup", "--no-input", "--target", "generic-desktop", "--account", o.who, "--project", "my-mail-123"}
	if got := o.runs(walk...); got.code != 0 || !strings.Contains(got.err, email) || strings.Contains(got.err+got.out, "PRIVATE KEY") {
		t.Errorf("setup: exit %d\n%s%s", got.code, got.out, got.err)
	}
	if got := o.runs(append(walk, "--grant", "consent")...); got.code != 2 || !strings.Contains(got.err, "--client-file") {
		t.Errorf("setup --grant consent: exit %d\n%s", got.code, got.err)
	}
	if got := o.runs("plan", "--target", "generic-desktop", "--account", o.who, "--project", "my-mail-123", "--format", "json"); got.code != 0 || strings.Contains(got.out, "PRIVATE KEY") || !strings.Contains(got.out, email) {
		t.Errorf("plan: exit %d\n%s%s", got.code, got.out, got.err)
	}
}
