//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// scenes are machines with a network, a name server and a disk of their own.
func scenes() []scene {
	both := []string{gmail4, gmail6}
	here := []string{"ip addr add " + gmail4 + "/32 dev lo", "ip -6 addr add " + gmail6 + "/128 dev lo nodad"}
	with := func(more ...string) []string { return append(append([]string{}, here...), more...) }
	noBrowser := "browser warn no-browser"
	// A cable whose other end takes no notice of what is sent there.
	deadEnd := []string{"ip link add name uplink0 type veth peer name uplink1", "ip link set dev uplink0 up", "ip link set dev uplink1 up"}
	ruled := []string{"ip rule add pref 100 lookup local", "ip rule del pref 0"} // before what is the machine's own
	filtered := append(with(deadEnd...), append(ruled, "ip rule add pref 50 dport 587 lookup 100",
		"ip route add "+gmail4+" dev uplink0 table 100", "ip neigh add "+gmail4+" lladdr 02:00:00:00:00:01 dev uplink0")...)
	return []scene{
		{name: "whole", hosts: both, commands: here, want: []string{"ipv4 pass", "ipv6 pass", "clock pass", noBrowser}},
		{name: "no route", hosts: []string{nowhere4, nowhere6}, exit: 5, want: []string{"ipv4 skip", "ipv6 skip", "tcp.443 fail unreachable", "tcp.443 fail unreachable",
			"tcp.993 fail unreachable", "tcp.465 fail unreachable", "tcp.587 fail unreachable", "tcp.995 fail unreachable", "clock skip", noBrowser}},
		{name: "no name server", commands: here, exit: 5, want: []string{"dns.oauth fail name-lookup-failed", "dns.oauth fail name-lookup-failed",
			"dns.imap fail name-lookup-failed", "dns.smtp fail name-lookup-failed", "dns.pop3 fail name-lookup-failed", "ipv4 skip", "ipv6 skip", "clock skip", noBrowser}},
		{name: "a port is filtered", hosts: []string{gmail4}, commands: filtered, exit: 5,
			want: []string{"ipv4 pass", "ipv6 skip", "tcp.587 fail port-blocked", "clock pass", noBrowser}},
		{name: "a rule forbids a port", hosts: []string{gmail4}, exit: 5,
			commands: append(with(ruled...), "ip rule add pref 50 dport 993 prohibit"),
			want:     []string{"ipv4 pass", "ipv6 skip", "tcp.993 fail port-blocked", "clock pass", noBrowser}},
		{name: "nobody accepts", hosts: both, commands: here, silent: 465, exit: 5,
			want: []string{"ipv4 pass", "ipv6 pass", "tls.smtp fail timed-out", "clock pass", noBrowser}},
		{name: "IPv4 only", hosts: both, commands: here[:1], want: []string{"ipv4 pass", "ipv6 skip", "clock pass", noBrowser}},
		{name: "IPv6 only", hosts: both, commands: here[1:], want: []string{"ipv4 skip", "ipv6 pass", "clock pass", noBrowser}},
		{name: "IPv6 leads nowhere", hosts: []string{gmail4, nowhere6}, want: []string{"ipv4 pass", "ipv6 warn ip-family-broken", "clock pass", noBrowser},
			commands: append(with(deadEnd...), "ip -6 addr add fd00:10::1/64 dev uplink0 nodad", "ip -6 route add 2001:db8::/32 dev uplink0",
				"ip -6 neigh add "+nowhere6+" lladdr 02:00:00:00:00:01 dev uplink0")},
		{name: "inspected", hosts: both, commands: here, authority: "Example Inspection", want: []string{"ipv4 pass", "ipv6 pass", "tls.oauth warn tls-inspected",
			"tls.oauth warn tls-inspected", "tls.imap warn tls-inspected", "tls.smtp warn tls-inspected", "tls.smtp warn tls-inspected", "tls.pop3 warn tls-inspected", "clock pass", noBrowser}},
		{name: "inspected, and not trusted", hosts: both, commands: here, authority: "Example Inspection", distrust: true, exit: 3,
			want: []string{"ipv4 pass", "ipv6 pass", "tls.oauth fail tls-unknown-authority", "tls.oauth fail tls-unknown-authority", "tls.imap fail tls-unknown-authority",
				"tls.smtp fail tls-unknown-authority", "tls.smtp fail tls-unknown-authority", "tls.pop3 fail tls-unknown-authority", "clock skip", noBrowser}},
		{name: "a proxy inspects, and mail has no way", authority: "Example Inspection", proxy: true, hosts: []string{nowhere4}, exit: 5,
			want: []string{"ipv4 skip", "ipv6 skip", "tcp.993 fail unreachable", "tcp.465 fail unreachable", "tcp.587 fail unreachable", "tcp.995 fail unreachable",
				"tls.oauth warn tls-inspected", "tls.oauth warn tls-inspected", "clock pass", "proxy warn proxy-mail-direct", noBrowser}},
		{name: "a proxy for OAuth", proxy: true, hosts: []string{gmail4}, commands: here, want: []string{"ipv4 pass", "ipv6 skip", "clock pass", noBrowser}},
		{name: "STARTTLS is stripped", hosts: both, commands: here, plain: true, exit: 3,
			want: []string{"ipv4 pass", "ipv6 pass", "tls.smtp fail starttls-not-offered", "clock pass", noBrowser}},
		{name: "the clock is ahead", hosts: both, commands: here, behind: 10 * time.Minute, exit: 3,
			want: []string{"ipv4 pass", "ipv6 pass", "clock fail clock-ahead", noBrowser}},
		{name: "the clock is a little behind", hosts: both, commands: here, behind: -2 * time.Minute,
			want: []string{"ipv4 pass", "ipv6 pass", "clock warn clock-behind", noBrowser}},
		{name: "warnings fail, if that is wanted", hosts: both, commands: here, args: []string{"--strict"}, exit: 3,
			want: []string{"ipv4 pass", "ipv6 pass", "clock pass", noBrowser}},
		{name: "no keyring", hosts: both, commands: here, args: []string{"--store", "keyring"}, exit: 2,
			want: []string{"ipv4 pass", "ipv6 pass", "clock pass", noBrowser, "keyring fail keyring-no-session"}},
		{name: "the disk is read-only", hosts: both, exit: 1, commands: with("mount --bind $HOME $HOME", "mount -o remount,ro,bind $HOME $HOME"),
			want: []string{"ipv4 pass", "ipv6 pass", "clock pass", noBrowser, "permissions fail disk-read-only"}},
	}
}

