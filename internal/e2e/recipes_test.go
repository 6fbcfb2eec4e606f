//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/e2e/recipes"
	"gmailoauth/internal/sandbox"
)

// kitchen is a folder for each recipe, and a mailbox that they prove.
type kitchen struct {
	box *sandbox.Sandbox
	all []recipes.Snippet
	env []string // of CI: one mailbox, nothing on disk
}

func newKitchen(t *testing.T) *kitchen {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: time.Now})
	check(t, err)
	t.Cleanup(box.Close)
	all, err := recipes.Read("../../docs/ci")
	check(t, err)
	client := box.NewClient(account.Desktop, nil, "my-mail-123")
	return &kitchen{box, all, []string{"GMAILOAUTH_PROVIDER=" + box.ProviderFile(), "GMAILOAUTH_ACCOUNT=" + office, "GMAILOAUTH_CLIENT_ID=" + client.ID,
		"GMAILOAUTH_CLIENT_SECRET=" + client.Secret.Reveal(), "GMAILOAUTH_REFRESH_TOKEN=" + box.Authorize(client, office).Reveal()}}
}

// cook writes files of the pages into a folder of their own, where bin/gmailoauth
// is the program and comes first in PATH.
func (k *kitchen) cook(t *testing.T, titles ...string) exported {
	t.Helper()
	e := exported{t.TempDir(), k.env}
	check(t, os.Mkdir(filepath.Join(e.dir, "bin"), 0o755))
	check(t, os.Symlink(program(t), filepath.Join(e.dir, "bin/gmailoauth")))
	for _, title := range titles {
		s, err := recipes.Titled(k.all, title)
		check(t, err)
		path := filepath.Join(e.dir, title)
		check(t, os.MkdirAll(filepath.Dir(path), 0o755))
		mode := os.FileMode(0o644)
		if s.Language == "sh" {
			mode = 0o755
		}
		check(t, os.WriteFile(path, []byte(s.Text), mode))
	}
	return e
}

// refused must fail, and say why: the reader of a recipe sees what it is for.
func (e exported) refused(t *testing.T, want string, argv ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = e.dir, append(e.env, "HOME="+e.dir, "PATH="+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), want) {
		t.Errorf("%s: %v, want a refusal that says %q\n%s", strings.Join(argv, " "), err, want, out)
	}
}

// spoil writes a file again with something in it replaced.
func (e exported) spoil(t *testing.T, title, old, instead string) {
	t.Helper()
	path := filepath.Join(e.dir, title)
	text, err := os.ReadFile(path)
	check(t, err)
	if !strings.Contains(string(text), old) {
		t.Fatalf("%s has no %q", title, old)
	}
	check(t, os.WriteFile(path, []byte(strings.Replace(string(text), old, instead, 1)), 0o644)) // as it is
}

