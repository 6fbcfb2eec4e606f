package internal

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var floorRow = regexp.MustCompile("^\\| (\\d+) \\| `([^`]+)` \\|")

// floors reads the table of docs/architecture.md.
func floors(t *testing.T) map[string]int {
	t.Helper()
	page, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]int{}
	for line := range strings.Lines(string(page)) {
		if m := floorRow.FindStringSubmatch(line); m != nil {
			floor, err := strconv.Atoi(m[1])
			if err != nil {
				t.Fatal(err)
			}
			table[m[2]] = floor
		}
	}
	if len(table) < 10 {
		t.Fatalf("docs/architecture.md: %d rows in the table of floors", len(table))
	}
	return table
}

// An arrow points down, and the picture in docs/architecture.md is whole.
func TestFloors(t *testing.T) {
	table := floors(t)
	seen := map[string]bool{}
	everyGoFile(t, func(path string) {
		if strings.HasSuffix(path, "_test.go") {
			return // tests may reach for the sandbox
		}
		room := filepath.ToSlash(filepath.Dir(path))
		floor, ok := table[room]
		if !ok {
			if !seen[room] {
				t.Errorf("%s is not in the table of docs/architecture.md", room)
			}
			seen[room] = true
			return
		}
		seen[room] = true
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", path), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			target, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), "gmailoauth/")
			if !ours {
				continue
			}
			if below, known := table[target]; !known || below >= floor {
				t.Errorf("%s (floor %d) imports %s (floor %d): arrows point down", path, floor, target, below)
			}
		}
	})
	for room := range table {
		if !seen[room] {
			t.Errorf("docs/architecture.md lists %s, which does not exist", room)
		}
	}
}

var googleAddress = regexp.MustCompile(`(?i)https?://[a-z0-9.-]*(google|gmail|googleapis|googleusercontent)\.[a-z]+`)

// A Google address stands once, in the facts. The mail scope, which looks like
// one, and addresses in comments and sources are no links.
func TestGoogleAddressesStandInTheFacts(t *testing.T) {
	everyGoFile(t, func(path string) {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "internal/sandbox") {
			return // the sandbox plays Google: its words are Google's
		}
		data, err := os.ReadFile(filepath.Join("..", path))
		if err != nil {
			t.Fatal(err)
		}
		number := 0
		for line := range strings.Lines(string(data)) {
			number++
			code, _, _ := strings.Cut(line, "// ")
			if address := googleAddress.FindString(code); address != "" {
				t.Errorf("%s:%d: %s belongs into internal/google/facts.yaml", path, number, address)
			}
		}
	})
}

func everyGoFile(t *testing.T, visit func(path string)) {
	t.Helper()
	for _, top := range []string{"../cmd", "../internal"} {
		err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := strings.TrimPrefix(filepath.ToSlash(path), "../")
			if entry.IsDir() && entry.Name() == "testdata" {
				return filepath.SkipDir
			}
			// Files of this folder itself are tests of the whole house.
			if strings.HasSuffix(name, ".go") && filepath.ToSlash(filepath.Dir(name)) != "internal" {
				visit(name)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