// The program as built tells on each of these machines what is wrong with it,
// and nothing else. That there are namespaces is no choice: without them this fails.
func TestDoctorOnMachines(t *testing.T) {
	program(t)
	self, err := os.Executable()
	check(t, err)
	for _, s := range scenes() {
		t.Run(s.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), self)
			cmd.Env = []string{stageVariable + "=" + s.name, "HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}
			cmd.SysProcAttr = &syscall.SysProcAttr{
				Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS,
				UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
				GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
			}
			var out, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &stderr
			if err := cmd.Run(); err != nil {
				if _, exited := errors.AsType[*exec.ExitError](err); !exited {
					t.Fatalf("no namespaces: %v", err)
				}
			}
			if code := cmd.ProcessState.ExitCode(); code != s.exit {
				t.Errorf("doctor exits %d, want %d\n%s%s", code, s.exit, stderr.String(), out.String())
			}
			if diff := cmp.Diff(s.want, told(t, out.Bytes())); diff != "" {
				t.Errorf("what doctor tells (-want +got)\n%s\n%s%s", diff, stderr.String(), out.String())
			}
		})
	}
}

// told is "ID STATUS DIAGNOSIS" of what failed or is warned of, and of the
// checks that a scene is about.
func told(t *testing.T, out []byte) []string {
	t.Helper()
	var report struct {
		Accounts []struct {
			Checks []struct {
				ID, Status string
				Diagnosis  struct{ Name, Fix string }
			}
		}
	}
	check(t, json.Unmarshal(out, &report))
	var list []string
	for _, c := range report.Accounts[0].Checks {
		always := c.ID == "ipv4" || c.ID == "ipv6" || c.ID == "clock"
		if c.Status != "pass" && c.Status != "skip" || always {
			list = append(list, strings.TrimSpace(c.ID+" "+c.Status+" "+c.Diagnosis.Name))
		}
		if c.Diagnosis.Name != "" && c.Diagnosis.Fix == "" {
			t.Errorf("%s: %s has no fix", c.ID, c.Diagnosis.Name)
		}
	}
	return list
}
