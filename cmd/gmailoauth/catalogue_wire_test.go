package main

import (
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox/scenario"
)

// wireRows are what servers say that no scenario holds, and what depends on
// whose token it is, and how old.
func wireRows() map[string]produced {
	odd := func(effects ...scenario.Effect) produced {
		return func(o *workplace) told { return o.effects(effects...) }
	}
	says := func(at string, lines ...string) produced { return odd(scenario.Effect{At: at, Lines: lines}) }
	const no = "brand_new"
	return map[string]produced{
		"unknown-refusal-at-token-endpoint": odd(scenario.Effect{At: scenario.TokenRefresh, Status: 400, Error: no, Description: "No."}),
		"unknown-refusal-at-revocation":     odd(scenario.Effect{At: scenario.Revoke, Status: 400, Error: no, Description: "No."}),
		"unknown-refusal-at-identity": odd(scenario.Effect{At: scenario.Tokeninfo, Status: 400, Error: no, Description: "No."},
			scenario.Effect{At: scenario.Userinfo, Status: 400, Error: no, Description: "No."}),
		"unknown-imap-refusal":        says(scenario.IMAPExamine, "{tag} NO [CANNOT] Not on a Friday. {id}"),
		"unknown-smtp-refusal":        says(scenario.SMTPGreeting, "554 5.3.2 Not on a Friday. {id} - gsmtp"),
		"unknown-pop3-refusal":        says(scenario.POP3Stat, "-ERR Not on a Friday. {id}"),
		"unknown-refusal-for-a-time":  says(scenario.SMTPAuth, "432 4.7.12 A password transition is needed. {id} - gsmtp"),
		"mail-scope-missing":          granted("office@example.com", "office@example.com", "openid", "email"),
		"login-refused-no-mail-scope": granted("office@example.com", "office@example.com", "openid", "email"),
		"login-refused-other-account": granted("office@example.com", "boss@example.com"),
		"access-token-dead":           dead,
		"login-refused-token-dead":    dead,
		"issued-in-testing":           grantedIn("testing-lifetime"),
		"time-based-access":           grantedIn("time-based-access"),
		"refresh-token-expired-in-testing": func(o *workplace) told {
			o.box.SetPublishing("my-mail-123", account.Testing)
			o.connect()
			o.later(8 * 24 * time.Hour)
			o.use("token-expired-or-revoked")
			return o.runs("token", o.who)
		},
		"test-message-lost": func(o *workplace) told {
			o.connect()
			o.use("mail-diverted")
			return o.proves("--protocol", "imap", "--send-test", "--timeout", "700ms")
		},
		"revocation-endpoint-missing": func(o *workplace) told {
			o.connect()
			o.provide(o.box.Provider().TokenEndpoint)
			return o.runs("revoke", o.who, "--yes")
		},
		"published-since": func(o *workplace) told {
			args, file := o.setupArgs("generic-desktop", account.Desktop)
			o.use("testing-lifetime")
			o.runs("authorize", o.who, "--client-file", file)
			o.use("imap-off-for-user") // so that no sheet is written
			o.runs(args...)            // the grant is older than what is said of the app
			o.use()
			return o.proves("--protocol", "imap")
		},
		"gmail-api-off": func(o *workplace) told {
			o.use("gmail-api-off")
			args, _ := o.setupArgs("nocobase", account.Web, "https://office.example.com/admin/settings/mail/oauth2")
			return o.runs(append(args, "--set", "base_url=https://office.example.com")...)
		},
		"grant-idle": func(o *workplace) told {
			o.connect()
			o.later(160 * 24 * time.Hour)
			o.use("token-503") // a renewal would be a use
			got := o.proves("--protocol", "imap")
			got.beside = true
			return got
		},
	}
}

// later moves the clock of this machine on. That of the servers stays.
func (o *workplace) later(by time.Duration) {
	o.now = func() time.Time { return time.Now().Add(by) }
}

// variables sets what CI sets: a client, an account, and a refresh token that
// somebody consented to.
func (o *workplace) variables(email, who string, scopes ...string) {
	client := o.box.NewClient(account.Desktop, nil, "my-mail-123")
	o.env["GMAILOAUTH_ACCOUNT"], o.env["GMAILOAUTH_CLIENT_ID"] = email, client.ID
	o.env["GMAILOAUTH_CLIENT_SECRET"] = client.Secret.Reveal()
	o.env["GMAILOAUTH_REFRESH_TOKEN"] = o.box.Authorize(client, who, scopes...).Reveal()
}

// granted proves a mailbox with a token to which another account, or to other
// scopes, was consented.
func granted(email, who string, scopes ...string) produced {
	return func(o *workplace) told {
		o.variables(email, who, scopes...)
		return o.proves("--protocol", "imap")
	}
}

func dead(o *workplace) told {
	o.variables(o.who, o.who)
	o.use("access-token-dead")
	return o.proves("--protocol", "imap")
}

// grantedIn consents under a scenario that limits the life of the grant.
func grantedIn(name string) produced {
	return func(o *workplace) told {
		o.use(name)
		o.connect()
		return o.proves("--protocol", "imap")
	}
}
