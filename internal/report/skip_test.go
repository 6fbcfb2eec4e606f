package report

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var skipReason = regexp.MustCompile(`"(skip\.[a-z-]+)"`)

// Whatever reason a check gives for not having been made, there is a sentence.
func TestSkipReasonsHaveWords(t *testing.T) {
	o := options(t)
	found := 0
	for _, top := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join("..", "..", top), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range skipReason.FindAllStringSubmatch(string(data), -1) {
				found++
				if !o.Words.Has(m[1]) {
					t.Errorf("%s: no sentence %s", path, m[1])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 5 {
		t.Errorf("%d reasons found in the source: the test looks in the wrong place", found)
	}
}
