package diagnosis

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
)

// Network makes a Symptom of an error of a connection: name resolution, dial,
// TLS, or a connection that ended. endpoint is host:port, or a URL, of which
// only the part before the query is kept. The code is one of
//
//	name-not-found name-lookup-failed connection-refused unreachable timed-out
//	connection-cut tls-unknown-authority tls-expired tls-not-yet-valid
//	tls-wrong-name tls-too-old tls-not-tls tls-refused tls-failed
//	proxy-failed cancelled network-failed
//
// An error that holds a Symptom already gives that Symptom; nil gives nil.
func Network(err error, endpoint string) *Symptom {
	if err == nil {
		return nil
	}
	if symptom, ok := errors.AsType[*Symptom](err); ok {
		return symptom
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // its text holds the address with its query
	}
	endpoint, host, port := splitEndpoint(endpoint)
	code, facts := networkCode(err)
	symptom := &Symptom{Where: AtConnect, Code: code, Text: oneLine(err.Error()), Endpoint: endpoint, Err: err}
	if code == "timed-out" {
		symptom.Text = "" // nobody said anything: these are the words of a library
	}
	return symptom.With("host", host, "port", port).With(facts...)
}

func networkCode(err error) (code string, facts []string) {
	if code, facts := certificateCode(err); code != "" {
		return code, facts
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		return "proxy-failed", nil
	}
	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		if lookup.IsNotFound {
			return "name-not-found", []string{"name", lookup.Name}
		}
		return "name-lookup-failed", []string{"name", lookup.Name}
	}
	// Cancelled before timed out: a caller who leaves closes connections, and
	// what they say then is noise.
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled", nil
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &timeout) && timeout.Timeout(), isErrno(err, syscall.ETIMEDOUT, 10060):
		return "timed-out", nil
	case isErrno(err, syscall.ECONNREFUSED, 10061):
		return "connection-refused", nil
	case isErrno(err, syscall.EHOSTUNREACH, 10065), isErrno(err, syscall.ENETUNREACH, 10051), isErrno(err, syscall.ENETDOWN, 10050):
		return "unreachable", nil
	}
	if code := tlsCode(err); code != "" {
		return code, nil
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		isErrno(err, syscall.ECONNRESET, 10054), isErrno(err, syscall.ECONNABORTED, 10053), isErrno(err, syscall.EPIPE, 10058):
		return "connection-cut", nil
	}
	return "network-failed", nil
}

// isErrno knows the second number from winsock: on Windows the names of package
// syscall are not the numbers that sockets give.
func isErrno(err error, posix, winsock syscall.Errno) bool {
	errno, ok := errors.AsType[syscall.Errno](err)
	return ok && (errno == posix || errno == winsock)
}

func certificateCode(err error) (code string, facts []string) {
	if unknown, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		if unknown.Cert == nil {
			return "tls-unknown-authority", nil
		}
		return "tls-unknown-authority", []string{"issuer", oneLine(unknown.Cert.Issuer.String())}
	}
	if wrong, ok := errors.AsType[x509.HostnameError](err); ok {
		if wrong.Certificate == nil {
			return "tls-wrong-name", nil
		}
		return "tls-wrong-name", []string{"names", oneLine(strings.Join(wrong.Certificate.DNSNames, ", "))}
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if invalid.Reason != x509.Expired || invalid.Cert == nil {
			return "tls-failed", nil
		}
		dates := []string{"not_before", invalid.Cert.NotBefore.UTC().Format(time.RFC3339),
			"not_after", invalid.Cert.NotAfter.UTC().Format(time.RFC3339)}
		if strings.Contains(err.Error(), "before "+invalid.Cert.NotBefore.Format(time.RFC3339)) {
			return "tls-not-yet-valid", dates
		}
		return "tls-expired", dates
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "tls-failed", nil
	}
	return "", nil
}

func tlsCode(err error) string {
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return "tls-not-tls"
	}
	// crypto/tls has no types for these; a test holds the words.
	words := err.Error()
	switch {
	case !strings.Contains(words, "tls: "):
		return ""
	case strings.Contains(words, "protocol version"):
		return "tls-too-old"
	case strings.Contains(words, "remote error"):
		return "tls-refused"
	}
	return "tls-failed"
}

// splitEndpoint gives the endpoint without query, and its host and port.
func splitEndpoint(endpoint string) (clean, host, port string) {
	clean, _, _ = strings.Cut(endpoint, "?")
	clean, _, _ = strings.Cut(clean, "#")
	if u, err := url.Parse(clean); err == nil && u.Host != "" {
		u.User = nil
		host, port = u.Hostname(), u.Port()
		if port == "" {
			port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
		}
		return u.String(), host, port
	}
	if h, p, err := net.SplitHostPort(clean); err == nil {
		return clean, h, p
	}
	return clean, clean, ""
}

// oneLine keeps an error's words readable when they came from outside.
func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\n' }), " ")
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + "…"
	}
	return text
}
