package store_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
	"gmailoauth/internal/store/storetest"
)

func TestAgeStore(t *testing.T) {
	storetest.Suite{Open: func(t *testing.T) (store.Secrets, store.Secrets) {
		dir := t.TempDir()
		spec := "age:" + filepath.Join(dir, "identity") // made with the first secret
		return open(t, spec, dir), open(t, spec, dir)
	}}.Run(t)
}

func TestAgeStoreWithAHybridIdentity(t *testing.T) {
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	storetest.Suite{Open: func(t *testing.T) (store.Secrets, store.Secrets) {
		dir := t.TempDir()
		file := filepath.Join(dir, "identity")
		write(t, file, identity.String()+"\n", 0o600)
		return open(t, "age:"+file, dir), open(t, "age:"+file, dir)
	}}.Run(t)
}

// sealedFiles are the files that the store age has in dir.
func sealedFiles(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(pathsIn(dir).Data, "age", "*", "*.age"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// The identity is made once, for its owner alone; what is kept is sealed to it,
// and the program age could open it.
func TestAgeFilesAreSealed(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(pathsIn(dir).Config, "identity") // in a folder of ours that is not there yet
	var made []string
	var mu sync.Mutex
	s, err := store.Open("age:"+file, store.Options{Paths: pathsIn(dir), Made: func(name string) { made = append(made, name) }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), box); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Get before = %v, want ErrNotFound", err)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("looking made the identity: %v", err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			if err := s.Put(t.Context(), box, storetest.Sample("a")); err != nil {
				t.Errorf("Put = %v, want nil", err)
			}
		})
	}
	wg.Wait()
	if len(made) != 1 || made[0] != file {
		t.Errorf("told of identities %v, want the one", made)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("identity has mode %v, %v, want 0600", info.Mode(), err)
	}
	sealed := sealedFiles(t, dir)
	if len(sealed) != 1 || filepath.Base(sealed[0]) != box+".age" {
		t.Fatalf("sealed files %v, want one", sealed)
	}
	data, err := os.ReadFile(sealed[0])
	if err != nil || bytes.Contains(data, []byte("secret-of-a")) || bytes.Contains(data, []byte(box)) {
		t.Errorf("the sealed file shows what is in it (%v)", err)
	}
	identities, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := age.Decrypt(bytes.NewReader(data), identities...); err != nil {
		t.Errorf("age itself: %v, want it to open", err)
	}
}

// What cannot be opened is named, kept, and not overwritten.
func TestAgeFilesThatCannotBeOpened(t *testing.T) {
	tests := []struct {
		name, code string
		spoil      func(t *testing.T, sealed, identity string)
	}{
		{"cut at the end", "age-damaged", func(t *testing.T, sealed, _ string) { truncate(t, sealed, -3) }},
		{"cut in the header", "age-damaged", func(t *testing.T, sealed, _ string) { truncate(t, sealed, 30) }},
		{"empty", "age-damaged", func(t *testing.T, sealed, _ string) { truncate(t, sealed, 0) }},
		{"changed", "age-damaged", func(t *testing.T, sealed, _ string) {
			data, err := os.ReadFile(sealed)
			if err != nil {
				t.Fatal(err)
			}
			data[len(data)-1] ^= 1
			write(t, sealed, string(data), 0o600)
		}},
		{"another identity", "age-other-identity", func(t *testing.T, _, identity string) {
			other, err := age.GenerateX25519Identity()
			if err != nil {
				t.Fatal(err)
			}
			write(t, identity, other.String(), 0o600)
		}},
		{"identity gone", "age-identity-missing", func(t *testing.T, _, identity string) {
			if err := os.Remove(identity); err != nil {
				t.Fatal(err)
			}
		}},
		{"no identity in it", "age-no-identity", func(t *testing.T, _, identity string) { write(t, identity, "hello AGE-SECRET-KEY-1XYZ", 0o600) }},
		{"an identity that is mistyped", "age-no-identity", func(t *testing.T, _, identity string) { write(t, identity, "AGE-SECRET-KEY-1XYZ", 0o600) }},
	}
	if runtime.GOOS != "windows" {
		tests = append(tests, struct {
			name, code string
			spoil      func(t *testing.T, sealed, identity string)
		}{"identity open to others", "readable-by-others", func(t *testing.T, _, identity string) {
			if err := os.Chmod(identity, 0o640); err != nil {
				t.Fatal(err)
			}
		}})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			identity := filepath.Join(dir, "identity")
			s := open(t, "age:"+identity, dir)
			if err := s.Put(t.Context(), box, storetest.Sample("a")); err != nil {
				t.Fatal(err)
			}
			sealed := sealedFiles(t, dir)[0]
			test.spoil(t, sealed, identity)
			before, err := os.ReadFile(sealed)
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Get(t.Context(), box)
			wantSymptom(t, "Get", err, diagnosis.AtStore, test.code, nil)
			if strings.Contains(err.Error(), "AGE-SECRET-KEY") {
				t.Errorf("the identity is shown: %v", err)
			}
			wantSymptom(t, "Put", s.Put(t.Context(), box, storetest.Sample("b")), diagnosis.AtStore, test.code, nil)
			if after, err := os.ReadFile(sealed); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the sealed file has changed (%v), want it as it was", err)
			}
			if err := s.Delete(t.Context(), box); err != nil {
				t.Errorf("Delete = %v, want nil", err)
			}
		})
	}
}

