package internal

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// starts is how our code starts a goroutine; a comment does not.
var starts = regexp.MustCompile(`(?m)^[^/\n]*(\bgo (func\b|\w[\w.]*\()|\.Go\(func|\.AfterFunc\()`)

// withoutLeaks are rooms that have nobody to hold them: who runs their code does.
var withoutLeaks = []string{
	"internal/store/storetest", // a suite, run by the tests of each store
}

// Every room that starts goroutines has its tests end with a look at those that
// are left.
func TestRoomsLookForLeaks(t *testing.T) {
	starting, looking := map[string]string{}, map[string]bool{}
	for _, root := range []string{".", "../cmd"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
				return err
			}
			data, err := os.ReadFile(path)
			room := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(filepath.Join("internal", path))), "internal/../")
			switch {
			case err != nil:
			case !strings.HasSuffix(path, "_test.go"):
				if match := starts.Find(data); match != nil {
					starting[room] = filepath.Base(path)
				}
			case strings.Contains(string(data), "goleak.VerifyTestMain(m") || strings.Contains(string(data), "goleak.Find("):
				looking[room] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(starting) < 8 {
		t.Errorf("only %d rooms start goroutines: the pattern is too narrow", len(starting))
	}
	for room, file := range starting {
		if !looking[room] && !slices.Contains(withoutLeaks, room) {
			t.Errorf("%s/%s starts goroutines, and no TestMain of the room looks for leaks (goleak.VerifyTestMain)", room, file)
		}
	}
}
