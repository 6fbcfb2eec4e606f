package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/playbook"
)

// setupArgs are a whole walk from flags, with a new client of a published app;
// a Web client also lists a loopback address for our own consent.
func (o *workplace) setupArgs(target string, kind account.ClientType, uris ...string) (args []string, file string) {
	o.t.Helper()
	if kind == account.Web {
		uris = append(uris, "http://127.0.0.1:"+unusedPort(o.t)+"/")
	}
	_, file = o.client(kind, uris...)
	return []string{"setup", "--no-input", "--target", target, "--project", "my-mail-123", "--audience", "external",
		"--publishing", "production", "--account", o.who, "--client-file", file}, file
}

// What setup sees by effects, and what it marks: seen, only said, not known.
func TestEffectsInSetup(t *testing.T) {
	rows := []struct {
		name      string
		scenarios []string
		more      []string
		says      []string
		never     []string
	}{
		{name: "the good day",
			says: []string{"it answered with the consent of", "has no end, so the app is not in Testing", "granted the mail permission",
				"steps seen by their effect: ", "Gmail API, ", "Audience, Scope, "},
			never: []string{"nobody could tell", "only you can vouch for: Gmail API"}},
		{name: "said published, seen Testing", scenarios: []string{"testing-lifetime"},
			says:  []string{"you said published; Google's answer says Testing", "gmailoauth authorize sales@example.com", "in 6 days 23 hours", "1 step still open: Audience"},
			never: []string{"not in Testing"}},
		{name: "said testing, seen Testing", scenarios: []string{"testing-lifetime"}, more: []string{"--publishing", "testing"},
			says: []string{"Testing, as you did", "Audience, Scope, "}, never: []string{"you said published"}},
		{name: "said testing, seen no end", more: []string{"--publishing", "testing"}, says: []string{"you said testing; Google's answer sets no end"}},
		{name: "the Gmail API is off, and not needed", scenarios: []string{"gmail-api-off"}, more: []string{"--ack", "gmail-api"},
			says: []string{"it is off. ", "does not need it", "apis/library/gmail.googleapis.com"}, never: []string{"vouch for: Gmail API"}},
		{name: "the Gmail API is out of order", scenarios: []string{"gmail-api-silent"}, more: []string{"--ack", "gmail-api"},
			says: []string{"nobody could tell whether it is on", "thing that nobody could tell: Gmail API", "only you can vouch for: Gmail API"}},
		{name: "limited in time", scenarios: []string{"time-based-access"}, more: []string{"--ack", "audience"}, says: []string{"for a limited time: until", "vouch for: Audience"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			o := newWorkplace(t, row.scenarios...)
			t.Chdir(t.TempDir())
			args, _ := o.setupArgs("generic-desktop", account.Desktop)
			code, _, said := o.run(append(args, row.more...)...)
			flat := strings.Join(strings.Fields(said), " ")
			if code != 0 {
				t.Errorf("setup = %d, want 0", code)
			}
			for _, want := range row.says {
				if !strings.Contains(flat, want) {
					t.Errorf("setup: stderr lacks %q", want)
				}
			}
			for _, no := range row.never {
				if strings.Contains(flat, no) {
					t.Errorf("setup: stderr says %q", no)
				}
			}
			if t.Failed() {
				t.Log(said)
			}
		})
	}
}

// A provider file that names no Gmail API: nobody is asked, and nothing is known.
func TestGmailAPIWithoutEndpoint(t *testing.T) {
	o := newWorkplace(t)
	t.Chdir(t.TempDir())
	var lines []string
	for line := range strings.Lines(string(o.box.ProviderYAML())) {
		if !strings.HasPrefix(line, "gmail_endpoint:") {
			lines = append(lines, line)
		}
	}
	o.env["GMAILOAUTH_PROVIDER"] = o.file("p.yaml", strings.Join(lines, ""))
	args, _ := o.setupArgs("generic-desktop", account.Desktop)
	code, _, said := o.run(args...)
	if code != 0 || !strings.Contains(said, "so it was not asked") {
		t.Errorf("setup = %d, want 0 and that nobody was asked:\n%s", code, said)
	}
}

