package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
)

// files lists all files below the folders, by their names.
func files(t *testing.T, folders ...string) []string {
	t.Helper()
	var names []string
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				names = append(names, entry.Name())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// The README's first command, for each application: green, a sheet, and nothing
// left behind.
func TestSetupInTheSandbox(t *testing.T) {
	rows := map[string][]string{
		"":                nil,
		"generic-desktop": nil,
		"generic-web":     {"--set", "redirect_uri=https://app.example.com/oauth/callback"},
		"nocobase":        {"--set", "base_url=https://office.example.com"},
		"dynamics365":     {"--set", "env_url=https://contoso.crm.dynamics.com"},
		"winmentor":       nil,
		"yetiforce": {"--set", "base_url=https://crm.example.com",
			"--set", "redirect_uri=https://crm.example.com/webservice/OAuth/MailAccount/x", "--withdraw"},
	}
	if got, want := len(rows), len(playbook.Targets())+1; got != want {
		t.Errorf("%d rows, want one for each of %v, and one for none", got, playbook.Targets())
	}
	for target, more := range rows {
		t.Run("target "+target, func(t *testing.T) {
			o := newWorkplace(t)
			here := t.TempDir()
			t.Chdir(here)
			args := append([]string{"setup", "--sandbox", "--no-input"}, more...)
			if target != "" {
				args = append(args, "--target", target)
			}
			code, out, said := o.run(args...)
			if code != 0 || !strings.Contains(out, "what to paste where") {
				t.Fatalf("%v = %d, want 0 and a sheet:\n%s\n%s", args, code, out, said)
			}
			for _, want := range []string{"This is the sandbox", "accepted by Google", "has consented", "XOAUTH2   accepted", "1 mailbox: "} {
				if !strings.Contains(said, want) {
					t.Errorf("%v: stderr lacks %q:\n%s", args, want, said)
				}
			}
			if target == "yetiforce" && !strings.Contains(said, "has withdrawn our consent") {
				t.Errorf("%v: stderr does not say that the consent was withdrawn:\n%s", args, said)
			}
			if left := files(t, here, o.env["HOME"]); len(left) > 0 {
				t.Errorf("%v leaves %v, want nothing", args, left)
			}
		})
	}
}

func TestSetupNamesAllThatIsMissing(t *testing.T) {
	rows := []struct{ args, want string }{
		{"setup --no-input", "--target, --account, --project, --audience, --client-file"},
		{"setup --no-input --target yetiforce", "--set base_url, --set redirect_uri, --account, --project, --audience, --client-file"},
		{"setup --no-input --target nocobase --account a@example.com --audience internal", "--set base_url, --project, --client-file"},
		{"setup --sandbox --no-input --target dynamics365", "--set env_url"},
		{"setup --target winmentor --project my-mail-123", "--account, --audience, --client-file"}, // no terminal
	}
	for _, row := range rows {
		o := newWorkplace(t)
		code, out, said := o.run(strings.Fields(row.args)...)
		if code != 2 || out != "" || !strings.Contains(said, "answers are missing: "+row.want+"\n") {
			t.Errorf("%s = %d, want 2 and %q:\n%s\n%s", row.args, code, row.want, out, said)
		}
	}
}

// All from flags against any provider: nobody is asked, no consent is needed
// when a token is given, and a second run changes nothing.
func TestSetupFromFlagsAndAgain(t *testing.T) {
	for _, adopt := range []bool{true, false} {
		o := newWorkplace(t)
		t.Chdir(t.TempDir())
		client, file := o.client(account.Desktop)
		args := []string{"setup", "--no-input", "--target", "generic-desktop", "--project", "my-mail-123", "--audience", "external",
			"--publishing", "production", "--account", o.who, "--client-file", file}
		if adopt {
			args = append(args, "--refresh-token-file", o.secretFile(o.box.Authorize(client, o.who)))
			o.open = func(context.Context, string, terminal.Env) error {
				t.Error("a browser was opened, although a token was given")
				return terminal.ErrNoBrowser
			}
		}
		code, sheet, said := o.run(args...)
		if code != 0 || !strings.Contains(sheet, client.ID) {
			t.Fatalf("setup, adopting %v = %d, want 0 and a sheet with the client:\n%s\n%s", adopt, code, sheet, said)
		}
		acct, creds := o.kept(o.who)
		if acct.Target != "generic-desktop" || acct.Grant.Adopted != adopt || acct.Grant.Publishing != account.Production {
			t.Errorf("setup, adopting %v keeps %+v", adopt, acct)
		}
		info, err := os.Stat("generic-desktop-handover.md")
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the sheet's file: %v, %v; want one with mode 0600", info, err)
		}
		code, again, said := o.run(args...)
		if code != 0 || again != sheet || !strings.Contains(said, "has consented already") {
			t.Errorf("setup again = %d, want 0, the same sheet, and no new consent:\n%s", code, said)
		}
		if _, later := o.kept(o.who); !later.Token.Refresh.Equal(creds.Token.Refresh) {
			t.Error("setup again: another refresh token is kept")
		}
	}
}

