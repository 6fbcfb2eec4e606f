package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gmailoauth/internal/account"
)

// What is answered before the program is set up is what the command would have
// answered; what is not is left to it.
func TestBothWaysAgree(t *testing.T) {
	type home = func(t *testing.T, d *desk)
	for _, row := range []struct {
		name  string
		short bool // is answered ahead
		code  int
		args  []string // nil: token EMAIL
		home  home     // what is done to a home with a token that lives for an hour
	}{
		{"kept", true, 0, nil, nil},
		{"upper case", true, 0, []string{"token", "Office@EXAMPLE.com"}, nil},
		{"blanks around the address", false, 0, []string{"token", " " + officeBox}, nil},
		{"no address", false, 0, []string{"token"}, nil},
		{"a flag", false, 0, []string{"token", officeBox, "--format=raw"}, nil},
		{"a flag in the place of the address", false, 0, []string{"token", "--renew=false"}, nil},
		{"help", false, 0, []string{"help", "token"}, nil},
		{"unknown account", false, 2, []string{"token", "x@example.com"}, nil},
		{"five minutes left", false, 0, nil, func(_ *testing.T, d *desk) { d.now = noon.Add(55 * time.Minute) }},
		{"a little more left", true, 0, nil, func(_ *testing.T, d *desk) { d.now = noon.Add(55*time.Minute - time.Second) }},
		{"stale", false, 0, nil, func(_ *testing.T, d *desk) { d.now = noon.Add(2 * time.Hour) }},
		{"issued in the future", false, 0, nil, func(_ *testing.T, d *desk) { d.now = noon.Add(-62 * time.Second) }},
		{"no home", false, 2, nil, func(_ *testing.T, d *desk) { delete(d.env, "HOME") }},
		{"folders elsewhere", true, 0, nil, func(t *testing.T, d *desk) {
			elsewhere := t.TempDir()
			for variable, was := range map[string]string{"XDG_CONFIG_HOME": ".config", "XDG_DATA_HOME": ".local/share"} {
				d.env[variable] = filepath.Join(elsewhere, variable)
				must(t, os.Rename(filepath.Join(d.env["HOME"], was), d.env[variable]))
			}
		}},
		{"folders elsewhere, and nothing there", false, 2, nil, func(t *testing.T, d *desk) { d.env["XDG_CONFIG_HOME"] = t.TempDir() }},
		{"folders elsewhere, said in vain", true, 0, nil, func(_ *testing.T, d *desk) { d.env["XDG_CONFIG_HOME"] = "relative" }},
		{"a variable", false, 0, nil, func(_ *testing.T, d *desk) { d.env["GMAILOAUTH_FORMAT"] = "json" }},
		{"a variable of a delegation", false, 0, nil, func(_ *testing.T, d *desk) {
			d.env["GMAILOAUTH_SERVICE_ACCOUNT"] = "mail@my-mail-123.iam.gserviceaccount.com"
		}},
		{"a variable of Google's tools", true, 0, nil, func(_ *testing.T, d *desk) { d.env["GOOGLE_APPLICATION_CREDENTIALS"] = "/nonexistent" }},
		{"another variable", false, 2, nil, func(_ *testing.T, d *desk) { d.env["GMAILOAUTH_STORE"] = "env" }},
		{"an empty variable", false, 0, nil, func(_ *testing.T, d *desk) { d.env["GMAILOAUTH_RENEW"] = "" }},
		{"secrets gone", false, 2, nil, func(t *testing.T, d *desk) { must(t, os.Remove(d.secretsFile())) }},
		{"secrets for all to read", false, 2, nil, func(t *testing.T, d *desk) { must(t, os.Chmod(d.secretsFile(), 0o644)) }},
		{"an account for all to read", true, 0, nil, func(t *testing.T, d *desk) { must(t, os.Chmod(d.accountFile(), 0o644)) }},
		{"an account for all to write", false, 2, nil, func(t *testing.T, d *desk) { must(t, os.Chmod(d.accountFile(), 0o666)) }},
		{"linked", true, 0, nil, func(t *testing.T, d *desk) { linked(t, d.secretsFile(), 0o600); linked(t, d.accountFile(), 0o600) }},
		{"linked to what all may read", false, 2, nil, func(t *testing.T, d *desk) { linked(t, d.secretsFile(), 0o640) }},
		{"a folder", false, 2, nil, func(t *testing.T, d *desk) {
			must(t, os.Remove(d.secretsFile()))
			must(t, os.Mkdir(d.secretsFile(), 0o700))
		}},
		{"corrupt", false, 2, nil, func(t *testing.T, d *desk) { d.edit(t, d.secretsFile(), `}`, ``) }},
		{"a newer format", false, 2, nil, func(t *testing.T, d *desk) { d.edit(t, d.secretsFile(), `"format": 1`, `"format": 2`) }},
		{"a key of a newer program", false, 0, nil, func(t *testing.T, d *desk) { d.edit(t, d.secretsFile(), `"format": 1`, `"format": 1, "new": {}`) }},
		{"a key in capitals", false, 0, nil, func(t *testing.T, d *desk) { d.edit(t, d.secretsFile(), `"access_token"`, `"ACCESS_TOKEN"`) }},
		{"somebody else's secrets", false, 2, nil, func(t *testing.T, d *desk) { d.edit(t, d.secretsFile(), officeBox, "b@example.com") }},
		{"somebody else's account", false, 2, nil, func(t *testing.T, d *desk) { d.edit(t, d.accountFile(), officeBox, "b@example.com") }},
		{"an account of a wrong kind", false, 2, nil, func(t *testing.T, d *desk) {
			d.edit(t, d.accountFile(), `"lifetime_seconds": `, `"lifetime_seconds": 0.`)
		}},
		{"no access token", false, 0, nil, func(t *testing.T, d *desk) { d.edit(t, d.secretsFile(), `"access_token"`, `"moved"`) }},
		{"store file:", true, 0, nil, stored("file:")},
		{"store env", false, 2, nil, stored("env")},
		{"store age", false, 2, nil, stored("age:/nonexistent/identity")},
		{"store command", false, 2, nil, stored("command:/nonexistent/pass")},
		{"store that nobody knows", false, 2, nil, stored("files")},
		{"store in a folder that is not there", false, 2, nil, stored("file:/nonexistent")},
		{"store in a folder said from here", false, 2, nil, stored("file:nonexistent")},
	} {
		d := newDesk(t)
		d.keeps(t, officeBox, time.Hour)
		if row.home != nil {
			row.home(t, d)
		}
		if row.args == nil {
			row.args = []string{"token", officeBox}
		}
		a, short, _ := d.app()
		answered := d.ahead(a, row.args)
		a, long, told := d.app()
		code := a.run(t.Context(), row.args)
		if answered != row.short || code != row.code {
			t.Errorf("%s: answered ahead %v, the command exits %d (%q), want %v and %d", row.name, answered, code, told, row.short, row.code)
		}
		if answered && (short.String() != long.String() || short.String() != keptAccess+"\n") || !answered && short.Len() > 0 {
			t.Errorf("%s: ahead prints %q, the command %q", row.name, short, long)
		}
	}
}

