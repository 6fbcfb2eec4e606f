package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// keepsToday keeps a token that is good by the clock of this machine.
func (d *desk) keepsToday(t *testing.T) {
	t.Helper()
	d.keeps(t, officeBox, time.Since(noon)+30*time.Minute)
}

// shortProcess asks for that token as a mail program does: no variable of ours
// is set, and the clock is the machine's.
func (d *desk) shortProcess(t *testing.T) (cmd *exec.Cmd, out, told *bytes.Buffer) {
	t.Helper()
	cmd, out, told = d.process(t, "token", officeBox)
	cmd.Env = slices.DeleteFunc(cmd.Env, func(pair string) bool {
		return strings.HasPrefix(pair, "GMAILOAUTH_") || strings.HasPrefix(pair, aheadVariable)
	})
	return cmd, out, told
}

var initialised = regexp.MustCompile(`(?m)^init (\S+) @`)

// The answer comes before what takes long to be set up; what is set up when it
// is given is told by the runtime of the program as it is shipped.
func TestFirstComesFirst(t *testing.T) {
	d := newDesk(t)
	d.keepsToday(t)
	program := filepath.Join(t.TempDir(), "gmailoauth.exe")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if told, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build = %v\n%s", err, told)
	}
	before := func(args ...string) []string {
		cmd, out, told := d.shortProcess(t)
		cmd.Path, cmd.Args = program, append(cmd.Args[:1], args...)
		cmd.Env = append(cmd.Env, "GODEBUG=inittrace=1")
		if err := cmd.Run(); err != nil || out.Len() == 0 {
			t.Fatalf("%v = %v, %q, %q", args, err, out, told)
		}
		var packages []string
		for _, match := range initialised.FindAllStringSubmatch(told.String(), -1) {
			packages = append(packages, match[1])
		}
		return packages
	}
	// What a library may do there is held by TestStartup: this one fills a table.
	allowed := []string{"github.com/charmbracelet/x/ansi/parser"}
	answered := before("token", officeBox)
	for _, name := range answered {
		late := name == "net" || name == "reflect" || name == "unicode" || strings.HasPrefix(name, "net/") || strings.HasPrefix(name, "crypto/tls") ||
			strings.HasPrefix(name, "gmailoauth/")
		if host, _, _ := strings.Cut(name, "/"); late || strings.Contains(host, ".") && !slices.Contains(allowed, name) {
			t.Errorf("%s is set up before a kept token is printed", name)
		}
	}
	all := before("version")
	first := slices.Index(all, "gmailoauth/cmd/gmailoauth/first")
	for _, name := range []string{"net", "crypto/tls", "html/template", "charm.land/lipgloss/v2", "gmailoauth/internal/diagnosis"} {
		if at := slices.Index(all, name); first < 0 || at < first {
			t.Errorf("%s is number %d to be set up, first is number %d", name, at, first)
		}
	}
	if len(answered) < 10 || len(answered) > 30 || len(all) < 100 {
		t.Errorf("%d packages are set up before the answer, %d for version: want about 20, and hundreds", len(answered), len(all))
	}
}
