//go:build unix

package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gmailoauth/internal/finding"
)

func TestFolders(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("not as root: what root alone can make is left out")
	}
	for _, row := range []struct {
		name  string
		spoil func(dir, file string) error
		want  string
	}{
		{"whole", func(string, string) error { return nil }, "pass"},
		{"a file that all may read", func(_, file string) error { return os.Chmod(file, 0o644) }, "fail readable-by-others"},
		{"a file that the group may write", func(_, file string) error { return os.Chmod(file, 0o620) }, "fail writable-by-others"},
		{"a folder into which all may look", func(dir, _ string) error { return os.Chmod(dir, 0o755) }, "warn readable-by-others"},
		{"a folder in which all may write", func(dir, _ string) error { return os.Chmod(dir, 0o777) }, "fail writable-by-others"},
		{"the folder, and the file in it", func(dir, file string) error {
			_ = os.Chmod(dir, 0o755)
			return os.Chmod(file, 0o640)
		}, "fail readable-by-others"},
		{"a link is the admin's own", func(dir, _ string) error { return os.Symlink("/etc/hosts", filepath.Join(dir, "link")) }, "pass"},
		{"not there yet", func(dir, _ string) error { return os.RemoveAll(dir) }, "pass"},
		{"a file in its place", func(dir, _ string) error {
			_ = os.RemoveAll(filepath.Dir(dir))
			return os.WriteFile(filepath.Dir(dir), nil, 0o600)
		}, "fail read-failed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "a", "gmailoauth")
			file := filepath.Join(dir, "office@example.com.json")
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := row.spoil(dir, file); err != nil {
				t.Fatal(err)
			}
			f := (&Machine{Folders: []string{dir}}).folders()
			got := string(f.Status)
			if f.Symptom != nil {
				got += " " + f.Symptom.Code
				if !strings.HasPrefix(f.Symptom.Facts["file"], filepath.Dir(dir)) {
					t.Errorf("folders names %q, want what is wrong", f.Symptom.Facts["file"])
				}
			}
			if got != row.want || f.Status == finding.Skip {
				t.Errorf("folders = %s, want %s", got, row.want)
			}
		})
	}
}

// Files of others, and a folder that is not ours to write to.
func TestFoldersOfOthers(t *testing.T) {
	dir := t.TempDir()
	if os.Geteuid() != 0 { // of root's, nothing can be written to
		f := (&Machine{Folders: []string{"/root-of-nobody"}}).folders()
		if f.Status != finding.Fail || f.Symptom.Code != "permission-denied" {
			t.Errorf("folders below / = %s %v, want permission-denied", f.Status, f.Symptom)
		}
		return
	}
	file := filepath.Join(dir, "theirs.json")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(file, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	f := (&Machine{Folders: []string{dir}}).folders()
	if f.Status != finding.Fail || f.Symptom.Code != "owned-by-other" || f.Symptom.Facts["owner"] != "65534" {
		t.Errorf("folders = %s %v, want owned-by-other", f.Status, f.Symptom)
	}
}
