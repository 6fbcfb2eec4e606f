package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/sandbox/scenario"
)

var updateScenarios = flag.Bool("update-scenarios", false, "write testdata/scenarios.txt anew")

const scenariosTable = "testdata/scenarios.txt"

// Every refusal that the sandbox can play goes its way from the wire through
// verify or client check to a diagnosis and an exit code: the table says which.
// None of them is "unknown", or taken for a fault of ours that is not one.
func TestEveryScenarioIsExplained(t *testing.T) {
	scenarios, err := scenario.Load()
	if err != nil {
		t.Fatal(err)
	}
	lines := make([]string, len(scenarios))
	var group sync.WaitGroup
	places := make(chan struct{}, 8) // those that hang wait for their time limit side by side
	for i, s := range scenarios {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			lines[i] = playScenario(t, s)
		})
	}
	group.Wait()
	data, err := os.ReadFile(scenariosTable)
	if err != nil {
		t.Fatal(err)
	}
	table := strings.Split(strings.TrimSpace(string(data)), "\n")
	for i, s := range scenarios {
		if !slices.Contains(table, lines[i]) { // once more, alone: time limits are short and this machine may be busy
			lines[i] = playScenario(t, s)
		}
	}
	if *updateScenarios {
		table = lines
		if err := os.WriteFile(scenariosTable, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(table, lines); diff != "" {
		t.Errorf("%s (-want +got):\n%s", scenariosTable, diff)
	}
	for _, line := range lines {
		if strings.Contains(line, " bug") || strings.Contains(line, " unknown-") {
			t.Errorf("not explained: %s", line)
		}
	}
}

// playScenario gives a line of the table: scenario, exit codes of verify and of
// client check, and the diagnoses.
func playScenario(t *testing.T, s scenario.Scenario) string {
	box, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: time.Now})
	if err != nil {
		t.Error(err)
		return s.Name
	}
	defer box.Close()
	client := box.NewClient(account.Web, []string{"http://127.0.0.1:8765/"}, "my-mail-123")
	refresh := box.Authorize(client, "office@example.com")
	if err := box.Use(s.Name); err != nil {
		t.Error(err)
	}
	env := map[string]string{
		"GMAILOAUTH_PROVIDER": box.ProviderFile(), "GMAILOAUTH_ACCOUNT": "office@example.com",
		"GMAILOAUTH_CLIENT_ID": client.ID, "GMAILOAUTH_CLIENT_SECRET": client.Secret.Reveal(),
		"GMAILOAUTH_REFRESH_TOKEN": refresh.Reveal(), "HOME": t.TempDir(),
	}
	verify, names := playCommand(t, s.Name, env, "verify", "--protocol", "imap,smtp,pop3", "--send-test", "--timeout", "1500ms", "--format", "json")
	check, more := playCommand(t, s.Name, env, "client", "check", "--redirect-uri", "http://127.0.0.1:8765/", "--timeout", "1500ms", "--format", "json")
	for _, name := range more {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.TrimSpace(fmt.Sprintf("%s %d %d %s", s.Name, verify, check, strings.Join(names, " ")))
}

func playCommand(t *testing.T, scene string, env map[string]string, args ...string) (code int, names []string) {
	s := newStage(env)
	code = s.run(t.Context(), args)
	var report struct {
		Accounts []struct {
			Checks []struct {
				ID        string
				Status    string
				Diagnosis map[string]string
			}
		}
		Error map[string]string
		Exit  int
	}
	if err := json.Unmarshal(s.out.Bytes(), &report); err != nil {
		t.Errorf("%s, %s: no JSON: %v\n%s%s", scene, args[0], err, s.out.String(), s.err.String())
	}
	told := []map[string]string{}
	if report.Error != nil {
		told = append(told, report.Error)
	}
	for _, a := range report.Accounts {
		for _, c := range a.Checks {
			if c.Diagnosis != nil {
				told = append(told, c.Diagnosis)
			} else if c.Status == "fail" {
				t.Errorf("%s: %s fails without a diagnosis", scene, c.ID)
			}
		}
	}
	for _, d := range told {
		if d["cause"] == "" || d["fix"] == "" || d["message"] == "" {
			t.Errorf("%s: a diagnosis without cause or fix: %v", scene, d)
		}
		if !slices.Contains(names, d["name"]) {
			names = append(names, d["name"])
		}
	}
	for _, secret := range []string{env["GMAILOAUTH_CLIENT_SECRET"], env["GMAILOAUTH_REFRESH_TOKEN"]} {
		if strings.Contains(s.out.String()+s.err.String(), secret) {
			t.Errorf("%s: %s tells a secret", scene, args[0])
		}
	}
	return code, names
}
