package main

import (
	"bytes"
	"encoding/binary"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What is kept is read with two files opened, each once: no folder, no lock, no
// provider file. The system tells what is opened, whoever opens it.
func TestShortWayOpensTwoFiles(t *testing.T) {
	d := newDesk(t)
	d.keepsToday(t)
	home := d.env["HOME"]
	opened := watchOpens(t, home)
	cmd, out, told := d.shortProcess(t)
	if err := cmd.Run(); err != nil || out.String() != keptAccess+"\n" {
		t.Fatalf("token = %v, %q, %q, want the kept token", err, out, told)
	}
	want := map[string]int{
		".config/gmailoauth/accounts/" + officeBox + ".json":     1,
		".local/share/gmailoauth/secrets/" + officeBox + ".json": 1,
	}
	if got := opened(); !maps.Equal(got, want) {
		t.Errorf("opened below HOME: %v, want %v", got, want)
	}
	// The command itself opens more, or this test would see nothing.
	cmd, _, _ = d.process(t, "token", officeBox, "--renew")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if got := opened(); got[filepath.Base(d.env["GMAILOAUTH_PROVIDER"])] == 0 || len(got) < 4 {
		t.Errorf("opened by a renewal: %v, want the provider file, a lock and more", slices.Sorted(maps.Keys(got)))
	}
}

// watchOpens gives a function that tells which files and folders below root
// have been opened since it was last called, and how often. Folders made later
// are not watched.
func watchOpens(t *testing.T, root string) func() map[string]int {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	must(t, err)
	t.Cleanup(func() { _ = unix.Close(fd) })
	folders := map[int32]string{}
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		watch, err := unix.InotifyAddWatch(fd, path, unix.IN_OPEN)
		folders[int32(watch)], _ = filepath.Rel(root, path)
		return err
	})
	must(t, err)
	opened := func() map[string]int {
		found := map[string]int{}
		buffer := make([]byte, 64<<10)
		for {
			n, err := unix.Read(fd, buffer)
			if err == unix.EAGAIN {
				return found
			}
			must(t, err)
			for event := buffer[:n]; len(event) > 0; {
				head := unix.SizeofInotifyEvent
				length := head + int(binary.NativeEndian.Uint32(event[12:]))
				name := string(bytes.TrimRight(event[head:length], "\x00"))
				found[filepath.Join(folders[int32(binary.NativeEndian.Uint32(event))], name)]++
				event = event[length:]
			}
		}
	}
	if entries, err := os.ReadDir(root); err != nil || len(entries) == 0 || len(opened()) == 0 {
		t.Fatalf("reading the folder is not noticed: %v", err)
	}
	return opened
}

// An answer that cannot be written is told by the command.
func TestShortAnswerThatCannotBeWritten(t *testing.T) {
	d := newDesk(t)
	d.keepsToday(t)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	must(t, err)
	defer func() { _ = full.Close() }()
	cmd, _, told := d.shortProcess(t)
	cmd.Stdout = full
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != 1 || !bytes.Contains(told.Bytes(), []byte("error:")) {
		t.Errorf("token onto a full disk = %v, %q, want exit 1 and why", err, told)
	}
}

// While the token is being printed, nothing of the process can be dumped: what
// cannot be belongs to root in /proc.
func TestShortWayCannotBeDumped(t *testing.T) {
	d := newDesk(t)
	d.keepsToday(t)
	var ends [2]int
	must(t, unix.Pipe2(ends[:], unix.O_CLOEXEC))
	reading, writing := os.NewFile(uintptr(ends[0]), "out"), os.NewFile(uintptr(ends[1]), "in")
	defer func() { _, _ = reading.Close(), writing.Close() }()
	size, err := unix.FcntlInt(uintptr(ends[1]), unix.F_SETPIPE_SZ, os.Getpagesize())
	must(t, err)
	if _, err := writing.Write(make([]byte, size)); err != nil { // full: who writes into it waits
		t.Fatal(err)
	}
	cmd, _, _ := d.shortProcess(t)
	cmd.Stdout = writing
	owner := os.Geteuid()
	if owner == 0 {
		must(t, filepath.WalkDir(d.env["HOME"], func(path string, _ fs.DirEntry, _ error) error { return os.Chown(path, nobody, nobody) }))
		must(t, os.Chmod(filepath.Dir(d.env["HOME"]), 0o755))
		(&workplace{t: t}).asNobody()(cmd)
		owner = nobody
	}
	must(t, cmd.Start())
	proc := filepath.Join("/proc", strconv.Itoa(cmd.Process.Pid))
	for until := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if call, err := os.ReadFile(filepath.Join(proc, "wchan")); err != nil || bytes.Contains(call, []byte("pipe")) || time.Now().After(until) {
			t.Logf("waits in %s, %v", call, err)
			break
		}
	}
	info, err := os.Stat(filepath.Join(proc, "environ"))
	must(t, err)
	if uid := info.Sys().(*syscall.Stat_t).Uid; uid != 0 {
		t.Errorf("while it prints, the memory of the program is that of user %d (it runs as %d)", uid, owner)
	}
	rest := make([]byte, size+len(keptAccess)+1)
	if _, err := io.ReadFull(reading, rest); err != nil || string(rest[size:]) != keptAccess+"\n" {
		t.Errorf("read %q, %v, want the token", rest[size:], err)
	}
	must(t, cmd.Wait())
}

// A file of another user is refused either way. It takes root to make one.
func TestFilesOfOthersAreNotReadAhead(t *testing.T) {
	if os.Geteuid() != 0 {
		return
	}
	d := newDesk(t)
	d.keeps(t, officeBox, time.Hour)
	must(t, os.Chown(d.secretsFile(), nobody, nobody))
	a, out, _ := d.app()
	if d.ahead(a, []string{"token", officeBox}) || out.Len() > 0 {
		t.Errorf("ahead prints %q from a file of another user", out)
	}
	if code, _, told := d.run(t, "token", officeBox, "-v"); code != 2 || !strings.Contains(told, "owned-by-other") {
		t.Errorf("token = %d, %q, want owned-by-other", code, told)
	}
}
