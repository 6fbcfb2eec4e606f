package main

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"gmailoauth/internal/sandbox"
)

// nameServerVariable is where the program under test asks for names.
const nameServerVariable = "TEST_NAME_SERVER"

// useNameServer asks this one for all names, in place of the machine's.
func useNameServer(address string) {
	if address == "" {
		return
	}
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}}
}

// networkRows are faults on the way to a server. The servers are on loopback,
// or nowhere.
func networkRows() map[string]produced {
	imapAt := func(host string, port string) produced {
		return func(o *workplace) told {
			return o.atIMAP(net.JoinHostPort(host, port))
		}
	}
	return map[string]produced{
		"name-not-found":     imapAt("no..such..host", "993"), // no name, so nobody needs to be asked
		"unreachable":        imapAt("255.255.255.255", "993"),
		"connection-refused": func(o *workplace) told { return o.atIMAP(o.untaken()) },
		"network-failed": func(o *workplace) told { // no answer that HTTP knows
			return o.atToken(o.speaks("SSH-2.0-OpenSSH_9.9\r\n\r\n"))
		},
		"tls-failed": func(o *workplace) told { // wants a certificate of us
			server := httptest.NewUnstartedServer(http.NotFoundHandler())
			server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.StartTLS()
			o.t.Cleanup(server.Close)
			ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
			return o.atIMAP(server.Listener.Addr().String(), "ca_file: "+o.file("ca.pem", string(ca)))
		},
		"tls-not-yet-valid": func(o *workplace) told { // a sandbox of next year
			later := func() time.Time { return time.Now().AddDate(1, 0, 0) }
			box, err := sandbox.Start(o.t.Context(), sandbox.Options{Dir: o.t.TempDir(), Now: later})
			if err != nil {
				o.t.Fatal(err)
			}
			o.t.Cleanup(box.Close)
			o.connect()
			o.env["GMAILOAUTH_PROVIDER"] = box.ProviderFile()
			return o.runs("token", o.who, "--renew")
		},
		"name-lookup-failed": func(o *workplace) told {
			o.variables(o.who, o.who)
			o.provide("https://mail.example.com/token")
			return o.program(nil, []string{nameServerVariable + "=" + o.speaks("")}, "token", o.who)
		},
		"proxy-failed": func(o *workplace) told {
			o.variables(o.who, o.who)
			o.provide("https://mail.example.com/token")
			return o.program(nil, []string{"HTTPS_PROXY=http://" + o.untaken(), "NO_PROXY=", "no_proxy="}, "token", o.who)
		},
	}
}

// provide names another token endpoint in the provider file, and adds lines to it.
func (o *workplace) provide(token string, lines ...string) {
	o.t.Helper()
	file := fmt.Sprintf("authorization_endpoint: %s\ntoken_endpoint: %s\n%s\n", o.box.Provider().AuthorizationEndpoint, token, strings.Join(lines, "\n"))
	if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, "ca_file:") }) {
		file += "ca_file: " + o.box.Provider().CAFile + "\n"
	}
	o.env["GMAILOAUTH_PROVIDER"] = o.file("provider.yaml", file)
}

// atIMAP proves a mailbox whose IMAP server is at another address.
func (o *workplace) atIMAP(address string, lines ...string) told {
	o.t.Helper()
	o.connect()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		o.t.Fatal(err)
	}
	lines = append(lines, fmt.Sprintf("imap: {host: %q, port: %s, tls: implicit}", host, port))
	o.provide(o.box.Provider().TokenEndpoint, lines...)
	return o.proves("--protocol", "imap", "--timeout", "10s")
}

// atToken renews at another address, without TLS, which loopback may do.
func (o *workplace) atToken(address string) told {
	o.t.Helper()
	o.connect()
	o.provide("http://" + address + "/token")
	return o.runs("token", o.who, "--renew", "--timeout", "10s")
}

// speaks is the address of a server that says the same to everybody.
func (o *workplace) speaks(words string) string {
	o.t.Helper()
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { _ = server.Close() })
	go func() {
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = conn.Write([]byte(words))
			_ = conn.Close()
		}
	}()
	return server.Addr().String()
}

// program runs the program in a process of its own, for what a process has but
// once: a user, limits, a name server. prepare may be nil.
func (o *workplace) program(prepare func(*exec.Cmd), env []string, args ...string) told {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "gmailoauth", args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "GOCOVERDIR=" + os.Getenv("GOCOVERDIR")}, env...)
	for name, value := range o.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var out, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if prepare != nil {
		prepare(cmd)
	}
	if err := cmd.Run(); cmd.ProcessState == nil {
		return told{cannot: err.Error()}
	}
	return told{code: cmd.ProcessState.ExitCode(), out: out.String(), err: stderr.String()}
}
