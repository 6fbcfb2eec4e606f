package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store"
	"gmailoauth/internal/store/storetest"
)

// settled gives an account in the store spec, with its secrets.
func settled(t *testing.T, dir, spec string) *store.Accounts {
	t.Helper()
	if err := open(t, spec, dir).Put(t.Context(), box, storetest.Sample("a")); err != nil {
		t.Fatal(err)
	}
	accounts := store.NewAccounts(pathsIn(dir))
	acct := sampleAccount(box)
	acct.Store = spec
	if err := accounts.Put(acct); err != nil {
		t.Fatal(err)
	}
	return accounts
}

// holds checks in which of the stores the secrets are.
func holds(t *testing.T, dir, spec string, want bool) {
	t.Helper()
	got, err := open(t, spec, dir).Get(t.Context(), box)
	switch {
	case want && (err != nil || storetest.Equal(storetest.Sample("a"), got) != ""):
		t.Errorf("%s: Get = %v, want the secrets", spec, err)
	case !want && !errors.Is(err, store.ErrNotFound):
		t.Errorf("%s: Get = %v, want ErrNotFound", spec, err)
	}
}

func TestMove(t *testing.T) {
	dir := t.TempDir()
	specs := []string{"", "age:" + filepath.Join(dir, "one"), "age:" + filepath.Join(dir, "two"), "file:" + filepath.Join(dir, "mine"), keepsIn(t, t.TempDir()), "file"}
	accounts := settled(t, dir, "")
	for i, to := range specs[1:] {
		from, moved, err := accounts.Move(t.Context(), "Office@Example.com", to, store.Options{Paths: pathsIn(dir)})
		if err != nil || !moved || from == "" {
			t.Fatalf("Move to %s = %q, %v, %v, want it moved", to, from, moved, err)
		}
		holds(t, dir, specs[i], specs[i] == to)
		holds(t, dir, to, true)
		acct, err := accounts.Get(box)
		if err != nil || acct.Store != to || len(acct.Copies) != 0 || acct.Target != "nocobase" {
			t.Errorf("after Move to %s the account is %+v, %v", to, acct, err)
		}
		if _, moved, err := accounts.Move(t.Context(), box, to, store.Options{Paths: pathsIn(dir)}); err != nil || moved {
			t.Errorf("Move to %s again = %v, %v, want nothing to do", to, moved, err)
		}
	}
}

func TestMoveRefuses(t *testing.T) {
	dir := t.TempDir()
	accounts := settled(t, dir, "file")
	shelf := t.TempDir()
	write(t, filepath.Join(shelf, box), "not ours", 0o600)
	for _, test := range []struct{ spec, where, code string }{
		{"drawer", diagnosis.AtInput, "unknown-store"},
		{"env", diagnosis.AtStore, "env-read-only"},
		{"age:" + filepath.Join(dir, "stick", "identity"), diagnosis.AtStore, "age-identity-missing"},
		{keepsIn(t, shelf), diagnosis.AtStore, "corrupt-secret"},
		{"command:/nonexistent/program", diagnosis.AtStore, "program-not-started"},
	} {
		_, moved, err := accounts.Move(t.Context(), box, test.spec, store.Options{Paths: pathsIn(dir), Env: variables(nil)})
		wantSymptom(t, "Move to "+test.spec, err, test.where, test.code, nil)
		if acct, err := accounts.Get(box); moved || err != nil || acct.Store != "file" || len(acct.Copies) != 0 {
			t.Errorf("after a refusal: moved %v, in %q, copies in %q, %v", moved, acct.Store, acct.Copies, err)
		}
		holds(t, dir, "file", true)
	}
	_, _, err := accounts.Move(t.Context(), "nobody@example.com", "file", store.Options{Paths: pathsIn(dir)})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Move of nobody = %v, want ErrNotFound", err)
	}
	release, err := open(t, "file", dir).Lock(t.Context(), box)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, _, err = accounts.Move(ctx, box, "age:"+filepath.Join(dir, "one"), store.Options{Paths: pathsIn(dir)})
	wantSymptom(t, "Move while the token is being renewed", err, diagnosis.AtStore, "lock-timeout", nil)
}

