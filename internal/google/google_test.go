package google

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/diagnosis"
)

func TestEveryFactHasSourceAndDate(t *testing.T) {
	f := Known()
	for group, facts := range map[string]map[string]Fact{"endpoints": f.Endpoints, "servers": f.Servers,
		"scopes": f.Scopes, "services": f.Services, "limits": f.Limits, "links": f.Links} {
		if len(facts) == 0 {
			t.Errorf("group %s is empty", group)
		}
		for key, fact := range facts {
			if fact.Value == "" || fact.Source == "" {
				t.Errorf("%s.%s: value %q, source %q: want both", group, key, fact.Value, fact.Source)
			}
			if _, err := time.Parse(time.DateOnly, fact.Checked); err != nil {
				t.Errorf("%s.%s: checked: %v", group, key, err)
			}
		}
	}
}

func TestLink(t *testing.T) {
	for _, row := range []struct {
		about, key string
		values     map[string]string
		want       string
	}{
		{"project and account are filled in", "audience", map[string]string{"project": "my-mail-1", "authuser": "a+b@example.com"},
			"https://console.cloud.google.com/auth/audience?project=my-mail-1&authuser=a%2Bb%40example.com"},
		{"what is unknown is left out", "audience", map[string]string{"project": "my-mail-1"},
			"https://console.cloud.google.com/auth/audience?project=my-mail-1"},
		{"nothing known", "audience", nil, "https://console.cloud.google.com/auth/audience"},
		{"a blank in the path", "client", map[string]string{"client_id": "1-a.apps.googleusercontent.com"},
			"https://console.cloud.google.com/auth/clients/1-a.apps.googleusercontent.com"},
		{"the client is not known: the list", "client", map[string]string{"project": "my-mail-1"}, "https://console.cloud.google.com/auth/clients?project=my-mail-1"},
		{"a fragment stays last, the account is the first", "gmail-settings", nil, "https://mail.google.com/mail/u/0/#settings/fwdandpop"},
		{"a fixed parameter stays", "admin-app-access", nil, "https://admin.google.com/ac/owl/list?tab=configuredApps"},
		{"no such page", "no-such-page", nil, ""},
	} {
		if got := Link(row.key, row.values); got != row.want {
			t.Errorf("%s: Link(%s) = %s, want %s", row.about, row.key, got, row.want)
		}
	}
}

func TestGmail(t *testing.T) {
	p := Gmail()
	if p.IMAP.Addr() != "imap.gmail.com:993" || p.POP3.Addr() != "pop.gmail.com:995" || len(p.SMTP) != 2 ||
		p.SMTP[0].TLS != Implicit || p.SMTP[1] != (Server{"smtp.gmail.com", 587, STARTTLS}) {
		t.Errorf("Gmail() = %+v", p)
	}
	if diff := cmp.Diff([]string{"openid", "email", MailScope()}, p.Scopes); diff != "" {
		t.Error(diff)
	}
}

const wholeFile = `name: example
authorization_endpoint: https://127.0.0.1:9443/auth
token_endpoint: https://127.0.0.1:9443/token
revocation_endpoint: https://127.0.0.1:9443/token/revocation
userinfo_endpoint: http://127.0.0.1:9080/me
tokeninfo_endpoint: http://localhost:9080/tokeninfo
resource_manager_endpoint: https://127.0.0.1:9443
service_usage_endpoint: https://127.0.0.1:9443
gmail_endpoint: https://127.0.0.1:9444
scopes: [openid, email, https://mail.google.com/]
imap: {host: 127.0.0.1, port: 9993, tls: implicit}
smtp: [{host: 127.0.0.1, port: 9465, tls: implicit}, {host: 127.0.0.1, port: 9587, tls: starttls}]
pop3: {host: "::1", port: 9995}
ca_file: ca.pem
`

