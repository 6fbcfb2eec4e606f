package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gmailoauth/internal/export"
)

func TestExportOfAFormat(t *testing.T) {
	env := envAccount()
	code, out, stderr := walkRun(t, env, "", "export", "python", "sales@contoso.com")
	if code != 0 || !strings.Contains(out, `EMAIL = "sales@contoso.com"`) || strings.Contains(out, "See that it works") {
		t.Errorf("export python: exit %d, want the file alone on stdout\n%s", code, out)
	}
	for _, want := range []string{"Save it as gmail.py (mode 0600", "python3 gmail.py", "Seen to work with Python", "docs.python.org"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("export python does not say %q on stderr:\n%s", want, stderr)
		}
	}
	if code, short, _ := walkRun(t, env, "", "export", "python"); code != 0 || short != out {
		t.Errorf("export python, with one account known: exit %d\n%s", code, short)
	}
}

func TestExportWritesTheFilesOfAFormat(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "units")
	code, out, stderr := walkRun(t, envAccount(), "", "export", "systemd", "sales@contoso.com", "--reveal", "--output", folder)
	if code != 0 || out != "" || strings.Contains(stderr, "hush") || !strings.Contains(stderr, "/etc/systemd/system/gmail-sales-contoso-com.timer") {
		t.Fatalf("export systemd --output FOLDER: exit %d\n%s%s", code, out, stderr)
	}
	entries, err := os.ReadDir(folder)
	must(t, err)
	if len(entries) != 4 {
		t.Errorf("%d files, want the four of systemd", len(entries))
	}
	for _, e := range entries {
		info, err := e.Info()
		must(t, err)
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v", e.Name(), info.Mode())
		}
	}
	kept, err := os.ReadFile(filepath.Join(folder, "gmail-sales-contoso-com.client-secret"))
	if err != nil || string(kept) != "GOCSPX-hush0123456789\n" {
		t.Errorf("the credential holds %q, %v", kept, err)
	}

	code, out, _ = walkRun(t, envAccount(), "", "export", "systemd", "sales@contoso.com", "--file", "gmail-sales-contoso-com.timer")
	if code != 0 || !strings.HasPrefix(out, "[Unit]\n") || strings.Contains(out, "[Service]") {
		t.Errorf("export systemd --file …timer: exit %d, want the timer alone\n%s", code, out)
	}
}

func TestExportOfAFormatKeepsSecrets(t *testing.T) {
	for _, name := range export.Formats() {
		for _, format := range []string{"text", "json"} {
			code, out, stderr := walkRun(t, envAccount(), "", "export", name, "sales@contoso.com", "--format", format)
			if code != 0 || strings.Contains(out+stderr, "hush") {
				t.Errorf("export %s --format %s: exit %d, or a secret is shown\n%s%s", name, format, code, out, stderr)
			}
		}
		if code, out, stderr := walkRun(t, envAccount(), "", "export", name, "sales@contoso.com", "--reveal"); code != 2 || strings.Contains(out+stderr, "hush") {
			t.Errorf("export %s --reveal into a pipe: exit %d, want 2\n%s%s", name, code, out, stderr)
		}
	}
	file := filepath.Join(t.TempDir(), "env")
	if code, _, stderr := walkRun(t, envAccount(), "", "export", "env", "sales@contoso.com", "--reveal", "--output", file); code != 0 {
		t.Fatalf("export env --reveal --output: exit %d\n%s", code, stderr)
	}
	info, err := os.Stat(file)
	must(t, err)
	data, err := os.ReadFile(file)
	must(t, err)
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 || !strings.Contains(string(data), "GMAILOAUTH_REFRESH_TOKEN=1//hush0123456789\n") {
		t.Errorf("mode %v\n%s", info.Mode(), data)
	}
}

func TestExportAsJSON(t *testing.T) {
	var answer struct {
		Format                          int
		Command, Name, Account, Secrets string
		Files                           []struct{ Path, Mode, Owner, Content string }
		Try, Notes                      []string
		Verified                        *struct{ With, Checked, How string }
		Sources                         []struct{ What, Where, Checked string }
	}
	code, out, stderr := walkRun(t, envAccount(), "", "export", "env", "sales@contoso.com", "--format", "json")
	if err := json.Unmarshal([]byte(out), &answer); err != nil || code != 0 || stderr != "" {
		t.Fatalf("export --format json: exit %d, %v\n%s%s", code, err, out, stderr)
	}
	if answer.Format != 1 || answer.Command != "export" || answer.Name != "env" || answer.Account != "sales@contoso.com" || answer.Secrets != "hidden" ||
		len(answer.Files) != 1 || answer.Files[0].Path != ".env" || answer.Files[0].Mode != "0600" || answer.Files[0].Owner != "service" ||
		!strings.Contains(answer.Files[0].Content, "GMAILOAUTH_ACCOUNT=sales@contoso.com\n") || len(answer.Try) == 0 || len(answer.Notes) == 0 ||
		answer.Verified == nil || answer.Verified.How != "run" || len(answer.Sources) == 0 {
		t.Errorf("export --format json = %+v", answer)
	}
	var list struct {
		Formats, Targets []struct{ Name, Title string }
	}
	code, out, _ = walkRun(t, nil, "", "export", "--format", "json")
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != 0 || len(list.Formats) != len(export.Formats()) || len(list.Targets) < 6 {
		t.Errorf("export --format json without a name: exit %d, %v\n%s", code, err, out)
	}
}

// Without a name all are listed, in every language.
func TestExportLists(t *testing.T) {
	for _, lang := range []string{"en", "fr", "pl", "ro"} {
		code, out, stderr := walkRun(t, nil, "", "export", "--lang", lang)
		for _, name := range append(slices.Clone(export.Formats()), "dynamics365") {
			if code != 0 || !strings.Contains(out, "\n  "+name+" ") || strings.ContainsAny(out+stderr, "<{") {
				t.Errorf("export --lang %s: exit %d, want %s in the list\n%s%s", lang, code, name, out, stderr)
			}
		}
	}
}

// Other programs call us by our absolute path, and with the flags that we were
// given to find the account.
func TestExportTellsHowToCallUs(t *testing.T) {
	if own := ownProgram(); !filepath.IsAbs(own) {
		t.Errorf("ownProgram() = %q, want an absolute path", own)
	}
	o := newWorkplace(t)
	o.variables(o.who, o.who)
	code, out, stderr := o.run("export", "python", o.who, "--store", "env")
	if want := `"--store", "env", "--provider", `; code != 0 || !strings.Contains(out, want) || !strings.Contains(out, "load_verify_locations") {
		t.Errorf("export: exit %d, want %s and the provider's roots\n%s%s", code, want, out, stderr)
	}
	_, _, stderr = o.run("export", "mailkit", o.who)
	if !strings.Contains(stderr, "must trust the root certificates of ") {
		t.Errorf("export mailkit does not say that it cannot name the provider's roots:\n%s", stderr)
	}
}
