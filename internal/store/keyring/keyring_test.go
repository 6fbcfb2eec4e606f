package keyring_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	lib "github.com/zalando/go-keyring"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store/keyring"
)

// session is an environment in which a keyring can be asked: the library's own
// stand-in answers.
func session(string) (string, bool) { return "unix:path=/stand-in", true }

func code(t *testing.T, err error) string {
	t.Helper()
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok {
		t.Fatalf("%v is no Symptom", err)
	}
	catalogue, e := diagnosis.Load("en")
	if e != nil {
		t.Fatal(e)
	}
	if got := catalogue.Explain(symptom, nil); !strings.HasPrefix(got.Name, "keyring-") && symptom.Where == diagnosis.AtStore {
		t.Errorf("%s is explained as %s", symptom, got.Name)
	}
	return symptom.Code
}

func TestKeepsReplacesAndForgets(t *testing.T) {
	lib.MockInit()
	k := keyring.New(keyring.Accounts, session)
	other := keyring.New(keyring.Identities, session)
	if _, err := k.Read(t.Context(), "a@example.com"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Read of nothing = %v, want fs.ErrNotExist", err)
	}
	if err := k.Remove(t.Context(), "a@example.com"); err != nil {
		t.Errorf("Remove of nothing = %v, want nil", err)
	}
	for _, text := range []string{"first\nline", "second"} {
		if err := k.Write(t.Context(), "a@example.com", []byte(text)); err != nil {
			t.Fatalf("Write = %v, want nil", err)
		}
		if got, err := k.Read(t.Context(), "a@example.com"); err != nil || string(got) != text {
			t.Errorf("Read = %q, %v, want %q", got, err, text)
		}
	}
	if _, err := other.Read(t.Context(), "a@example.com"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Read in another drawer = %v, want fs.ErrNotExist", err)
	}
	if err := k.Remove(t.Context(), "a@example.com"); err != nil {
		t.Errorf("Remove = %v, want nil", err)
	}
	if _, err := k.Read(t.Context(), "a@example.com"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Read after Remove = %v, want fs.ErrNotExist", err)
	}
}

func TestRefusalsAreToldApart(t *testing.T) {
	for _, row := range []struct {
		name string
		err  error
		want string
	}{
		{"the library's word for an unsupported system", lib.ErrUnsupportedPlatform, "keyring-no-service"},
		{"dbus-launch is not there", &exec.Error{Name: "dbus-launch", Err: exec.ErrNotFound}, "keyring-no-session"},
		{"the bus is gone", &net.OpError{Op: "dial", Err: errors.New("no such file")}, "keyring-no-session"},
		{"the window was closed", errors.New("failed to unlock correct collection '/org/freedesktop/secrets/aliases/default'"), "keyring-locked"},
		{"anything else", errors.New("brand new"), "keyring-failed"},
	} {
		t.Run(row.name, func(t *testing.T) {
			lib.MockInitWithError(row.err)
			k := keyring.New(keyring.Accounts, session)
			_, err := k.Read(t.Context(), "a")
			if got := code(t, err); got != row.want || !errors.Is(err, row.err) {
				t.Errorf("Read = %v, want %s of %v", err, row.want, row.err)
			}
			if got := code(t, k.Write(t.Context(), "a", []byte("x"))); got != row.want {
				t.Errorf("Write = %s, want %s", got, row.want)
			}
			if got := code(t, k.Remove(t.Context(), "a")); got != row.want {
				t.Errorf("Remove = %s, want %s", got, row.want)
			}
		})
	}
}

func TestWhatIsTooBigIsSaidWithItsSize(t *testing.T) {
	lib.MockInitWithError(lib.ErrSetDataTooBig)
	err := keyring.New(keyring.Accounts, session).Write(t.Context(), "a", make([]byte, 3000))
	if got := code(t, err); got != "keyring-too-big" {
		t.Errorf("Write = %s, want keyring-too-big", got)
	}
	if symptom, _ := errors.AsType[*diagnosis.Symptom](err); symptom.Facts["bytes"] != "3000" {
		t.Errorf("Facts = %v, want 3000 bytes", symptom.Facts)
	}
}

func TestTimeAndLeaving(t *testing.T) {
	lib.MockInit()
	k := keyring.New(keyring.Accounts, session)
	over, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	<-over.Done()
	_, err := k.Read(over, "a")
	if got := code(t, err); got != "keyring-silent" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Read when the time is over = %v, want keyring-silent", err)
	}
	left, leave := context.WithCancel(t.Context())
	leave()
	if _, err := k.Read(left, "a"); !errors.Is(err, context.Canceled) || code(t, err) != "cancelled" {
		t.Errorf("Read of a caller who left = %v, want cancelled", err)
	}
}
