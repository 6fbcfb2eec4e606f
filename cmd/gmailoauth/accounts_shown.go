package main

import (
	"bytes"
	"context"
	"strings"
	"text/tabwriter"

	"gmailoauth/internal/account"
	"gmailoauth/internal/store"
)

func (s *accountJSON) reveal(ctx context.Context, secrets store.Secrets) error {
	kept, err := secrets.Get(ctx, s.Account)
	s.ClientSecret, s.RefreshToken = kept.ClientSecret.Reveal(), kept.Token.Refresh.Reveal()
	return err
}

// openedBy is the service account that opens a mailbox, or nothing.
func (a *app) openedBy(acct account.Account) string {
	switch d := acct.Delegation; {
	case d == nil:
		return ""
	case d.Keyless:
		return a.words().Say("accounts.keyless", "service_account", d.ServiceAccount)
	default:
		return d.ServiceAccount
	}
}

// accountText is a line for each thing that is known.
func (a *app) accountText(acct account.Account, s accountJSON, lifetime, clientIdle string) string {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, line := range [][2]string{
		{"account", s.Account}, {"client_id", s.ClientID}, {"client_type", s.ClientType}, {"service_account", a.openedBy(acct)}, {"client_secret", s.ClientSecret},
		{"project", s.Project}, {"redirect_uris", strings.Join(s.RedirectURIs, " ")}, {"target", s.Target}, {"store", s.Store},
		{"issued_at", day(s.IssuedAt)}, {"ends_at", day(s.EndsAt)}, {"lifetime", lifetime}, {"client_idle", clientIdle}, {"renewed_at", day(s.RenewedAt)},
		{"publishing", a.publishing(acct.Grant)}, {"scopes", strings.Join(s.Scopes, " ")}, {"refresh_token", s.RefreshToken},
	} {
		if line[1] != "" && line[1] != "-" {
			_, _ = w.Write([]byte(a.words().Say("accounts."+line[0]) + "\t" + line[1] + "\n"))
		}
	}
	_ = w.Flush()
	return b.String()
}