func TestReadProvider(t *testing.T) {
	dir := t.TempDir()
	got, err := ReadProvider([]byte(wholeFile), filepath.Join(dir, "p.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	want := Provider{
		Name:                  "example",
		AuthorizationEndpoint: "https://127.0.0.1:9443/auth", TokenEndpoint: "https://127.0.0.1:9443/token",
		RevocationEndpoint: "https://127.0.0.1:9443/token/revocation", UserinfoEndpoint: "http://127.0.0.1:9080/me",
		TokeninfoEndpoint:       "http://localhost:9080/tokeninfo",
		ResourceManagerEndpoint: "https://127.0.0.1:9443", ServiceUsageEndpoint: "https://127.0.0.1:9443",
		GmailEndpoint: "https://127.0.0.1:9444",
		Scopes:        []string{"openid", "email", "https://mail.google.com/"},
		IMAP:          &Server{"127.0.0.1", 9993, Implicit},
		SMTP:          []Server{{"127.0.0.1", 9465, Implicit}, {"127.0.0.1", 9587, STARTTLS}},
		POP3:          &Server{"::1", 9995, Implicit},
		CAFile:        filepath.Join(dir, "ca.pem"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadProviderMinimal(t *testing.T) {
	got, err := ReadProvider([]byte("authorization_endpoint: https://a.example/a\ntoken_endpoint: https://a.example/t\nsmtp: {host: m.example, port: 465}\n"), "proxy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "proxy" || len(got.Scopes) != 3 || len(got.SMTP) != 1 || got.IMAP != nil || got.CAFile != "" {
		t.Errorf("ReadProvider = %+v", got)
	}
}

func TestReadProviderRefuses(t *testing.T) {
	for _, row := range []struct{ about, text, code, line, key string }{
		{"an empty file", "", "empty-provider-file", "1", ""},
		{"a comment alone", "# nothing\n", "empty-provider-file", "1", ""},
		{"no YAML", "a: [\n", "provider-not-yaml", "1", ""},
		{"a list", "- a\n", "provider-not-a-mapping", "1", ""},
		{"an unknown key, by name and line", "name: x\ntoken_endpont: https://a.example/\n", "provider-key-unknown", "2", "token_endpont"},
		{"an unknown key of a server", "imap:\n  host: a\n  prot: 1\n", "provider-key-unknown", "3", "imap.prot"},
		{"a key twice", "name: x\nname: y\n", "provider-key-twice", "2", "name"},
		{"no token endpoint", "authorization_endpoint: https://a.example/\n", "provider-key-missing", "1", "token_endpoint"},
		{"plain HTTP that leaves the machine", "token_endpoint: http://a.example/t\n", "provider-plain-http", "1", "token_endpoint"},
		{"plain HTTP to a name that looks like loopback", "token_endpoint: http://127.0.0.1.example/t\n", "provider-plain-http", "1", "token_endpoint"},
		{"no address", "token_endpoint: here\n", "provider-bad-endpoint", "1", "token_endpoint"},
		{"a password in an address", "token_endpoint: https://u:p@a.example/\n", "provider-bad-endpoint", "1", "token_endpoint"},
		{"another scheme", "token_endpoint: ftp://a.example/\n", "provider-bad-endpoint", "1", "token_endpoint"},
		{"mail without TLS", "imap: {host: a, port: 143, tls: none}\n", "provider-mail-without-tls", "1", "imap.tls"},
		{"a server that is a word", "imap: a.example\n", "provider-server-wanted", "1", "imap"},
		{"a server without host", "imap: {port: 1}\n", "provider-key-missing", "1", "imap.host"},
		{"a server without port", "smtp: [{host: a}]\n", "provider-bad-port", "1", "smtp.port"},
		{"a port beyond the last", "smtp: {host: a, port: 70000}\n", "provider-bad-port", "1", "smtp.port"},
		{"a port in words", "smtp: {host: a, port: many}\n", "provider-bad-value", "1", "smtp.port"},
		{"a name that is a list", "name: [a]\n", "provider-bad-value", "1", "name"},
	} {
		_, err := ReadProvider([]byte(row.text), "p.yaml")
		symptom, ok := errors.AsType[*diagnosis.Symptom](err)
		if !ok {
			t.Errorf("%s: ReadProvider gives %v, want a symptom", row.about, err)
			continue
		}
		if symptom.Code != row.code || symptom.Facts["line"] != row.line || symptom.Facts["key"] != row.key || symptom.Facts["file"] != "p.yaml" {
			t.Errorf("%s: got %s %v, want %s line %s key %s", row.about, symptom.Code, symptom.Facts, row.code, row.line, row.key)
		}
	}
}

func FuzzReadProvider(f *testing.F) {
	f.Add(wholeFile)
	f.Add("imap: {host: a, port: 143, tls: none}\n")
	f.Add("&a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ReadProvider([]byte(text), "p.yaml")
		if err != nil {
			return
		}
		for _, s := range p.SMTP {
			if s.TLS != Implicit && s.TLS != STARTTLS {
				t.Errorf("server %+v without TLS", s)
			}
		}
		if strings.HasPrefix(p.TokenEndpoint, "http://") && !strings.Contains(p.TokenEndpoint, "localhost") &&
			!strings.Contains(p.TokenEndpoint, "127.") && !strings.Contains(p.TokenEndpoint, "::1") {
			t.Errorf("plain token endpoint %s", p.TokenEndpoint)
		}
	})
}
