package export

import (
	"strconv"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// Helper is how other programs call this one.
type Helper struct {
	Program string   // absolute path
	Flags   []string // --store, --provider: what it needs to find the same account
}

// Secrets are what stands in files that are to be revealed. A zero one is
// replaced by the command that reveals it.
type Secrets struct{ ClientSecret, RefreshToken secret.Text }

// blanks is what a template is filled with; see docs/exports.md. A server that
// the provider does not have is nil, so that «if .pop3» tells.
func (f *Format) blanks(acct account.Account, p google.Provider, helper Helper, secrets Secrets, hidden string) map[string]any {
	argv := append([]string{helper.Program, "token", acct.Email}, helper.Flags...)
	user, domain, _ := strings.Cut(acct.Email, "@")
	b := map[string]any{
		"email": Value{text: acct.Email}, "user": Value{text: user}, "domain": Value{text: domain}, "slug": Value{text: slug(acct.Email)},
		"client_id": Value{text: acct.ClientID}, "project": Value{text: acct.ProjectID},
		"client_secret": revealed(secrets.ClientSecret, hidden), "refresh_token": revealed(secrets.RefreshToken, hidden),
		"token_endpoint": Value{text: p.TokenEndpoint}, "authorization_endpoint": Value{text: p.AuthorizationEndpoint}, "scope": Value{text: google.MailScope()},
		"program": Value{text: helper.Program}, "token_command": Value{text: shellWords(argv)}, "token_argv": valuesOf(argv),
		"flags": valuesOf(helper.Flags), "google": p.Name == google.Gmail().Name,
		"imap": nil, "pop3": nil, "smtp": nil, "submission": nil, "ca_file": nil,
	}
	if p.CAFile != "" {
		b["ca_file"] = Value{text: p.CAFile}
	}
	if p.IMAP != nil {
		b["imap"] = server(*p.IMAP)
	}
	if p.POP3 != nil {
		b["pop3"] = server(*p.POP3)
	}
	for name, mode := range map[string]string{"smtp": google.Implicit, "submission": google.STARTTLS} {
		for _, s := range p.SMTP {
			if b[name] == nil || s.TLS == mode && b[name].(map[string]any)["tls"] != mode {
				b[name] = server(s) // the first of its kind, or else the first there is
			}
		}
	}
	for name, value := range b {
		if v, ok := value.(Value); ok {
			v.name = name
			b[name] = v
		}
	}
	return b
}

func server(s google.Server) map[string]any {
	return map[string]any{"host": Value{text: s.Host}, "port": Value{text: strconv.Itoa(s.Port)}, "tls": s.TLS,
		"implicit": s.TLS == google.Implicit, "starttls": s.TLS == google.STARTTLS}
}

func revealed(s secret.Text, hidden string) Value {
	if s.IsZero() {
		return Value{text: hidden}
	}
	return Value{text: s.Reveal()}
}

func valuesOf(list []string) []Value {
	values := make([]Value, len(list))
	for i, s := range list {
		values[i] = Value{text: s}
	}
	return values
}

func shellWords(argv []string) string {
	quoted := make([]string, len(argv))
	for i, word := range argv {
		quoted[i] = shellQuoted(word)
	}
	return strings.Join(quoted, " ")
}

// slug is an address as a name that systems take which allow only letters,
// digits and hyphens, at most 40 of them.
func slug(email string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(email))
	return strings.Trim(name[:min(len(name), 40)], "-")
}
