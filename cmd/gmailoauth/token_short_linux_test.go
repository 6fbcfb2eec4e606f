package main

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What is kept is read with two files opened, each once: no folder, no lock, no
// provider file. The system tells what is opened, whoever opens it.
func TestShortWayOpensTwoFiles(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, time.Hour)
	home := d.env["HOME"]
	opened := watchOpens(t, home)
	cmd, out, told := d.process(t, "token", officeBox)
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
