//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gmailoauth/internal/report"
)

// inWorld makes a process that lives in a world of tests.
func inWorld(t *testing.T, env map[string]string, out io.Writer, args ...string) (cmd *exec.Cmd, told *bytes.Buffer) {
	t.Helper()
	told = new(bytes.Buffer)
	cmd = exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = out, told
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "GOCOVERDIR=" + os.Getenv("GOCOVERDIR")}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		cmd.Env = append(cmd.Env, name+"="+env[name])
	}
	return cmd, told
}

// ends waits for a process, no longer than a person would.
func ends(t *testing.T, cmd *exec.Cmd) syscall.WaitStatus {
	t.Helper()
	late := time.AfterFunc(15*time.Second, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait()
	if !late.Stop() {
		t.Errorf("%q still ran after 15 seconds", cmd.Args)
	}
	return cmd.ProcessState.Sys().(syscall.WaitStatus)
}

// until waits for something that a server sees.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for limit := time.Now().Add(15 * time.Second); !is(); <-time.After(time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// contents are all files below a folder, by name.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all[path] = string(data)
		return err
	}))
	return all
}

// A command that waits for somebody and is told to end does so with 130, says
// nothing on stdout that is no answer, and keeps nothing half: the next command
// finds the world as it was.
func TestStruckWhileItWaits(t *testing.T) {
	const mute = "the token endpoint"
	for name, c := range map[string]struct {
		args []string
		sees string // on stdout, when it waits; mute: the endpoint is asked
	}{
		"for a token":            {[]string{"token", "WHO", "--renew", "--timeout", "2m"}, mute},
		"for a token, as JSON":   {[]string{"token", "WHO", "--renew", "--timeout", "2m", "--format", "json"}, mute},
		"for a consent":          {[]string{"authorize", "WHO", "--no-browser"}, "http"},
		"for an adopted token":   {[]string{"authorize", "WHO", "--client-file", "CLIENT", "--refresh-token-file", "TOKEN", "--timeout", "2m"}, mute},
		"for what the client is": {[]string{"client", "check", "--client-file", "CLIENT", "--timeout", "2m"}, mute},
		"in the walk": {[]string{"setup", "--no-input", "--target", "generic-desktop", "--project", "my-mail-123", "--audience", "internal",
			"--account", "WHO", "--client-file", "CLIENT", "--refresh-token-file", "TOKEN", "--timeout", "2m"}, mute},
		"for the withdrawal": {[]string{"revoke", "WHO", "--yes", "--timeout", "2m"}, mute},
	} {
		for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
			t.Run(name+", "+signal.String(), func(t *testing.T) {
				t.Parallel()
				o := newWorkplace(t)
				client := o.connect()
				good := o.env["GMAILOAUTH_PROVIDER"]
				asked := o.muteEndpoints()
				args := []string{"gmailoauth"}
				for _, arg := range c.args {
					switch arg {
					case "WHO":
						arg = o.who
					case "CLIENT":
						arg = o.file("client.json", string(o.box.ClientJSON(client)))
					case "TOKEN":
						arg = o.secretFile(o.box.Authorize(client, o.who))
					}
					args = append(args, arg)
				}
				before := contents(t, o.env["HOME"])
				var out outlet
				cmd, told := inWorld(t, o.env, &out, args...)
				must(t, cmd.Start())
				until(t, name, func() bool {
					if c.sees != mute {
						return strings.Contains(out.String(), c.sees)
					}
					return len(asked) > 0
				})
				must(t, cmd.Process.Signal(signal))
				if status := ends(t, cmd); status.Signaled() || status.ExitStatus() != exitInterrupted {
					t.Errorf("%v = %v, want exit 130\n%s%s", args, status, out.String(), told)
				}
				text := out.String()
				if c.args[0] == "token" && text != "" && !json.Valid([]byte(text)) || strings.Contains(text, "ya29.") {
					t.Errorf("stdout: %q", text)
				}
				o.isAsBefore(before)
				o.env["GMAILOAUTH_PROVIDER"] = good
				next, told := inWorld(t, o.env, io.Discard, "gmailoauth", "token", o.who, "--renew", "--timeout", "10s")
				if err := next.Run(); err != nil {
					t.Errorf("the next token: %v\n%s", err, told)
				}
			})
		}
	}
}

// muteEndpoints puts one in place of those that programs ask, which takes every
// question and answers none. What it was asked is told.
func (o *workplace) muteEndpoints() (asked chan string) {
	o.t.Helper()
	asked = make(chan string, 64)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or nobody sees that the asker has gone
		asked <- r.URL.Path
		<-r.Context().Done()
	}))
	o.t.Cleanup(server.Close)
	o.provide(server.URL+"/token", "revocation_endpoint: "+server.URL+"/revoke")
	return asked
}

