package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/store"
)

// Who has read the account before it moves, and its secrets after, finds them.
func TestTokenWhileTheAccountMoves(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, time.Hour)
	a, _, _ := d.app()
	a.flags.timeout = time.Minute
	before, secrets, err := a.account(t.Context(), officeBox)
	must(t, err)
	if code, _, told := d.run(t, "accounts", "move", "--to", "age:"+filepath.Join(t.TempDir(), "identity")); code != 0 {
		t.Fatalf("accounts move = %d, %q", code, told)
	}
	token, renewed, err := a.freshToken(t.Context(), before, secrets, time.Minute, false)
	if err != nil || renewed || token.Access.IsZero() {
		t.Errorf("freshToken = renewed %v, %v, want the token from the new store", renewed, err)
	}
	a.flags.store = "file" // who names a store means that one
	if _, _, err := a.freshToken(t.Context(), before, secrets, time.Minute, false); symptomIn(t, err).Code != "no-secrets" {
		t.Errorf("freshToken with --store = %v, want no-secrets", err)
	}
}

// What a move that was cut short left elsewhere is forgotten with the account.
func TestAccountsRemoveOfWhatAMoveLeft(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, time.Hour)
	a, _, _ := d.app()
	accounts, err := a.accounts()
	must(t, err)
	left := filepath.Join(t.TempDir(), "left")
	former, err := store.Open("file:"+left, store.Options{})
	must(t, err)
	must(t, former.Put(t.Context(), officeBox, account.Credentials{}))
	must(t, accounts.Update(officeBox, func(kept *account.Account) { kept.Copies = []string{"file:" + left} }))
	if code, _, told := d.run(t, "accounts", "remove", officeBox, "--yes"); code != 0 {
		t.Fatalf("accounts remove = %d, %q", code, told)
	}
	for _, file := range []string{d.secretsFile(), filepath.Join(left, officeBox+".json")} {
		if _, err := os.Stat(file); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", file, err)
		}
	}
}

// The passphrase of an identity is asked for on a terminal, taken from a
// variable or its file, and never asked for by token.
func TestAgePassphrase(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, time.Hour)
	identity := filepath.Join(t.TempDir(), "identity")
	if code, _, told := d.run(t, "accounts", "move", "--to", "age:"+identity); code != 0 || !strings.Contains(told, identity) {
		t.Fatalf("accounts move = %d, %q, want the identity told", code, told)
	}
	must(t, underPassphrase(identity, "open sesame"))
	move := []string{"accounts", "move", "--to", "file"}
	if code, _, told := d.run(t, append(move, "-v")...); code != 2 || !strings.Contains(told, "store age-identity-locked") {
		t.Errorf("without a passphrase: %d, %q, want locked", code, told)
	}
	d.tty, d.in = true, strings.NewReader("open sesame\n")
	if code, _, told := d.run(t, append(move, "--no-input")...); code != 2 || strings.Contains(told, "Passphrase of") {
		t.Errorf("with --no-input: %d, %q, want locked and no question", code, told)
	}
	if code, _, told := d.run(t, "token", officeBox, "-v"); code != 2 || strings.Contains(told, "Passphrase of") || !strings.Contains(told, "age-identity-locked") {
		t.Errorf("token on a terminal: %d, %q, want locked and no question", code, told)
	}
	session := t.TempDir()
	d.env["XDG_RUNTIME_DIR"] = session
	if code, _, told := d.run(t, "accounts", "show", officeBox, "--reveal"); code != 0 || !strings.Contains(told, "Passphrase of the age identity "+identity) {
		t.Errorf("on a terminal: %d, %q, want the question", code, told)
	}
	d.tty = false
	if code, out, told := d.run(t, "token", officeBox); code != 0 || out == "" {
		t.Errorf("token in an unlocked session: %d, %q", code, told)
	}
	d.env["XDG_RUNTIME_DIR"] = t.TempDir() // another session
	file := filepath.Join(t.TempDir(), "passphrase")
	must(t, os.WriteFile(file, []byte("open sesame\n"), 0o600))
	d.env["GMAILOAUTH_AGE_PASSPHRASE_FILE"] = file
	if code, out, told := d.run(t, move...); code != 0 || !strings.Contains(out, "age:"+identity) {
		t.Errorf("with a variable: %d, %q, %q, want it moved", code, out, told)
	}
}
