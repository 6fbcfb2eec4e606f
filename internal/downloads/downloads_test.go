package downloads_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/downloads"
)

const desktop = `{"installed":{"client_id":"815407401234-ab.apps.googleusercontent.com","project_id":"my-mail-123","client_secret":"GOCSPX-x","redirect_uris":["http://localhost"]}}`

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func next(t *testing.T, found <-chan downloads.Found) downloads.Found {
	t.Helper()
	select {
	case f, ok := <-found:
		if !ok {
			t.Fatal("the watching has ended")
		}
		return f
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was found")
	}
	return downloads.Found{}
}

// never are looks that do not come: only the system tells.
func never() <-chan time.Time { return make(chan time.Time) }

func TestWatchSeesWhatLands(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "client_secret_old.json")
	put(t, old, desktop)
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	recent := filepath.Join(dir, "client_secret_recent.json")
	put(t, recent, desktop)
	found := downloads.Watch(t.Context(), []string{filepath.Join(dir, "none"), dir}, time.Now().Add(-time.Minute), nil)
	if got := next(t, found); got.Path != recent || got.Refusal != nil || got.Client.ProjectID != "my-mail-123" || time.Since(got.Landed) > time.Minute {
		t.Errorf("Watch gives %+v, want %s", got, recent)
	}
	// Other people's files, and one that is not whole.
	put(t, filepath.Join(dir, "report.json"), `{"a": 1}`)
	put(t, filepath.Join(dir, "broken.json"), `{]`)
	put(t, filepath.Join(dir, "client_secret_9.json.crdownload"), desktop)
	partial := filepath.Join(dir, "client_secret_1 (1).json")
	put(t, partial, desktop[:40])
	time.Sleep(50 * time.Millisecond)
	put(t, partial, desktop)
	if got := next(t, found); got.Path != partial || got.Refusal != nil {
		t.Errorf("Watch gives %+v, want %s, once it is whole", got, partial)
	}
	// Browsers write under another name; an old file may be moved here.
	moved := filepath.Join(dir, "moved.json")
	if err := os.Rename(filepath.Join(dir, "client_secret_9.json.crdownload"), moved); err != nil {
		t.Fatal(err)
	}
	if got := next(t, found); got.Path != moved {
		t.Errorf("Watch gives %+v, want %s", got, moved)
	}
	for name, text := range map[string]string{"key.json": `{"type":"service_account","private_key":"x"}`,
		"client_secret_2.json": `{"web":{"client_id":"815407401234-ab.apps.googleusercontent.com"}}`} {
		put(t, filepath.Join(dir, name), text)
		got := next(t, found)
		symptom, ok := errors.AsType[*diagnosis.Symptom](got.Refusal)
		if filepath.Base(got.Path) != name || !ok || symptom.Where != diagnosis.AtClient {
			t.Errorf("Watch gives %+v, want a refusal of %s", got, name)
		}
	}
}

// The system's word is enough, and the end of the context the end.
func TestWatchIsToldByTheSystem(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	found := downloads.Watch(ctx, []string{dir}, time.Now(), never())
	time.Sleep(50 * time.Millisecond)
	put(t, filepath.Join(dir, "c.json"), desktop)
	if got := next(t, found); got.Client.ProjectID != "my-mail-123" {
		t.Errorf("Watch gives %+v", got)
	}
	cancel()
	if _, more := <-found; more {
		t.Error("Watch goes on after its context")
	}
}

// A browser makes the folder for its first download.
func TestAFolderThatComesLaterIsWatched(t *testing.T) {
	folder, looks := filepath.Join(t.TempDir(), "Downloads"), make(chan time.Time)
	found := downloads.Watch(t.Context(), []string{folder}, time.Now(), looks)
	looks <- time.Now() // there is none yet
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "client_secret_1.json")
	put(t, path, desktop)
	looks <- time.Now()
	if got := next(t, found); got.Path != path || got.Client.ProjectID != "my-mail-123" {
		t.Errorf("Watch gives %+v, want %s", got, path)
	}
}

func TestALinkIsNotWatched(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(t.TempDir(), "Downloads")
	if err := os.Symlink(dir, link); err != nil {
		t.Logf("no links here: %v", err)
		return
	}
	put(t, filepath.Join(dir, "c.json"), desktop)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if got, more := <-downloads.Watch(ctx, []string{link}, time.Time{}, nil); more {
		t.Errorf("Watch of a link gives %+v", got)
	}
}

func TestFolders(t *testing.T) {
	home := t.TempDir()
	env := func(pairs map[string]string) func(string) string {
		return func(name string) string { return pairs[name] }
	}
	check := func(pairs map[string]string, windows bool, want ...string) {
		t.Helper()
		if got := downloads.Folders(env(pairs), windows); !slices.Equal(got, want) {
			t.Errorf("Folders(%v, %v) = %q, want %q", pairs, windows, got, want)
		}
	}
	check(map[string]string{"HOME": home}, false, filepath.Join(home, "Downloads"))
	check(map[string]string{}, false)
	check(map[string]string{"USERPROFILE": home}, true, filepath.Join(home, "Downloads"))
	check(map[string]string{"HOME": home, "WSL_DISTRO_NAME": "Debian", "PATH": "/usr/bin:/mnt/c/Users/anna/AppData/Local/bin"}, false,
		filepath.Join(home, "Downloads"), filepath.Join("/mnt/c/Users/anna", "Downloads"))
	config := filepath.Join(home, "config")
	if err := os.Mkdir(config, 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(config, "user-dirs.dirs"), "# a comment\nXDG_DESKTOP_DIR=\"$HOME/Bureau\"\nXDG_DOWNLOAD_DIR=\"$HOME/Téléchargements\"\n")
	check(map[string]string{"HOME": home, "XDG_CONFIG_HOME": config}, false, filepath.Join(home, "Téléchargements"))
	put(t, filepath.Join(config, "user-dirs.dirs"), "XDG_DOWNLOAD_DIR=\"$HOME/\"\n")
	check(map[string]string{"HOME": home, "XDG_CONFIG_HOME": config}, false, filepath.Join(home, "Downloads"))
}