// isAsBefore holds what is on the disk against what was: nothing is gone, changed
// or half there. Locks and the answers of a walk may have come.
func (o *workplace) isAsBefore(before map[string]string) {
	o.t.Helper()
	after := contents(o.t, o.env["HOME"])
	for name, text := range before {
		if after[name] != text {
			o.t.Errorf("%s has changed:\n%s", name, after[name])
		}
	}
	for name, text := range after {
		if _, was := before[name]; was || filepath.Base(filepath.Dir(name)) == "locks" {
			continue
		}
		var walk map[string]any
		if err := json.Unmarshal([]byte(text), &walk); filepath.Base(filepath.Dir(name)) != "setup" || err != nil || len(walk) == 0 {
			o.t.Errorf("%s is left: %v\n%s", name, err, text)
		}
	}
}

// Who started us with nohup wants the run to go on when the terminal is gone.
func TestIgnoredSignalsStayIgnored(t *testing.T) {
	t.Parallel()
	p := newProving(t)
	emails := p.keep(t, 30, -1)
	var out outlet
	cmd, told := inWorld(t, p.env, &out, "sh", "-c", `trap "" HUP INT; exec gmailoauth "$@"`, "sh", "verify", "--fleet", fleetFile(t, emails...), "--protocol", "imap", "--format", "jsonl")
	must(t, cmd.Start())
	until(t, "the first logins", func() bool { return p.Connections().MailEver > 3 })
	must(t, cmd.Process.Signal(syscall.SIGHUP))
	must(t, cmd.Process.Signal(syscall.SIGINT))
	if status := ends(t, cmd); status.ExitStatus() != 0 || len(mailboxesIn(out.String())) != len(emails) {
		t.Errorf("%v after %d mailboxes\n%s", status, len(mailboxesIn(out.String())), told)
	}
}

// A program that was told to end and cannot, since nobody reads what it writes,
// takes a later signal for what it is.
func TestSecondSignalEndsWhatIsStuck(t *testing.T) {
	t.Parallel()
	p := newProving(t)
	emails := p.keep(t, struckBoxes, -1)
	reader, writer, err := os.Pipe()
	must(t, err)
	defer func() { _ = reader.Close() }()
	cmd, _ := inWorld(t, p.env, writer, "gmailoauth", "verify", "--fleet", fleetFile(t, emails...), "--format", "json", "--protocol", "imap")
	must(t, cmd.Start())
	_ = writer.Close()
	until(t, "all logins", func() bool { return p.Connections().MailEver >= struckBoxes })
	must(t, cmd.Process.Signal(syscall.SIGTERM))
	again := time.AfterFunc(farewell+500*time.Millisecond, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
	defer again.Stop()
	if status := ends(t, cmd); !status.Signaled() || status.Signal() != syscall.SIGTERM {
		t.Errorf("%v, want it to be ended by the second signal", status)
	}
}

// Whoever reads but the beginning (head -1) has the program end at once, without
// a word, and nothing half is left where --output was to go.
func TestReaderThatGoesAway(t *testing.T) {
	t.Parallel()
	p := newProving(t)
	emails := p.keep(t, struckBoxes, -1)
	fleet := fleetFile(t, emails...)
	for i, format := range report.Formats() {
		if i%4 != 1 && !*everyMoment {
			continue
		}
		for _, stays := range []int{0, 1} { // bytes that are read before
			reader, writer, err := os.Pipe()
			must(t, err)
			cmd, told := inWorld(t, p.env, writer, "gmailoauth", "verify", "--fleet", fleet, "--protocol", "imap", "--format", format)
			before := contents(t, p.env["HOME"])
			must(t, cmd.Start())
			_ = writer.Close()
			_, _ = io.ReadFull(reader, make([]byte, stays))
			_ = reader.Close()
			status := ends(t, cmd)
			late := stays > 0 && status.ExitStatus() == 0 && slices.Contains([]string{"junit", "openmetrics", "nagios"}, format) // all is written at once
			if !late && status.ExitStatus() != exitUnread || told.Len() > 0 {
				t.Errorf("%s after %d bytes: %v, want %d\n%s", format, stays, status, exitUnread, told)
			}
			after := contents(t, p.env["HOME"])
			for name := range before {
				if _, still := after[name]; !still {
					t.Errorf("%s: %s is gone", format, name)
				}
			}
			for name := range after {
				if _, was := before[name]; !was && filepath.Base(filepath.Dir(name)) != "locks" {
					t.Errorf("%s: %s is left", format, name)
				}
			}
		}
	}
}
