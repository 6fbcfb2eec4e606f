package store_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store"
	"gmailoauth/internal/store/storetest"
)

func secretsFile(dir string) string { return filepath.Join(dir, "data", "secrets", box+".json") }

func TestFilesAreOursAlone(t *testing.T) {
	dir := t.TempDir()
	paths := pathsIn(dir)
	if err := os.MkdirAll(paths.Data, 0o755); err != nil { // somebody made it before us
		t.Fatal(err)
	}
	if err := store.NewAccounts(paths).Put(sampleAccount(box)); err != nil {
		t.Fatal(err)
	}
	if err := open(t, "file", dir).Put(t.Context(), box, storetest.Sample("a")); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"config", "config/accounts", "data/secrets", "data/locks"} {
		if got := modeOf(t, filepath.Join(dir, folder)); got != 0o700 {
			t.Errorf("mode of %s = %04o, want 0700", folder, got)
		}
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && modeOf(t, path) != 0o600 {
			t.Errorf("mode of %s = %04o, want 0600", path, modeOf(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func modeOf(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestPermissionMatrix(t *testing.T) {
	tests := []struct {
		mode             fs.FileMode
		secrets, account string // code, or "" if the file is taken
	}{
		{0o600, "", ""}, {0o400, "", ""}, {0o700, "", ""},
		{0o640, "readable-by-others", ""}, {0o604, "readable-by-others", ""}, {0o644, "readable-by-others", ""},
		{0o610, "readable-by-others", ""}, {0o601, "readable-by-others", ""},
		{0o620, "readable-by-others", "writable-by-others"}, {0o602, "readable-by-others", "writable-by-others"},
		{0o666, "readable-by-others", "writable-by-others"},
	}
	for _, test := range tests {
		dir := t.TempDir()
		s, accounts := open(t, "file", dir), store.NewAccounts(pathsIn(dir))
		write(t, secretsFile(dir), `{"format":1,"account":"`+box+`"}`, test.mode)
		write(t, accounts.File(box), `{"format":1,"account":"`+box+`"}`, test.mode)
		check := func(call string, err error, code, file string) {
			t.Helper()
			if code == "" {
				if err != nil {
					t.Errorf("%s at %04o = %v, want nil", call, test.mode, err)
				}
				return
			}
			wantSymptom(t, call, err, diagnosis.AtStore, code, map[string]string{"file": file, "mode": "0" + octal(test.mode)})
		}
		_, err := s.Get(t.Context(), box)
		check("secrets.Get", err, test.secrets, secretsFile(dir))
		check("secrets.Put", s.Put(t.Context(), box, account.Credentials{}), test.secrets, secretsFile(dir))
		_, err = accounts.Get(box)
		check("accounts.Get", err, test.account, accounts.File(box))
		check("accounts.Put", accounts.Put(account.Account{Email: box}), test.account, accounts.File(box))
		if err := s.Delete(t.Context(), box); err != nil {
			t.Errorf("Delete at %04o = %v, want nil", test.mode, err)
		}
	}
}

func octal(mode fs.FileMode) string {
	digits := "01234567"
	return string([]byte{digits[mode>>6&7], digits[mode>>3&7], digits[mode&7]})
}

func TestFolderInWhichOthersMayWriteIsRefused(t *testing.T) {
	dir := t.TempDir()
	shared := filepath.Join(dir, "shared")
	if err := os.Mkdir(shared, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(shared, 0o777); err != nil {
		t.Fatal(err)
	}
	err := open(t, "file:"+shared, dir).Put(t.Context(), box, storetest.Sample("a"))
	wantSymptom(t, "Put", err, diagnosis.AtStore, "folder-writable-by-others", map[string]string{"file": shared, "mode": "0777"})
	if got := modeOf(t, shared); got != 0o777 {
		t.Errorf("mode of the admin's folder = %04o, want it untouched", got)
	}
	if err := os.Chmod(shared, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := open(t, "file:"+shared, dir).Put(t.Context(), box, storetest.Sample("a")); err != nil {
		t.Errorf("Put in a folder that others may list = %v, want nil", err)
	}
}

func TestSymbolicLinksSurvive(t *testing.T) {
	dir := t.TempDir()
	accounts, s := store.NewAccounts(pathsIn(dir)), open(t, "file", dir)
	for _, file := range []string{accounts.File(box), secretsFile(dir)} {
		target := filepath.Join(dir, "dotfiles", filepath.Base(filepath.Dir(file)), "office")
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		relative, err := filepath.Rel(filepath.Dir(file), target)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(relative, file); err != nil { // the target is not there yet
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := accounts.Put(sampleAccount(box)); err != nil {
			t.Fatal(err)
		}
		if err := s.Put(t.Context(), box, storetest.Sample("a")); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{accounts.File(box), secretsFile(dir)} {
		info, err := os.Lstat(file)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no symbolic link any more: %v", file, err)
		}
	}
	if err := s.Delete(t.Context(), box); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "dotfiles", "secrets", "office")); !os.IsNotExist(err) {
		t.Errorf("after Delete the secrets behind the link: %v, want them gone", err)
	}
}

func TestLinkToItselfIsRefused(t *testing.T) {
	dir := t.TempDir()
	file := secretsFile(dir)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, file); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, "file", dir).Get(t.Context(), box)
	wantSymptom(t, "Get", err, diagnosis.AtStore, "read-failed", map[string]string{"file": file})
	err = open(t, "file", dir).Delete(t.Context(), box)
	wantSymptom(t, "Delete", err, diagnosis.AtStore, "write-failed", map[string]string{"file": file})
}

func TestWhatIsNoFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(secretsFile(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, "file", dir).Get(t.Context(), box)
	wantSymptom(t, "Get of a folder", err, diagnosis.AtStore, "not-a-file", map[string]string{"file": secretsFile(dir)})

	dir = t.TempDir()
	write(t, filepath.Join(dir, "data", "secrets"), "a file where the folder should be", 0o600)
	_, err = open(t, "file", dir).Get(t.Context(), box)
	wantSymptom(t, "Get below a file", err, diagnosis.AtStore, "read-failed", nil)
	err = open(t, "file", dir).Put(t.Context(), box, storetest.Sample("a"))
	wantSymptom(t, "Put below a file", err, diagnosis.AtStore, "read-failed", nil)

	dir = t.TempDir()
	write(t, secretsFile(dir), `{"format":1,"x":"`+strings.Repeat("a", 2<<20)+`"}`, 0o600)
	_, err = open(t, "file", dir).Get(t.Context(), box)
	wantSymptom(t, "Get of a huge file", err, diagnosis.AtStore, "corrupt-file", nil)
}

func TestCorruptSecretsAreKept(t *testing.T) {
	dir := t.TempDir()
	const content = `{"format":1,"account":"office@example.com","expires_at":"1//secret-in-the-wrong-place"}`
	write(t, secretsFile(dir), content, 0o600)
	s := open(t, "file", dir)
	_, err := s.Get(t.Context(), box)
	wantSymptom(t, "Get", err, diagnosis.AtStore, "corrupt-file", map[string]string{"file": secretsFile(dir)})
	if strings.Contains(err.Error(), "wrong-place") {
		t.Errorf("Get = %v, which shows a secret", err)
	}
	err = s.Put(t.Context(), box, storetest.Sample("a"))
	wantSymptom(t, "Put", err, diagnosis.AtStore, "corrupt-file", nil)
	if data, err := os.ReadFile(secretsFile(dir)); err != nil || string(data) != content {
		t.Errorf("file is now %q, %v, want it as it was", data, err)
	}
}

func FuzzSecretsFile(f *testing.F) {
	f.Add([]byte(`{"format":1,"account":"office@example.com","access_token":"a"}`))
	f.Add([]byte(`{"format":1,"account":"office@example.com","expires_at":"x"}`))
	f.Add([]byte("{\n\"format\":\n\"1\"}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		write(t, secretsFile(dir), string(data), 0o600)
		s := open(t, "file", dir)
		got, err := s.Get(t.Context(), box)
		if err != nil {
			wantSymptom(t, "Get", err, diagnosis.AtStore, diagnosis.SymptomOf(err).Code, nil)
			return
		}
		if err := s.Put(t.Context(), box, got); err != nil {
			t.Fatalf("Put of what Get gave = %v, want nil", err)
		}
	})
}
