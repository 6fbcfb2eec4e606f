//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gmailoauth/internal/report"
)

// moment is when a run is sent a signal.
type moment struct {
	name    string
	plays   map[int]string // by mailbox, for ever
	due     func(mail, ever, read int) bool
	stalls  bool // nobody reads what is written, until the signal was sent
	twice   bool
	atStart bool // before the program has come to listen to signals
}

func moments() []moment {
	ever := func(n int) func(int, int, int) bool { return func(_, ever, _ int) bool { return ever >= n } }
	return []moment{
		{name: "as it starts", due: ever(0), atStart: true},
		{name: "before the first result", plays: map[int]string{0: "imap-hang-at-auth"}, due: ever(1)},
		{name: "in the middle", due: ever(struckBoxes / 2)},
		{name: "while a server hangs", plays: map[int]string{70: "imap-hang-at-auth"}, due: ever(struckBoxes * 9 / 10)},
		{name: "before another try", plays: map[int]string{struckBoxes - 1: "imap-unavailable"},
			due: func(mail, ever, _ int) bool { return ever >= struckBoxes && mail == 0 }},
		{name: "at the last line", due: ever(struckBoxes)},
		{name: "while nobody reads", stalls: true, due: ever(struckBoxes * 3 / 4)},
		{name: "twice", plays: map[int]string{30: "imap-hang-at-auth"}, due: ever(struckBoxes / 4), twice: true},
	}
}

// A run over many mailboxes that is told to end does so within seconds, whatever
// servers do, with a report that is whole by its format's own rule and tells of
// the first mailboxes of the file. A file is the new report or the old one.
func TestStruckAtAnyMoment(t *testing.T) {
	p := newProving(t)
	emails := p.keep(t, struckBoxes, -1)
	fleet := fleetFile(t, emails...)
	turn := 0
	for _, format := range report.Formats() {
		for _, toFile := range []bool{false, true} {
			for _, when := range moments() {
				for _, sent := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
					if turn++; !*everyMoment && turn%31 != 1 { // a number that has nothing in common with those of the loops
						continue
					}
					name := fmt.Sprintf("%s, to a file: %v, %s, %v", format, toFile, when.name, sent)
					t.Run(name, func(t *testing.T) {
						r := run{proving: p, emails: emails, fleet: fleet, format: format, when: when, sent: sent}
						if toFile {
							r.file = filepath.Join(t.TempDir(), "report")
						}
						r.strike(t)
					})
				}
			}
		}
	}
}

// run is one that is struck.
type run struct {
	*proving
	emails        []string
	fleet, format string
	when          moment
	sent          syscall.Signal
	file          string // of --output; empty: a pipe

	out outlet
}

const oldReport = "the report of yesterday\n"

func (r *run) strike(t *testing.T) {
	for _, email := range r.emails {
		must(t, r.UseFor(email, 0))
	}
	for i, name := range r.when.plays {
		must(t, r.UseFor(r.emails[i], 0, name))
	}
	args := []string{"verify", "--fleet", r.fleet, "--protocol", "imap", "--timeout", "2m", "--format", r.format}
	if r.file != "" {
		args = append(args, "--output", r.file)
		must(t, os.WriteFile(r.file, []byte(oldReport), 0o600))
	}
	code, killed, stderr := r.until(t, args)
	if killed {
		if !r.when.atStart || r.out.String() != "" {
			t.Errorf("killed, after %q", r.out.String())
		}
	}
	if stderr != "" {
		t.Errorf("on stderr: %s", stderr)
	}
	text := r.out.String()
	if r.file != "" {
		data, err := os.ReadFile(r.file)
		must(t, err)
		if left := files(t, filepath.Dir(r.file)); len(left) != 1 {
			t.Errorf("left: %v", left)
		}
		if string(data) != oldReport {
			if text != "" {
				t.Errorf("to a file, and on stdout: %q", text)
			}
			text = string(data)
		}
	}
	if killed || text == "" && r.file != "" {
		return
	}
	r.isWhole(t, text, code)
}

// until runs the program until it ends, and sends the signal in its moment.
func (r *run) until(t *testing.T, args []string) (code int, killed bool, stderr string) {
	cmd := exec.CommandContext(t.Context(), "gmailoauth", args...)
	for name, value := range r.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var told bytes.Buffer
	cmd.Stderr = &told
	reader, writer, err := os.Pipe()
	must(t, err)
	cmd.Stdout = writer
	before := r.Connections().MailEver
	must(t, cmd.Start())
	_ = writer.Close()
	if r.when.stalls {
		r.out.stall()
	}
	read, ended := make(chan struct{}), make(chan struct{})
	go func() { defer close(read); _, _ = io.Copy(&r.out, reader) }()
	go func() { defer close(ended); _ = cmd.Wait() }()
	r.await(ended, before)
	_ = cmd.Process.Signal(r.sent)
	if r.when.twice {
		_ = cmd.Process.Signal(syscall.SIGTERM)
	}
	if r.when.stalls {
		<-time.After(20 * time.Millisecond)
		r.out.goOn()
	}
	select {
	case <-ended:
	case <-time.After(15 * time.Second):
		_ = cmd.Process.Kill()
		<-ended
		t.Errorf("still runs 15 seconds after the signal")
	}
	<-read
	_ = reader.Close()
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	return cmd.ProcessState.ExitCode(), status.Signaled(), told.String()
}

// await waits for the moment, or for a run that ends before.
func (r *run) await(ended chan struct{}, before int) {
	for {
		now := r.Connections()
		if r.when.due(now.Mail, now.MailEver-before, r.out.size()) {
			return
		}
		select {
		case <-ended:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

// isWhole holds what was written against the rule of its format, and the exit
// code against what it says.
func (r *run) isWhole(t *testing.T, text string, code int) {
	t.Helper()
	cut, err := wholeIn(r.format, text)
	if err != nil {
		t.Errorf("not whole: %v\n%.3000s", err, text)
	}
	want := []int{0}
	switch {
	case cut && r.format == "nagios":
		want = []int{3}
	case cut:
		want = []int{130}
	case r.when.plays != nil && r.format == "nagios": // too late for the signal: all tries were made
		want = []int{2}
	case r.when.plays != nil:
		want = []int{5}
	}
	if code != want[0] {
		t.Errorf("exit %d, want %d (cut: %v)\n%.3000s", code, want[0], cut, text)
	}
	if r.format == "nagios" {
		return // which tells of those that failed alone
	}
	told := mailboxesIn(text)
	for i, email := range told {
		if email != r.emails[i] {
			t.Fatalf("mailbox %d is %s, want %s", i, email, r.emails[i])
		}
	}
	if !cut && len(told) != len(r.emails) {
		t.Errorf("%d mailboxes in a report that says it is of all", len(told))
	}
}

// outlet is what reads a program's stdout, and may stop doing so.
type outlet struct {
	mu   sync.Mutex
	held sync.Mutex
	text strings.Builder
}

func (o *outlet) stall() { o.held.Lock() }
func (o *outlet) goOn()  { o.held.Unlock() }

func (o *outlet) Write(data []byte) (int, error) {
	o.held.Lock()
	defer o.held.Unlock()
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(data)
}

func (o *outlet) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *outlet) size() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Len()
}
