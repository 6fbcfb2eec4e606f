package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox"
)

// applied are plans of apply, what became of them, and a run that was cut.
func (s *schooled) applied() {
	s.t.Helper()
	_, key := s.serviceKey(sandbox.AllDelegated()...)
	client := s.box.NewClient(account.Desktop, nil, "my-mail-123")
	dir := s.t.TempDir()
	must(s.t, os.WriteFile(filepath.Join(dir, "client.json"), s.box.ClientJSON(client), 0o600))
	file := filepath.Join(dir, "boxes.yaml")
	must(s.t, os.WriteFile(file, []byte("client: client.json\nservice_account_file: "+key+"\ntarget: dynamics365\nmailboxes:\n"+
		"  - {account: one@example.com, grant: delegation, store: \"file:"+dir+"\"}\n  - "+s.who+"\n  - two@example.com\n"), 0o600))
	apply := []string{"apply", "-f", file, "--format", "json"}
	s.valid("apply", append(apply, "--dry-run")...)
	s.valid("apply", append(apply, "--dry-run", "--replace", "--shard", "2/3")...)
	s.valid("apply", append(apply, "--yes", "--no-input")...)
	s.valid("apply", append(apply, "--no-input", "--shard", "1/3")...) // the yes is missing, and not needed
	stopped, cancel := context.WithCancel(s.t.Context())
	code, out, _ := s.let(func(a *app) int {
		a.flags.format, a.flags.timeout = "json", time.Minute
		r, err := a.planRollout(stopped, applyFlags{file: file, yes: true, concurrency: 1})
		must(s.t, err)
		cancel()
		return a.fail(stopped, "apply", nil, r.cut(r.carryOut(stopped)))
	})
	if code != exitInterrupted {
		s.t.Errorf("interrupted, apply exits %d", code)
	}
	s.hold("apply", "apply, interrupted", out)
	s.valid("error", append(apply, "--concurrency", "0")...)
}