// What stands in docs/ci is read by those who are to read it, and run where it can be.
func TestRecipes(t *testing.T) {
	k := newKitchen(t)
	t.Run("shell", func(t *testing.T) {
		for _, s := range k.all {
			if s.Language == "sh" {
				e := exported{t.TempDir(), nil}
				check(t, os.WriteFile(filepath.Join(e.dir, "lines"), []byte(s.Text), 0o600))
				t.Log(s.Name())
				e.do(t, "shellcheck", "--shell=sh", "--severity=info", "lines")
			}
		}
	})
	t.Run("github-actions", func(t *testing.T) {
		const actionlint = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7"
		for _, name := range []string{"gmail.yml", "gmail-fleet.yml"} {
			path := filepath.Join(k.cook(t, ".github/workflows/"+name).dir, ".github/workflows", name)
			if out, err := exec.CommandContext(t.Context(), "go", "run", actionlint, path).CombinedOutput(); err != nil {
				t.Errorf("actionlint: %v\n%s", err, out)
			}
		}
	})
	t.Run("gitlab-ci", func(t *testing.T) {
		e := k.cook(t, ".gitlab-ci.yml")
		for _, args := range []string{"init -q", "-c user.email=a@example.com -c user.name=a commit -q --allow-empty -m x", "remote add origin git@gitlab.com:example/mail.git"} {
			e.do(t, append([]string{"git"}, strings.Fields(args)...)...)
		}
		local := filepath.Join(os.Getenv("E2E_GITLAB"), "node_modules/.bin/gitlab-ci-local")
		e.says(t, "json schema validated", local, "--list")
		scheduled := []string{local, "--variable", "CI_PIPELINE_SOURCE=schedule"}
		for _, variable := range k.env {
			scheduled = append(scheduled, "--variable", variable)
		}
		e.says(t, "PASS", append(scheduled, "gmail")...)
		e.says(t, "gmail.xml", "grep", "-rl", "--include=gmail.xml", "imap.mailbox", ".")
		e.spoil(t, ".gitlab-ci.yml", "parallel: 4", "paralel: 4")
		e.refused(t, "'paralel' property is not expected", local, "--list")
	})
	t.Run("jenkins", func(t *testing.T) {
		e := k.cook(t, "Jenkinsfile")
		check(t, os.Rename(filepath.Join(e.dir, "Jenkinsfile"), filepath.Join(e.dir, "Jenkinsfile.groovy")))
		e.do(t, "groovyc", "-d", "classes", "Jenkinsfile.groovy")
		e.spoil(t, "Jenkinsfile.groovy", "junit 'gmail.xml'", "junit('gmail.xml'")
		e.refused(t, "unexpected token", "groovyc", "-d", "classes", "Jenkinsfile.groovy")
	})
	t.Run("systemd", func(t *testing.T) {
		const units = "/etc/systemd/system/gmail-verify"
		e := k.cook(t, units+".service", units+".timer")
		e.spoil(t, units+".service", "/usr/local/bin/gmailoauth", program(t))
		if said := e.do(t, "systemd-analyze", "verify", "."+units+".service", "."+units+".timer"); strings.Contains(said, "gmail-verify") {
			t.Errorf("systemd-analyze verify complains:\n%s", said)
		}
		e.spoil(t, units+".timer", "OnCalendar=*-*-* 06:17", "OnCalendar=*-*-* 06:71")
		if said := e.do(t, "sh", "-c", "systemd-analyze verify ."+units+".timer 2>&1 || true"); !strings.Contains(said, "calendar") {
			t.Errorf("systemd-analyze verify sees nothing in 06:71:\n%s", said)
		}
	})
	t.Run("cron", func(t *testing.T) {
		e := k.cook(t, "/etc/cron.d/gmailoauth")
		e.says(t, "successfully checked", "crontab", "-n", "etc/cron.d/gmailoauth")
		e.spoil(t, "/etc/cron.d/gmailoauth", "17 6 * * *", "17 26 * * *")
		e.refused(t, "bad hour", "crontab", "-n", "etc/cron.d/gmailoauth")
	})
	t.Run("cron/nights", func(t *testing.T) { k.nights(t) })
	t.Run("ansible", func(t *testing.T) {
		e := k.cook(t, "gmail-timer.yml", "gmail-verify.yml")
		e.do(t, "ansible-playbook", "--syntax-check", "-i", "localhost,", "gmail-timer.yml", "gmail-verify.yml")
		play := []string{"sh", "-c", "PATH=$PWD/bin:$PATH exec ansible-playbook -c local -i localhost, gmail-verify.yml"}
		e.says(t, "failed=0", play...)
		check(t, k.box.Use("imap-off-for-user"))
		defer func() { check(t, k.box.Use()) }()
		e.refused(t, "imap.auth", play...)
		e.spoil(t, "gmail-verify.yml", "register:", "registre:")
		e.refused(t, "registre", "ansible-playbook", "--syntax-check", "-i", "localhost,", "gmail-verify.yml")
	})
	t.Run("docker", func(t *testing.T) { k.image(t) })
}

// nights runs the script of cron night after night: silent, then news, then
// silent again, and news when it is mended.
func (k *kitchen) nights(t *testing.T) {
	const script = "/usr/local/bin/gmail-nightly"
	e := k.cook(t, script)
	run := func() (string, int) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "sh", "."+script)
		cmd.Dir, cmd.Env = e.dir, append(k.env, "HOME="+e.dir, "PATH="+e.dir+"/bin:"+os.Getenv("PATH"))
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	defer func() { check(t, k.box.Use()) }()
	for i, night := range []struct {
		scenario, says string
		exit           int
	}{
		{"", "", 0},
		{"", "", 0},
		{"imap-off-for-user", "office@example.com imap.auth 127.0.0.1:", 4},
		{"imap-off-for-user", "", 0},
		{"token-503", "token.refresh", 5},
		{"", "recovered", 0},
		{"", "", 0},
	} {
		var scenarios []string
		if night.scenario != "" {
			scenarios = []string{night.scenario}
		}
		check(t, k.box.Use(scenarios...))
		said, exit := run()
		if exit != night.exit || (said == "") != (night.says == "") || !strings.Contains(said, night.says) {
			t.Errorf("night %d, %s: exit %d, %q; want %d, %q", i+1, night.scenario, exit, said, night.exit, night.says)
		}
	}
}

