package oauth

import (
	"net"
	"net/url"
	"strconv"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
)

// DefaultPort is the loopback port for a Web client that has no loopback URI:
// fixed, since it must be registered.
const DefaultPort = 8765

// RedirectFor gives the loopback redirect URI for a consent with a client, and
// whether Google will take it as things are. port is 0 for "choose".
//
// Desktop: any port, path "/"; the URI then has port 0 until Authorize listens.
// Web: the registered loopback URI, byte for byte, the one with the wanted port
// if a port is wanted. None there, or a client of unknown type: 127.0.0.1 on
// the wanted port or DefaultPort, which must be registered unless the client
// turns out to be Desktop. The error is a Symptom at input.
// Source: developers.google.com/identity/protocols/oauth2/native-app and …/web-server, "redirect_uri" (seen 2026-11-20).
func RedirectFor(client account.Client, port int) (uri string, registered bool, err error) {
	if port < 0 || port > 65535 {
		return "", false, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "bad-port",
			Facts: map[string]string{"flag": "--redirect-port", "value": strconv.Itoa(port)}}
	}
	if client.Type == account.Desktop {
		return loopbackURI(port), true, nil
	}
	best := ""
	for _, candidate := range client.RedirectURIs {
		listen, ok := parseLoopback(candidate)
		switch {
		case !ok || listen.port == 0:
			continue
		case port != 0 && listen.port != port:
			continue
		case listen.port >= 1024: // below, only root may listen
			return candidate, true, nil
		case best == "":
			best = candidate
		}
	}
	if best != "" {
		return best, true, nil
	}
	if port == 0 {
		port = DefaultPort
	}
	return loopbackURI(port), false, nil
}

func loopbackURI(port int) string {
	return "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) + "/"
}

// loopback is a redirect URI taken apart: where to listen, and what a request
// must look like to be the answer.
type loopback struct {
	uri       string
	hosts     []string // literal addresses to listen on
	port      int
	authority string // what the Host header must be
	path      string // as it is on the wire
}

// parseLoopback takes a URI apart if it is one that we may listen on.
func parseLoopback(uri string) (loopback, bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return loopback{}, false
	}
	l := loopback{uri: uri, port: 80, authority: u.Host, path: u.EscapedPath()}
	if l.path == "" {
		l.path = "/"
	}
	switch u.Hostname() {
	case "127.0.0.1":
		l.hosts = []string{"127.0.0.1"}
	case "::1":
		l.hosts = []string{"::1"}
	case "localhost":
		l.hosts = []string{"127.0.0.1", "::1"} // browsers try either
	default:
		return loopback{}, false
	}
	if text := u.Port(); text != "" {
		if l.port, err = strconv.Atoi(text); err != nil || l.port > 65535 {
			return loopback{}, false
		}
	}
	return l, true
}
