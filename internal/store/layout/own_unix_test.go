//go:build unix

package layout_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gmailoauth/internal/store/layout"
)

func TestOwnerOfAFile(t *testing.T) {
	tests := []struct {
		name        string
		owner, self int
		refused     bool
	}{
		{"our own", 1000, 1000, false},
		{"root's", 0, 1000, false},
		{"another's", 1001, 1000, true},
		{"a user's, as root", 1000, 0, true},
		{"unknown", -1, 1000, false},
	}
	for _, test := range tests {
		refusal := layout.CheckOwner(test.owner, test.self)
		if (refusal != nil) != test.refused || refusal != nil && (refusal.Why != layout.OwnedByOther || refusal.Owner != test.owner || refusal.Self != test.self) {
			t.Errorf("%s: CheckOwner(%d, %d) = %+v, want refused %v", test.name, test.owner, test.self, refusal, test.refused)
		}
	}
	info, err := os.Stat(t.TempDir())
	if err != nil || layout.Owner(info) != os.Geteuid() {
		t.Errorf("Owner of a folder just made = %v, want %d", layout.Owner(info), os.Geteuid())
	}
}

func TestWhatIsRead(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, mode fs.FileMode, size int) string {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, []byte(strings.Repeat("x", size)), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	open := file("open", 0o644, 1)
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Symlink(open, link)); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		path    string
		private bool
		why     layout.Why // 0: it is read
	}{
		{file("ours", 0o600, 9), true, 0},
		{file("largest", 0o600, layout.SizeLimit), true, 0},
		{file("too large", 0o600, layout.SizeLimit+1), true, layout.TooLarge},
		{open, false, 0},
		{open, true, layout.ReadableByOthers},
		{link, true, layout.ReadableByOthers}, // what counts is what it names
		{file("group", 0o660, 1), false, layout.WritableByOthers},
		{pipe, true, layout.NotAFile},
		{dir, true, layout.NotAFile},
	} {
		data, err := layout.Read(row.path, row.private)
		refusal, _ := errors.AsType[*layout.Refusal](err)
		if row.why == 0 && (err != nil || len(data) == 0) || row.why != 0 && (refusal == nil || refusal.Why != row.why || data != nil) {
			t.Errorf("Read(%s, %v) = %d bytes, %v, %+v, want %v", filepath.Base(row.path), row.private, len(data), err, refusal, row.why)
		}
	}
	if _, err := layout.Read(filepath.Join(dir, "nothing"), true); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Read of nothing = %v, want fs.ErrNotExist", err)
	}
}
