package playbook

import (
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// checkHTTPS takes the address of an application: https, on a host with a public
// suffix, perhaps in a folder. It is kept in lower case, without a slash at its
// end and without the port 443.
func checkHTTPS(_ Question, value string) (string, string) {
	u, code := parseURL(value)
	switch {
	case code != "":
		return "", code
	case u.Scheme != "https":
		return "", "url-not-https"
	case u.RawQuery != "" || u.ForceQuery:
		return "", "url-with-query"
	case isPage(u.Path):
		return "", "url-is-page"
	case escapes(u.Path):
		return "", "url-with-dots"
	}
	host, code := publicHost(u.Hostname())
	if code != "" {
		return "", code
	}
	if port := u.Port(); port != "" && port != "443" {
		host += ":" + port
	}
	return "https://" + host + strings.TrimRight(u.EscapedPath(), "/"), ""
}

// checkPage takes the address of a page that everyone can open: https, on a host
// with a public suffix. Only its host is put into lower case.
func checkPage(_ Question, value string) (string, string) {
	u, code := parseURL(value)
	switch {
	case code != "":
		return "", code
	case u.Scheme != "https":
		return "", "url-not-https"
	}
	host, code := publicHost(u.Hostname())
	if code != "" {
		return "", code
	}
	if port := u.Port(); port != "" && port != "443" {
		host += ":" + port
	}
	u.Host = host
	return u.String(), ""
}

// checkRedirect takes a redirect URI by Google's rules for them. It is kept byte
// for byte, since Google compares it so.
// Source: support.google.com/cloud/answer/15549257 and
// developers.google.com/identity/protocols/oauth2/web-server#uri-validation (seen 2026-11-20).
func checkRedirect(_ Question, value string) (string, string) {
	u, code := parseURL(value)
	if code != "" {
		return "", code
	}
	loopback := isLoopback(u.Hostname())
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback):
		return "", "url-not-https"
	case strings.ContainsAny(value, "*\\") || strings.ContainsFunc(value, outsideASCII):
		return "", "url-with-forbidden-character"
	case escapes(u.Path):
		return "", "url-with-dots"
	case opensRedirect(u):
		return "", "url-with-open-redirect"
	case loopback:
		return value, ""
	}
	host, code := publicHost(u.Hostname())
	switch {
	case code != "":
		return "", code
	case refusedHost(host):
		return "", "url-host-refused"
	}
	return value, ""
}

// parseURL refuses what is wrong with every address.
func parseURL(value string) (*url.URL, string) {
	if strings.ContainsFunc(value, unicode.IsSpace) {
		return nil, "url-unreadable"
	}
	u, err := url.Parse(value)
	switch {
	case err != nil:
		return nil, "url-unreadable"
	case u.User != nil:
		return nil, "url-with-userinfo"
	case u.Scheme == "" || !strings.Contains(value, "://"):
		return nil, "url-without-scheme"
	case u.Hostname() == "" || u.Opaque != "":
		return nil, "url-unreadable"
	case u.Fragment != "" || strings.Contains(value, "#"):
		return nil, "url-with-fragment"
	}
	if port := u.Port(); port != "" {
		if _, code := checkPort(Question{}, port); code != "" {
			return nil, code
		}
	}
	return u, ""
}

// publicHost gives a host in lower case ASCII if everybody can know it: no
// address, no single label, a suffix that is registered.
func publicHost(host string) (string, string) {
	if _, err := netip.ParseAddr(host); err == nil || numeric().MatchString(host) {
		return "", "url-is-ip"
	}
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || ascii == "" {
		return "", "url-unreadable"
	}
	suffix, icann := publicsuffix.PublicSuffix(ascii)
	if !icann && !strings.Contains(suffix, ".") || suffix == ascii {
		return "", "url-not-public"
	}
	return ascii, ""
}

// numeric is what browsers take for an IPv4 address as well: 2130706433, 0x7f.1.
var numeric = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(0[xX][0-9a-fA-F]*|[0-9]+)(\.(0[xX][0-9a-fA-F]*|[0-9]+)){0,3}$`)
})

func isLoopback(host string) bool { return host == "127.0.0.1" || host == "::1" || host == "localhost" }

func outsideASCII(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) }

// isPage notices an address that was copied from the browser's bar together
// with the page that was open.
func isPage(p string) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".aspx", ".asp", ".php", ".html", ".htm", ".jsp":
		return true
	}
	return false
}

// escapes reports whether a path climbs: /.. or \.., also encoded (url.Parse
// has decoded it once; Google refuses what is encoded twice as well).
func escapes(p string) bool {
	for range 2 {
		if strings.Contains(p, "/..") || strings.Contains(p, `\..`) {
			return true
		}
		decoded, err := url.PathUnescape(p)
		if err != nil || decoded == p {
			break
		}
		p = decoded
	}
	return strings.ContainsRune(p, 0)
}

// opensRedirect reports whether a parameter holds an address to go on to.
func opensRedirect(u *url.URL) bool {
	for _, values := range u.Query() {
		for _, v := range values {
			if v = strings.ToLower(strings.TrimSpace(v)); strings.HasPrefix(v, "http://") || strings.HasPrefix(v, "https://") || strings.HasPrefix(v, "//") {
				return true
			}
		}
	}
	return false
}

// refusedHost knows the hosts that Google refuses by name: its own user content,
// and the well-known URL shorteners.
func refusedHost(host string) bool {
	for _, refused := range []string{"googleusercontent.com", "goo.gl", "bit.ly", "tinyurl.com", "t.co", "is.gd", "ow.ly"} {
		if host == refused || strings.HasSuffix(host, "."+refused) {
			return true
		}
	}
	return false
}
