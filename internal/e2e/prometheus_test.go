//go:build e2e

package e2e

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What --format openmetrics writes is taken by Prometheus' own programs: promtool
// finds nothing to say, node_exporter shows it beside its own, the Pushgateway
// takes it as it is.
func TestPrometheus(t *testing.T) {
	p := newProving(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "gmailoauth.prom")
	if out := p.run(t, "verify", "--format", "openmetrics", "--output", file); out.exit != 4 {
		t.Fatalf("verify exits %d\n%s", out.exit, out.stderr)
	}
	metrics, err := os.ReadFile(file)
	check(t, err)

	t.Run("promtool", func(t *testing.T) {
		if said, err := promtool(metrics); err != nil || said != "" {
			t.Errorf("promtool check metrics: %v, %q, want nothing said", err, said)
		}
		spoilt := bytes.Replace(metrics, []byte("gmailoauth_mailbox_up{"), []byte("gmailoauth_mailbox_up["), 1)
		if said, err := promtool(spoilt); err == nil {
			t.Errorf("promtool takes what is broken: %q", said)
		}
	})
	t.Run("node_exporter", func(t *testing.T) {
		at := serves(t, "prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile", "--collector.textfile.directory="+dir)
		shows(t, at+"/metrics", "node_textfile_scrape_error 0", `gmailoauth_mailbox_up{account="gone@example.com"} 0`, `gmailoauth_mailbox_up{account="well@example.com"} 1`)
	})
	t.Run("pushgateway", func(t *testing.T) {
		at := serves(t, "prometheus-pushgateway")
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, at+"/metrics/job/gmailoauth", bytes.NewReader(metrics))
		check(t, err)
		resp, err := http.DefaultClient.Do(req)
		check(t, err)
		said, err := io.ReadAll(resp.Body)
		check(t, err)
		check(t, resp.Body.Close())
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("the Pushgateway says %s: %s", resp.Status, said)
		}
		shows(t, at+"/metrics", `gmailoauth_mailbox_up{account="gone@example.com",instance="",job="gmailoauth"} 0`)
	})
}

func promtool(metrics []byte) (string, error) {
	cmd := exec.Command("promtool", "check", "metrics")
	cmd.Stdin = bytes.NewReader(metrics)
	said, err := cmd.CombinedOutput()
	return string(said), err
}

// serves starts a program that listens on loopback until the test ends.
func serves(t *testing.T, name string, args ...string) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	at := ln.Addr().String()
	check(t, ln.Close())
	cmd := exec.CommandContext(t.Context(), name, append(args, "--web.listen-address="+at)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	check(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Wait() }) // t.Context() has ended by then
	for range 200 {
		conn, err := net.Dial("tcp", at)
		if err == nil {
			check(t, conn.Close())
			return "http://" + at
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s does not listen\n%s", name, said.String())
	return ""
}

// shows fails unless a page has each of these lines.
func shows(t *testing.T, address string, lines ...string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	check(t, err)
	resp, err := http.DefaultClient.Do(req)
	check(t, err)
	defer func() { _ = resp.Body.Close() }()
	page, err := io.ReadAll(resp.Body)
	check(t, err)
	for _, line := range lines {
		if !strings.Contains(string(page), line+"\n") {
			t.Errorf("%s lacks %q:\n%s", address, line, page)
		}
	}
}
