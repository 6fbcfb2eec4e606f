package verify

import (
	"context"
	"errors"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
)

// What tokeninfo says decides what a refused login means.
func TestVerdict(t *testing.T) {
	asked := func(who account.Identity, err error) func(context.Context, account.Token) (account.Identity, error) {
		return func(context.Context, account.Token) (account.Identity, error) { return who, err }
	}
	good := []string{"openid", mailScope}
	for name, c := range map[string]struct {
		identify                 func(context.Context, account.Token) (account.Identity, error)
		verdict, identity, scope string // verdict of imap.auth; code or status of the token's checks
	}{
		"dead token": {asked(account.Identity{}, &diagnosis.Symptom{Where: diagnosis.AtIdentity, Status: 401, Code: "invalid_token"}),
			"token-dead", "invalid_token", "skip.scope-unknown"},
		"another account": {asked(account.Identity{Email: "boss@example.com", Scopes: good}, nil), "other-account", "other-account", "pass"},
		"no mail scope":   {asked(account.Identity{Email: mailbox, Scopes: []string{"openid"}}, nil), "no-mail-scope", "pass", "mail-scope-missing"},
		"all good":        {asked(account.Identity{Email: "Office@Example.COM", Scopes: good}, nil), "account-side", "pass", "pass"},
		"no email scope":  {asked(account.Identity{Scopes: good}, nil), "account-side", "skip.no-email-scope", "pass"},
		"endpoint down":   {asked(account.Identity{}, &diagnosis.Symptom{Where: diagnosis.AtIdentity, Status: 503}), "", "skip.identity-unavailable", "skip.scope-unknown"},
		"no route to it":  {asked(account.Identity{}, errors.New("no route")), "", "skip.identity-unavailable", "skip.scope-unknown"},
		"nobody to ask":   {nil, "", "skip.no-identity-endpoint", "skip.scope-unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tokens := tokenOf(badToken)
			tokens.Identify = c.identify
			got := one(t, "imap", google.Implicit, fakeIMAP(nil), tokens)
			s := find(t, got, "imap.auth").Symptom
			if s == nil || s.Code != "AUTHENTICATIONFAILED" || s.Facts["verdict"] != c.verdict {
				t.Errorf("Run: imap.auth = %v with %v, want verdict %q", s, s.Facts, c.verdict)
			}
			for id, want := range map[string]string{"token.identity": c.identity, "token.scope": c.scope} {
				f := find(t, got, id)
				said := f.Reason
				if f.Symptom != nil {
					said = f.Symptom.Code
				} else if said == "" {
					said = string(f.Status)
				}
				if said != want {
					t.Errorf("Run: %s = %q, want %q", id, said, want)
				}
			}
		})
	}
}

// A server that is busy has said nothing of the token.
func TestNoVerdictOnTemporaryRefusals(t *testing.T) {
	for _, s := range []diagnosis.Symptom{
		{Where: diagnosis.AtIMAP, Code: "UNAVAILABLE"}, {Where: diagnosis.AtIMAP, Code: "OVERQUOTA"}, {Where: diagnosis.AtIMAP, Code: "BYE"},
		{Where: diagnosis.AtSMTP, Status: 454}, {Where: diagnosis.AtPOP3, Code: "SYS/TEMP"}, {Where: diagnosis.AtPOP3, Code: "IN-USE"},
		{Where: diagnosis.AtConnect, Code: "timed-out"}, {Where: diagnosis.AtIMAP, Code: "not-understood"},
	} {
		if permanent(&s) {
			t.Errorf("permanent(%v) = true, want false", &s)
		}
	}
}

// A token from the cache that the server does not know: is the grant dead too?
func TestDeadTokenFromTheCache(t *testing.T) {
	revoked := &diagnosis.Symptom{Where: diagnosis.AtToken, Code: "invalid_grant", Status: 400}
	for name, c := range map[string]struct {
		renew error
		want  string
	}{"the grant is dead": {revoked, "fail"}, "the grant is alive": {nil, "pass"}} {
		t.Run(name, func(t *testing.T) {
			renewals := 0
			tokens := Tokens{
				Token: func(context.Context) (account.Token, bool, error) {
					return account.Token{Access: secret.New(badToken)}, false, nil
				},
				Identify: func(context.Context, account.Token) (account.Identity, error) {
					return account.Identity{}, &diagnosis.Symptom{Where: diagnosis.AtIdentity, Status: 400}
				},
				Renew: func(context.Context) (account.Token, error) { renewals++; return account.Token{}, c.renew },
			}
			got := one(t, "imap", google.Implicit, fakeIMAP(nil), tokens)
			if f := find(t, got, "token.refresh"); string(f.Status) != c.want || renewals != 1 {
				t.Errorf("Run: token.refresh = %s after %d renewals, want %s after 1", f.Status, renewals, c.want)
			}
		})
	}
}

