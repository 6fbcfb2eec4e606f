//go:build unix

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// compare times the processes, in another order each round: a large one leaves
// cold caches to whatever comes after it.
func compare(ctx context.Context, rows []row) error {
	took := make([][]sample, len(rows))
	order := rand.New(rand.NewPCG(1, 2))
	for round := range warmups + rounds {
		for _, i := range order.Perm(len(rows)) {
			one, err := measure(ctx, rows[i])
			if err != nil {
				return err
			}
			if round >= warmups {
				took[i] = append(took[i], one)
			}
		}
	}
	fmt.Printf("%-36s %10s %8s   %-16s %10s %12s\n", "process", "median ms", "ratio", "middle half", "CPU ratio", "page faults")
	for i, r := range rows {
		wall := ratios(took[i], took[0], func(s sample) float64 { return s.wall })
		cpu := ratios(took[i], took[0], func(s sample) float64 { return s.cpu })
		var ms, faults []float64
		for _, s := range took[i] {
			ms, faults = append(ms, s.wall), append(faults, s.faults)
		}
		slices.Sort(ms)
		slices.Sort(faults)
		fmt.Printf("%-36s %10.2f %8.2f   %.2f to %-8.2f %10.2f %12.0f\n", r.label, ms[rounds/2], wall[rounds/2], wall[rounds/4], wall[rounds*3/4], cpu[rounds/2], faults[rounds/2])
	}
	fmt.Println()
	return nil
}

func measure(ctx context.Context, r row) (sample, error) {
	cmd := exec.CommandContext(ctx, r.argv[0], r.argv[1:]...)
	cmd.Env = []string{"HOME=" + r.home, "PATH=" + path}
	if bus := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); bus != "" { // a keyring is there
		cmd.Env = append(cmd.Env, "DBUS_SESSION_BUS_ADDRESS="+bus)
	}
	start := time.Now()
	out, err := cmd.Output()
	one := sample{wall: time.Since(start).Seconds() * 1000}
	if err != nil || len(out) == 0 {
		return one, fmt.Errorf("%s: %w, %d bytes of output", r.label, err, len(out))
	}
	one.cpu = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds() * 1000
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		one.faults = float64(usage.Minflt)
	}
	return one, nil
}

// ratios are those of each round, sorted.
func ratios(of, yardstick []sample, figure func(sample) float64) []float64 {
	found := make([]float64, len(of))
	for i := range of {
		found[i] = figure(of[i]) / figure(yardstick[i])
	}
	slices.Sort(found)
	return found
}
