package main

import (
	"regexp"
	"strings"
	"testing"
)

// What the sandbox names as it starts opens a mailbox, typed as it stands there.
func TestSandboxNamesWhatOpensMailboxes(t *testing.T) {
	o := newWorkplace(t)
	o.env["PATH"] = t.TempDir() // no gcloud
	_, _, said := o.let(func(a *app) int {
		if err := a.introduceSandbox(o.box); err != nil {
			t.Error(err)
		}
		return 0
	})
	lines := regexp.MustCompile(`(?m): --grant (delegation --\S+ \S+)$`).FindAllStringSubmatch(said, -1)
	if len(lines) != 2 {
		t.Fatalf("it names %d ways to delegate, want 2:\n%s", len(lines), said)
	}
	for i, line := range lines {
		o.who = []string{"key@example.com", "cluster@example.com"}[i]
		args := append([]string{"authorize", o.who, "--grant"}, strings.Fields(line[1])...)
		if code, _, stderr := o.run(args...); code != 0 {
			t.Errorf("%v: exit %d\n%s", args, code, stderr)
		}
		if code, out, stderr := o.run("verify", o.who); code != 0 {
			t.Errorf("verify %s: exit %d\n%s%s", o.who, code, out, stderr)
		}
	}
}
