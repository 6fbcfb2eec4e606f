package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
)

var updatePlan = flag.Bool("update-plan", false, "write the plan's golden anew")

// walkRun runs one command line in an environment, and gives what it wrote.
func walkRun(t *testing.T, env map[string]string, stdin string, args ...string) (code int, out, err string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{
		term:      &terminal.Terminal{In: strings.NewReader(stdin), Out: &stdout, Err: &stderr, Width: 80},
		now:       func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) },
		lookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		hide:      new(secret.Redactor),
	}
	code = a.run(t.Context(), args)
	return code, stdout.String(), stderr.String()
}

const webClient = `{"web":{"client_id":"815407401234-abcdefghijklmnopqrstuvwxyz123456.apps.googleusercontent.com","project_id":"my-mail-123",
"auth_uri":"https://accounts.google.com/o/oauth2/auth","token_uri":"https://oauth2.googleapis.com/token","client_secret":"GOCSPX-hush0123456789abcdefghijkl",
"redirect_uris":["https://contoso.crm.dynamics.com/_grid/cmds/dlg_gmailoauth.aspx","http://127.0.0.1:9999/"]}}`

func sampleClient(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "client_secret.json")
	if err := os.WriteFile(file, []byte(webClient), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestPlanJSON(t *testing.T) {
	code, out, _ := walkRun(t, nil, "", "plan", "--target", "dynamics365", "--set", "env_url=https://contoso.crm.dynamics.com/",
		"--account", "sales@contoso.com", "--account", "office@contoso.com", "--audience", "external", "--ack", "gmail-api", "--format", "json")
	if code != 0 {
		t.Fatalf("plan: exit %d", code)
	}
	file := filepath.Join("testdata", "plan-dynamics365.json")
	if *updatePlan {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out); diff != "" {
		t.Errorf("plan --format json (-want +got; go test -update-plan writes it anew):\n%s", diff)
	}
}

// pendingFlags gives the flags of the plan's open questions.
func pendingFlags(t *testing.T, out string) []string {
	t.Helper()
	var plan planned
	if err := json.Unmarshal([]byte(out), &plan); err != nil {
		t.Fatalf("plan wrote no JSON: %v\n%s", err, out)
	}
	var flags []string
	for _, s := range plan.Steps {
		for _, q := range s.Questions {
			if q.Pending {
				flags = append(flags, q.Flag)
			}
		}
	}
	return flags
}

func TestPlanTakesVariables(t *testing.T) {
	_, out, _ := walkRun(t, map[string]string{"GMAILOAUTH_TARGET": "nocobase", "GMAILOAUTH_ACCOUNT": "office@example.com",
		"GMAILOAUTH_AUDIENCE": "internal", "GMAILOAUTH_CLIENT_ID": "815407401234-abc", "GMAILOAUTH_CLIENT_SECRET": "GOCSPX-hush0123456789",
		"GMAILOAUTH_ACK_BRANDING": "yes", "GMAILOAUTH_FORMAT": "json"}, "", "plan")
	if diff := cmp.Diff([]string{"--set base_url"}, pendingFlags(t, out)); diff != "" {
		t.Errorf("plan: pending (-want +got):\n%s", diff)
	}
	if strings.Contains(out, "hush") || !strings.Contains(out, `"status": "acknowledged"`) {
		t.Errorf("plan shows the secret, or not what was acknowledged:\n%s", out)
	}
}

func TestPlanOfTheSandboxWantsTheTargetsVariablesOnly(t *testing.T) {
	_, out, _ := walkRun(t, nil, "", "plan", "--sandbox", "--target", "yetiforce", "--format", "json")
	if diff := cmp.Diff([]string{"--set base_url", "--set redirect_uri"}, pendingFlags(t, out)); diff != "" {
		t.Errorf("plan --sandbox: pending (-want +got):\n%s", diff)
	}
	if strings.Contains(out, "console.cloud.google.com") {
		t.Errorf("plan --sandbox leads to Google:\n%s", out)
	}
}

func TestPlanReadsTheClientFile(t *testing.T) {
	for name, args := range map[string][]string{"a file": {sampleClient(t), ""}, "stdin": {"-", webClient}} {
		code, out, stderr := walkRun(t, nil, args[1], "plan", "--target", "dynamics365", "--set", "env_url=https://contoso.crm.dynamics.com",
			"--client-file", args[0], "--format", "json")
		if code != 0 {
			t.Fatalf("%s: plan exit %d: %s", name, code, stderr)
		}
		if diff := cmp.Diff([]string{"--account", "--audience"}, pendingFlags(t, out)); diff != "" {
			t.Errorf("%s: plan: pending (-want +got):\n%s", name, diff)
		}
		if strings.Contains(out, "hush") || !strings.Contains(out, `"value": "my-mail-123"`) {
			t.Errorf("%s: plan shows the secret, or no project:\n%s", name, out)
		}
	}
}

func TestPlanText(t *testing.T) {
	code, out, _ := walkRun(t, nil, "", "plan", "--target", "nocobase", "--set", "base_url=https://office.example.com")
	for _, want := range []string{"wants --project", "https://office.example.com/admin/settings/mail/oauth2", "4 answers are missing"} {
		if !strings.Contains(out, want) {
			t.Errorf("plan (exit %d) does not say %q:\n%s", code, want, out)
		}
	}
	_, out, _ = walkRun(t, nil, "", "plan", "--target", "generic-desktop", "--project", "my-mail-123", "--audience", "internal",
		"--account", "a@example.com", "--client-file", sampleClient(t), "--withdraw")
	if !strings.Contains(out, "Everything that setup would ask is answered.") {
		t.Errorf("plan with all answers:\n%s", out)
	}
}

// A choice is called as the wizard calls it, and why a step is skipped stands
// behind it as the language writes that.
func TestPlanTextInFrench(t *testing.T) {
	code, out, stderr := walkRun(t, nil, "", "plan", "--target", "dynamics365", "--lang", "fr", "--audience", "internal")
	if code != 0 {
		t.Fatalf("plan: exit %d\n%s", code, stderr)
	}
	for _, want := range []string{"--audience             Interne (Internal)\n", "--target               Dynamics 365\n", "inutile\u00a0: Seul"} {
		if !strings.Contains(out, want) {
			t.Errorf("plan lacks %q:\n%s", want, out)
		}
	}
}

func TestWalkFlagsRefuse(t *testing.T) {
	dir := t.TempDir()
	token := filepath.Join(dir, "token")
	if err := os.WriteFile(token, []byte("1//hush hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"unknown target":        {"--target", "yetforce"},
		"target path":           {"--target", dir + "/nothing.yaml"},
		"unknown variable":      {"--target", "nocobase", "--set", "bse_url=https://hush.example.com"},
		"no pair":               {"--target", "nocobase", "--set", "hush"},
		"set without target":    {"--set", "base_url=https://hush.example.com"},
		"bad address":           {"--target", "nocobase", "--set", "base_url=http://10.0.0.1"},
		"differing hosts":       {"--target", "yetiforce", "--set", "base_url=https://a.example.com", "--set", "redirect_uri=https://b.example.com/x"},
		"bad project":           {"--project", "My Project"},
		"empty project":         {"--project", ""},
		"bad audience":          {"--audience", "everyone"},
		"bad account":           {"--account", "hush"},
		"no account":            {"--account", ""},
		"bad port":              {"--redirect-port", "eighty"},
		"unknown step":          {"--ack", "brandnig"},
		"secret file missing":   {"--client-secret-file", dir + "/nothing"},
		"secret file empty arg": {"--client-secret-file", ""},
		"secret with blank":     {"--refresh-token-file", token},
		"client file missing":   {"--client-file", dir + "/nothing.json"},
		"client file is a dir":  {"--client-file", dir},
		"not a client":          {"--client-file", token},
		"stdin twice":           {"--client-secret-file", "-", "--refresh-token-file", "-"},
		"bad withdraw":          {"--withdraw=perhaps"},
		"format":                {"--format", "xml"},
		"argument":              {"hush"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, stderr := walkRun(t, nil, "GOCSPX-first", append([]string{"plan"}, args...)...)
			if code != 2 || out != "" {
				t.Errorf("plan %q: exit %d, stdout %q; want 2 and nothing", args, code, out)
			}
			if strings.Contains(stderr, "hush") {
				t.Errorf("plan %q repeats what it should not:\n%s", args, stderr)
			}
			if strings.Count(strings.TrimSpace(stderr), "\n") < 2 || !strings.HasPrefix(stderr, "error:") {
				t.Errorf("plan %q: %q is not told in lines", args, stderr)
			}
		})
	}
}

// Every question of every walk can be given: by a flag of ours, by --set, or by --ack.
func TestEveryQuestionHasItsFlag(t *testing.T) {
	a := &app{lookupEnv: func(string) (string, bool) { return "", false }}
	cmd := a.planCommand()
	var steps []string
	for _, name := range append([]string{""}, playbook.Targets()...) {
		book, err := a.playbook(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range book.Steps {
			steps = append(steps, step.ID)
			for _, q := range step.Questions {
				flag, argument, _ := strings.Cut(strings.TrimPrefix(q.Flag, "--"), " ")
				if cmd.Flags().Lookup(flag) == nil {
					t.Errorf("%s/%s: question %s: no flag %s", name, step.ID, q.Key, q.Flag)
				}
				if flag == "ack" && !slices.Contains(steps, argument) {
					t.Errorf("%s: --ack %s is no step", name, argument)
				}
			}
		}
	}
}

func TestTargets(t *testing.T) {
	code, out, _ := walkRun(t, nil, "", "targets", "list")
	if code != 0 || strings.Count(out, "\n") != len(playbook.Targets()) {
		t.Errorf("targets list: exit %d\n%s", code, out)
	}
	for _, args := range [][]string{{"list"}, {"show", "winmentor"}} {
		code, out, _ = walkRun(t, nil, "", append([]string{"targets", "--format", "json"}[:1], append(args, "--format", "json")...)...)
		if code != 0 || !json.Valid([]byte(out)) {
			t.Errorf("targets %v --format json: exit %d\n%s", args, code, out)
		}
	}
	for _, name := range playbook.Targets() {
		code, out, _ = walkRun(t, nil, "", "targets", "show", name)
		if code != 0 || !strings.Contains(out, "Sources:") || strings.ContainsAny(out, "{}<>") {
			t.Errorf("targets show %s: exit %d\n%s", name, code, out)
		}
	}
	if code, _, _ = walkRun(t, nil, "", "targets", "show", "nothing"); code != 2 {
		t.Errorf("targets show nothing: exit %d, want 2", code)
	}
}

func TestTargetsCheck(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "my-app.yaml")
	good := "client_type: desktop\ntext:\n  en: {title: My application, summary: mail}\n"
	for name, row := range map[string]struct {
		data string
		code int
		says string
	}{
		"good":     {good, 0, "can be used"},
		"mistyped": {"client_typ: desktop\n", 2, ""},
	} {
		if err := os.WriteFile(file, []byte(row.data), 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, stderr := walkRun(t, nil, "", "targets", "check", file)
		if code != row.code || !strings.Contains(out, row.says) {
			t.Errorf("targets check, %s: exit %d\n%s%s", name, code, out, stderr)
		}
	}
	folder := filepath.Join(dir, "my-app")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for base, data := range map[string]string{"target.yaml": "client_type: desktop\n", "text.en.yaml": "title: My application\n"} {
		if err := os.WriteFile(filepath.Join(folder, base), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out, stderr := walkRun(t, nil, "", "targets", "check", folder, "--format", "json")
	if code != 0 || !strings.Contains(out, `"name": "my-app"`) {
		t.Errorf("targets check of a folder: exit %d\n%s%s", code, out, stderr)
	}
	if code, out, _ = walkRun(t, nil, "", "plan", "--target", folder, "--format", "json"); code != 0 || !strings.Contains(out, folder) {
		t.Errorf("plan --target FOLDER: exit %d\n%s", code, out)
	}
}
