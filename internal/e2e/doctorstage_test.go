//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// stageVariable makes this test binary play a scene of TestDoctorOnMachines: it
// is started again in namespaces of its own, where it is root.
const stageVariable = "E2E_DOCTOR_SCENE"

func TestMain(m *testing.M) {
	if name := os.Getenv(stageVariable); name != "" {
		os.Exit(play(name))
	}
	os.Exit(m.Run())
}

// Where Gmail is on these machines. Nothing leaves them: they have no network
// but their own.
const (
	gmail4, gmail6     = "10.9.0.1", "fd00:9::1"
	nowhere4, nowhere6 = "198.51.100.7", "2001:db8::7"
)

// scene is a machine, and what doctor says of it: check, endpoint's port if it
// has one, status, diagnosis. What is not named there passes or is skipped.
type scene struct {
	name      string
	commands  []string // of a shell, as root of the machine
	hosts     []string // addresses that Google's names have; none: the name server is asked
	authority string   // who signs what Gmail shows; empty: Google's
	distrust  bool     // the machine does not know that authority
	behind    time.Duration
	plain     bool // no STARTTLS
	silent    int  // a port at which nobody accepts
	proxy     bool // HTTPS_PROXY names a proxy that opens connections
	args      []string
	want      []string
	exit      int
}

// play sets the machine up, runs doctor on it, and prints its JSON. What it
// exits with is doctor's own exit code, or 99 if the machine could not be made.
func play(name string) int {
	for _, s := range scenes() {
		if s.name != name {
			continue
		}
		code, err := s.play()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 99
		}
		return code
	}
	fmt.Fprintln(os.Stderr, "no such scene")
	return 99
}

func (s scene) play() (int, error) {
	home := os.Getenv("HOME")
	names := googleNames()
	hosts := "127.0.0.1 localhost\n"
	for _, address := range s.hosts {
		hosts += address + " " + strings.Join(names, " ") + "\n"
	}
	files := map[string]string{"hosts": hosts, "resolv.conf": "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"}
	commands := []string{"ip link set lo up"}
	for file, text := range files {
		path := filepath.Join(home, file)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return 0, err
		}
		commands = append(commands, "mount --bind "+path+" /etc/"+file)
	}
	ca, err := s.serve(names)
	if err != nil {
		return 0, err
	}
	roots := filepath.Join(home, "roots.pem")
	if err := os.WriteFile(roots, ca, 0o644); err != nil {
		return 0, err
	}
	for _, command := range append(commands, s.commands...) {
		if out, err := exec.Command("sh", "-c", command).CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%s: %w: %s", command, err, out)
		}
	}
	if err := s.settled(); err != nil {
		return 0, err
	}
	cmd := exec.Command("../../bin/gmailoauth", append([]string{"doctor", "--format", "json", "--timeout", "4s"}, s.args...)...)
	cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "SSL_CERT_FILE=" + roots, "SSL_CERT_DIR=" + home + "/none"}
	if s.proxy {
		cmd.Env = append(cmd.Env, "HTTPS_PROXY=http://127.0.0.1:3128")
	}
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return exit.ExitCode(), nil
		}
		return 0, err
	}
	return 0, nil
}

// settled waits until an address that was given to the machine is its own: for
// IPv6 the system takes its time.
func (s scene) settled() error {
	for _, command := range s.commands {
		if !strings.Contains(command, gmail6) {
			continue
		}
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			conn, err := net.Dial("tcp", net.JoinHostPort(gmail6, "443"))
			if err == nil {
				return conn.Close()
			}
			if time.Now().After(deadline) {
				return err
			}
		}
	}
	return nil
}
