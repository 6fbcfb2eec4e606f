//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/store"
	"gmailoauth/internal/store/storetest"
)

// What stands before a command in a session of its own.
const (
	unlocked = awake + `"$0" "$@"`
	locked   = `"$0" "$@"` // the bus starts GNOME Keyring when it is asked for, and nobody types a password
	// stopped: it is there, and says nothing.
	stopped = awake + `kill -STOP "$pid"; "$0" "$@"; code=$?; kill -KILL "$pid"; exit $code`
	// awake waits: the keyring takes its name on the bus a moment after it says
	// that it is unlocked, and who asks before has the bus start a second one.
	awake = `printf 'pass word' | gnome-keyring-daemon --unlock --components=secrets >/dev/null
pid=; n=0
while [ -z "$pid" ] && [ $n -lt 200 ]; do
	pid=$(dbus-send --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetConnectionUnixProcessID string:org.freedesktop.secrets 2>/dev/null | tr -dc '0-9 ' | awk '{print $NF}')
	n=$((n+1)); [ -n "$pid" ] || sleep 0.05
done
`
)

// emptyBus is a session bus that can start nothing.
const emptyBus = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

// desktop is a home in which sessions are begun and ended.
type desktop struct {
	home, runtime, bus string
	env                []string
}

func newDesktop(t *testing.T, env ...string) *desktop {
	t.Helper()
	d := &desktop{home: t.TempDir(), runtime: t.TempDir(), env: env}
	check(t, os.Chmod(d.runtime, 0o700))
	d.bus = filepath.Join(d.runtime, "empty.conf")
	check(t, os.WriteFile(d.bus, []byte(emptyBus), 0o600))
	return d
}

// session runs a command on a bus of its own, which ends with it.
func (d *desktop) session(t *testing.T, script string, args ...string) outcome {
	t.Helper()
	return d.on(t, []string{"--", "sh", "-c", script}, args...)
}