// A consent that was withdrawn meanwhile is noticed by its effect, and given again.
func TestSetupNoticesADeadConsent(t *testing.T) {
	o := newWorkplace(t)
	t.Chdir(t.TempDir())
	_, file := o.client(account.Desktop)
	args := []string{"setup", "--no-input", "--target", "generic-desktop", "--project", "my-mail-123", "--audience", "internal",
		"--account", o.who, "--client-file", file}
	if code, _, said := o.run(args...); code != 0 {
		t.Fatalf("setup = %d:\n%s", code, said)
	}
	_, before := o.kept(o.who)
	if code, _, said := o.run("revoke", o.who, "--yes"); code != 0 {
		t.Fatalf("revoke = %d:\n%s", code, said)
	}
	code, _, said := o.run(args...)
	_, after := o.kept(o.who)
	if code != 0 || !strings.Contains(said, "not valid any more") || after.Token.Refresh.Equal(before.Token.Refresh) {
		t.Errorf("setup after revoke = %d, want a new consent:\n%s", code, said)
	}
}

func TestSetupRefuses(t *testing.T) {
	rows := []struct {
		name      string
		kind      account.ClientType
		target    []string
		scenarios []string
		args      []string
		code      int
		want      string
		unkept    bool
	}{
		{name: "a Desktop client for an application on the web", kind: account.Desktop,
			target: []string{"nocobase", "--set", "base_url=https://office.example.com"}, code: 2, want: "client-of-wrong-type", unkept: true},
		{name: "a client whose redirect URI is not registered", kind: account.Web,
			target: []string{"nocobase", "--set", "base_url=https://office.example.com"}, code: 4, want: "redirect-uri-mismatch", unkept: true},
		{name: "a proof that fails: no sheet, the account stays", kind: account.Desktop, target: []string{"generic-desktop"},
			scenarios: []string{"imap-off-for-user"}, code: 4, want: "nothing is handed over yet"},
		{name: "one token for two mailboxes", kind: account.Desktop, target: []string{"generic-desktop"},
			args: []string{"--account", "other@example.com", "--refresh-token-file", "token"}, code: 2, want: "--refresh-token-file", unkept: true},
		{name: "two providers", kind: account.Desktop, target: []string{"generic-desktop"},
			args: []string{"--sandbox", "--provider", "p.yaml"}, code: 2, want: "flags-exclude", unkept: true},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			o := newWorkplace(t, row.scenarios...)
			t.Chdir(t.TempDir())
			if err := os.WriteFile("token", []byte("one-refresh-token"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, file := o.client(row.kind, "http://127.0.0.1:"+unusedPort(t)+"/")
			args := append([]string{"setup", "--no-input", "--project", "my-mail-123", "--audience", "internal",
				"--account", o.who, "--client-file", file, "--target"}, append(row.target, row.args...)...)
			code, out, said := o.run(args...)
			if code != row.code || out != "" || !strings.Contains(said, row.want) {
				t.Errorf("%v = %d, want %d, %q and no sheet:\n%s\n%s", args, code, row.code, row.want, out, said)
			}
			kept := slices.Contains(files(t, o.env["HOME"]), o.who+".json")
			if kept == row.unkept {
				t.Errorf("%v: the account is kept: %v, want %v", args, kept, !row.unkept)
			}
		})
	}
}