// tokeninfo that refuses a token with which a mailbox opened is a warning.
func TestIdentityRefusedButMailboxOpens(t *testing.T) {
	tokens := tokenOf(goodToken)
	tokens.Identify = func(context.Context, account.Token) (account.Identity, error) {
		return account.Identity{}, &diagnosis.Symptom{Where: diagnosis.AtIdentity, Status: 400, Code: "invalid_token"}
	}
	got := one(t, "imap", google.Implicit, fakeIMAP(nil), tokens)
	if f := find(t, got, "token.identity"); f.Status != "warn" {
		t.Errorf("Run: token.identity = %s, want warn", f.Status)
	}
}

func TestTokenErrors(t *testing.T) {
	for name, c := range map[string]struct {
		err         error
		where, code string
	}{
		"not a Symptom": {errors.New("boom"), "bug", "unexpected-error"},
		"time is up":    {context.DeadlineExceeded, "connect", "timed-out"},
	} {
		got := Run(t.Context(), box(nil, nil, nil), Tokens{Token: func(context.Context) (account.Token, bool, error) {
			return account.Token{}, false, c.err
		}}, time.Now)
		if s := find(t, got, "token.refresh").Symptom; s == nil || s.Where != c.where || s.Code != c.code {
			t.Errorf("%s: Run: token.refresh = %v, want %s %s", name, s, c.where, c.code)
		}
	}
}

func TestScopeFromTokenReply(t *testing.T) {
	r := &run{box: Mailbox{MailScope: mailScope}, bearer: newBearer()}
	r.bearer.token.Scopes = []string{"openid"}
	if f := r.scope(); f.Status != "fail" || f.Symptom.Facts["granted"] != "openid" {
		t.Errorf("scope of a token reply without mail scope = %v, want fail", f)
	}
	r.box.MailScope = ""
	if f := r.scope(); f.Reason != "skip.scope-unknown" {
		t.Errorf("scope where no mail scope is known = %v, want a skip", f)
	}
}

