//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox"
)

// The examples of docs/stores keep accounts: with pass and GnuPG themselves, and
// with stand-ins for the managers that cannot be had here.
func TestPasswordManagers(t *testing.T) {
	box, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: time.Now})
	check(t, err)
	defer box.Close()
	scripts, err := filepath.Abs("../../docs/stores")
	check(t, err)
	stands, err := filepath.Abs("../../testdata/e2e/managers")
	check(t, err)
	path := stands + string(filepath.ListSeparator) + os.Getenv("PATH")
	for name, prepare := range map[string]func(*testing.T, string) []string{
		"pass":   initPass,
		"gopass": func(_ *testing.T, dir string) []string { return []string{"PATH=" + path, "MANAGERS=" + dir} },
		"1password": func(_ *testing.T, dir string) []string {
			return []string{"PATH=" + path, "MANAGERS=" + dir, "OP_VAULT=Mail"}
		},
		"bitwarden": func(_ *testing.T, dir string) []string {
			return []string{"PATH=" + path, "MANAGERS=" + dir, "BW_SESSION=x"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := exec.Command("sh", "-n", filepath.Join(scripts, name+".sh")).CombinedOutput()
			if err != nil {
				t.Fatalf("sh -n: %v\n%s", err, out)
			}
			home := t.TempDir()
			env := append([]string{"HOME=" + home, "GMAILOAUTH_PROVIDER=" + box.ProviderFile()}, prepare(t, home)...)
			keepsAccounts(t, box, env, "command:"+filepath.Join(scripts, name+".sh"))
			if name == "bitwarden" { // a manager that is locked is no manager that is empty
				locked := append(env, "BW_SESSION=")
				got := run(t, locked, "token", office, "--store", "command:"+filepath.Join(scripts, name+".sh"))
				if got.exit != 2 || !strings.Contains(got.stderr, "Vault is locked.") {
					t.Errorf("locked: exit %d\n%s", got.exit, got.stderr)
				}
			}
		})
	}
}

// keepsAccounts connects an account, moves it there, renews its token there,
// and moves it back.
func keepsAccounts(t *testing.T, box *sandbox.Sandbox, env []string, spec string) {
	t.Helper()
	client := box.NewClient(account.Desktop, nil, "my-mail-123")
	dir := t.TempDir()
	clientFile, tokenFile := filepath.Join(dir, "client.json"), filepath.Join(dir, "token")
	check(t, os.WriteFile(clientFile, box.ClientJSON(client), 0o600))
	check(t, os.WriteFile(tokenFile, []byte(box.Authorize(client, office).Reveal()), 0o600))
	do := func(args ...string) string {
		t.Helper()
		got := run(t, env, args...)
		if got.exit != 0 {
			t.Fatalf("%s: exit %d\n%s%s", strings.Join(args, " "), got.exit, got.stdout, got.stderr)
		}
		return got.stdout
	}
	do("authorize", office, "--client-file", clientFile, "--refresh-token-file", tokenFile)
	first := do("token", office)
	if out := do("accounts", "move", "--to", spec); !strings.Contains(out, spec) {
		t.Errorf("accounts move said %q", out)
	}
	if got := do("token", office); got != first {
		t.Errorf("the token has changed with the move")
	}
	renewed := do("token", office, "--renew")
	if renewed == first || do("token", office) != renewed {
		t.Errorf("a renewed token is not kept")
	}
	do("accounts", "move", "--to", "file")
	if got := do("token", office); got != renewed {
		t.Errorf("the token has changed with the move back")
	}
	if got := run(t, env, "token", office, "--store", spec); got.exit != 2 || !strings.Contains(got.stderr, "account-without-secrets") {
		t.Errorf("after the move back the old store: exit %d\n%s", got.exit, got.stderr)
	}
}

// initPass makes a key without passphrase and a password store of its own.
func initPass(t *testing.T, home string) []string {
	t.Helper()
	keys, err := os.MkdirTemp("", "gpg") // the agent's socket wants a short path
	check(t, err)
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GNUPGHOME=" + keys}
	do := func(name string, args ...string) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Env = env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
	}
	t.Cleanup(func() {
		do("gpgconf", "--kill", "all")
		_ = os.RemoveAll(keys)
	})
	do("gpg", "--batch", "--passphrase", "", "--quick-generate-key", "test@example.com", "default", "default", "never")
	do("pass", "init", "test@example.com")
	version, err := exec.Command("pass", "version").Output()
	check(t, err)
	t.Logf("pass: %s", strings.Join(strings.Fields(string(version)), " "))
	return env[2:]
}
