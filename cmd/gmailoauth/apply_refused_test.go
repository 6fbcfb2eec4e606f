package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/store"
)

// alien is a mailbox that is none of the Workspace's: no service account opens it.
func (o *workplace) alien(file, inPlaceOf string) (email string) {
	o.t.Helper()
	text, err := os.ReadFile(file)
	must(o.t, err)
	email = strings.Replace(inPlaceOf, "@", "@elsewhere.", 1)
	must(o.t, os.WriteFile(file, bytes.Replace(text, []byte(inPlaceOf), []byte(email), 1), 0o600))
	return email
}

// What a server puts off is tried again, what it refuses is not, and neither keeps
// the others from being connected.
func TestApplyAmongRefusals(t *testing.T) {
	o := newWorkplace(t)
	file, emails := o.delegatedFleet(12)
	alien := o.alien(file, emails[5])
	client, clientFile := o.client(account.Desktop)
	token := o.secretFile(o.box.Authorize(client, emails[3]))
	text, err := os.ReadFile(file)
	must(t, err)
	must(t, os.WriteFile(file, bytes.Replace(text, []byte("- "+emails[3]),
		[]byte(fmt.Sprintf("- {account: %s, client: %s, refresh_token_file: %s}", emails[3], clientFile, token)), 1), 0o600))
	must(t, o.box.UseFor(emails[3], 1, "token-500"))
	must(t, o.box.UseFor(emails[7], 0, "imap-off-for-user"))
	got := o.applied(4, "-f", file, "--yes")
	if failed := got.with("failed"); !slices.Equal(failed, []string{alien}) {
		t.Errorf("failed: %v, want %s alone", failed, alien)
	}
	want := map[string][]string{alien: {"delegation-subject-invalid"}, emails[7]: {"delegated-login-refused"}}
	if diff := cmp.Diff(want, readProofs(t, string(got.Proof)).faults()); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if again := o.applied(4, "-f", file, "--yes"); again.Actions["keep"] != 11 || again.Actions["delegate"] != 1 {
		t.Errorf("again: %v", again.Actions)
	}
}

// --fail-fast begins nothing more; what was not begun is open, and not failed.
func TestApplyFailsFast(t *testing.T) {
	o := newWorkplace(t)
	file, emails := o.delegatedFleet(40)
	o.alien(file, emails[2])
	got := o.applied(4, "-f", file, "--yes", "--fail-fast", "--concurrency", "1", "--no-proof")
	if open := len(got.with("open")); open != 37 || len(got.with("done")) != 2 {
		t.Errorf("%d open, %v done; want 37 and the first 2", open, got.with("done"))
	}
}

// A share of the machine's is its own: shares together are the fleet.
func TestApplyShares(t *testing.T) {
	o := newWorkplace(t)
	file, emails := o.delegatedFleet(7)
	for _, share := range []string{"1/3", "2/3", "0/3"} {
		o.applied(0, "-f", file, "--yes", "--no-proof", "--shard", share)
	}
	if diff := cmp.Diff(emails, o.connected()); diff != "" {
		t.Errorf("shares (-want +got):\n%s", diff)
	}
}

// --store says where secrets go that are new, and wins over the file; what is
// connected is moved only where the file names a store.
func TestApplyStores(t *testing.T) {
	o := newWorkplace(t)
	file, emails := o.delegatedFleet(2)
	vault := "file:" + t.TempDir()
	o.applied(0, "-f", file, "--yes", "--no-proof", "--store", vault)
	if acct, err := store.NewAccounts(o.folders()).Get(emails[0]); err != nil || acct.Store != vault {
		t.Errorf("store %s, want %s: %v", acct.Store, vault, err)
	}
	if again := o.applied(0, "-f", file); again.Actions["keep"] != 2 {
		t.Errorf("without --store: %v", again.Actions)
	}
	text, err := os.ReadFile(file)
	must(t, err)
	must(t, os.WriteFile(file, append([]byte("store: file\n"), text...), 0o600))
	if plan := o.applied(0, "-f", file, "--dry-run"); plan.Actions["move"] != 2 {
		t.Errorf("the file names another store: %v", plan.Actions)
	}
	if plan := o.applied(0, "-f", file, "--dry-run", "--store", vault); plan.Actions["keep"] != 2 {
		t.Errorf("--store wins over the file: %v", plan.Actions)
	}
}

// Many mailboxes of one service account move together, and its key goes with them
// once: it is where they are, and nowhere else.
func TestApplyMovesTheKeyOnce(t *testing.T) {
	o := newWorkplace(t)
	file, emails := o.delegatedFleet(30)
	o.applied(0, "-f", file, "--yes", "--no-proof")
	text, err := os.ReadFile(file)
	must(t, err)
	vault := t.TempDir()
	must(t, os.WriteFile(file, append([]byte("store: file:"+vault+"\n"), text...), 0o600))
	if got := o.applied(0, "-f", file, "--yes", "--concurrency", "16"); len(got.with("done")) != len(emails) {
		t.Errorf("moved: %v", got.Actions)
	}
	keys := func(folder string) (n int) {
		for _, name := range files(t, folder) {
			if strings.HasSuffix(name, ".gserviceaccount.com.json") {
				n++
			}
		}
		return n
	}
	if there, left := keys(vault), keys(o.folders().Secrets()); there != 1 || left != 0 {
		t.Errorf("%d keys in the new store, %d in the old one; want 1 and none", there, left)
	}
	if code, out, stderr := o.run("verify", "--fleet", file); code != 0 {
		t.Errorf("verify: exit %d\n%.2000s%s", code, out, stderr)
	}
}
