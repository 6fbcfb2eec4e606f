package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gmailoauth/internal/account"
)

// signedIn has gcloud on this workplace signed in, with the sandbox's token.
func (o *workplace) signedIn() {
	o.t.Helper()
	if runtime.GOOS == "windows" {
		o.t.Skip("the gcloud of this test is a shell script")
	}
	config := o.t.TempDir()
	if err := os.WriteFile(filepath.Join(config, "credentials.db"), nil, 0o600); err != nil {
		o.t.Fatal(err)
	}
	o.env["CLOUDSDK_CONFIG"] = config
	o.env["PATH"] = fakeGcloud(o.t, "[ \"$2\" = list ] && echo admin@example.com\n[ \"$2\" = print-access-token ] && cat '"+o.box.CloudTokenFile()+"'\nexit 0\n")
}

// answered is setup in plain lines of what is open beside the project.
func (o *workplace) answered(lines string, more ...string) (code int, out, said string) {
	o.t.Helper()
	o.t.Chdir(o.t.TempDir())
	_, file := o.client(account.Desktop)
	o.types(o.t, lines+file+"\n")
	return o.run(append([]string{"setup", "--target", "generic-desktop", "--audience", "internal", "--account", o.who, "--ack", "console,branding,audience,scope,workspace"}, more...)...)
}

func TestSetupOffersGcloud(t *testing.T) {
	const manual, offer = "Open the page, or choose a project you have", "signed in as admin@example.com"
	rows := []struct {
		name, lines, more string
		scenario          string
		code              int
		want, unwanted    []string
	}{
		{name: "chosen: no page is shown, and nobody's word is wanted", lines: "2\nmy-mail-200\n",
			want: []string{offer, "my-mail-200 is made", "the Gmail API is on in"}, unwanted: []string{manual, "Press enter when it is done"}},
		{name: "by hand: the project's page is shown, then it is asked for, and the API's", lines: "1\nmy-mail-200\n\n",
			want: []string{offer, manual, "Switch the Gmail API on", "Press enter when it is done"}, unwanted: []string{"is made"}},
		{name: "the project is given, gcloud does it", lines: "2\n", more: "--project my-mail-200",
			want: []string{"my-mail-200 is made"}, unwanted: []string{manual}},
		{name: "a token, which is asked for unseen, is refused; then by hand", lines: "3\nya29.of-nobody-at-all-0123456789\nmy-mail-200\n2\n\n",
			code: 0, want: []string{"explain cloud-token-dead", "Do it by hand"}, unwanted: []string{"is made"}},
		{name: "refused, tried again, refused, left", lines: "2\nmy-mail-200\n1\n4\n", scenario: "cloud-project-quota",
			code: 4, want: []string{"explain cloud-project-quota"}, unwanted: []string{"is made"}},
		{name: "refused, back, by hand", lines: "2\nmy-mail-200\n3\n1\n\nmy-mail-201\n\n", scenario: "cloud-create-denied",
			code: 0, want: []string{"explain cloud-create-denied"}, unwanted: []string{"is made"}},
		{name: "the API is refused, by hand", lines: "2\nmy-mail-200\n2\n\n", scenario: "cloud-enable-denied",
			code: 0, want: []string{"my-mail-200 is made", "explain cloud-permission-denied", "Press enter when it is done"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			o := newWorkplace(t)
			o.signedIn()
			if row.scenario != "" {
				o.use(row.scenario)
			}
			code, out, said := o.answered(row.lines, strings.Fields(row.more)...)
			if code != row.code || (code == 0) != strings.Contains(out, "what to paste where") {
				t.Errorf("setup = %d, want %d:\n%s\n%s", code, row.code, out, said)
			}
			for _, want := range row.want {
				if !strings.Contains(strings.Join(strings.Fields(said), " "), want) {
					t.Errorf("setup: the screen lacks %q:\n%s", want, said)
				}
			}
			for _, unwanted := range row.unwanted {
				if strings.Contains(strings.Join(strings.Fields(said), " "), unwanted) {
					t.Errorf("setup: the screen shows %q:\n%s", unwanted, said)
				}
			}
		})
	}
}

// Where nobody ever signed in to gcloud it is not started, and nothing is asked.
func TestSetupDoesNotStartGcloudForNothing(t *testing.T) {
	o := newWorkplace(t)
	started := filepath.Join(t.TempDir(), "started")
	o.env["PATH"] = fakeGcloud(t, "touch '"+started+"'\n")
	code, _, said := o.answered("my-mail-200\n\n")
	if code != 0 || strings.Contains(said, "Who makes the project") {
		t.Errorf("setup = %d, want 0 and no offer:\n%s", code, said)
	}
	if _, err := os.Stat(started); err == nil {
		t.Error("gcloud was started")
	}
}

// What was made in an earlier run is done: it is neither asked nor looked at, and
// the token of that run was not kept.
func TestSetupKeepsNoTokenForGoogleCloud(t *testing.T) {
	o := newWorkplace(t)
	token := o.box.CloudToken().Reveal()
	code, _, said := o.answered("", "--project", "my-mail-200", "--gcp-token-file", o.box.CloudTokenFile())
	if code != 0 || !strings.Contains(said, "my-mail-200 is made") {
		t.Fatalf("setup = %d, want the project made:\n%s", code, said)
	}
	err := filepath.WalkDir(o.env["HOME"], func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), token) {
			t.Errorf("%s holds the token", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	o.use("cloud-503")
	code, _, said = o.answered("")
	if code != 0 || strings.Contains(said, "Access token for Google Cloud") || strings.Contains(said, "Who makes") {
		t.Errorf("setup again = %d, want nothing asked:\n%s", code, said)
	}
}

// Cloud Shell proposes its project, and does not take it unasked.
func TestSetupInCloudShellProposesItsProject(t *testing.T) {
	o := newWorkplace(t)
	o.env["CLOUD_SHELL"], o.env["DEVSHELL_PROJECT_ID"] = "true", "my-shell-123"
	code, _, said := o.answered("b\n") // and then a path, which is no project ID
	if code != 2 || !strings.Contains(said, "[my-shell-123]") {
		t.Errorf("setup in Cloud Shell = %d, want its project proposed:\n%s", code, said)
	}
}
