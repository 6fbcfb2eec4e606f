package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sampleTarget = "../../testdata/sample/my-app"

// All mistakes of a target are told at once, each with its line and what was
// perhaps meant.
func TestTargetsCheckTellsAllMistakes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "my-app")
	if err := os.CopyFS(dir, os.DirFS(sampleTarget)); err != nil {
		t.Fatal(err)
	}
	change := func(name, old, new string) {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(data), old) {
			t.Fatalf("%s: %v, or no %q", name, err, old)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Replace(string(data), old, new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	change("target.yaml", "client_type: web", "client_type: wep")
	change("target.yaml", "origins:", "orgins:")
	change("target.yaml", "check: https-url", "check: http-url")
	change("target.yaml", "[imap, smtp]", "imap")
	change("target.yaml", "{imap_host}", "{imap_hots}")
	change("target.yaml", "warnings: [publish]", "warnings: [publish, again]")
	change("text.en.yaml", "{link:audience}", "{link:audiance}")
	change("text.en.yaml", "Press Connect and", "Press {@kreate} and")
	change("text.en.yaml", "one-mailbox:", "one-mailbx:")
	change("text.pl.yaml", "{label: Serwer IMAP, note: SSL}", "{note: SSL}")
	change("text.pl.yaml", "summary: ", "summry: ")

	o := newWorkplace(t)
	code, out, said := o.run("targets", "check", dir, "--format", "json")
	var answer struct {
		Status   string
		Mistakes []mistaken
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil || code != 2 || answer.Status != "fail" || said != "" {
		t.Fatalf("targets check = %d, %v, want 2 and JSON alone:\n%s%s", code, err, out, said)
	}
	var got []string
	for _, m := range answer.Mistakes {
		got = append(got, strings.Join([]string{filepath.Base(m.File), m.Line, m.Key, m.Code, m.Nearest}, " "))
	}
	want := []string{
		"target.yaml 4 client_type target-bad-value web",
		"target.yaml 8 protocols target-wrong-kind ",
		"target.yaml 11 orgins target-unknown-key origins",
		"target.yaml 14 variables[0].check target-bad-value https-url",
		"target.yaml 21 forms[0].fields[1].value target-unknown-blank imap_host",
		"text.en.yaml 19 after.connect.text target-unknown-label ",
		"text.en.yaml 21 warnings.publish target-unknown-link audience",
		"text.en.yaml 23 limits.one-mailbx target-text-unused one-mailbox",
		"text.en.yaml  limits.one-mailbox target-text-missing ",
		"text.en.yaml  warnings.again target-text-missing ",
		"text.pl.yaml 2 summry target-unknown-key summary",
		"text.pl.yaml  forms.mailbox.fields.incoming.label target-text-missing ",
		"text.pl.yaml  warnings.again target-text-missing ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("targets check (-want +got):\n%s", diff)
	}
	code, out, said = o.run("targets", "check", dir)
	if code != 2 || !strings.Contains(out, "target.yaml:11: there is no key orgins; did you mean origins?\n") || !strings.Contains(out, "13 mistakes\n") ||
		!strings.Contains(said, "gmailoauth explain target-value-wrong") {
		t.Errorf("targets check = %d, want 2 and a line for each:\n%s%s", code, out, said)
	}
}

// Every target that comes with the program, and the worked example, is clean.
func TestTargetsAreWithoutMistakes(t *testing.T) {
	folders, err := filepath.Glob("../../internal/targets/*/target.yaml")
	if err != nil || len(folders) < 6 {
		t.Fatalf("%v, %v", folders, err)
	}
	for _, file := range append(folders, filepath.Join(sampleTarget, "target.yaml")) {
		o := newWorkplace(t)
		if code, out, said := o.run("targets", "check", filepath.Dir(file)); code != 0 {
			t.Errorf("targets check %s = %d\n%s%s", file, code, out, said)
		}
	}
}

// The worked example goes everywhere that a target of ours goes, from any folder.
func TestSampleTargetGoesEverywhere(t *testing.T) {
	sample, err := filepath.Abs(sampleTarget)
	if err != nil {
		t.Fatal(err)
	}
	o := newWorkplace(t)
	t.Chdir(filepath.Dir(sample))
	set := []string{"--set", "base_url=https://desk.example.com"}
	args, _ := o.setupArgs("./my-app/", "web", "https://desk.example.com/oauth/google/callback")
	for _, row := range []struct {
		args []string
		says string
	}{
		{[]string{"targets", "show", "./my-app/"}, "My helpdesk"},
		{append([]string{"plan", "--target", "./my-app/"}, set...), "https://desk.example.com/oauth/google/callback"},
		{append([]string{"setup", "--sandbox", "--no-input", "--target", "./my-app/"}, set...), "IMAP server"},
	} {
		if code, out, said := o.run(row.args...); code != 0 || !strings.Contains(out, row.says) {
			t.Errorf("%v = %d, want 0 and %q:\n%s%s", row.args, code, row.says, out, said)
		}
	}
	elsewhere := t.TempDir()
	if err := os.CopyFS(filepath.Join(elsewhere, "my-app"), os.DirFS(sample)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(elsewhere)
	if code, _, said := o.run(append(args, set...)...); code != 0 {
		t.Fatalf("setup = %d:\n%s", code, said)
	}
	acct, _ := o.kept(o.who)
	if acct.Target != filepath.Join(elsewhere, "my-app") && !strings.HasSuffix(acct.Target, filepath.Join(filepath.Base(elsewhere), "my-app")) {
		t.Errorf("the account is kept with target %q, want the whole path", acct.Target)
	}
	t.Chdir(t.TempDir())
	code, out, said := o.run("export", acct.Target, o.who, "--set", "base_url=https://desk.example.com")
	if code != 0 || !strings.Contains(out, "My helpdesk") {
		t.Errorf("export = %d:\n%s%s", code, out, said)
	}
	if code, out, said := o.run("verify", o.who); code != 0 {
		t.Errorf("verify = %d:\n%s%s", code, out, said)
	}
}
