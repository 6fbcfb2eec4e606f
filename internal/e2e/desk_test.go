//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gmailoauth/internal/terminal/screen"
)

// desk is the place of one program: a mailbox and a HOME of its own, and no
// rights of root.
type desk struct {
	at          *workplace
	email, home string
}

// configure writes what export says, where it says; the home stands for / as well.
func (d *desk) configure(t *testing.T, format string) {
	t.Helper()
	var answer struct {
		Files []struct{ Path, Mode, Content string } `json:"files"`
	}
	text := d.sh(t, d.at.program, "export", format, d.email, "--provider", d.at.provider, "--format", "json")
	check(t, json.Unmarshal([]byte(text), &answer))
	if len(answer.Files) == 0 {
		t.Fatalf("export %s gives no files: %s", format, text)
	}
	for _, file := range answer.Files {
		d.write(t, strings.TrimLeft(file.Path, "~/"), file.Mode, file.Content)
	}
}

// write writes a file of the desk's user.
func (d *desk) write(t *testing.T, path, mode, content string) {
	t.Helper()
	for folder := filepath.Dir(path); folder != "."; folder = filepath.Dir(folder) {
		defer func() { check(t, os.Chown(filepath.Join(d.home, folder), d.at.lab.UID, d.at.lab.GID)) }()
	}
	full := filepath.Join(d.home, path)
	bits, err := strconv.ParseUint(mode, 8, 32)
	check(t, err)
	check(t, os.MkdirAll(filepath.Dir(full), 0o700))
	check(t, os.WriteFile(full, []byte(content), fs.FileMode(bits)))
	check(t, os.Chown(full, d.at.lab.UID, d.at.lab.GID))
}

// command runs as the desk's user, with a clean environment.
func (d *desk) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = d.home
	cmd.Env = []string{"HOME=" + d.home, "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin", "LC_ALL=C.UTF-8", "TERM=xterm", "USER=nobody", "EDITOR=true"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(d.at.lab.UID), Gid: uint32(d.at.lab.GID)}}
	return cmd
}

// sh runs a command to its end, which must be a good one, and gives what it says.
func (d *desk) sh(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, err := d.run(t, args...)
	if err != nil {
		t.Fatalf("%q: %v\n%s%s", args, err, stdout, stderr)
	}
	return stdout
}

// fails runs a command that must end badly, by itself, and gives what it says.
func (d *desk) fails(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, err := d.run(t, args...)
	if exit, ended := errors.AsType[*exec.ExitError](err); !ended || !exit.Exited() {
		t.Fatalf("%q: %v, want it to fail\n%s%s", args, err, stdout, stderr)
	}
	return stdout
}

func (d *desk) run(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := d.command(ctx, args...)
	cmd.SysProcAttr.Setpgid = true
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	var out, told bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &told
	err = cmd.Run()
	return out.String(), told.String(), err
}

// open starts a program on a terminal. The function waits for its end.
func (d *desk) open(t *testing.T, args ...string) (*screen.Screen, func(time.Duration)) {
	t.Helper()
	s := screen.New(t, 100, 30)
	ctx, cancel := context.WithCancel(t.Context())
	cmd := d.command(ctx, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = s.TTY, s.TTY, s.TTY
	cmd.SysProcAttr.Setsid, cmd.SysProcAttr.Setctty = true, true
	check(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { cancel() })
	return s, func(within time.Duration) {
		t.Helper()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("%q: %v\n%s", args, err, s)
			}
		case <-time.After(within):
			t.Errorf("%q does not end\n%s", args, s)
		}
	}
}

// has reports whether a message of that subject lies below ~/Mail.
func (d *desk) has(t *testing.T, subject string) bool {
	t.Helper()
	return holds(t, filepath.Join(d.home, "Mail"), subject)
}

func holds(t *testing.T, folder, subject string) bool {
	t.Helper()
	found := false
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return nil // what comes and goes meanwhile
		}
		text, _ := os.ReadFile(path)
		found = found || bytes.Contains(text, []byte("Subject: "+subject))
		return nil
	})
	return found
}
