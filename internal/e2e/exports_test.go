//go:build e2e

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox"
)

// exported is a folder with the files that export wrote for a mailbox of the
// sandbox, and the variables with which the program finds that mailbox.
type exported struct {
	dir string
	env []string
}

// do runs a program in the folder, and gives what it said.
func (e exported) do(t *testing.T, argv ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = e.dir, append(e.env, "HOME="+e.dir, "PATH="+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(argv, " "), err, out)
	}
	return string(out)
}

// says is do, and what it must have said.
func (e exported) says(t *testing.T, want string, argv ...string) {
	t.Helper()
	if got := e.do(t, argv...); !strings.Contains(got, want) {
		t.Errorf("%s: want %q in\n%s", strings.Join(argv, " "), want, got)
	}
}

// What export writes for libraries reads and sends mail, and what it writes for
// systems is taken by them, without a line changed.
func TestExports(t *testing.T) {
	box, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: time.Now})
	check(t, err)
	defer box.Close()
	client := box.NewClient(account.Desktop, nil, "my-mail-123")
	env := []string{"GMAILOAUTH_PROVIDER=" + box.ProviderFile(), "GMAILOAUTH_ACCOUNT=" + office, "GMAILOAUTH_CLIENT_ID=" + client.ID,
		"GMAILOAUTH_CLIENT_SECRET=" + client.Secret.Reveal(), "GMAILOAUTH_REFRESH_TOKEN=" + box.Authorize(client, office).Reveal()}
	secrets := []string{client.Secret.Reveal(), strings.TrimPrefix(env[4], "GMAILOAUTH_REFRESH_TOKEN=")}
	write := func(t *testing.T, format string, more ...string) exported {
		t.Helper()
		e := exported{t.TempDir(), env}
		got := run(t, env, append([]string{"export", format, office, "--output", e.dir + "/"}, more...)...)
		if got.exit != 0 || got.stdout != "" {
			t.Fatalf("export %s: exit %d\n%s%s", format, got.exit, got.stdout, got.stderr)
		}
		return e
	}
	logVersion := func(t *testing.T, argv ...string) {
		t.Helper()
		out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput()
		check(t, err)
		first, _, _ := strings.Cut(string(out), "\n")
		t.Logf("%s: %s", t.Name(), first)
	}
	both := office + " INBOX: "

	t.Run("python", func(t *testing.T) {
		logVersion(t, "python3", "--version")
		e := write(t, "python")
		e.says(t, both+"3 messages", "python3", "gmail.py") // those that every mailbox of the sandbox begins with
		e.do(t, "python3", "-c", `import gmail
with gmail.smtp() as relay: relay.sendmail(gmail.EMAIL, [gmail.EMAIL], "Subject: from python\r\n\r\nhello\r\n")`)
		e.says(t, both+"4 messages", "python3", "gmail.py")
		e.says(t, office+" SMTP: 250", "python3", "gmail.py")
	})
	t.Run("go", func(t *testing.T) {
		logVersion(t, "go", "version")
		e := write(t, "go")
		build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(e.dir, "gmail"), filepath.Join(e.dir, "gmail.go"))
		if out, err := build.CombinedOutput(); err != nil { // here, so that this module's go-imap is found
			t.Fatalf("go build: %v\n%s", err, out)
		}
		e.says(t, both, "./gmail")
		e.says(t, office+" SMTP: true", "./gmail")
	})
	t.Run("nodemailer", func(t *testing.T) {
		logVersion(t, "node", "--version")
		e := write(t, "nodemailer")
		check(t, os.Symlink(filepath.Join(os.Getenv("E2E_NODE"), "node_modules"), filepath.Join(e.dir, "node_modules")))
		e.says(t, office+" SMTP: true", "node", "gmail.mjs")
		e.says(t, "250", "node", "-e", `import('./gmail.mjs').then(async ({ transport, EMAIL }) =>
  console.log((await transport.sendMail({ from: EMAIL, to: EMAIL, subject: 'from nodemailer', text: 'hello' })).response))`)
	})
	t.Run("nodemailer/renews", func(t *testing.T) {
		e := write(t, "nodemailer")
		check(t, os.Symlink(filepath.Join(os.Getenv("E2E_NODE"), "node_modules"), filepath.Join(e.dir, "node_modules")))
		// The token that it still holds is refused at the second login: it asks for another.
		check(t, os.WriteFile(filepath.Join(e.dir, "twice.mjs"), []byte(`import { transport } from './gmail.mjs';
import { once } from 'node:events';
console.log(await transport.verify());
process.stdin.resume();
await once(process.stdin, 'data');
console.log(await transport.verify());
process.exit(0);
`), 0o600))
		cmd := exec.CommandContext(t.Context(), "node", "twice.mjs")
		cmd.Dir, cmd.Env = e.dir, append(e.env, "HOME="+e.dir, "PATH="+os.Getenv("PATH"))
		in, err := cmd.StdinPipe()
		check(t, err)
		out, err := cmd.StdoutPipe()
		check(t, err)
		check(t, cmd.Start())
		line := make([]byte, 5)
		for range 2 {
			if n, err := out.Read(line); err != nil || string(line[:n]) != "true\n" {
				t.Errorf("verify: %q, %v", line[:n], err)
			}
			box.ExpireAccess(office)
			_, _ = in.Write([]byte("\n"))
		}
		check(t, cmd.Wait())
	})
	t.Run("phpmailer", func(t *testing.T) {
		logVersion(t, "php", "--version")
		e := write(t, "phpmailer")
		autoload := "auto_prepend_file=/usr/share/php/libphp-phpmailer/autoload.php"
		e.says(t, office+" SMTP: ok", "php", "-d", autoload, "gmail.php")
		e.says(t, "sent", "php", "-r", `require '/usr/share/php/libphp-phpmailer/autoload.php'; require './gmail.php'; $m = gmail(); $m->addAddress(GmailToken::EMAIL);
$m->Subject = 'from PHPMailer'; $m->Body = 'hello'; echo $m->send() ? 'sent' : $m->ErrorInfo;`)
	})
	t.Run("symfony-mailer", func(t *testing.T) {
		e := write(t, "symfony-mailer")
		e.says(t, "No syntax errors", "php", "-l", "GmailTransportFactory.php")
	})
	t.Run("jakarta-mail", func(t *testing.T) {
		logVersion(t, "java", "-version")
		// Jakarta Mail 2.0 compares names alone with a certificate, no IP addresses.
		named := filepath.Join(filepath.Dir(box.ProviderFile()), "named.yaml")
		check(t, os.WriteFile(named, []byte(strings.ReplaceAll(string(box.ProviderYAML()), "host: 127.0.0.1", "host: localhost")), 0o600))
		e := write(t, "jakarta-mail", "--provider", named)
		e.do(t, "keytool", "-importcert", "-noprompt", "-alias", "sandbox", "-file", box.Provider().CAFile, "-keystore", "roots", "-storepass", "changeit")
		java := []string{"java", "-Djavax.net.ssl.trustStore=roots", "-Djavax.net.ssl.trustStorePassword=changeit", "-cp", "/usr/share/java/jakarta-mail.jar:/usr/share/java/jakarta-activation.jar", "Gmail.java"}
		e.says(t, both, java...)
		e.says(t, office+" SMTP: true", java...)
	})
	t.Run("env", func(t *testing.T) {
		e := write(t, "env", "--reveal")
		e.env = nil
		e.says(t, "INBOX", "sh", "-c", "set -a; . ./.env; exec "+program(t)+" verify")
	})
	t.Run("systemd", func(t *testing.T) {
		logVersion(t, "systemd-analyze", "--version")
		e := write(t, "systemd", "--reveal")
		name := "gmail-office-example-com"
		if said := e.do(t, "systemd-analyze", "verify", "./"+name+".service", "./"+name+".timer"); strings.Contains(said, name) {
			t.Errorf("systemd-analyze verify complains:\n%s", said)
		}
		for i, file := range []string{"client-secret", "refresh-token"} {
			if kept, err := os.ReadFile(filepath.Join(e.dir, name+"."+file)); err != nil || string(kept) != secrets[i]+"\n" {
				t.Errorf("%s: %v, not the secret", file, err)
			}
		}
	})
	// Their own checkers, run as the linters are.
	checked := func(t *testing.T, pkg string, args ...string) {
		t.Helper()
		t.Logf("%s: %s", t.Name(), pkg)
		if out, err := exec.CommandContext(t.Context(), "go", append([]string{"run", pkg}, args...)...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", pkg, err, out)
		}
	}
	t.Run("github-actions", func(t *testing.T) {
		checked(t, "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7", filepath.Join(write(t, "github-actions").dir, "gmail.yml"))
	})
	t.Run("docker-compose", func(t *testing.T) {
		checked(t, "github.com/compose-spec/compose-go/v2/cmd@v2.4.7", filepath.Join(write(t, "docker-compose", "--reveal").dir, "compose.override.yaml"))
	})
	t.Run("himalaya", func(t *testing.T) {
		e := write(t, "himalaya")
		e.says(t, "imaps://", "python3", "-c", `import tomllib
account = tomllib.load(open("config.toml", "rb"))["accounts"]["office-example-com"]
print(account["imap"]["server"], account["imap"]["sasl"]["xoauth2"]["token"]["command"][2])`)
	})
	t.Run("thunderbird", func(t *testing.T) {
		e := write(t, "thunderbird")
		e.do(t, "python3", "-c", "import xml.dom.minidom; xml.dom.minidom.parse('config-v1.1.xml')")
	})
}
