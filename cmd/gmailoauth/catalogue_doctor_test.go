package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// doctorRows are machines that doctor has something to say of.
func doctorRows() map[string]produced {
	clock := func(off time.Duration) produced {
		return func(o *workplace) told {
			o.later(off)
			return o.doctors(nil)
		}
	}
	return map[string]produced{
		"port-blocked": func(o *workplace) told {
			host, port, _ := net.SplitHostPort(o.untaken())
			o.provide(o.box.Provider().TokenEndpoint, fmt.Sprintf("imap: {host: %q, port: %s, tls: implicit}", host, port))
			return o.doctors(nil)
		},
		"ip-family-broken": func(o *workplace) told { // ::1 is an address at which the sandbox is not
			probe, err := net.Listen("tcp6", "[::1]:0")
			if err != nil {
				return told{cannot: "this machine has no IPv6"}
			}
			_ = probe.Close()
			o.provide(o.box.Provider().TokenEndpoint, fmt.Sprintf("imap: {host: mail.example.com, port: %d, tls: implicit}", o.box.Provider().IMAP.Port))
			names := nameServer(o.t, netAddr("127.0.0.1"), netAddr("::1"))
			got := o.doctors([]string{nameServerVariable + "=" + names})
			got.beside = true // the name is not in the sandbox's certificate
			return got
		},
		"tls-inspected": func(o *workplace) told {
			if runtime.GOOS != "linux" {
				return told{cannot: "authorities are named by a variable on Linux only"}
			}
			delete(o.env, "GMAILOAUTH_PROVIDER") // Google itself, behind a proxy that opens connections
			proxy, ca := inspector(o.t)
			got := o.doctors([]string{"HTTPS_PROXY=" + proxy, "SSL_CERT_FILE=" + o.file("inspector.pem", ca), "SSL_CERT_DIR=" + o.t.TempDir(),
				nameServerVariable + "=" + nameServer(o.t)})
			got.beside = true // mail goes nowhere
			return got
		},
		"clock-ahead":  clock(10 * time.Minute),
		"clock-behind": clock(-2 * time.Minute),
		"proxy-mail-direct": func(o *workplace) told {
			o.provide("https://mail.example.com/token", "imap: {host: mail.example.com, port: 993, tls: implicit}")
			got := o.doctors([]string{"HTTPS_PROXY=http://" + o.untaken(), nameServerVariable + "=" + nameServer(o.t)})
			got.beside = true
			return got
		},
		"proxy-variable-ignored": func(o *workplace) told {
			o.provide("https://mail.example.com/token")
			got := o.doctors([]string{"ALL_PROXY=http://" + o.untaken(), nameServerVariable + "=" + nameServer(o.t)})
			got.beside = true
			return got
		},
		"proxy-malformed": func(o *workplace) told {
			o.provide("https://mail.example.com/token")
			const password = "correct-horse-battery"
			got := o.doctors([]string{"HTTPS_PROXY=http://me:" + password + "@[::1", nameServerVariable + "=" + nameServer(o.t, netAddr("127.0.0.1"))})
			if strings.Contains(got.out+got.err, password) {
				o.t.Errorf("the password of the proxy is shown:\n%s%s", got.out, got.err)
			}
			return got
		},
		"no-authorities": func(o *workplace) told {
			if runtime.GOOS != "linux" {
				return told{cannot: "authorities are named by a variable on Linux only"}
			}
			o.provide("http://"+o.speaks("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")+"/token", "ca_file:")
			nothing := o.t.TempDir()
			return o.doctors([]string{"SSL_CERT_FILE=" + nothing + "/none.pem", "SSL_CERT_DIR=" + nothing})
		},
		"no-browser": func(o *workplace) told {
			if runtime.GOOS != "linux" {
				return told{cannot: runtime.GOOS + " has a browser always"}
			}
			return o.doctors(nil)
		},
	}
}

// doctors runs doctor as proves runs verify; with variables of the process, in
// one of its own.
func (o *workplace) doctors(env []string) told {
	o.t.Helper()
	run := func(args ...string) told {
		args = append([]string{"doctor", "--timeout", "10s"}, args...)
		if env == nil {
			return o.runs(args...)
		}
		return o.program(nil, append([]string{"NO_PROXY=", "no_proxy="}, env...), args...)
	}
	asJSON, text := run("--format", "json"), run()
	if asJSON.cannot != "" {
		return asJSON
	}
	if asJSON.err != "" || text.code != asJSON.code {
		o.t.Errorf("doctor: exit %d as text, %d as JSON, which says on stderr:\n%s", text.code, asJSON.code, asJSON.err)
	}
	got := told{code: asJSON.code, out: asJSON.out, err: text.out}
	if got.code == 0 {
		got.strict = run("--strict").code
	}
	return got
}

func netAddr(text string) net.IP { return net.ParseIP(text) }

// nameServer answers every question with these addresses, over TCP; without any,
// that there is no such name.
func nameServer(t *testing.T, ips ...net.IP) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answerNames(conn, ips)
		}
	}()
	return listener.Addr().String()
}

func answerNames(conn net.Conn, ips []net.IP) {
	defer func() { _ = conn.Close() }()
	for {
		var size uint16
		if binary.Read(conn, binary.BigEndian, &size) != nil {
			return
		}
		packet := make([]byte, size)
		var asked dnsmessage.Message
		if _, err := io.ReadFull(conn, packet); err != nil || asked.Unpack(packet) != nil || len(asked.Questions) == 0 {
			return
		}
		reply := dnsmessage.Message{Header: dnsmessage.Header{ID: asked.ID, Response: true, RecursionAvailable: true}, Questions: asked.Questions}
		if len(ips) == 0 {
			reply.RCode = dnsmessage.RCodeNameError
		}
		question := asked.Questions[0]
		head := dnsmessage.ResourceHeader{Name: question.Name, Type: question.Type, Class: dnsmessage.ClassINET, TTL: 1}
		for _, ip := range ips {
			switch four := ip.To4(); {
			case four != nil && question.Type == dnsmessage.TypeA:
				reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: [4]byte(four)}})
			case four == nil && question.Type == dnsmessage.TypeAAAA:
				reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: [16]byte(ip)}})
			}
		}
		packed, err := reply.Pack()
		if err != nil {
			return
		}
		_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packed))), packed...))
	}
}

// inspector is a proxy that opens every connection and answers itself, with a
// certificate for the name that was asked for, and the authority it signs with.
func inspector(t *testing.T) (proxy, ca string) {
	t.Helper()
	authority := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Inspection CA", Organization: []string{"Example Corporation"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, authority, authority, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certify := func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		leaf := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{hello.ServerName}, NotBefore: authority.NotBefore, NotAfter: authority.NotAfter}
		signed, err := x509.CreateCertificate(rand.Reader, leaf, authority, key.Public(), key)
		return &tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: key}, err
	}
	inside := httptest.NewUnstartedServer(http.NotFoundHandler())
	inside.TLS = &tls.Config{GetCertificate: certify}
	inside.StartTLS()
	t.Cleanup(inside.Close)
	u, err := url.Parse(inside.URL)
	if err != nil {
		t.Fatal(err)
	}
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		theirs, err := new(net.Dialer).DialContext(context.WithoutCancel(r.Context()), "tcp", u.Host)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		ours, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(ours, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { _, _ = io.Copy(theirs, ours); _ = theirs.Close() }()
		_, _ = io.Copy(ours, theirs)
		_ = ours.Close()
	}))
	t.Cleanup(outside.Close)
	return outside.URL, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