// A consent of the app's Testing days stays as it was issued when the app is
// published; setup says so, and keeps since when it knows.
func TestPublishedAfterTheConsent(t *testing.T) {
	o := newWorkplace(t, "testing-lifetime")
	t.Chdir(t.TempDir())
	args, file := o.setupArgs("generic-desktop", account.Desktop)
	if code, _, said := o.run("authorize", o.who, "--client-file", file); code != 0 {
		t.Fatalf("authorize = %d:\n%s", code, said)
	}
	before, _ := o.kept(o.who)
	o.use()
	o.later(48 * time.Hour)
	for range 2 {
		code, _, said := o.run(args...)
		if code != 0 || !strings.Contains(strings.Join(strings.Fields(said), " "), "although the app is published since") {
			t.Fatalf("setup = %d, want 0 and the advice to consent again:\n%s", code, said)
		}
	}
	after, _ := o.kept(o.who)
	if after.PublishedAt.IsZero() || !before.PublishedAt.IsZero() || !after.Grant.IssuedAt.Equal(before.Grant.IssuedAt) || after.Grant.Publishing != account.Testing {
		t.Errorf("kept before %+v\nand after %+v\nwant a date of publishing, and the grant as it was", before, after)
	}
	_, out, _ := o.run("accounts", "list")
	if !strings.Contains(out, "consent again") {
		t.Errorf("accounts list: want the advice to consent again:\n%s", out)
	}
	o.use()
	if code, _, said := o.run("authorize", o.who); code != 0 {
		t.Fatalf("authorize again = %d:\n%s", code, said)
	}
	if again, _ := o.kept(o.who); !again.PublishedAt.IsZero() {
		t.Errorf("after a new consent %v is kept as the date of publishing, want none", again.PublishedAt)
	}
}

// The application's own page is looked at once, and never from a look-alike's
// walk to anywhere but this machine.
func TestReached(t *testing.T) {
	asked := 0
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.Header.Get("Cookie") != "" || r.Method != http.MethodGet {
			t.Errorf("asked with %s and cookies %q", r.Method, r.Header.Get("Cookie"))
		}
		switch r.URL.Path {
		case "/there":
			w.WriteHeader(http.StatusForbidden)
		case "/moved":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		case "/ill":
			w.WriteHeader(http.StatusBadGateway)
		case "/slow":
			<-r.Context().Done()
		default:
			http.NotFound(w, r)
		}
	}))
	defer pages.Close()
	for _, row := range []struct {
		uri, provider string
		want          playbook.Mark
		asked         int
	}{
		{pages.URL + "/there", "p.yaml", playbook.Good, 1},
		{pages.URL + "/moved", "p.yaml", playbook.Good, 1},
		{pages.URL + "/elsewhere", "p.yaml", playbook.Heed, 1},
		{pages.URL + "/ill", "p.yaml", playbook.Heed, 1},
		{pages.URL + "/slow", "p.yaml", playbook.Unsure, 1},
		{"http://127.0.0.1:1/", "", playbook.Unsure, 0},
		{"https://office.example.com/there", "p.yaml", playbook.Unsure, 0},
		{"::", "", playbook.Unsure, 0},
	} {
		asked = 0
		s := newStage(nil)
		s.flags.provider = row.provider
		s.web = pages.Client()
		w := &walking{app: s.app}
		notes := w.reached(t.Context(), []string{row.uri})
		if len(notes) != 1 || notes[0].Mark != row.want || asked != row.asked || (len(w.unknown) > 0) != (row.want == playbook.Unsure) {
			t.Errorf("reached(%s) = %v, asked %d times, unknown %v; want %s, %d", row.uri, notes, asked, w.unknown, row.want, row.asked)
		}
	}
	if notes := (&walking{app: newStage(nil).app, sandbox: &sandboxWalk{}}).reached(t.Context(), []string{pages.URL + "/there"}); notes != nil {
		t.Errorf("in the sandbox reached = %v, want nothing: there is no application", notes)
	}
}

// JavaScript origins are held against the file before anyone consents.
func TestOriginsAgainstTheFile(t *testing.T) {
	o := newWorkplace(t)
	t.Chdir(t.TempDir())
	args, file := o.setupArgs("dynamics365", account.Web, "https://contoso.crm.dynamics.com/_grid/cmds/dlg_gmailoauth.aspx")
	args = append(args, "--set", "env_url=https://contoso.crm.dynamics.com")
	code, _, said := o.run(args...)
	if code != 0 || !strings.Contains(strings.Join(strings.Fields(said), " "), "https://contoso.crm.dynamics.com is missing from the file: add exactly this one at Authorized JavaScript origins") {
		t.Errorf("setup = %d, want 0 and the missing origin:\n%s", code, said)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	with := strings.Replace(string(data), `"redirect_uris"`, `"javascript_origins": ["https://contoso.crm.dynamics.com"], "redirect_uris"`, 1)
	if err := os.WriteFile(file, []byte(with), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, said := o.run(args...); code != 0 || strings.Contains(said, "JavaScript origins") || !strings.Contains(said, "JavaScript origin") {
		t.Errorf("setup with the origin in the file = %d, want 0 and it listed:\n%s", code, said)
	}
}