// typist is somebody at a terminal with plain lines.
func (o *workplace) types(t *testing.T, lines string) {
	t.Helper()
	in, keyboard, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	if _, err := keyboard.WriteString(lines); err != nil {
		t.Fatal(err)
	}
	if err := keyboard.Close(); err != nil {
		t.Fatal(err)
	}
	o.in, o.tty = in, true
}

// The whole walk in plain lines; left in the middle, it goes on there.
func TestSetupAskedInPlainLines(t *testing.T) {
	o := newWorkplace(t)
	t.Chdir(t.TempDir())
	_, file := o.client(account.Desktop)
	o.types(t, "generic-desktop\nbad address\nsales@example.com\n\n?\nmy-mail-123\n\n")
	code, _, said := o.run("setup")
	for _, want := range []string{"Step 1 of 1", "A Google Cloud project", "Switch the Gmail API on", "What people see when they are asked"} {
		if !strings.Contains(said, want) {
			t.Errorf("setup: the screen lacks %q:\n%s", want, said)
		}
	}
	if code != 2 || !strings.Contains(said, "input-ended") {
		t.Errorf("setup, input ended = %d, want 2 and input-ended:\n%s", code, said)
	}
	o.types(t, "\n1\n\n\n'"+file+"'\n\n")
	code, sheet, said := o.run("setup")
	for _, again := range []string{"A Google Cloud project", "Switch the Gmail API on", "Whose mail is it?"} {
		if strings.Contains(said, again) {
			t.Errorf("setup again: %q is asked again:\n%s", again, said)
		}
	}
	if code != 0 || !strings.Contains(said, "Going on where you stopped") || !strings.Contains(sheet, "what to paste where") {
		t.Fatalf("setup again = %d, want the rest of the walk and a sheet:\n%s\n%s", code, sheet, said)
	}
	if acct, _ := o.kept("sales@example.com"); acct.Grant.Publishing != account.Internal {
		t.Errorf("setup keeps %+v, want Internal", acct.Grant)
	}
	state := filepath.Join(o.env["HOME"], ".local", "state", "gmailoauth", "setup", "generic-desktop.json")
	data, err := os.ReadFile(state)
	if err != nil || strings.Contains(string(data), "GOCSPX") || !strings.Contains(string(data), `"finished": true`) {
		t.Errorf("%s: %v\n%s\nwant a finished walk without a secret", state, err, data)
	}
	o.types(t, "")
	if _, _, said := o.run("setup"); !strings.Contains(said, "Which application") {
		t.Errorf("setup after a finished walk begins a new one; got:\n%s", said)
	}
	o.types(t, "")
	if code, _, said := o.run("setup", "--target", "generic-desktop"); code != 0 || !strings.Contains(said, "has consented already") {
		t.Errorf("setup of the finished one again = %d, want 0:\n%s", code, said)
	}
}

