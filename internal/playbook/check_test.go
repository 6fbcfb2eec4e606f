package playbook

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"gmailoauth/internal/diagnosis"
)

func question(check string) Question {
	q := Question{Key: "key", Flag: "--flag", Check: check, Kind: KindText}
	if check == "choice" {
		q.Choices = []Choice{{Value: "internal"}, {Value: "external"}}
	}
	if check == "secret" {
		q.Kind, q.Secret = KindSecret, true
	}
	return q
}

func TestCheck(t *testing.T) {
	const long = "https://crm.example.com/"
	for _, row := range []struct{ check, value, want, code string }{
		{"email", "office@example.com", "office@example.com", ""},
		{"email", "  Office@Example.com ", "office@example.com", ""},
		{"email", "office", "", "bad-email"},
		{"email", "office@", "", "bad-email"},
		{"email", "Office <office@example.com>", "", "bad-email"},
		{"email", "", "", "empty-value"},
		{"email", "   ", "", "empty-value"},
		{"email", "a@example.com\nb@example.com", "", "value-not-printable"},

		{"project-id", "my-mail-123", "my-mail-123", ""},
		{"project-id", "abcdef", "abcdef", ""},
		{"project-id", "abcde", "", "bad-project-id"},
		{"project-id", "a23456789012345678901234567890", "a23456789012345678901234567890", ""},
		{"project-id", "a234567890123456789012345678901", "", "bad-project-id"},
		{"project-id", "My-Mail-123", "", "bad-project-id"},
		{"project-id", "1mail-123", "", "bad-project-id"},
		{"project-id", "my-mail-", "", "bad-project-id"},
		{"project-id", "my_mail_123", "", "bad-project-id"},
		{"project-id", "my mail 123", "", "bad-project-id"},

		{"https-url", "https://crm.example.com", "https://crm.example.com", ""},
		{"https-url", long, "https://crm.example.com", ""},
		{"https-url", "https://CRM.Example.com//", "https://crm.example.com", ""},
		{"https-url", "https://crm.example.com:443/", "https://crm.example.com", ""},
		{"https-url", "https://crm.example.com:8443", "https://crm.example.com:8443", ""},
		{"https-url", "https://example.com/crm/", "https://example.com/crm", ""},
		{"https-url", "https://example.co.uk", "https://example.co.uk", ""},
		{"https-url", "https://name.github.io", "https://name.github.io", ""},
		{"https-url", "https://contoso.crm.dynamics.com", "https://contoso.crm.dynamics.com", ""},
		{"https-url", "https://książka.example.com", "https://xn--ksika-5wa74f.example.com", ""},
		{"page-url", "https://www.Example.com/Privacy.html?lang=en", "https://www.example.com/Privacy.html?lang=en", ""},
		{"page-url", "https://example.com:8443/p", "https://example.com:8443/p", ""},
		{"page-url", "http://example.com/p", "", "url-not-https"},
		{"page-url", "https://192.0.2.1/p", "", "url-is-ip"},
		{"page-url", "https://nas.local/p", "", "url-not-public"},
		{"page-url", "example.com/p", "", "url-without-scheme"},

		{"https-url", "http://crm.example.com", "", "url-not-https"},
		{"https-url", "ftp://crm.example.com", "", "url-not-https"},
		{"https-url", "crm.example.com", "", "url-without-scheme"},
		{"https-url", "https:crm.example.com", "", "url-without-scheme"},
		{"https-url", "https://", "", "url-unreadable"},
		{"https-url", "https://crm example.com", "", "url-unreadable"},
		{"https-url", "https://crm.example.com:99999", "", "bad-port"},
		{"https-url", "https://192.0.2.7", "", "url-is-ip"},
		{"https-url", "https://[2001:db8::1]/", "", "url-is-ip"},
		{"https-url", "https://3221225991", "", "url-is-ip"},
		{"https-url", "https://0xC0.0.2.7", "", "url-is-ip"},
		{"https-url", "https://crm", "", "url-not-public"},
		{"https-url", "https://localhost", "", "url-not-public"},
		{"https-url", "https://crm.local", "", "url-not-public"},
		{"https-url", "https://crm.lan", "", "url-not-public"},
		{"https-url", "https://crm.internal", "", "url-not-public"},
		{"https-url", "https://crm.company.test", "", "url-not-public"},
		{"https-url", "https://co.uk", "", "url-not-public"},
		{"https-url", "https://github.io", "", "url-not-public"},
		{"https-url", "https://user:pass@crm.example.com", "", "url-with-userinfo"},
		{"https-url", "https://user@crm.example.com", "", "url-with-userinfo"},
		{"https-url", "https://crm.example.com/#top", "", "url-with-fragment"},
		{"https-url", "https://crm.example.com/#", "", "url-with-fragment"},
		{"https-url", "https://crm.example.com/?a=b", "", "url-with-query"},
		{"https-url", "https://crm.example.com/?", "", "url-with-query"},
		{"https-url", "https://contoso.crm.dynamics.com/main.aspx", "", "url-is-page"},
		{"https-url", "https://crm.example.com/index.php", "", "url-is-page"},
		{"https-url", "https://crm.example.com/a/../b", "", "url-with-dots"},

		{"redirect-uri", "https://crm.example.com/webservice/OAuth/MailAccount/k3y", "https://crm.example.com/webservice/OAuth/MailAccount/k3y", ""},
		{"redirect-uri", " https://crm.example.com/cb/ ", "https://crm.example.com/cb/", ""},
		{"redirect-uri", "https://CRM.example.com/cb", "https://CRM.example.com/cb", ""},
		{"redirect-uri", "https://crm.example.com/zabbix.php?action=oauth.authorize", "https://crm.example.com/zabbix.php?action=oauth.authorize", ""},
		{"redirect-uri", "http://127.0.0.1:8080/", "http://127.0.0.1:8080/", ""},
		{"redirect-uri", "http://localhost:5678/rest/callback", "http://localhost:5678/rest/callback", ""},
		{"redirect-uri", "http://[::1]:8080/", "http://[::1]:8080/", ""},
		{"redirect-uri", "http://crm.example.com/cb", "", "url-not-https"},
		{"redirect-uri", "https://192.0.2.7/cb", "", "url-is-ip"},
		{"redirect-uri", "https://crm.local/cb", "", "url-not-public"},
		{"redirect-uri", "https://x.googleusercontent.com/cb", "", "url-host-refused"},
		{"redirect-uri", "https://bit.ly/abc", "", "url-host-refused"},
		{"redirect-uri", "https://u:p@crm.example.com/cb", "", "url-with-userinfo"},
		{"redirect-uri", "https://crm.example.com/cb#x", "", "url-with-fragment"},
		{"redirect-uri", "https://crm.example.com/../cb", "", "url-with-dots"},
		{"redirect-uri", "https://crm.example.com/%2e%2e/cb", "", "url-with-dots"},
		{"redirect-uri", "https://crm.example.com/%252e%252e/cb", "", "url-with-dots"},
		{"redirect-uri", `https://crm.example.com/a\..\cb`, "", "url-with-forbidden-character"},
		{"redirect-uri", "https://*.example.com/cb", "", "url-with-forbidden-character"},
		{"redirect-uri", "https://crm.example.com/zażółć", "", "url-with-forbidden-character"},
		{"redirect-uri", "https://crm.example.com/cb?next=https://evil.example.net", "", "url-with-open-redirect"},
		{"redirect-uri", "https://crm.example.com/%zz", "", "url-unreadable"},
		{"redirect-uri", "https://crm.example.com/a%00b", "", "url-with-dots"},
		{"redirect-uri", "urn:ietf:wg:oauth:2.0:oob", "", "url-without-scheme"},

		{"domain", "example.com", "example.com", ""},
		{"domain", "Example.com.", "example.com", ""},
		{"domain", "https://example.com", "", "bad-domain"},
		{"domain", "local", "", "url-not-public"},
		{"port", "8765", "8765", ""},
		{"port", "08765", "8765", ""},
		{"port", "0", "", "bad-port"},
		{"port", "65536", "", "bad-port"},
		{"port", "web", "", "bad-port"},
		{"choice", "Internal", "internal", ""},
		{"choice", "extern", "", "bad-choice"},
		{"confirm", "Y", "yes", ""},
		{"confirm", "false", "no", ""},
		{"confirm", "perhaps", "", "bad-confirm"},
		{"client-id", "815407401234-abc.apps.googleusercontent.com", "815407401234-abc.apps.googleusercontent.com", ""},
		{"client-id", "GOCSPX-abcdef", "", "bad-client-id"},
		{"client-id", "815 407", "", "bad-client-id"},
		{"secret", "GOCSPX-abc", "GOCSPX-abc", ""},
		{"secret", "GOCSPX- abc", "", "secret-with-space"},
		{"file", "./client secret.json", "./client secret.json", ""},
		{"text", "x" + strings.Repeat("y", maxValue), "", "value-too-long"},
		{"text", "a\x00b", "", "value-not-printable"},
		{"text", "a\xffb", "", "value-not-printable"},
		{"app-name", strings.Repeat("ż", 121), "", "value-too-long"},
		{"app-name", "Our CRM's mail", "Our CRM's mail", ""},
	} {
		got, err := Check(question(row.check), row.value)
		code := ""
		if symptom, ok := errors.AsType[*diagnosis.Symptom](err); ok {
			code = symptom.Code
			if symptom.Where != diagnosis.AtInput || symptom.Facts["flag"] != "--flag" {
				t.Errorf("Check(%s, %q): symptom %+v does not say where and which flag", row.check, row.value, symptom)
			}
		} else if err != nil {
			t.Errorf("Check(%s, %q): %v is no symptom", row.check, row.value, err)
		}
		if got != row.want || code != row.code {
			t.Errorf("Check(%s, %q) = %q, %q; want %q, %q", row.check, row.value, got, code, row.want, row.code)
		}
	}
}

