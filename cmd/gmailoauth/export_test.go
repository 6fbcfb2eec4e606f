package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func envAccount() map[string]string {
	return map[string]string{"GMAILOAUTH_ACCOUNT": "sales@contoso.com", "GMAILOAUTH_CLIENT_ID": "815407401234-abc.apps.googleusercontent.com",
		"GMAILOAUTH_CLIENT_SECRET": "GOCSPX-hush0123456789", "GMAILOAUTH_REFRESH_TOKEN": "1//hush0123456789"}
}

func TestExportOfASheet(t *testing.T) {
	code, out, stderr := walkRun(t, envAccount(), "", "export", "dynamics365", "sales@contoso.com", "--set", "env_url=https://contoso.crm.dynamics.com/")
	if code != 0 || !strings.Contains(out, "Gmail contoso.crm.dynamics.com") || !strings.Contains(out, "815407401234-abc") {
		t.Errorf("export: exit %d\n%s%s", code, out, stderr)
	}
	if strings.Contains(out+stderr, "hush") {
		t.Errorf("export shows a secret:\n%s%s", out, stderr)
	}
	code, out, _ = walkRun(t, envAccount(), "", "export", "generic-desktop", "sales@contoso.com", "--format", "markdown")
	if code != 0 || !strings.Contains(out, "`gmailoauth token sales@contoso.com`") {
		t.Errorf("export --format markdown: exit %d\n%s", code, out)
	}
}

func TestExportRevealsToAPrivateFileOnly(t *testing.T) {
	code, out, stderr := walkRun(t, envAccount(), "", "export", "generic-web", "sales@contoso.com", "--reveal")
	if code != 2 || strings.Contains(out+stderr, "hush") {
		t.Errorf("export --reveal into a pipe: exit %d, want 2\n%s%s", code, out, stderr)
	}
	file := filepath.Join(t.TempDir(), "sheet.txt")
	code, out, stderr = walkRun(t, envAccount(), "", "export", "generic-web", "sales@contoso.com", "--reveal", "--output", file)
	if code != 0 || out != "" {
		t.Fatalf("export --reveal --output: exit %d\n%s%s", code, out, stderr)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 || !strings.Contains(string(data), "GOCSPX-hush0123456789") {
		t.Errorf("export --reveal --output: mode %v\n%s", info.Mode(), data)
	}
}

func TestExportRefuses(t *testing.T) {
	for name, args := range map[string][]string{
		"unknown target":   {"dynamix365", "sales@contoso.com"},
		"unknown account":  {"generic-web", "other@contoso.com"},
		"unknown format":   {"generic-web", "sales@contoso.com", "--format", "json5"},
		"unknown variable": {"generic-web", "sales@contoso.com", "--set", "base_url=https://a.example.com"},
		"unwritable":       {"generic-web", "sales@contoso.com", "--output", t.TempDir() + "/no/such/folder/sheet"},
	} {
		env := envAccount()
		env["HOME"] = t.TempDir()
		if code, out, stderr := walkRun(t, env, "", append([]string{"export"}, args...)...); code != 2 || out != "" {
			t.Errorf("%s: export %q: exit %d, want 2\n%s%s", name, args, code, out, stderr)
		}
	}
}
