// Command bench prints the figures of docs/benchmarks.md. Processes are started
// in turn, one of each, so that a machine that slows down slows all of them,
// and what is quoted is the ratio of medians, with the middle half of the pairs.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
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

func bench(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "gmailoauth-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	build := func(name, pkg string) (string, error) {
		out := filepath.Join(dir, name)
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", out, pkg)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		return out, cmd.Run()
	}
	hello, err := build("hello", "./testdata/bench/hello")
	if err != nil {
		return err
	}
	program, err := build("gmailoauth", "./cmd/gmailoauth")
	if err != nil {
		return err
	}
	home := filepath.Join(dir, "home")
	if err := keepAccount(ctx, home); err != nil {
		return err
	}
	kept := filepath.Join(home, ".local/share/gmailoauth/secrets", mailbox+".json")
	script := "import argparse,json,urllib.request,urllib.parse\n" +
		"p=argparse.ArgumentParser();p.add_argument('f');a=p.parse_args()\n" +
		"print(json.load(open(a.f))['access_token'])\n"
	python, err := interpreter(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%s %s/%s, %d processors, %d rounds\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), rounds)
	return compare(ctx, home, [][]string{
		{hello},
		{program, "token", mailbox},
		{python, "-c", script, kept},
	})
}

// interpreter is Python itself: what is found first may be a script that looks for it.
func interpreter(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "python3", "-c", "import sys; print(sys.executable)").Output()
	return string(bytes.TrimSpace(out)), err
}

// keepAccount writes an account whose access token is good for an hour.
func keepAccount(ctx context.Context, home string) error {
	paths := store.Paths{Config: filepath.Join(home, ".config/gmailoauth"), Data: filepath.Join(home, ".local/share/gmailoauth"),
		State: filepath.Join(home, ".local/state/gmailoauth")}
	secrets, err := store.Open("file", store.Options{Paths: paths})
	if err != nil {
		return err
	}
	err = secrets.Put(ctx, mailbox, account.Credentials{
		ClientSecret: secret.New("GOCSPX-bench"),
		Token: account.Token{Access: secret.New("ya29." + string(bytes.Repeat([]byte("x"), 220))), Type: "Bearer",
			Expiry: time.Now().Add(time.Hour), Refresh: secret.New("1//bench")},
	})
	if err != nil {
		return err
	}
	return store.NewAccounts(paths).Put(account.Account{Email: mailbox, ClientID: "1-bench.apps.googleusercontent.com", Store: "file"})
}

// compare times the commands in turn; the first is the yardstick.
func compare(ctx context.Context, home string, commands [][]string) error {
	took := make([][]float64, len(commands))
	for round := range warmups + rounds {
		for i, command := range commands {
			cmd := exec.CommandContext(ctx, command[0], command[1:]...)
			cmd.Env = []string{"HOME=" + home, "PATH=" + path}
			start := time.Now()
			out, err := cmd.Output()
			elapsed := time.Since(start)
			if err != nil || len(out) == 0 {
				return fmt.Errorf("%v: %w, %d bytes of output", command[:1], err, len(out))
			}
			if round >= warmups {
				took[i] = append(took[i], elapsed.Seconds()*1000)
			}
		}
	}
	fmt.Printf("%-34s %10s %8s   %s\n", "process", "median ms", "ratio", "middle half of the paired ratios")
	for i, label := range []string{"hello world in Go", "gmailoauth token, from cache", "the same in Python, with imports"} {
		ratios := make([]float64, rounds)
		for r := range rounds {
			ratios[r] = took[i][r] / took[0][r]
		}
		slices.Sort(ratios)
		fmt.Printf("%-34s %10.2f %8.2f   %.2f to %.2f\n", label, median(took[i]), median(took[i])/median(took[0]), ratios[rounds/4], ratios[rounds*3/4])
	}
	fmt.Printf("%-34s %19.1f\n\n", "Python / gmailoauth token", median(took[2])/median(took[1]))
	return nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
