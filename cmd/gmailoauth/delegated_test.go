package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/sandbox/scenario"
)

// However many mailboxes a service account opens, its key is kept once, and they
// are proven without asking anybody.
func TestManyMailboxesShareOneKey(t *testing.T) {
	o := newWorkplace(t)
	serviceAccount, file := o.serviceKey(sandbox.AllDelegated()...)
	const count = 25
	for i := range count {
		if got := o.runs("authorize", fmt.Sprintf("box-%02d@example.com", i), "--grant", "delegation", "--service-account-file", file); got.code != 0 {
			t.Fatalf("authorize: exit %d\n%s", got.code, got.err)
		}
	}
	secrets := filepath.Join(o.folders().Data, "secrets")
	entries, err := os.ReadDir(secrets)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, entry := range entries {
		path := filepath.Join(secrets, entry.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("PRIVATE KEY")) {
			keys = append(keys, entry.Name())
			continue
		}
		if err := os.Remove(path); err != nil { // the access token
			t.Fatal(err)
		}
	}
	if len(keys) != 1 || keys[0] != serviceAccount+".json" || len(entries) != count+1 {
		t.Errorf("%d files, with a key: %v; want %d, and that of %s", len(entries), keys, count+1, serviceAccount)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	got := o.runs("verify", "--protocol", "imap")
	if want := fmt.Sprintf("%d mailboxes: %d passed", count, count); got.code != 0 || !strings.Contains(got.out, want) {
		t.Errorf("verify: exit %d, want %q\n%s%s", got.code, want, got.out, got.err)
	}
}

// What a command line says of delegation must agree with itself.
func TestDelegationFlags(t *testing.T) {
	o := newWorkplace(t)
	_, file := o.serviceKey(sandbox.AllDelegated()...)
	for _, row := range []struct{ args, want string }{
		{"--grant robot", "explain value-not-among-choices"},
		{"--grant delegation", "--service-account-file"},
		{"--grant delegation --scope all --service-account-file " + file, "explain value-not-among-choices"},
		{"--grant consent --service-account-file " + file, "explain flags-exclude-each-other"},
		{"--service-account a@b.iam.gserviceaccount.com --service-account-file " + file, "explain flags-exclude-each-other"},
		{"--service-account-file " + file + ".none", "explain unreadable-file"},
	} {
		got := o.runs(append([]string{"authorize", o.who}, strings.Fields(row.args)...)...)
		if got.code != 2 || !strings.Contains(got.err, row.want) {
			t.Errorf("authorize %s: exit %d, want 2 and %s\n%s", row.args, got.code, row.want, got.err)
		}
	}
	if again := o.runs("accounts", "list"); strings.Contains(again.out, o.who) {
		t.Errorf("a refused account is kept:\n%s", again.out)
	}
}

// A consent takes the place of a delegation, and the other way round.
func TestGrantCanBeChanged(t *testing.T) {
	o := newWorkplace(t)
	serviceAccount := o.delegated()
	o.connect()
	if _, err := os.Stat(filepath.Join(o.folders().Data, "secrets", serviceAccount+".json")); !os.IsNotExist(err) {
		t.Errorf("the key that nobody needs any more is there: %v", err)
	}
	if shown := o.runs("accounts", "show", o.who, "--format", "json"); strings.Contains(shown.out, "delegation") || !strings.Contains(shown.out, `"client_type": "desktop"`) {
		t.Errorf("after a consent:\n%s", shown.out)
	}
	if got := o.runs("verify", o.who); got.code != 0 {
		t.Errorf("verify: exit %d\n%s%s", got.code, got.out, got.err)
	}
	o.delegated()
	if shown := o.runs("accounts", "show", o.who, "--format", "json"); !strings.Contains(shown.out, `"client_type": "service-account"`) {
		t.Errorf("after a delegation:\n%s", shown.out)
	}
	if got := o.runs("verify", o.who); got.code != 0 {
		t.Errorf("verify: exit %d\n%s%s", got.code, got.out, got.err)
	}
}

// Another service account takes the place of one, and is replaced by one without a
// key: what is not needed any more is not kept, as long as nobody else needs it.
func TestAServiceAccountTakesAnothersPlace(t *testing.T) {
	o := newWorkplace(t)
	keys := func(when string, want ...string) {
		t.Helper()
		got, err := filepath.Glob(filepath.Join(o.folders().Secrets(), "*.iam.gserviceaccount.com.json"))
		must(t, err)
		for i := range got {
			got[i] = strings.TrimSuffix(filepath.Base(got[i]), ".json")
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: the keys of %q are kept, want %q", when, got, want)
		}
	}
	both := []string{"office@example.com", "boss@example.com"}
	var first string
	for _, o.who = range both {
		first = o.delegated()
	}
	other, _ := o.box.NewServiceAccount("my-mail-123", "other", sandbox.AllDelegated()...)
	key, err := o.box.ServiceKey(other)
	must(t, err)
	file := filepath.Join(t.TempDir(), "other.json")
	o.write(file, string(key))
	for i, who := range both {
		o.who = who
		if got := o.delegates("--service-account-file", file); got.code != 0 {
			t.Fatalf("authorize: exit %d\n%s", got.code, got.err)
		}
		keys(who+" has another", [][]string{{first, other}, {other}}[i]...)
	}
	for i, who := range both {
		o.who = who
		if got := o.delegates("--service-account", other, "--gcp-token-file", o.box.CloudTokenFile()); got.code != 0 {
			t.Fatalf("authorize: exit %d\n%s", got.code, got.err)
		}
		keys(who+" needs none", [][]string{{other}, nil}[i]...)
	}
}

// Every refusal of a service account that the sandbox plays is told by its name:
// scenario, diagnosis, exit code.
func TestEveryDelegationScenarioIsExplained(t *testing.T) {
	want := map[string]string{
		"delegation-not-authorized":  "delegation-missing 4",
		"delegation-scope-refused":   "delegation-scope-missing 4",
		"delegation-client-refused":  "delegation-missing 4",
		"delegation-scope-invalid":   "scope-invalid 3",
		"delegation-subject-invalid": "delegation-subject-invalid 4",
		"delegation-clock-off":       "clock-wrong 3",
		"delegation-key-deleted":     "service-account-key-invalid 3",
		"delegation-audience-wrong":  "assertion-audience-wrong 3",
		"delegation-503":             "token-endpoint-failing 5",
		"delegation-echoes":          "grant-refused 4",
		"service-account-disabled":   "service-account-disabled 4",
		"service-account-deleted":    "service-account-deleted 4",
		"iam-sign-denied":            "iam-sign-denied 4",
		"iam-credentials-off":        "iam-credentials-off 4",
		"iam-account-unknown":        "service-account-unknown 3",
		"iam-create-denied":          "service-account-denied 4",
		"iam-keys-forbidden":         "service-account-keys-forbidden 4",
	}
	scenarios, err := scenario.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range scenarios {
		if !strings.HasPrefix(s.Effects[0].At, "delegation.") {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			got := newWorkplace(t).playDelegation(s)
			if said := fmt.Sprintf("%s %d", lastWord(got.err), got.code); said != want[s.Name] {
				t.Errorf("%s, want %q\n%s", said, want[s.Name], got.err)
			}
		})
		delete(want, s.Name)
	}
	if len(want) > 0 {
		t.Errorf("no such scenarios: %v", want)
	}
}

func lastWord(text string) string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
