//go:build e2e

// Package e2e proves the program as built against servers, mail programs and a
// browser that are not ours, as Debian ships them.
package e2e

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"text/template"
	"time"

	"gmailoauth/internal/sandbox"
)

// lab is a folder with private servers that end with the test.
type lab struct {
	Dir                                  string
	IMAP, POP3, SASL, SMTPS, Submission  int
	Relay                                int // of a second Postfix
	UID, GID                             int
	Introspection, CA                    string // of the sandbox
	AuthorizationEndpoint, TokenEndpoint string
	UserinfoEndpoint, TokeninfoEndpoint  string
}

// program is bin/gmailoauth, which make e2e builds first.
func program(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../bin/gmailoauth")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("no program at %s: run make build", path)
	}
	return path
}

// outcome is what a run of the program left.
type outcome struct {
	stdout, stderr string
	exit           int
}

// run starts the program with these variables alone, and a HOME of its own.
func run(t *testing.T, env []string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program(t), args...)
	cmd.Env = append([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit, failed := errors.AsType[*exec.ExitError](err); err != nil && (!failed || exit.ExitCode() < 0) {
		t.Fatalf("gmailoauth %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// newLab makes the folder, free ports and a server certificate. Dovecot and
// Postfix leave root's rights behind, so the folder may be entered by all.
func newLab(t *testing.T) *lab {
	t.Helper()
	if os.Getuid() != 0 {
		t.Fatal("Dovecot and Postfix start as root: run make e2e as root")
	}
	dir, err := os.MkdirTemp("", "gmailoauth-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l := &lab{Dir: dir, UID: 65534, GID: 65534}
	for _, port := range []*int{&l.IMAP, &l.POP3, &l.SASL, &l.SMTPS, &l.Submission} {
		*port = freePort(t)
	}
	for _, folder := range []string{"", "mail", "dovecot", "dovecot/run", "dovecot/state", "etc", "postfix", "postfix/queue", "postfix/data"} {
		check(t, os.MkdirAll(filepath.Join(dir, folder), 0o755))
		check(t, os.Chmod(filepath.Join(dir, folder), 0o755))
	}
	check(t, os.Chown(filepath.Join(dir, "mail"), l.UID, l.GID))
	l.writeCertificate(t)
	return l
}

// know takes over the endpoints of a sandbox, which Dovecot asks about tokens.
func (l *lab) know(t *testing.T, box *sandbox.Sandbox) {
	t.Helper()
	p := box.Provider()
	l.AuthorizationEndpoint, l.TokenEndpoint, l.UserinfoEndpoint, l.TokeninfoEndpoint = p.AuthorizationEndpoint, p.TokenEndpoint, p.UserinfoEndpoint, p.TokeninfoEndpoint
	l.Introspection = box.IntrospectionURL()
	l.CA = filepath.Join(l.Dir, "sandbox-ca.pem")
	ca, err := os.ReadFile(p.CAFile)
	check(t, err)
	check(t, os.WriteFile(l.CA, ca, 0o644))
}

// fill writes a file of testdata/e2e with the lab's ports and paths in it.
func (l *lab) fill(t *testing.T, name, as string) {
	t.Helper()
	page, err := template.ParseFiles(filepath.Join("..", "..", "testdata", "e2e", name))
	check(t, err)
	var text bytes.Buffer
	check(t, page.Execute(&text, l))
	check(t, os.WriteFile(filepath.Join(l.Dir, as), text.Bytes(), 0o644))
}

func (l *lab) startDovecot(t *testing.T) {
	t.Helper()
	l.fill(t, "dovecot.conf", "dovecot.conf")
	l.fill(t, "dovecot-oauth2.conf.ext", "dovecot-oauth2.conf.ext")
	l.serve(t, exec.Command("dovecot", "-F", "-c", filepath.Join(l.Dir, "dovecot.conf")), "dovecot.log", l.IMAP, l.POP3, l.SASL)
}

func (l *lab) startPostfix(t *testing.T) {
	t.Helper()
	for _, name := range []string{"main.cf", "master.cf", "mailboxes"} {
		l.fill(t, name, filepath.Join("etc", name))
	}
	owner, err := exec.Command("id", "-u", "postfix").Output()
	check(t, err)
	uid, err := strconv.Atoi(strings.TrimSpace(string(owner)))
	check(t, err)
	check(t, os.Chown(filepath.Join(l.Dir, "postfix/data"), uid, -1))
	etc := filepath.Join(l.Dir, "etc")
	if out, err := exec.Command("postfix", "-c", etc, "check").CombinedOutput(); err != nil {
		t.Fatalf("postfix check: %v\n%s", err, out)
	}
	l.serve(t, exec.Command("postfix", "-c", etc, "start-fg"), "postfix.log", l.SMTPS, l.Submission)
}

// serve starts a server in a process group of its own, waits for its ports, and
// ends the group with the test.
func (l *lab) serve(t *testing.T, cmd *exec.Cmd, log string, ports ...int) {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	check(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		for _, pid := range append(masters(filepath.Join(l.Dir, strings.TrimSuffix(log, ".log"))), cmd.Process.Pid) {
			_ = syscall.Kill(pid, syscall.SIGTERM)
		}
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		}
		if t.Failed() {
			text, _ := os.ReadFile(filepath.Join(l.Dir, log))
			t.Logf("%s:\n%s", log, text)
		}
	})
	for _, port := range ports {
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
			if err == nil {
				_ = conn.Close()
				break
			}
			select {
			case err := <-ended:
				text, _ := os.ReadFile(filepath.Join(l.Dir, log))
				t.Fatalf("%s ended: %v\n%s\n%s", cmd.Path, err, out.String(), text)
			default:
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s does not listen on port %d: %s", cmd.Path, port, out.String())
			}
		}
	}
}

// masters gives Postfix's master, which leaves the process group it was started
// in, by the file that it keeps its process ID in.
func masters(folder string) []int {
	text, err := os.ReadFile(filepath.Join(folder, "queue/pid/master.pid"))
	if err != nil {
		return nil // not started, or ended, or another server
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return nil
	}
	return []int{pid}
}

// writeProvider writes a provider file with Google's place taken by the
// sandbox, and Gmail's mail servers' by Dovecot and Postfix.
func (l *lab) writeProvider(t *testing.T, sandboxCA string) string {
	t.Helper()
	theirs, err := os.ReadFile(sandboxCA)
	check(t, err)
	ours, err := os.ReadFile(filepath.Join(l.Dir, "server.crt"))
	check(t, err)
	check(t, os.WriteFile(filepath.Join(l.Dir, "roots.pem"), append(theirs, ours...), 0o644))
	text := fmt.Sprintf(`name: debian
authorization_endpoint: %s
token_endpoint: %s
userinfo_endpoint: %s
tokeninfo_endpoint: %s
imap: {host: 127.0.0.1, port: %d, tls: implicit}
smtp: [{host: 127.0.0.1, port: %d, tls: implicit}, {host: 127.0.0.1, port: %d, tls: starttls}]
pop3: {host: 127.0.0.1, port: %d, tls: implicit}
ca_file: roots.pem
`, l.AuthorizationEndpoint, l.TokenEndpoint, l.UserinfoEndpoint, l.TokeninfoEndpoint, l.IMAP, l.SMTPS, l.Submission, l.POP3)
	path := filepath.Join(l.Dir, "provider.yaml")
	check(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// writeCertificate makes a self-signed one for 127.0.0.1.
func (l *lab) writeCertificate(t *testing.T) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	sheet := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "e2e"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, sheet, sheet, key.Public(), key)
	check(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	check(t, err)
	write := func(name, kind string, der []byte) {
		check(t, os.WriteFile(filepath.Join(l.Dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	}
	write("server.crt", "CERTIFICATE", der)
	write("server.key", "PRIVATE KEY", private)
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