// A store of the admin's own folder is one of files, too.
func TestFolderOfTheAdminsIsAnsweredAhead(t *testing.T) {
	d := newDesk(t)
	a, _, _ := d.app()
	a.flags.store = "file:" + t.TempDir()
	d.keepsBy(t, a, officeBox, time.Hour)
	a, out, _ := d.app()
	if !d.ahead(a, []string{"token", officeBox}) || out.String() != keptAccess+"\n" {
		t.Errorf("ahead prints %q, want the kept token", out)
	}
}

func (d *desk) accountFile() string {
	return filepath.Join(d.env["HOME"], ".config/gmailoauth/accounts", officeBox+".json")
}

func (d *desk) edit(t *testing.T, file, was, is string) {
	t.Helper()
	data, err := os.ReadFile(file)
	must(t, err)
	edited := bytes.Replace(data, []byte(was), []byte(is), 1)
	if bytes.Equal(data, edited) {
		t.Fatalf("%s has no %s", file, was)
	}
	must(t, os.WriteFile(file, edited, 0o600))
}

func linked(t *testing.T, file string, mode os.FileMode) {
	t.Helper()
	target := filepath.Join(t.TempDir(), "target")
	must(t, os.Rename(file, target))
	must(t, os.Chmod(target, mode))
	must(t, os.Symlink(target, file))
}

func stored(spec string) func(*testing.T, *desk) {
	return func(t *testing.T, d *desk) {
		a, _, _ := d.app()
		accounts, err := a.accounts()
		must(t, err)
		must(t, accounts.Update(officeBox, func(kept *account.Account) { kept.Store = spec }))
		d.edit(t, d.accountFile(), `"account": "`+officeBox+`",`, `"account": "`+officeBox+`",`+"\n")
	}
}