func (d *desktop) on(t *testing.T, bus []string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "dbus-run-session", append(bus, args...)...)
	cmd.Env = append([]string{"HOME=" + d.home, "XDG_RUNTIME_DIR=" + d.runtime, "PATH=" + os.Getenv("PATH")}, d.env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.WaitDelay = 5 * time.Second // a keyring that outlives its bus holds our streams
	err := cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil
	}
	if exit, failed := errors.AsType[*exec.ExitError](err); err != nil && (!failed || exit.ExitCode() < 0) {
		t.Fatalf("%v: %v\n%s", args, err, stderr.String())
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// inSession marks the test binary when it is run inside of a session.
const inSession = "E2E_KEYRING_SUITE"

// GNOME Keyring, as Debian ships it, on a session bus of its own: the whole way
// of an account, with an independent program that looks at what is kept, and
// each way in which a keyring is not to be had.
func TestGNOMEKeyring(t *testing.T) {
	if dir := os.Getenv(inSession); dir != "" {
		suiteInSession(t, dir)
		return
	}
	box, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: time.Now})
	check(t, err)
	defer box.Close()
	client := box.NewClient(account.Desktop, nil, "my-mail-123")
	refresh := filepath.Join(t.TempDir(), "refresh")
	check(t, os.WriteFile(refresh, []byte(box.Authorize(client, office, google.Gmail().Scopes...).Reveal()), 0o600))
	d := newDesktop(t, "GMAILOAUTH_PROVIDER="+box.ProviderFile(), "GMAILOAUTH_CLIENT_ID="+client.ID, "GMAILOAUTH_CLIENT_SECRET="+client.Secret.Reveal())
	gmailoauth := program(t)
	want := func(t *testing.T, got outcome, exit int, words string) {
		t.Helper()
		if got.exit != exit || !strings.Contains(got.stdout+got.stderr, words) {
			t.Errorf("exit %d, want %d and %q:\n%s%s", got.exit, exit, words, got.stdout, got.stderr)
		}
	}

	t.Run("an account is kept, renewed, and outlives the session", func(t *testing.T) {
		want(t, d.session(t, unlocked, gmailoauth, "authorize", office, "--refresh-token-file", refresh, "--store", "keyring"), 0, "")
		want(t, d.session(t, unlocked, gmailoauth, "token", office), 0, "ya29.")
		want(t, d.session(t, unlocked, gmailoauth, "token", office, "--renew"), 0, "ya29.")
		want(t, d.session(t, unlocked, gmailoauth, "verify", office, "--protocol", "imap"), 0, "")
		if files, err := filepath.Glob(filepath.Join(d.home, ".local/share/gmailoauth/secrets/*")); err != nil || len(files) > 0 {
			t.Errorf("files hold secrets as well: %v %v", files, err)
		}
	})
	t.Run("another program finds it there", func(t *testing.T) {
		got := d.session(t, unlocked, "secret-tool", "lookup", "service", "gmailoauth", "username", office)
		var kept map[string]any
		if err := json.Unmarshal([]byte(got.stdout), &kept); err != nil || kept["account"] != office || kept["refresh_token"] == "" {
			t.Errorf("secret-tool: exit %d, %v: keys of %d bytes", got.exit, err, len(got.stdout))
		}
	})
	t.Run("locked", func(t *testing.T) {
		want(t, d.session(t, locked, gmailoauth, "token", office), 5, "gmailoauth explain keyring-locked")
	})
	t.Run("no keyring on the bus", func(t *testing.T) {
		want(t, d.on(t, []string{"--config-file", d.bus, "--"}, gmailoauth, "token", office), 2, "gmailoauth explain keyring-no-service")
	})
	t.Run("a keyring that says nothing", func(t *testing.T) {
		started := time.Now()
		want(t, d.session(t, stopped, gmailoauth, "token", office, "--timeout", "2s"), 5, "gmailoauth explain keyring-silent")
		if took := time.Since(started); took > 20*time.Second {
			t.Errorf("it took %s, with --timeout 2s", took)
		}
	})
	t.Run("no session", func(t *testing.T) {
		got := run(t, append([]string{"DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent/bus"}, d.env...),
			"authorize", office, "--refresh-token-file", refresh, "--store", "keyring")
		want(t, got, 2, "gmailoauth explain keyring-no-session")
	})
	t.Run("removed", func(t *testing.T) {
		want(t, d.session(t, unlocked, gmailoauth, "accounts", "remove", office, "--yes"), 0, "")
		if got := d.session(t, unlocked, "secret-tool", "lookup", "service", "gmailoauth", "username", office); got.exit == 0 {
			t.Errorf("secret-tool still finds %d bytes", len(got.stdout))
		}
	})
	t.Run("an age identity that is kept there", func(t *testing.T) {
		want(t, d.session(t, unlocked, gmailoauth, "authorize", office, "--refresh-token-file", refresh, "--store", "age:keyring"), 0, "")
		want(t, d.session(t, unlocked, gmailoauth, "token", office), 0, "ya29.")
		want(t, d.session(t, locked, gmailoauth, "token", office), 5, "gmailoauth explain keyring-locked")
		want(t, d.session(t, unlocked, gmailoauth, "accounts", "move", office, "--to", "keyring"), 0, "")
		want(t, d.session(t, unlocked, gmailoauth, "token", office), 0, "ya29.")
	})
	t.Run("the suite that every store passes", func(t *testing.T) {
		self, err := os.Executable()
		check(t, err)
		inner := newDesktop(t, inSession+"="+t.TempDir())
		got := inner.session(t, unlocked, self, "-test.run", "^TestGNOMEKeyring$", "-test.v")
		if got.exit != 0 || strings.Count(got.stdout, "    --- PASS: TestGNOMEKeyring/") < 10 {
			t.Errorf("exit %d\n%s%s", got.exit, got.stdout, got.stderr)
		}
	})
}

// suiteInSession is run by the test binary in a session with a keyring.
func suiteInSession(t *testing.T, dir string) {
	storetest.Suite{Open: func(t *testing.T) (store.Secrets, store.Secrets) {
		options := store.Options{Paths: store.Paths{Data: filepath.Join(dir, "data")}, Env: os.LookupEnv}
		first, err := store.Open("keyring", options)
		check(t, err)
		again, err := store.Open("keyring", options)
		check(t, err)
		t.Cleanup(func() { _ = first.Delete(context.Background(), office) })
		return first, again
	}}.Run(t)
}