func truncate(t *testing.T, file string, size int64) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if size < 0 {
		size += info.Size()
	}
	if err := os.Truncate(file, size); err != nil {
		t.Fatal(err)
	}
}

// An identity is not made where its folder is missing: a medium may have to be mounted.
func TestAgeIdentityInAFolderThatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	s := open(t, "age:"+filepath.Join(dir, "stick", "identity"), dir)
	_, err := s.Get(t.Context(), box)
	wantSymptom(t, "Get", err, diagnosis.AtStore, "age-identity-missing", nil)
	wantSymptom(t, "Put", s.Put(t.Context(), box, storetest.Sample("a")), diagnosis.AtStore, "age-identity-missing", nil)
}

// The first identity of a file seals, each of them opens: so one is replaced by another.
func TestAgeIdentitiesInTurn(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "identity")
	s := open(t, "age:"+file, dir)
	if err := s.Put(t.Context(), box, storetest.Sample("a")); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	next, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, next.String()+"\n"+string(old), 0o600)
	if err := s.Put(t.Context(), box, storetest.Sample("b")); err != nil {
		t.Fatal(err)
	}
	write(t, file, next.String()+"\n", 0o600)
	if got, err := s.Get(t.Context(), box); err != nil || storetest.Equal(storetest.Sample("b"), got) != "" {
		t.Errorf("Get with the new identity alone = %v, want what was sealed last", err)
	}
}

// locked writes an identity file under a passphrase, with little work to open it.
func locked(t *testing.T, file, passphrase string, armored bool) {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	recipient.SetWorkFactor(8)
	var sealed bytes.Buffer
	into := func() error {
		w, err := age.Encrypt(&sealed, recipient)
		if err != nil {
			return err
		}
		_, err = w.Write([]byte(identity.String() + "\n"))
		return errors.Join(err, w.Close())
	}
	if err := into(); err != nil {
		t.Fatal(err)
	}
	text := sealed.String()
	if armored {
		var wrapped bytes.Buffer
		w := armor.NewWriter(&wrapped)
		_, err := w.Write(sealed.Bytes())
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		text = "\n" + wrapped.String()
	}
	write(t, file, text, 0o600)
}

// An identity under a passphrase is unlocked once for the session, by whoever
// may ask for it, and hidden from all that is told.
func TestAgeIdentityUnderAPassphrase(t *testing.T) {
	for _, armored := range []bool{false, true} {
		dir := t.TempDir()
		file := filepath.Join(dir, "identity")
		locked(t, file, "open sesame", armored)
		paths := pathsIn(dir)
		paths.Runtime = filepath.Join(dir, "run")
		asked, hidden := 0, []string{}
		typed := "open sesame"
		asking := store.Options{
			Paths: paths,
			Hide: func(texts ...secret.Text) {
				for _, text := range texts {
					hidden = append(hidden, text.Reveal())
				}
			},
			Passphrase: func(_ context.Context, identity string) (secret.Text, error) {
				asked++
				if identity != file {
					t.Errorf("asked for %s, want %s", identity, file)
				}
				return secret.New(typed), nil
			},
		}
		silent := store.Options{Paths: paths}
		opened := func(options store.Options) store.Secrets {
			s, err := store.Open("age:"+file, options)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		_, err := opened(silent).Get(t.Context(), box)
		wantSymptom(t, "Get where nobody may ask", err, diagnosis.AtStore, "age-identity-locked", map[string]string{"identity": file})
		for _, wrong := range []string{"sesame open", ""} {
			typed = wrong
			err = opened(asking).Put(t.Context(), box, storetest.Sample("a"))
			wantSymptom(t, "Put with a wrong passphrase", err, diagnosis.AtStore, "age-wrong-passphrase", nil)
		}
		typed, asked = "open sesame", 0
		for range 2 {
			s := opened(asking)
			if err := s.Put(t.Context(), box, storetest.Sample("a")); err != nil {
				t.Fatalf("Put = %v, want nil", err)
			}
			match(t, s, storetest.Sample("a"))
		}
		match(t, opened(silent), storetest.Sample("a")) // the session is unlocked
		if asked != 1 {
			t.Errorf("asked %d times, want once", asked)
		}
		if !strings.Contains(strings.Join(hidden, " "), "AGE-SECRET-KEY-1") {
			t.Errorf("the identity was not told to be hidden")
		}
		if err := os.RemoveAll(paths.Runtime); err != nil { // the session ends
			t.Fatal(err)
		}
		_, err = opened(silent).Get(t.Context(), box)
		wantSymptom(t, "Get in the next session", err, diagnosis.AtStore, "age-identity-locked", nil)
		truncate(t, file, -4)
		_, err = opened(asking).Get(t.Context(), box)
		wantSymptom(t, "Get with a cut identity", err, diagnosis.AtStore, "age-damaged", map[string]string{"file": file})
	}
}

func match(t *testing.T, s store.Secrets, want any) {
	t.Helper()
	got, err := s.Get(t.Context(), box)
	if err != nil {
		t.Fatalf("Get = %v, want nil", err)
	}
	if diff := storetest.Equal(storetest.Sample("a"), got); diff != "" {
		t.Errorf("Get of %T differs (-want +got):\n%s", want, diff)
	}
}
