package main

import (
	"bytes"
	"errors"
	"maps"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// process is a command line of the program, as a process of its own that lives
// in the desk's world at its hour.
func (d *desk) process(t *testing.T, args ...string) (cmd *exec.Cmd, out, told *bytes.Buffer) {
	t.Helper()
	out, told = new(bytes.Buffer), new(bytes.Buffer)
	cmd = exec.CommandContext(t.Context(), "gmailoauth", args...)
	cmd.Stdout, cmd.Stderr = out, told
	cmd.Env = []string{aheadVariable + "=" + time.Until(d.now).String()}
	for _, name := range slices.Sorted(maps.Keys(d.env)) {
		cmd.Env = append(cmd.Env, name+"="+d.env[name])
	}
	return cmd, out, told
}

func TestHundredProcessesRenewOnce(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, 0)
	d.env["GMAILOAUTH_TIMEOUT"] = "2m" // what is counted is renewals, not how fast a busy machine starts processes
	answer, held := d.reply, make(chan struct{})
	var once sync.Once
	release := func() { once.Do(func() { close(held) }) }
	defer release()
	d.reply = func(w http.ResponseWriter, n int32) {
		<-held
		answer(w, n)
	}
	const processes = 100
	cmds, outs, tolds := make([]*exec.Cmd, processes), make([]*bytes.Buffer, processes), make([]*bytes.Buffer, processes)
	for i := range processes {
		cmds[i], outs[i], tolds[i] = d.process(t, "token", officeBox)
		if err := cmds[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	<-time.After(time.Second) // for the last of them to find the account locked
	release()
	for i, cmd := range cmds {
		if err := cmd.Wait(); err != nil || outs[i].String() != "ya29.renewed-1-0123456789\n" {
			t.Errorf("process %d = %v, %q, %q, want the one renewed token", i, err, outs[i], tolds[i])
		}
	}
	if n := d.renewals.Load(); n != 1 {
		t.Errorf("%d processes made %d renewals, want 1", processes, n)
	}
}

// A process that waits for another says so when its time is over.
func TestWaitingProcessGivesUp(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, 0)
	a, _, _ := d.app()
	_, secrets, err := a.account(t.Context(), officeBox)
	must(t, err)
	release, err := secrets.Lock(t.Context(), officeBox)
	must(t, err)
	defer release()
	for _, args := range [][]string{{"--timeout", "300ms"}, {"--timeout", "300ms", "--renew"}} {
		cmd, out, told := d.process(t, append([]string{"token", officeBox, "-v"}, args...)...)
		begun := time.Now()
		err := cmd.Run()
		if took := time.Since(begun); took < 300*time.Millisecond || took > 20*time.Second {
			t.Errorf("%v took %v, want 300 ms and the start of a process", args, took)
		}
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok || exit.ExitCode() != 5 || out.Len() > 0 || !strings.Contains(told.String(), "store lock-timeout") || !strings.Contains(told.String(), officeBox) {
			t.Errorf("%v = %v, %q, %q, want exit 5 and whom it waited for", args, err, out, told)
		}
	}
	if n := d.renewals.Load(); n != 0 {
		t.Errorf("%d renewals without the lock", n)
	}
}

// A kept token is printed while another process renews, and where nothing can be locked.
func TestCachedTokenWaitsForNobody(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, time.Hour)
	a, _, _ := d.app()
	_, secrets, err := a.account(t.Context(), officeBox)
	must(t, err)
	release, err := secrets.Lock(t.Context(), officeBox)
	must(t, err)
	defer release()
	for _, args := range [][]string{{"token", officeBox}, {"token", officeBox, "--timeout", "1ms"}, {"token", officeBox, "--min-validity", "59m"}} {
		if code, out, told := d.run(t, args...); code != 0 || out != keptAccess+"\n" {
			t.Errorf("%v = %d, %q, %q, want the kept token", args, code, out, told)
		}
	}
}
