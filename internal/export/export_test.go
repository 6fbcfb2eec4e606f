package export

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/words"
)

var update = flag.Bool("update", false, "write the goldens anew")

var sample = account.Account{Email: "office@example.com", ProjectID: "my-mail-123",
	ClientID: "815407401234-abcdefghijklmnopqrstuvwxyz123456.apps.googleusercontent.com"}

var variables = map[string]map[string]string{
	"yetiforce":   {"base_url": "https://crm.example.com", "redirect_uri": "https://crm.example.com/webservice/OAuth/MailAccount/k3y"},
	"nocobase":    {"base_url": "https://office.example.com"},
	"dynamics365": {"env_url": "https://contoso.crm.dynamics.com"},
	"generic-web": {"redirect_uri": "https://app.example.com/oauth/callback"},
}

func load(t *testing.T, name string) (*playbook.Target, Options, map[string]string) {
	t.Helper()
	target, err := playbook.LoadTarget(name, "en")
	if err != nil {
		t.Fatal(err)
	}
	w, err := words.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	return target, Options{Words: w, Width: 80}, Values(sample, google.Gmail(), variables[name])
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; go test -update writes it anew):\n%s", name, diff)
	}
}

func TestSheetOfEachTarget(t *testing.T) {
	for _, name := range playbook.Targets() {
		target, o, values := load(t, name)
		var text, markdown bytes.Buffer
		if err := Sheet(&text, o, target, values); err != nil {
			t.Fatal(err)
		}
		if err := SheetMarkdown(&markdown, o, target, values); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", text.Bytes())
		golden(t, name+".md", markdown.Bytes())
		for _, sheet := range []string{text.String(), markdown.String()} {
			if strings.ContainsAny(sheet, "{}<>") {
				t.Errorf("%s: something was not filled:\n%s", name, sheet)
			}
		}
	}
}

func TestSheetIsNarrowWhereItCanBe(t *testing.T) {
	for _, name := range playbook.Targets() {
		target, o, values := load(t, name)
		o.Width = 40
		var text bytes.Buffer
		if err := Sheet(&text, o, target, values); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(text.String()) {
			line = strings.TrimRight(line, "\n")
			if utf8.RuneCountInString(line) > 40 && strings.HasPrefix(line, "  - ") && strings.Count(line, " ") > 6 {
				t.Errorf("%s: a sentence is wider than 40 columns: %q", name, line)
			}
		}
	}
}

func TestSecretsOnlyWhenRevealed(t *testing.T) {
	for _, name := range playbook.Targets() {
		target, o, values := load(t, name)
		values["client_secret"] = "GOCSPX-hush"
		var hidden, shown bytes.Buffer
		for _, write := range []func() error{
			func() error { return Sheet(&hidden, o, target, values) },
			func() error { return SheetMarkdown(&hidden, o, target, values) },
		} {
			if err := write(); err != nil {
				t.Fatal(err)
			}
		}
		if strings.Contains(hidden.String(), "hush") {
			t.Errorf("%s: the secret stands on the sheet", name)
		}
		if want := "gmailoauth export " + name + " office@example.com --reveal"; !strings.Contains(hidden.String(), want) {
			t.Errorf("%s: the sheet does not say %q", name, want)
		}
		o.Reveal = true
		if err := Sheet(&shown, o, target, values); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(shown.String(), "GOCSPX-hush") {
			t.Errorf("%s: the secret was to be revealed:\n%s", name, &shown)
		}
	}
}

func TestSheetWithoutTheTargetsVariables(t *testing.T) {
	target, o, _ := load(t, "dynamics365")
	o.Color = true
	var text bytes.Buffer
	if err := Sheet(&text, o, target, Values(sample, google.Gmail(), nil)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), "Gmail ‹Environment URL›") || !strings.Contains(text.String(), "\x1b[1m") {
		t.Errorf("Sheet without env_url:\n%s", &text)
	}
}

func TestValuesOfAProviderWithOneSMTPServer(t *testing.T) {
	p := google.Gmail()
	p.SMTP = p.SMTP[1:]
	got := Values(sample, p, nil)
	if got["smtp_port"] != "587" || got["submission_port"] != "587" || got["imap_host"] != "imap.gmail.com" {
		t.Errorf("Values = %v", got)
	}
	p.POP3 = nil
	if _, ok := Values(account.Account{}, p, nil)["pop3_host"]; ok {
		t.Error("Values gave a POP3 server that the provider does not have")
	}
}

func TestMarkdownCells(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "`a`", "a|b": "`a\\|b`", "a`b": "`` a`b ``"} {
		if got := code(in); got != want {
			t.Errorf("code(%q) = %q, want %q", in, got, want)
		}
	}
}
