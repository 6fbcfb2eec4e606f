package internal

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// reads is how our code reads what somebody else has written.
var reads = regexp.MustCompile(`\b((json|yaml|xml)\.(Unmarshal|NewDecoder)|csv\.NewReader|pem\.Decode|x509\.Parse\w+|bufio\.NewScanner|textproto\.New\w+|` +
	`url\.Parse(Query)?|mail\.ParseAddress|http\.ParseTime|time\.Parse(Duration)?|age\.ParseIdentities|language\.Parse|binary\.Uvarint)\(|\.DecodeString\(|binary\.LittleEndian\.`)

// notShipped are rooms of the look-alikes and of tests: what they read, tests write.
var notShipped = regexp.MustCompile(`^internal/(sandbox|e2e|terminal/screen|store/storetest|store/vault/vaulttest|adopt/adopttest)(/|$)`)

var (
	parserRow  = regexp.MustCompile(`^(\S+\.go)  (-|(\S+) (Fuzz\w+))    \S`)
	fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(f \*testing\.F\)`)
)

// Whatever reads bytes of others has a fuzz target, which make check-long runs, or
// a reason in testdata/long/parsers.txt to have none.
func TestParsersAreFuzzed(t *testing.T) {
	table, err := os.ReadFile("../testdata/long/parsers.txt")
	if err != nil {
		t.Fatal(err)
	}
	files, held := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		row := parserRow.FindStringSubmatch(line)
		if row == nil {
			t.Errorf("testdata/long/parsers.txt: %s", line)
			continue
		}
		files[row[1]] = true
		if row[2] != "-" {
			held[row[3]+" "+row[4]] = true
		}
		if _, err := os.Stat(filepath.Join("..", row[1])); err != nil {
			t.Errorf("testdata/long/parsers.txt: %v", err)
		}
	}
	targets := map[string]bool{}
	everyGoFile(t, func(path string) {
		data, err := os.ReadFile(filepath.Join("..", path))
		if err != nil {
			t.Fatal(err)
		}
		path = filepath.ToSlash(path)
		room := filepath.ToSlash(filepath.Dir(path))
		if strings.HasSuffix(path, "_test.go") {
			for _, found := range fuzzTarget.FindAllStringSubmatch(string(data), -1) {
				targets[room+" "+found[1]] = true
			}
			return
		}
		if !notShipped.MatchString(room) && reads.Match(data) && !files[path] {
			t.Errorf("%s reads what others wrote (%s), and testdata/long/parsers.txt does not name the fuzz target that holds it", path, reads.Find(data))
		}
	})
	if len(targets) < 40 {
		t.Errorf("only %d fuzz targets were seen", len(targets))
	}
	for target := range targets {
		if !held[target] {
			t.Errorf("testdata/long/parsers.txt does not say what %s holds", target)
		}
	}
	for target := range held {
		if !targets[target] {
			t.Errorf("testdata/long/parsers.txt: there is no %s", target)
		}
	}
}
