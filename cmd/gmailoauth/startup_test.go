//go:build !race

package main

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

var initTrace = regexp.MustCompile(`(?m)^init (\S+) @\S+ ms, ([0-9.]+) ms clock`)

// Every command pays for what packages do before main. A library that takes a
// millisecond there (go-runewidth 0.0.26 took twenty) is noticed here. The best
// of some starts counts: the machine may be busy, a slow package is slow always.
func TestStartup(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	best := map[string]float64{}
	for range 5 {
		cmd := exec.CommandContext(t.Context(), self, "-test.run", "^$")
		cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, m := range initTrace.FindAllStringSubmatch(string(out), -1) {
			ms, err := strconv.ParseFloat(m[2], 64)
			if err != nil {
				t.Fatal(err)
			}
			if before, ok := best[m[1]]; !ok || ms < before {
				best[m[1]] = ms
			}
		}
	}
	if len(best) < 50 {
		t.Fatalf("%d packages traced: want all that the program links", len(best))
	}
	for name, ms := range best {
		if ms > 1 {
			t.Errorf("%s takes %.2f ms before main, want 1 ms at most", name, ms)
		}
	}
}
