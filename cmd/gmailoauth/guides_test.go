package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/words"
)

// The pages of docs/guides are what gmailoauth guide writes for each application
// in each language. They are current, and there are no others; make docs writes them.
func TestReferenceGuides(t *testing.T) {
	folder := filepath.Join("..", "..", "docs", "guides")
	pages := map[string]string{"README.md": guidesIndex(t)}
	for _, lang := range words.Languages() {
		for _, target := range playbook.Targets() {
			pages[target+"."+lang+".md"] = fmt.Sprintf(generated, "the steps and the application's own data") + printedGuide(t, "--target", target, "--lang", lang)
		}
	}
	if *update {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, page := range pages {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(page), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatalf("%v: run make docs", err)
	}
	for _, file := range files {
		if pages[file.Name()] == "" {
			t.Errorf("docs/guides/%s belongs to no application and language: remove it", file.Name())
		}
	}
	for name, page := range pages {
		kept, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Errorf("%v: run make docs", err)
			continue
		}
		if diff := cmp.Diff(string(kept), page); diff != "" {
			t.Errorf("docs/guides/%s is not current, run make docs (-kept +now):\n%s", name, diff)
		}
	}
}

// printedGuide is what the command writes, and fails on what no page of ours may hold.
func printedGuide(t *testing.T, args ...string) string {
	t.Helper()
	out, stderr := new(bytes.Buffer), new(bytes.Buffer)
	if code := plainApp(out, stderr).run(t.Context(), append([]string{"guide"}, args...)); code != 0 {
		t.Fatalf("guide %q: exit %d\n%s", args, code, stderr)
	}
	for number, line := range strings.Split(out.String(), "\n") {
		if strings.TrimRight(line, " \t") != line || strings.Contains(line, "<guide.") || strings.Contains(line, "{@") {
			t.Errorf("guide %q, line %d: %q", args, number+1, line)
		}
	}
	return out.String()
}

func guidesIndex(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	w := plainApp(nil, nil).words()
	fmt.Fprintf(&b, generated+"# %s\n\n%s\n\n```sh\n%s\n```\n\n", "the steps and the applications' own data", w.Say("guide.index-title"), w.Say("guide.index-lead"),
		"gmailoauth guide --target nocobase --account office@example.com --format html --output guide.html")
	langs := words.Languages()
	slices.SortStableFunc(langs, func(a, b string) int { // English first: every guide has it
		switch {
		case a == b:
			return 0
		case a == "en":
			return -1
		case b == "en":
			return 1
		}
		return strings.Compare(a, b)
	})
	for _, name := range playbook.Targets() {
		target, err := playbook.LoadTarget(name, "en")
		if err != nil {
			t.Fatal(err)
		}
		var links []string
		for _, lang := range langs {
			links = append(links, fmt.Sprintf("[%s](%s.%s.md)", lang, name, lang))
		}
		fmt.Fprintf(&b, "- %s (%s): %s\n", target.Title, target.Summary, strings.Join(links, " · "))
	}
	return b.String()
}

// A guide holds the admin's own values, and no secret in any form.
func TestGuideHoldsNoSecret(t *testing.T) {
	file := sampleClient(t)
	for _, format := range []string{"markdown", "md", "html"} {
		code, out, stderr := walkRun(t, map[string]string{"GMAILOAUTH_REFRESH_TOKEN": "1//0invented-refresh-token"}, "", "guide", "--target", "dynamics365",
			"--set", "env_url=https://contoso.crm.dynamics.com", "--client-file", file, "--account", "sales@contoso.com", "--format", format)
		if code != 0 {
			t.Fatalf("guide --format %s: exit %d\n%s", format, code, stderr)
		}
		for _, secret := range []string{"GOCSPX", "hush0123456789", "invented-refresh"} {
			if strings.Contains(out, secret) {
				t.Errorf("guide --format %s shows %q", format, secret)
			}
		}
		for _, own := range []string{"sales@contoso.com", "my-mail-123", "815407401234-abcdefghijklmnopqrstuvwxyz123456", "Gmail contoso.crm.dynamics.com"} {
			if !strings.Contains(out, own) {
				t.Errorf("guide --format %s lacks %q", format, own)
			}
		}
	}
}

// The command at the head of a guide is one that can be typed.
func TestGuideNamesTheCommand(t *testing.T) {
	for _, row := range []struct {
		about string
		env   map[string]string
		args  []string
		want  string
	}{
		{"nothing given", nil, nil, "gmailoauth setup"},
		{"what is only of the guide is left out", nil, []string{"--target", "nocobase", "--format", "md", "--no-color"}, "gmailoauth setup --target nocobase"},
		{"each mailbox", nil, []string{"--account", "a@example.com", "--account", "b@example.com"}, "gmailoauth setup --account a@example.com --account b@example.com"},
		{"for a shell", nil, []string{"--app-name", "Bob's mail; rm"}, `gmailoauth setup --app-name 'Bob'\''s mail; rm'`},
		{"a flag that may stand alone", nil, []string{"--withdraw"}, "gmailoauth setup --withdraw=yes"},
		{"a variable is a flag", map[string]string{"GMAILOAUTH_AUDIENCE": "internal"}, nil, "gmailoauth setup --audience internal"},
		{"a secret's file, not the secret", map[string]string{"GMAILOAUTH_CLIENT_SECRET": "invented-secret"}, []string{"--client-id", "1-a"}, "gmailoauth setup --client-id 1-a"},
		{"an application's variable", nil, []string{"--target", "nocobase", "--set", "base_url=https://office.example.com"},
			"gmailoauth setup --set base_url=https://office.example.com --target nocobase"},
	} {
		code, out, stderr := walkRun(t, row.env, "", append([]string{"guide"}, row.args...)...)
		if code != 0 || !strings.Contains(out, "```sh\n"+row.want+"\n```\n") {
			t.Errorf("%s: guide %q: exit %d, want the command %s in it\n%.600s%s", row.about, row.args, code, row.want, out, stderr)
		}
	}
}
