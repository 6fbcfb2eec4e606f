package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
)

// typistAt waits for words on the screen before each line is typed.
func (o *workplace) typistAt(keys *os.File, pairs ...any) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = keys.Close() }()
		for i := 0; i+1 < len(pairs); i += 2 {
			words, _ := pairs[i].(string)
			for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
				if time.Now().After(deadline) {
					o.t.Errorf("waited in vain for %q", words)
					return
				}
				o.mu.Lock()
				seen := strings.Contains(o.err.String(), words)
				o.mu.Unlock()
				if seen {
					break
				}
			}
			switch then := pairs[i+1].(type) {
			case string:
				_, _ = io.WriteString(keys, then)
			case func():
				then()
			}
		}
	}()
	return done
}

// The client's file lands while it is asked for: a wrong one is told, the right
// one is compared and moved to where only the admin reads it.
func TestSetupCatchesTheDownload(t *testing.T) {
	o := newWorkplace(t)
	t.Chdir(t.TempDir())
	folder := filepath.Join(o.env["HOME"], "Downloads")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	client := o.box.NewClient(account.Desktop, nil, "my-mail-123")
	other := o.box.NewClient(account.Web, []string{"https://a.example.com/"}, "elsewhere-1")
	land := func(name string, data []byte) func() {
		return func() {
			partial := filepath.Join(folder, name+".part")
			if err := os.WriteFile(partial, data, 0o644); err != nil {
				t.Error(err)
			}
			if err := os.Rename(partial, filepath.Join(folder, name)); err != nil {
				t.Error(err)
			}
		}
	}
	landed := filepath.Join(folder, "client_secret_2 (1).json")
	done := o.typistAt(o.keyboard(),
		"Watching ~/Downloads", land("key.json", []byte(`{"type": "service_account", "private_key": "x"}`)),
		"key.json has landed, but is not what is wanted", land("client_secret_1.json", o.box.ClientJSON(other)),
		"elsewhere-1, and not my-mail-123", "n\n",
		"client_secret_1.json", land("client_secret_2 (1).json", o.box.ClientJSON(client)),
		"Found client_secret_2 (1).json", "\n",
		"Move it out of ~/Downloads", "y\n")
	code, sheet, said := o.run("setup", "--target", "generic-desktop", "--project", "my-mail-123", "--audience", "internal",
		"--account", o.who, "--ack", "console,gmail-api,branding,audience,scope,workspace")
	<-done
	if code != 0 || !strings.Contains(sheet, client.ID) {
		t.Fatalf("setup = %d, want a sheet with the client that landed:\n%s", code, said)
	}
	kept := filepath.Join(o.env["HOME"], ".config", "gmailoauth", "clients", client.ID+".json")
	info, err := os.Stat(kept)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s: %v, %v; want the file with mode 0600", kept, info, err)
	}
	if _, err := os.Stat(landed); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", landed, err)
	}
	if !strings.Contains(strings.Join(strings.Fields(said), " "), "Moved to "+kept) {
		t.Errorf("setup does not say where the file is now:\n%s", said)
	}
	// Again: it is read from there.
	o.in, o.tty = strings.NewReader(""), true
	if code, _, said := o.run("setup", "--target", "generic-desktop"); code != 0 {
		t.Errorf("setup again = %d, want 0:\n%s", code, said)
	}
}