// image builds what the Dockerfile builds, with its own lines, and runs the
// program with that as its only file system, as the user that the image names.
func (k *kitchen) image(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("another root folder needs root: run make e2e as root")
	}
	s, err := recipes.Titled(k.all, "Dockerfile")
	check(t, err)
	text := strings.ReplaceAll(s.Text, "\\\n", " ")
	var build string
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "RUN "); ok {
			build = rest
		}
	}
	for _, want := range []string{"FROM scratch\n", "COPY --from=build --chown=65532:65532 /out/ /\n", "USER 65532:65532\n", "ENV HOME=/home/gmailoauth\n", `ENTRYPOINT ["/gmailoauth"]`} {
		if !strings.Contains(text, want) {
			t.Fatalf("the Dockerfile has no %q, so this test does not play it", want)
		}
	}
	root, err := os.MkdirTemp("", "gmailoauth-image-") // may be entered by all
	check(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	cmd := exec.CommandContext(t.Context(), "sh", "-ec", strings.ReplaceAll(build, "/out/", root+"/"))
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("RUN %s: %v\n%s", build, err, out)
	}
	check(t, filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, 65532, 65532)
	}))
	check(t, os.Chmod(root, 0o755))

	// The sandbox's certificate is one of those that the image trusts: its
	// provider file names none.
	bundle := filepath.Join(root, "etc/ssl/certs/ca-certificates.crt")
	ca, err := os.ReadFile(k.box.Provider().CAFile)
	check(t, err)
	trusted, err := os.ReadFile(bundle)
	check(t, err)
	check(t, os.WriteFile(bundle, append(trusted, ca...), 0o644))
	var provider strings.Builder
	for line := range strings.Lines(string(k.box.ProviderYAML())) {
		if !strings.HasPrefix(line, "ca_file:") {
			provider.WriteString(line)
		}
	}
	check(t, os.WriteFile(filepath.Join(root, "home/gmailoauth/provider.yaml"), []byte(provider.String()), 0o644))

	container := func(env []string, args ...string) (string, int) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "/gmailoauth", args...)
		cmd.Path, cmd.Dir = "/gmailoauth", "/home/gmailoauth"
		cmd.Env = append([]string{"HOME=/home/gmailoauth"}, env...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil {
			t.Fatalf("gmailoauth %v: %v", args, err)
		}
		return string(out), cmd.ProcessState.ExitCode()
	}
	env := append(append([]string{}, k.env[1:]...), "GMAILOAUTH_PROVIDER=/home/gmailoauth/provider.yaml")
	if said, exit := container(env, "verify", "--strict", "--warn-before", "48h"); exit != 0 || !strings.Contains(said, "✓ IMAP") {
		t.Errorf("the proof in the image: exit %d\n%s", exit, said)
	}
	if said, exit := container(nil, "accounts", "list"); exit != 0 || strings.Contains(said, "error") {
		t.Errorf("accounts list in the image: exit %d\n%s", exit, said)
	}
	check(t, os.WriteFile(bundle, trusted, 0o644))
	if said, exit := container(env, "verify"); exit == 0 || !strings.Contains(said, "certificate") {
		t.Errorf("the image trusts what is not in its certificates: exit %d\n%s", exit, said)
	}
	var files []string
	check(t, filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(path, filepath.Join(root, "home")) {
			files = append(files, strings.TrimPrefix(path, root))
		}
		return err
	}))
	if got, want := fmt.Sprint(files), "[/etc/ssl/certs/ca-certificates.crt /gmailoauth]"; got != want {
		t.Errorf("the image holds %s, want %s", got, want)
	}
}
