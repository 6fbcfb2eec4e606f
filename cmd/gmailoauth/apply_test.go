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

	"gmailoauth/internal/sandbox"
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
