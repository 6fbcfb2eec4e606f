package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
)

func symptomIn(t *testing.T, err error) *diagnosis.Symptom {
	t.Helper()
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok {
		t.Fatalf("error = %v, want a symptom", err)
	}
	return symptom
}

func TestAccountsList(t *testing.T) {
	d := newDesk(t)
	code, out, told := d.run(t, "accounts", "list")
	if code != 0 || out != "" || !strings.Contains(told, "gmailoauth setup") {
		t.Errorf("list of none = %d, %q, %q, want a hint on stderr", code, out, told)
	}
	d.keeps(t, officeBox, time.Hour)
	d.keeps(t, "b@example.com", time.Hour)
	_, out, _ = d.run(t, "accounts", "list")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[1], "b@example.com ") || !strings.Contains(lines[2], "19 November 2026, 11:59") {
		t.Errorf("list = %q, want a heading and two lines", out)
	}
	_, out, _ = d.run(t, "accounts", "list", "--format", "json")
	var answer struct {
		Format   int
		Accounts []map[string]any
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil || answer.Format != 1 || len(answer.Accounts) != 2 {
		t.Fatalf("list --format json = %q, %v, want two accounts", out, err)
	}
	for key, want := range map[string]any{"account": officeBox, "client_id": "815-x.apps.example", "project": "my-mail", "target": "nocobase", "store": "file",
		"issued_at": "2026-11-12T12:00:00Z", "ends_at": "2026-11-19T11:59:59Z", "publishing": "testing"} {
		if got := answer.Accounts[1][key]; got != want {
			t.Errorf("list --format json: %s = %v, want %v", key, got, want)
		}
	}
}

func TestAccountsListTellsOfAFileItCannotRead(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, time.Hour)
	bad := filepath.Join(d.env["HOME"], ".config/gmailoauth/accounts/bad@example.com.json")
	must(t, os.WriteFile(bad, []byte("{"), 0o600))
	code, out, told := d.run(t, "accounts", "list", "--format", "json")
	var answer accountsJSON
	if err := json.Unmarshal([]byte(out), &answer); err != nil || len(answer.Accounts) != 1 || code != 2 || !strings.Contains(told, bad) {
		t.Errorf("list = %d, %q, %q, want the good account, and the bad file on stderr", code, out, told)
	}
}

func TestAccountsListKnowsTheVariables(t *testing.T) {
	d := newDesk(t)
	d.env = map[string]string{"GMAILOAUTH_ACCOUNT": officeBox, "GMAILOAUTH_CLIENT_ID": "815-x", "GMAILOAUTH_CLIENT_SECRET": "s", "GMAILOAUTH_REFRESH_TOKEN": "r"}
	if code, out, told := d.run(t, "accounts", "list"); code != 0 || !strings.Contains(out, officeBox) || !strings.Contains(out, "env") {
		t.Errorf("list = %d, %q, %q, want the account of the variables", code, out, told)
	}
}

func TestAccountsShow(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, time.Hour)
	for _, args := range [][]string{{"accounts", "show", officeBox}, {"accounts", "show", officeBox, "--format", "json"}} {
		code, out, told := d.run(t, args...)
		if code != 0 || !strings.Contains(out, "815-x.apps.example") || strings.Contains(out, keptRefresh) || strings.Contains(out, keptSecret) {
			t.Errorf("%v = %d, %q, %q, want the account without its secrets", args, code, out, told)
		}
		code, out, told = d.run(t, append(args, "--reveal", "-v")...)
		if code != 2 || strings.Contains(out, keptSecret) || !strings.Contains(told, "reveal-not-to-terminal") {
			t.Errorf("%v --reveal into a pipe = %d, %q, %q, want a refusal", args, code, out, told)
		}
	}
	d.tty = true
	_, out, _ := d.run(t, "accounts", "show", officeBox, "--reveal")
	if !strings.Contains(out, keptRefresh) || !strings.Contains(out, keptSecret) {
		t.Errorf("show --reveal on a terminal = %q, want the secrets", out)
	}
	d.env["GMAILOAUTH_REVEAL"] = "true"
	if _, out, _ := d.run(t, "accounts", "show", officeBox); strings.Contains(out, keptSecret) {
		t.Errorf("a variable revealed the secrets: %q", out)
	}
}

func TestAccountsRemove(t *testing.T) {
	tests := []struct {
		name, answer string
		tty          bool
		args         []string
		code         int
		gone         bool
	}{
		{"--yes", "", false, []string{"--yes"}, 0, true},
		{"nobody can be asked", "", false, nil, 2, false},
		{"--no-input", "y\n", true, []string{"--no-input"}, 2, false},
		{"yes", "y\n", true, nil, 0, true},
		{"yes in full", "Yes\r\n", true, nil, 0, true},
		{"no", "n\n", true, nil, 0, false},
		{"nothing", "\n", true, nil, 0, false},
		{"end of input", "", true, nil, 0, false},
	}
	for _, test := range tests {
		d := newDesk(t)
		d.keeps(t, officeBox, time.Hour)
		d.tty, d.in = test.tty, strings.NewReader(test.answer)
		code, out, told := d.run(t, append([]string{"accounts", "remove", officeBox}, test.args...)...)
		_, err := os.Stat(d.secretsFile())
		if code != test.code || out != "" || os.IsNotExist(err) != test.gone {
			t.Errorf("%s: remove = %d, %q, %q, secrets gone: %v; want %d, %v", test.name, code, out, told, os.IsNotExist(err), test.code, test.gone)
		}
		if list, _, _ := d.run(t, "token", officeBox); (list == 2) != test.gone {
			t.Errorf("%s: token afterwards = %d, want 2 only if it is gone", test.name, list)
		}
	}
}

func TestAccountsRemoveOfACorruptAccount(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, time.Hour)
	file := filepath.Join(d.env["HOME"], ".config/gmailoauth/accounts", officeBox+".json")
	must(t, os.WriteFile(file, []byte("{"), 0o600))
	if code, _, told := d.run(t, "accounts", "remove", officeBox, "--yes"); code != 0 || !strings.Contains(told, "connections") {
		t.Errorf("remove = %d, %q, want 0 and where to withdraw", code, told)
	}
	for _, name := range []string{file, d.secretsFile()} {
		if _, err := os.Stat(name); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", name, err)
		}
	}
	if code, _, _ := d.run(t, "accounts", "remove", officeBox, "--yes"); code != 2 {
		t.Errorf("remove again = %d, want 2", code)
	}
}