// The client's file went away between two runs: it is asked for again.
func TestSetupAsksAgainForAFileThatWentAway(t *testing.T) {
	o := newWorkplace(t)
	t.Chdir(t.TempDir())
	_, file := o.client(account.Desktop)
	o.types(t, file+"\n")
	code, _, said := o.run("setup", "--target", "generic-desktop", "--project", "my-mail-123", "--audience", "internal",
		"--account", o.who, "--ack", "console,gmail-api,branding,audience,scope,workspace")
	if code != 0 {
		t.Fatalf("setup = %d, want 0:\n%s", code, said)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	o.types(t, "")
	code, _, said = o.run("setup", "--target", "generic-desktop")
	if code != 2 || !strings.Contains(said, "The downloaded file") || strings.Contains(said, "Switch the Gmail API on") {
		t.Errorf("setup without the file = %d, want it asked for, and nothing else:\n%s", code, said)
	}
}

func TestDraggedPath(t *testing.T) {
	rows := map[string]string{
		"/tmp/c.json":                       "/tmp/c.json",
		" /tmp/c.json ":                     "/tmp/c.json",
		"'/tmp/my client.json'":             "/tmp/my client.json",
		`"/tmp/my client.json"`:             "/tmp/my client.json",
		`/tmp/my\ client\ \(1\).json`:       "/tmp/my client (1).json",
		`/tmp/back\\slash.json`:             `/tmp/back\slash.json`,
		"file:///tmp/my%20client.json":      "/tmp/my client.json",
		"'file:///tmp/c.json'":              "/tmp/c.json",
		"~/Downloads/c.json":                "/home/someone/Downloads/c.json",
		"client_secret_1.apps.example.json": "client_secret_1.apps.example.json",
		"":                                  "",
		"'":                                 "'",
	}
	for typed, want := range rows {
		if got := draggedPath(typed, "/home/someone"); got != want {
			t.Errorf("draggedPath(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestAcceptClient(t *testing.T) {
	o := newWorkplace(t)
	client, file := o.client(account.Web, "https://app.example.com/cb", "http://127.0.0.1:8765/")
	pasted, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := &app{lookupEnv: func(string) (string, bool) { return "", false }, now: time.Now, hide: new(secret.Redactor),
		term: &terminal.Terminal{In: strings.NewReader("")}}
	w := &walking{app: a}
	question := playbook.Question{Key: "client_file", Flag: "--client-file", Kind: playbook.KindFile}
	for _, typed := range []string{file, "'" + file + "'", string(pasted), strings.ReplaceAll(string(pasted), "\n", " ")} {
		got, err := w.accept(question, typed)
		if err != nil || got.Get("client_id") != client.ID || !got["client_secret"].Secret.Equal(client.Secret) ||
			got.Get("client_type") != "web" || got.Get("client_project") != "my-mail-123" {
			t.Errorf("accept(%.20q) = %v, %v; want the client", typed, got, err)
		}
		if diff := cmp.Diff(client.RedirectURIs, got["client_redirect_uris"].Values); diff != "" {
			t.Errorf("accept(%.20q): redirect URIs (-want +got):\n%s", typed, diff)
		}
		if isPath := !strings.HasPrefix(typed, "{"); got.Has("client_file") != isPath {
			t.Errorf("accept(%.20q): client_file is %q", typed, got.Get("client_file"))
		}
	}
	got, err := w.accept(question, client.ID)
	if err != nil || got.Get("client_id") != client.ID || got.Has("client_secret") || got.Has("client_type") {
		t.Errorf("accept of an ID = %v, %v; want the ID, and nothing kept of another client", got, err)
	}
	for _, typed := range []string{"/no/such/file.json", "{}", `{"type": "service_account"}`, "1 2.apps.googleusercontent.com"} {
		if got, err := w.accept(question, typed); err == nil {
			t.Errorf("accept(%q) = %v, want a refusal", typed, got)
		}
	}
	list := playbook.Question{Key: "account", Kind: playbook.KindList, Check: "email", Required: true}
	if got, err := w.accept(list, "a@example.com, b@example.com;c@example.com"); err != nil || len(got["account"].Values) != 3 {
		t.Errorf("accept of a list = %v, %v; want three", got, err)
	}
	for _, typed := range []string{"a@example.com, b", " , "} {
		if _, err := w.accept(list, typed); err == nil {
			t.Errorf("accept of the list %q gives no refusal", typed)
		}
	}
}
