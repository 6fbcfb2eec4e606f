// Package export writes what another program needs to be told: so far the
// hand-over sheet of an application, in text or Markdown.
//
// A secret stands on a sheet only if it is to be revealed; else the command that
// shows it stands in its place.
package export

import (
	"cmp"
	"maps"
	"strconv"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/words"
)

// Options say how a sheet is written.
type Options struct {
	Words  *words.Words
	Width  int    // columns at which sentences break; 0: never. Values are never broken.
	Color  bool   // headings in bold
	Reveal bool   // secrets in clear; else a reference
	Target string // how the target is named on a command line, if not by its name: ./my-app/
}

// dots stand for a secret that is not revealed.
const dots = "••••••••"

// Values gives what the forms of a target can be filled with: the account, its
// client, the provider's servers and endpoints. variables are the target's own;
// they win. No secret is among them: a caller that reveals adds client_secret.
func Values(acct account.Account, p google.Provider, variables map[string]string) map[string]string {
	v := map[string]string{
		"account": acct.Email, "client_id": acct.ClientID, "project": acct.ProjectID,
		"authorization_endpoint": p.AuthorizationEndpoint, "token_endpoint": p.TokenEndpoint,
		"mail_scope": google.MailScope(),
	}
	server := func(name string, s *google.Server) {
		if s != nil {
			v[name+"_host"], v[name+"_port"] = s.Host, strconv.Itoa(s.Port)
		}
	}
	server("imap", p.IMAP)
	server("pop3", p.POP3)
	for i, s := range p.SMTP {
		if name := map[string]string{google.Implicit: "smtp", google.STARTTLS: "submission"}[s.TLS]; v[name+"_host"] == "" {
			server(name, &p.SMTP[i])
		}
	}
	for _, pair := range [][2]string{{"smtp", "submission"}, {"submission", "smtp"}} { // a provider may have one of the two
		if v[pair[0]+"_host"] == "" {
			v[pair[0]+"_host"], v[pair[0]+"_port"] = v[pair[1]+"_host"], v[pair[1]+"_port"]
		}
	}
	maps.Copy(v, variables)
	for key, value := range v {
		if value == "" {
			delete(v, key)
		}
	}
	return v
}

// sheet fills a target for one account, and hides what is not to be revealed.
func sheet(o Options, target *playbook.Target, values map[string]string) *playbook.Target {
	filled := target.Filled(values)
	for i := range filled.Forms {
		for j := range filled.Forms[i].Fields {
			field := &filled.Forms[i].Fields[j]
			if field.Secret && (!o.Reveal || strings.Contains(field.Value, "{")) {
				field.Value = dots + " " + o.Words.Say("export.secret", "target", o.named(target), "account", values["account"])
			}
		}
	}
	return filled
}

// named is how to call the target on a command line.
func (o Options) named(target *playbook.Target) string { return cmp.Or(o.Target, target.Name) }

// clientOf names the client as the console does, shortened.
func clientOf(o Options, values map[string]string) string {
	id := strings.TrimSuffix(values["client_id"], ".apps.googleusercontent.com")
	if len(id) > 24 {
		id = id[:12] + "…" + id[len(id)-4:]
	}
	if id == "" && values["project"] == "" {
		return ""
	}
	return o.Words.Say("export.client", "project", cmp.Or(values["project"], "–"), "client", id)
}
