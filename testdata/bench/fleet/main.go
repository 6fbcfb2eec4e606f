// Command fleet measures verify over a fleet: a process of its own against the
// sandbox in this one, on the same processors. Fleets that are well come first,
// then a night in which three of a hundred mailboxes have a fault, and each must
// be found for what it is. It prints mailboxes a second, the processor time of
// both sides, and the most memory that verify took.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/store"
)

func main() {
	binary := flag.String("binary", "bin/gmailoauth", "the program")
	most := flag.Int("mailboxes", 10000, "size of the largest fleet; two are smaller: a tenth and a half of it")
	nightOnly := flag.Bool("night", false, "the night alone, without the fleets that are well")
	flag.Parse()
	if err := run(context.Background(), *binary, *most, *nightOnly); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, binary string, most int, nightOnly bool) error {
	dir, err := os.MkdirTemp("", "gmailoauth-fleet-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	box, err := sandbox.Start(ctx, sandbox.Options{Dir: filepath.Join(dir, "sandbox"), Now: time.Now})
	if err != nil {
		return err
	}
	defer box.Close()
	fmt.Printf("%-22s %8s %12s %14s %16s %12s %7s\n", "", "wall", "mailboxes/s", "verify's CPU", "both sides' CPU", "most memory", "faults")
	for i, n := range []int{most / 10, most / 2, most, most} {
		if nightOnly && i < 3 {
			continue
		}
		f := &fleet{box: box, home: filepath.Join(dir, fmt.Sprint("home", i)), n: n, domain: fmt.Sprintf("fleet%d.example.com", i), night: i == 3}
		if err := f.make(ctx); err != nil {
			return err
		}
		if err := f.verify(ctx, binary); err != nil {
			return err
		}
	}
	return nil
}

// fleet is one fleet, with a home of its own.
type fleet struct {
	box    *sandbox.Sandbox
	home   string
	n      int
	domain string
	night  bool              // some mailboxes have a fault
	faults map[string]string // mailbox → diagnosis
}

func (f *fleet) make(ctx context.Context) error {
	client := f.box.NewClient(account.Desktop, nil, "my-sandbox")
	paths := store.Paths{Config: filepath.Join(f.home, ".config", "gmailoauth"), Data: filepath.Join(f.home, ".local", "share", "gmailoauth"), State: filepath.Join(f.home, ".local", "state", "gmailoauth")}
	secrets, err := store.Open("", store.Options{Paths: paths, Now: time.Now})
	if err != nil {
		return err
	}
	accounts := store.NewAccounts(paths)
	f.faults = map[string]string{}
	var names strings.Builder
	for i := range f.n {
		email := fmt.Sprintf("box%05d@%s", i, f.domain)
		fmt.Fprintln(&names, email)
		refresh := f.box.Authorize(client, email)
		if err := secrets.Put(ctx, email, account.Credentials{ClientSecret: client.Secret, Token: account.Token{Refresh: refresh}}); err != nil {
			return err
		}
		if err := accounts.Put(account.Account{Email: email, ClientID: client.ID, Grant: account.Grant{IssuedAt: time.Now(), Publishing: account.Production}}); err != nil {
			return err
		}
		if f.night && (i%100 == 3 || i%100 == 36 || i%100 == 69) {
			if err := f.spoil(email); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(f.file(), []byte(names.String()), 0o600)
}

// spoil gives a mailbox the next kind of fault.
func (f *fleet) spoil(email string) error {
	kind := kinds()[len(f.faults)%len(kinds())]
	f.faults[email] = kind.diagnosis
	if kind.scenario == "withdrawn" {
		f.box.Withdraw(email)
		return nil
	}
	return f.box.UseFor(email, 0, kind.scenario)
}

func (f *fleet) file() string { return filepath.Join(f.home, "fleet.txt") }

func (f *fleet) verify(ctx context.Context, binary string) error {
	runtime.GC()
	cmd := exec.CommandContext(ctx, binary, "verify", "--fleet", f.file(), "--protocol", "imap,smtp,pop3", "--format", "json", "--timeout", "10s")
	cmd.Env = []string{"HOME=" + f.home, "GMAILOAUTH_PROVIDER=" + f.box.ProviderFile(), "PATH=" + os.Getenv("PATH")}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	before, start := cpu(syscall.RUSAGE_SELF), time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	most := watchMemory(cmd.Process.Pid)
	err := cmd.Wait()
	wall, servers := time.Since(start), cpu(syscall.RUSAGE_SELF)-before
	want := 0
	if f.night {
		want = 4
	}
	if code := cmd.ProcessState.ExitCode(); code != want {
		return fmt.Errorf("verify: exit %d, want %d (%v)", code, want, err)
	}
	if err := f.compare(out.Bytes()); err != nil {
		return err
	}
	own := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	perBox := func(d time.Duration) string { return fmt.Sprintf("%.2f ms each", d.Seconds()*1000/float64(f.n)) }
	name := fmt.Sprintf("%d, all well", f.n)
	if f.night {
		name = fmt.Sprintf("%d, a night", f.n)
	}
	fmt.Printf("%-22s %8s %12.0f %14s %16s %9.0f MB %7d\n", name, wall.Round(10*time.Millisecond), float64(f.n)/wall.Seconds(),
		perBox(own), perBox(own+servers), most(), len(f.faults))
	return nil
}

// watchMemory looks at the most memory that a process has had, in megabytes, until
// what it gives is called. What the system says of a process that has ended would
// be no less than ours was at its start.
func watchMemory(pid int) (most func() float64) {
	over, result := make(chan struct{}), make(chan float64)
	go func() {
		megabytes := 0.0
		for {
			status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			if _, found, ok := strings.Cut(string(status), "VmHWM:"); ok {
				var kilobytes float64
				if _, err := fmt.Sscan(found, &kilobytes); err == nil {
					megabytes = kilobytes / 1024
				}
			}
			select {
			case <-over:
				result <- megabytes
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	return func() float64 { close(over); return <-result }
}

func cpu(who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// compare holds the report against the faults that were mixed in: those mailboxes
// fail and no other, in the order of the fleet, each check that fails with the
// diagnosis of the fault.
func (f *fleet) compare(out []byte) error {
	var said struct {
		Accounts []struct {
			Account, Status string
			Checks          []struct {
				ID, Status string
				Diagnosis  struct{ Name string }
			}
		}
	}
	if err := json.Unmarshal(out, &said); err != nil {
		return err
	}
	if len(said.Accounts) != f.n {
		return fmt.Errorf("%d mailboxes in the report, want %d", len(said.Accounts), f.n)
	}
	var wrong []error
	for i, a := range said.Accounts {
		if want := fmt.Sprintf("box%05d@%s", i, f.domain); a.Account != want {
			return fmt.Errorf("mailbox %d in the report is %s, want %s", i, a.Account, want)
		}
		failed := false
		for _, c := range a.Checks {
			if c.Status == "fail" {
				failed = true
				if c.Diagnosis.Name != f.faults[a.Account] {
					wrong = append(wrong, fmt.Errorf("%s, %s: %s, want %q", a.Account, c.ID, c.Diagnosis.Name, f.faults[a.Account]))
				}
			}
		}
		if want := f.faults[a.Account] != ""; failed != want || (a.Status == "fail") != want {
			wrong = append(wrong, fmt.Errorf("%s: %s, want %q", a.Account, a.Status, f.faults[a.Account]))
		}
	}
	return errors.Join(wrong...)
}
