package main

import (
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// What cannot be dumped belongs to root in /proc, whoever's it is: so the kernel
// keeps its memory from others of the same user, too.
func TestMemoryCannotBeDumped(t *testing.T) {
	o := &workplace{t: t}
	cmd := exec.CommandContext(t.Context(), "gmailoauth", "import", "-")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "GOCOVERDIR=" + os.Getenv("GOCOVERDIR")}
	owner := os.Geteuid()
	if owner == 0 {
		o.asNobody()(cmd)
		owner = nobody
	}
	stdin, err := cmd.StdinPipe() // it waits there for a file
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = stdin.Close(), cmd.Wait() }()
	until := time.Now().Add(20 * time.Second)
	for time.Now().Before(until) {
		info, err := os.Stat("/proc/" + strconv.Itoa(cmd.Process.Pid) + "/environ")
		if err != nil {
			t.Fatal(err)
		}
		if info.Sys().(*syscall.Stat_t).Uid == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("the memory of the program is still that of user %d", owner)
}