func TestLifetime(t *testing.T) {
	now := time.Date(2026, 11, 20, 14, 5, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	const day = 24 * time.Hour
	used := func(d time.Duration) func() Siblings {
		return func() Siblings { return Siblings{Used: ago(d)} }
	}
	for name, c := range map[string]struct {
		grant             account.Grant
		published         time.Time
		before            time.Duration
		siblings          func() Siblings
		renewed           bool
		status, code      string
		left, ends, other string
	}{
		"seen in Testing":        {grant: account.Grant{IssuedAt: ago(time.Hour), Lifetime: 604799 * time.Second, Publishing: account.Testing, Seen: true}, status: "warn", code: "testing-ends", left: "6d 22h", ends: "2026-11-27T13:04:59Z"},
		"said to be in Testing":  {grant: account.Grant{IssuedAt: ago(2 * day), Publishing: account.Testing}, status: "warn", code: "testing-ends", left: "5d 0h", ends: "2026-11-25T14:05:00Z"},
		"seven days, unsaid":     {grant: account.Grant{IssuedAt: ago(7*day - 90*time.Minute), Lifetime: 7 * day}, status: "warn", code: "testing-ends", left: "1h 30m", ends: "2026-11-20T15:35:00Z"},
		"over":                   {grant: account.Grant{IssuedAt: ago(8 * day), Lifetime: 7 * day}, status: "warn", code: "testing-ends", left: "0m", ends: "2026-11-19T14:05:00Z"},
		"chosen at consent":      {grant: account.Grant{IssuedAt: ago(0), Lifetime: 15551999 * time.Second, Publishing: account.Production}, status: "warn", code: "time-based-ends", left: "179d 23h", ends: "2027-05-19T14:04:59Z"},
		"published since":        {grant: account.Grant{IssuedAt: ago(2 * day), Lifetime: 7 * day, Publishing: account.Testing, Seen: true}, published: ago(day), status: "warn", code: "published-since", left: "5d 0h", ends: "2026-11-25T14:05:00Z"},
		"published, without end": {grant: account.Grant{IssuedAt: ago(2 * day), Publishing: account.Production}, published: ago(day), status: "pass"},
		"no end":                 {grant: account.Grant{IssuedAt: ago(day), Publishing: account.Production}, status: "pass"},
		"no end, unsaid":         {grant: account.Grant{IssuedAt: ago(day)}, status: "pass"},
		"idle":                   {grant: account.Grant{IssuedAt: ago(300 * day), RenewedAt: ago(160 * day)}, status: "warn", code: "idle"},
		"idle until now":         {grant: account.Grant{IssuedAt: ago(300 * day), RenewedAt: ago(160 * day)}, renewed: true, status: "pass"},
		"idle on the day":        {grant: account.Grant{IssuedAt: ago(150 * day)}, status: "warn", code: "idle"},
		"idle the day before":    {grant: account.Grant{IssuedAt: ago(150*day - time.Second)}, status: "pass"},
		"idle, adopted":          {grant: account.Grant{IssuedAt: ago(160 * day), Adopted: true}, status: "warn", code: "idle"},
		"idle, a week ahead":     {grant: account.Grant{IssuedAt: ago(160 * day)}, before: 7 * day, status: "pass"},
		"idle, in the last week": {grant: account.Grant{IssuedAt: ago(4380*time.Hour - 7*day)}, before: 7 * day, status: "warn", code: "idle"},
		"idle, a year ahead":     {grant: account.Grant{IssuedAt: ago(10 * day)}, before: 365 * day, status: "pass"},
		"client idle":            {grant: account.Grant{IssuedAt: ago(160 * day)}, siblings: used(155 * day), status: "warn", code: "client-idle"},
		"client in use":          {grant: account.Grant{IssuedAt: ago(160 * day)}, siblings: used(day), status: "warn", code: "idle"},
		"client in use by us":    {grant: account.Grant{IssuedAt: ago(160 * day)}, siblings: used(155 * day), renewed: true, status: "pass"},
		"secret rotated":         {grant: account.Grant{IssuedAt: ago(day)}, siblings: func() Siblings { return Siblings{Rotated: true} }, status: "warn", code: "secret-rotated"},
		"rotated, end is nearer": {grant: account.Grant{IssuedAt: ago(day), Lifetime: 7 * day}, siblings: func() Siblings { return Siblings{Rotated: true} }, status: "warn", code: "testing-ends", left: "6d 0h", ends: "2026-11-26T14:05:00Z"},
		"rotated, end is far":    {grant: account.Grant{IssuedAt: ago(day), Lifetime: 7 * day}, before: 2 * day, siblings: func() Siblings { return Siblings{Rotated: true} }, status: "warn", code: "secret-rotated", left: "6d 0h", ends: "2026-11-26T14:05:00Z"},
		"before it is due":       {grant: account.Grant{IssuedAt: ago(5*day - time.Second), Lifetime: 7 * day}, before: 2 * day, status: "pass", left: "2d 0h", ends: "2026-11-22T14:05:01Z"},
		"on the minute":          {grant: account.Grant{IssuedAt: ago(5 * day), Lifetime: 7 * day}, before: 2 * day, status: "warn", code: "testing-ends", left: "2d 0h", ends: "2026-11-22T14:05:00Z"},
		"last minute":            {grant: account.Grant{IssuedAt: ago(7*day - 59*time.Second), Lifetime: 7 * day}, before: time.Hour, status: "warn", code: "testing-ends", left: "0m", ends: "2026-11-20T14:05:59Z"},
		"published, not yet due": {grant: account.Grant{IssuedAt: ago(2 * day), Lifetime: 7 * day, Publishing: account.Testing}, published: ago(day), before: 2 * day, status: "pass", left: "5d 0h", ends: "2026-11-25T14:05:00Z"},
		"adopted":                {grant: account.Grant{IssuedAt: ago(day), Adopted: true}, status: "skip", other: "skip.lifetime-unknown"},
		"adopted, Testing":       {grant: account.Grant{IssuedAt: ago(day), Adopted: true, Publishing: account.Testing}, status: "warn", code: "testing-ends", left: "6d 0h", ends: "2026-11-26T14:05:00Z"},
		"nothing known":          {status: "skip", other: "skip.lifetime-unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			r := &run{box: Mailbox{Account: mailbox, Grant: c.grant, Published: c.published, WarnBefore: c.before, Siblings: c.siblings}, now: func() time.Time { return now }, bearer: newBearer()}
			r.bearer.renewed = c.renewed
			f := r.lifetime()
			code := ""
			if f.Symptom != nil {
				code = f.Symptom.Code
			}
			if string(f.Status) != c.status || code != c.code || f.Reason != c.other || f.Facts["left"] != c.left || f.Facts["ends_at"] != c.ends {
				t.Errorf("lifetime() = %s %q %q left %q ends %q, want %s %q %q left %q ends %q",
					f.Status, code, f.Reason, f.Facts["left"], f.Facts["ends_at"], c.status, c.code, c.other, c.left, c.ends)
			}
		})
	}
}

// A protocol that the provider does not have is skipped, not forgotten.
func TestNotOffered(t *testing.T) {
	b := box(nil, nil, nil)
	b.NotOffered = []string{"pop3", "smtp"}
	got := Run(t.Context(), b, tokenOf(goodToken), time.Now)
	for _, id := range []string{"smtp.connect", "smtp.auth", "pop3.connect", "pop3.auth", "pop3.mailbox"} {
		if f := find(t, got, id); f.Reason != "skip.not-offered" || f.Endpoint != "" {
			t.Errorf("Run: %s = %s %q at %q, want skip.not-offered", id, f.Status, f.Reason, f.Endpoint)
		}
	}
}
