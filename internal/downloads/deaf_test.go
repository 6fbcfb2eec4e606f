package downloads

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Where the system does not tell of changes, looking does.
func TestWatchByLooking(t *testing.T) {
	dir := t.TempDir()
	found, looks := make(chan Found), make(chan time.Time)
	w := &watch{since: time.Now(), seen: map[string]stamp{}, found: found, deaf: true}
	w.start(t.Context(), []string{dir}, looks)
	looks <- time.Time{}
	text := `{"installed":{"client_id":"815407401234-ab.apps.googleusercontent.com","client_secret":"GOCSPX-x"}}`
	if err := os.WriteFile(filepath.Join(dir, "c.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-found:
		t.Fatalf("found without looking: %+v", got)
	case <-time.After(50 * time.Millisecond):
	}
	looks <- time.Time{}
	if got := <-found; filepath.Base(got.Path) != "c.json" {
		t.Errorf("found %+v, want c.json", got)
	}
}
