package store_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store"
	"gmailoauth/internal/store/storetest"
)

// helper is what the test binary does when it plays a program that keeps
// secrets: BINARY keeps-in DIR get|put|delete NAME.
func helper(dir, verb, name string) int {
	file := filepath.Join(dir, name)
	switch verb {
	case "get":
		text, err := os.ReadFile(file)
		if err != nil {
			return 66
		}
		fmt.Print(string(text))
	case "put":
		text, err := io.ReadAll(os.Stdin)
		if err != nil {
			return 1
		}
		next, err := os.CreateTemp(dir, ".next")
		if err != nil {
			return 1
		}
		if _, err := next.Write(text); err != nil || next.Close() != nil || os.Rename(next.Name(), file) != nil {
			return 1
		}
	case "delete":
		if os.Remove(file) != nil {
			return 66
		}
	}
	return 0
}

// shelf is the same for a shell, which starts sooner than a test binary.
const shelf = `#!/bin/sh
case $2 in
get) cat "$1/$3" 2>/dev/null || exit 66 ;;
put) cat >"$1/.next$$" && mv "$1/.next$$" "$1/$3" ;;
delete) rm "$1/$3" 2>/dev/null || exit 66 ;;
esac
`

// keepsIn is the spec of a store with that program.
func keepsIn(t *testing.T, dir string) string {
	t.Helper()
	if runtime.GOOS != "windows" {
		script := filepath.Join(t.TempDir(), "keeper.sh")
		write(t, script, shelf, 0o700)
		return fmt.Sprintf("command:'%s' '%s'", script, dir)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("command:%q keeps-in '%s'", self, dir)
}

func TestCommandStore(t *testing.T) {
	storetest.Suite{Open: func(t *testing.T) (store.Secrets, store.Secrets) {
		dir := t.TempDir()
		spec := keepsIn(t, t.TempDir())
		return open(t, spec, dir), open(t, spec, dir)
	}}.Run(t)
}

// What somebody else keeps under the same name is not overwritten.
func TestCommandStoreLeavesWhatIsNotOurs(t *testing.T) {
	dir := t.TempDir()
	s := open(t, keepsIn(t, dir), t.TempDir())
	file := filepath.Join(dir, box)
	write(t, file, "my PIN is 1234", 0o600)
	_, err := s.Get(t.Context(), box)
	wantSymptom(t, "Get", err, diagnosis.AtStore, "corrupt-secret", map[string]string{"account": box})
	wantSymptom(t, "Put", s.Put(t.Context(), box, storetest.Sample("a")), diagnosis.AtStore, "corrupt-secret", nil)
	if text, err := os.ReadFile(file); err != nil || string(text) != "my PIN is 1234" {
		t.Errorf("it is now %q, %v, want it as it was", text, err)
	}
}