func TestCheckDoesNotRepeatWhatMayBeASecret(t *testing.T) {
	for check, value := range map[string]string{
		"secret": "hush hush", "client-id": "GOCSPX-hush", "email": "hush", "project-id": "GOCSPX-hush",
		"https-url": "https://admin:hush@crm.example.com", "redirect-uri": "https://admin:hush@crm.example.com", "port": "1//hush",
	} {
		_, err := Check(question(check), value)
		symptom, ok := errors.AsType[*diagnosis.Symptom](err)
		if !ok {
			t.Fatalf("Check(%s, %q) = %v, want a symptom", check, value, err)
		}
		for name, fact := range symptom.Facts {
			if strings.Contains(fact, "hush") {
				t.Errorf("Check(%s, %q): fact %s = %q repeats it", check, value, name, fact)
			}
		}
	}
}

func TestCheckSuggests(t *testing.T) {
	_, err := Check(question("choice"), "externl")
	symptom, _ := errors.AsType[*diagnosis.Symptom](err)
	if symptom == nil || symptom.Facts["nearest"] != "external" || symptom.Facts["wanted"] != "internal, external" {
		t.Errorf("Check(choice, externl) = %+v, want external suggested", symptom)
	}
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"https://crm.example.com/", "a@b.c", "http://[::1]:0/%2e%2e", "xn--", "https://xn--a.com", "١٢٣"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, name := range ruleNames() {
			kept, err := Check(question(name), value)
			if err != nil {
				if kept != "" {
					t.Errorf("Check(%s, %q) = %q beside an error", name, value, kept)
				}
				continue
			}
			if !utf8.ValidString(kept) || kept == "" {
				t.Errorf("Check(%s, %q) = %q", name, value, kept)
			}
			again, err := Check(question(name), kept)
			if err != nil || again != kept {
				t.Errorf("Check(%s, %q) = %q, then %q, %v: not the same twice", name, value, kept, again, err)
			}
		}
	})
}
