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
	w := &watch{since: time.Now().Add(-coarsest), seen: map[string]stamp{}, found: found, deaf: true}
	if w.listen() != nil {
		t.Fatal("it listens")
	}
	w.start(t.Context(), []string{dir}, looks)
	text := `{"installed":{"client_id":"815407401234-ab.apps.googleusercontent.com","client_secret":"GOCSPX-x"}}`
	if err := os.WriteFile(filepath.Join(dir, "c.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 { // the one that is going on, and two that see the whole file
		select {
		case looks <- time.Time{}:
		case got := <-found:
			if filepath.Base(got.Path) != "c.json" {
				t.Errorf("found %+v, want c.json", got)
			}
			return
		}
	}
	t.Error("three looks have not found c.json")
}
