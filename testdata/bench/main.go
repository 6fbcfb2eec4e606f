//go:build unix

// Command bench prints the figures of docs/benchmarks.md. Processes are started
// in turn, one of each in a round, so that a machine that slows down slows all of
// them; what is quoted is the median of the rounds' ratios, with the middle half.
// On a machine that does other things, too, the ratio of processor time is the
// one to trust.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
)

const (
	warmups = 10
	rounds  = 150
	mailbox = "office@example.com"

	// path is what a mail program started by a service has. A longer one costs
	// us: a library looks for clipboard programs along it before main.
	path = "/usr/local/bin:/usr/bin:/bin"
)

func main() {
	if err := bench(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// row is a process that is timed. The first one of all is the yardstick.
type row struct {
	label string
	argv  []string
	home  string
}

func bench(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "gmailoauth-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	built := map[string]string{}
	for name, pkg := range map[string]string{"reader": "./testdata/bench/reader", "hello": "./testdata/bench/hello",
		"cacher": "./testdata/bench/cacher", "gmailoauth": "./cmd/gmailoauth"} {
		if built[name], err = build(ctx, filepath.Join(dir, name), pkg); err != nil {
			return fmt.Errorf("build %s: %w", pkg, err)
		}
	}
	python, err := interpreter(ctx)
	if err != nil {
		return err
	}
	home := filepath.Join(dir, "file")
	if err := keepAccount(ctx, home, "file"); err != nil {
		return err
	}
	kept := filepath.Join(home, ".local/share/gmailoauth/secrets", mailbox+".json")
	rows := []row{
		{"bare reader in Go", []string{built["reader"], kept}, home},
		{"hello world in Go", []string{built["hello"]}, home},
		{"gmailoauth token, store file", []string{built["gmailoauth"], "token", mailbox}, home},
		{"the same, past the short way", []string{built["gmailoauth"], "token", mailbox, "--format", "raw"}, home},
	}
	others, err := otherStores(dir)
	if err != nil {
		return err
	}
	for i, spec := range others {
		home := fmt.Sprintf("%s/other-%d", dir, i)
		if err := keepAccount(ctx, home, spec); err != nil {
			fmt.Printf("left out: store %s: %v\n", spec, err)
			continue
		}
		kind, _, where := strings.Cut(spec, ":")
		if where {
			kind += ":…"
		}
		rows = append(rows, row{"gmailoauth token, store " + kind, []string{built["gmailoauth"], "token", mailbox}, home})
	}
	fmt.Println("left out: store env: it keeps no access token, each call renews")
	rows = append(rows,
		row{"Go with net/http and oauth2, cache", []string{built["cacher"], kept}, home},
		row{"Python, what mutt_oauth2.py imports", []string{python, "testdata/bench/cacher.py", kept}, home},
		row{"the same, and cat for decryption", []string{python, "testdata/bench/cacher.py", kept, "cat"}, home},
	)
	fmt.Printf("\n%s, %s %s/%s, %s, %d processors, load %s, %d rounds\n\n", time.Now().Format(time.DateOnly),
		runtime.Version(), runtime.GOOS, runtime.GOARCH, processor(), runtime.NumCPU(), load(), rounds)
	return compare(ctx, rows)
}

// otherStores are the specs of the stores that are compared beside "file". One
// that cannot be opened here is left out, in words: keyring without a session
// that has one (dbus-run-session, and the keyring unlocked).
func otherStores(dir string) ([]string, error) {
	keeper, err := filepath.Abs("testdata/bench/keeper.sh")
	kept := filepath.Join(dir, "kept")
	return []string{"file:" + filepath.Join(dir, "shared"), "age:" + filepath.Join(dir, "identity.txt"),
		"command:" + keeper + " " + kept, "keyring"}, errors.Join(err, os.Mkdir(kept, 0o700))
}

func build(ctx context.Context, out, pkg string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", out, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	return out, cmd.Run()
}

// processor names the machine, as far as it says.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	_, rest, _ := strings.Cut(string(text), "model name")
	name, _, _ := strings.Cut(rest, "\n")
	return strings.Trim(name, ": \t")
}

// load is how busy the machine is with other things.
func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	one, _, _ := strings.Cut(string(text), " ")
	return one
}

// interpreter is Python itself: what is found first may be a script that looks for it.
func interpreter(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "python3", "-c", "import sys; print(sys.executable)").Output()
	return string(bytes.TrimSpace(out)), err
}

// keepAccount writes an account whose access token is good for an hour, and its
// secrets into a store.
func keepAccount(ctx context.Context, home, spec string) error {
	paths := store.Paths{Config: filepath.Join(home, ".config/gmailoauth"), Data: filepath.Join(home, ".local/share/gmailoauth"),
		State: filepath.Join(home, ".local/state/gmailoauth")}
	secrets, err := store.Open(spec, store.Options{Paths: paths, Now: time.Now, Env: os.LookupEnv})
	if err != nil {
		return err
	}
	err = secrets.Put(ctx, mailbox, account.Credentials{
		ClientSecret: secret.New("GOCSPX-bench"),
		Token: account.Token{Access: secret.New("ya29." + strings.Repeat("x", 220)), Type: "Bearer",
			IssuedAt: time.Now(), Expiry: time.Now().Add(time.Hour), Refresh: secret.New("1//bench")},
	})
	if err != nil {
		return err
	}
	return store.NewAccounts(paths).Put(account.Account{Email: mailbox, ClientID: "1-bench.apps.googleusercontent.com", Store: spec})
}

// sample is what one process took.
type sample struct{ wall, cpu, faults float64 } // ms, ms, minor page faults