// Two names of one place are one place: nothing is deleted there.
func TestMoveToTheSamePlaceUnderAnotherName(t *testing.T) {
	dir := t.TempDir()
	shelf := t.TempDir()
	pairs := [][2]string{
		{"file", "file:" + filepath.Join(pathsIn(dir).Data, "secrets")},
		{keepsIn(t, shelf), keepsIn(t, shelf+string(filepath.Separator)+".")},
	}
	if runtime.GOOS != "windows" {
		real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
		if err := os.Mkdir(real, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(real, link); err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, [2]string{"file:" + real, "file:" + link})
	}
	for _, pair := range pairs {
		accounts := settled(t, dir, pair[0])
		if _, moved, err := accounts.Move(t.Context(), box, pair[1], store.Options{Paths: pathsIn(dir)}); err != nil || !moved {
			t.Errorf("Move %s to %s = %v, %v, want it moved", pair[0], pair[1], moved, err)
		}
		holds(t, dir, pair[1], true)
		if acct, err := accounts.Get(box); err != nil || len(acct.Copies) != 0 {
			t.Errorf("Move %s to %s left %q, %v", pair[0], pair[1], acct.Copies, err)
		}
	}
}

// What cannot be deleted in the old store is told, and deleted by the next call.
func TestMoveIsCompletedLater(t *testing.T) {
	dir := t.TempDir()
	identity := filepath.Join(dir, "one")
	accounts := settled(t, dir, "age:"+identity)
	// The old store fails between the write and the deletion: its identity goes
	// away as the new one is made.
	away := store.Options{Paths: pathsIn(dir), Made: func(string) {
		if err := os.Rename(identity, identity+".away"); err != nil {
			t.Error(err)
		}
	}}
	two := "age:" + filepath.Join(dir, "two")
	from, moved, err := accounts.Move(t.Context(), box, two, away)
	wantSymptom(t, "Move", err, diagnosis.AtStore, "moved-not-deleted", map[string]string{"account": box, "to": two})
	if !moved || from != "age:"+identity {
		t.Errorf("Move = from %q, %v, want it moved", from, moved)
	}
	holds(t, dir, two, true)
	_, moved, err = accounts.Move(t.Context(), box, "file", store.Options{Paths: pathsIn(dir)})
	wantSymptom(t, "Move on before that is complete", err, diagnosis.AtStore, "moved-not-deleted", nil)
	if !moved {
		t.Errorf("a copy that is out of reach keeps the account where it is")
	}
	holds(t, dir, two, false)
	if err := os.Rename(identity+".away", identity); err != nil {
		t.Fatal(err)
	}
	if _, moved, err := accounts.Move(t.Context(), box, "file", store.Options{Paths: pathsIn(dir)}); err != nil || moved {
		t.Errorf("Move again = %v, %v, want it completed", moved, err)
	}
	holds(t, dir, "age:"+identity, false)
	holds(t, dir, "file", true)
	if acct, err := accounts.Get(box); err != nil || len(acct.Copies) != 0 {
		t.Errorf("the account still says %q, %v", acct.Copies, err)
	}
}

// mover moves one account to and fro until it is killed.
func mover(ctx context.Context, dir string) int {
	accounts := store.NewAccounts(pathsIn(dir))
	fmt.Println("ready")
	for i := 0; ; i++ {
		if _, _, err := accounts.Move(ctx, box, wayStations(dir)[i%3], store.Options{Paths: pathsIn(dir)}); err != nil {
			return told(err)
		}
	}
}

func wayStations(dir string) []string {
	return []string{"file", "age:" + filepath.Join(dir, "identity"), "file:" + filepath.Join(dir, "mine")}
}

// Whenever a move is killed, the account's file names a store that has the
// secrets and the key, and one more move leaves them in one place alone.
func TestMoveThatIsKilled(t *testing.T) {
	dir := t.TempDir()
	accounts := delegated(t, dir, "file", box)
	copies := 0
	for i := range 60 {
		cmd := process(t, "mover", dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if line, _ := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
			t.Fatalf("mover said %q, want ready", line)
		}
		<-time.After(time.Duration(rand.IntN(12000)) * time.Microsecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		acct, err := accounts.Get(box)
		if err != nil {
			t.Fatalf("after kill %d: %v", i, err)
		}
		holds(t, dir, acct.Store, true)
		keyIn(t, fmt.Sprint("after kill ", i), dir, map[string]bool{acct.Store: true})
		copies += len(places(t, dir)) - 1
		to := wayStations(dir)[i%3]
		if _, _, err := accounts.Move(t.Context(), box, to, store.Options{Paths: pathsIn(dir)}); err != nil {
			t.Fatalf("after kill %d: Move = %v, want nil", i, err)
		}
		if got := places(t, dir); len(got) != 1 {
			t.Errorf("after kill %d: secrets in %v, want one place", i, got)
		}
		for n, spec := range wayStations(dir) {
			keyIn(t, fmt.Sprint("after the move ", i), dir, map[string]bool{spec: n == i%3})
		}
	}
	if copies == 0 {
		t.Errorf("no kill came between the two stores: the test sees nothing")
	}
}

func places(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	for _, spec := range wayStations(dir) {
		if _, err := open(t, spec, dir).Get(t.Context(), box); err == nil {
			found = append(found, spec)
		}
	}
	return found
}
