//go:build !race

package main

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A pattern that is compiled before main takes 5 kB at least; what our packages
// are allowed, in bytes, is far less.
const ownBeforeMain = 2048

// onlyInTests is a library that the program does not link: depguard holds that.
const onlyInTests = "github.com/santhosh-tekuri/jsonschema/"

var initTrace = regexp.MustCompile(`(?m)^init (\S+) @\S+ ms, ([0-9.]+) ms clock, (\d+) bytes`)

// Every command pays for what packages do before main. A library that takes a
// millisecond there (go-runewidth 0.0.26 took twenty) is noticed here. The best
// of some starts counts: the machine may be busy, a slow package is slow always.
// Of our own packages not the time is held, which is short, but what they
// allocate, which is the same each time.
func TestStartup(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	best, bytes := map[string]float64{}, map[string]int{}
	slow := func() bool { // on a busy machine a start may be slow that is not
		for name, ms := range best {
			if ms > 1 && !strings.HasPrefix(name, onlyInTests) {
				return true
			}
		}
		return len(best) == 0
	}
	for round := 0; round < 5 || round < 40 && slow(); round++ {
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
			if bytes[m[1]], err = strconv.Atoi(m[3]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(best) < 50 {
		t.Fatalf("%d packages traced: want all that the program links", len(best))
	}
	for name, ms := range best {
		if strings.HasPrefix(name, onlyInTests) {
			continue
		}
		if ms > 1 {
			t.Errorf("%s takes %.2f ms before main, want 1 ms at most", name, ms)
		}
		// In a test binary cmd/gmailoauth holds what its tests compile, too.
		if own := strings.HasPrefix(name, "gmailoauth/internal/"); own && bytes[name] > ownBeforeMain {
			t.Errorf("%s allocates %d bytes before main, want %d at most", name, bytes[name], ownBeforeMain)
		}
	}
}
