package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/store"
)

// delegatedFleet is a file of so many mailboxes that a service account opens.
func (o *workplace) delegatedFleet(n int) (file string, emails []string) {
	o.t.Helper()
	_, key := o.serviceKey(sandbox.AllDelegated()...)
	var b strings.Builder
	fmt.Fprintf(&b, "service_account_file: %s\nprotocols: [imap]\nmailboxes:\n", key)
	for i := range n {
		emails = append(emails, fmt.Sprintf("box-%04d@example.com", i))
		fmt.Fprintf(&b, "  - %s\n", emails[i])
	}
	return o.file("boxes.yaml", b.String()), emails
}

// applied runs apply for its JSON.
func (o *workplace) applied(code int, args ...string) applied {
	o.t.Helper()
	got, out, stderr := o.run(append([]string{"apply", "--format", "json"}, args...)...)
	if got != code {
		o.t.Fatalf("apply %v: exit %d, want %d\n%.3000s%s", args, got, code, out, stderr)
	}
	return readApplied(o.t, out)
}

// connected are the mailboxes of which there is an account.
func (o *workplace) connected() (emails []string) {
	o.t.Helper()
	entries, err := os.ReadDir(filepath.Join(o.folders().Config, "accounts"))
	if err != nil && !os.IsNotExist(err) {
		o.t.Fatal(err)
	}
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".json"); ok && !strings.HasPrefix(name, ".") {
			emails = append(emails, name)
		}
	}
	return emails
}

// A thousand mailboxes are connected and proven from nothing: each in its place,
// one key, and nothing that piles up or stays behind.
func TestApplyToAThousand(t *testing.T) {
	const mailboxes = 1000
	o := newWorkplace(t)
	small, _ := o.delegatedFleet(100)
	o.applied(0, "-f", small, "--yes")
	before := weigh()
	file, emails := o.delegatedFleet(mailboxes)
	ignored := goleak.IgnoreCurrent()
	got := o.applied(0, "-f", file, "--yes", "--concurrency", "16")
	if diff := cmp.Diff(emails[100:], got.with("done")); diff != "" {
		t.Errorf("not all in the file's order (-want +got):\n%s", diff)
	}
	if proof := readProofs(t, string(got.Proof)); proof.Summary["passed"] != mailboxes-100 || proof.Accounts[mailboxes-101].Account != emails[mailboxes-1] {
		t.Errorf("proof: %v", proof.Summary)
	}
	if err := goleak.Find(ignored); err != nil {
		t.Error(err)
	}
	got = applied{}
	o.mu.Lock()
	o.out = bytes.Buffer{}
	o.mu.Unlock()
	after := weigh()
	if after.goroutines > before.goroutines+8 || after.heap > before.heap+(24<<20) {
		t.Errorf("after %d mailboxes %+v, after 100 %+v: something piles up", mailboxes, after, before)
	}
	if again := o.applied(0, "-f", file); again.Actions["keep"] != mailboxes || again.Proof != nil {
		t.Errorf("again: %v, want that there is nothing to do", again.Actions)
	}
}

// A run that is killed loses nothing that was granted, and leaves nothing half
// done: the next one does what is missing, and that alone.
func TestApplyGoesOnAfterAKill(t *testing.T) {
	const mailboxes = 150
	o := newWorkplace(t)
	file, emails := o.delegatedFleet(mailboxes)
	killed := 0
	for range 3 {
		before := len(o.connected())
		cmd := exec.CommandContext(t.Context(), "gmailoauth", "apply", "-f", file, "--yes", "--no-proof", "--concurrency", "4")
		for _, name := range slices.Sorted(maps.Keys(o.env)) {
			cmd.Env = append(cmd.Env, name+"="+o.env[name])
		}
		must(t, cmd.Start())
		for deadline := time.Now().Add(30 * time.Second); len(o.connected()) < before+20 && time.Now().Before(deadline); {
			<-time.After(time.Millisecond)
		}
		must(t, cmd.Process.Kill())
		if err := cmd.Wait(); err != nil {
			killed++
		}
	}
	kept := o.connected()
	if killed == 0 || len(kept) < 20 || len(kept) == mailboxes {
		t.Fatalf("killed %d times, with %d mailboxes connected: the test kills too late", killed, len(kept))
	}
	plan := o.applied(0, "-f", file, "--dry-run")
	if diff := cmp.Diff(kept, plan.with("kept")); diff != "" {
		t.Errorf("what was connected is not what is kept (-want +got):\n%s", diff)
	}
	got := o.applied(0, "-f", file, "--yes", "--no-proof")
	if got.Actions["keep"] != len(kept) || len(got.with("done")) != mailboxes-len(kept) {
		t.Errorf("after the kill: %v, want %d kept and the others done", got.Actions, len(kept))
	}
	if diff := cmp.Diff(emails, o.connected()); diff != "" {
		t.Errorf("not all are connected (-want +got):\n%s", diff)
	}
	if code, out, stderr := o.run("verify", "--fleet", file); code != 0 {
		t.Errorf("verify: exit %d\n%.2000s%s", code, out, stderr)
	}
}

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
