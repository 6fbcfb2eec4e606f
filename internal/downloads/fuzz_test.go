package downloads_test

import (
	"os"
	"path/filepath"
	"testing"

	"gmailoauth/internal/downloads"
)

// Whatever stands in user-dirs.dirs, the folders are absolute.
func FuzzUserDirs(f *testing.F) {
	f.Add([]byte("XDG_DOWNLOAD_DIR=\"$HOME/Téléchargements\"\n"))
	f.Add([]byte("XDG_DOWNLOAD_DIR=\"/srv/x\"\n"))
	f.Add([]byte("XDG_DOWNLOAD_DIR=\"../x\nXDG_DOWNLOAD_DIR=\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		home := t.TempDir()
		if err := os.WriteFile(filepath.Join(home, "user-dirs.dirs"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		env := map[string]string{"HOME": home, "XDG_CONFIG_HOME": home}
		for _, folder := range downloads.Folders(func(name string) string { return env[name] }, false) {
			if !filepath.IsAbs(folder) {
				t.Errorf("Folders with %q gives %q", text, folder)
			}
		}
	})
}
