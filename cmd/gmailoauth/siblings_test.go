package main

import (
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
)

// What accounts of one client tell of one another, and that only plain files are
// opened for it.
func TestSiblings(t *testing.T) {
	for name, c := range map[string]struct {
		later  time.Duration // how much later the other account consented
		client string
		secret string
		other  string // the store that the other account is in
		want   bool
	}{
		"another secret, later":   {later: time.Hour, client: "c", secret: "GOCSPX-new", want: true},
		"another secret, earlier": {later: -time.Hour, client: "c", secret: "GOCSPX-new"},
		"the same secret":         {later: time.Hour, client: "c", secret: "GOCSPX-old"},
		"another client":          {later: time.Hour, client: "d", secret: "GOCSPX-new"},
		"kept by a program":       {later: time.Hour, client: "c", secret: "GOCSPX-new", other: "command:/nowhere/program"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			a, _, _ := d.app()
			keep := func(email, client, text string, issued time.Time) account.Account {
				acct := account.Account{Email: email, ClientID: client, Store: store.File, Grant: account.Grant{IssuedAt: issued}}
				must(t, a.keep(t.Context(), acct, account.Credentials{ClientSecret: secret.New(text), Token: account.Token{Refresh: secret.New(keptRefresh)}}))
				return acct
			}
			own := keep("a@example.com", "c", "GOCSPX-old", noon)
			other := keep("b@example.com", c.client, c.secret, noon.Add(c.later))
			if c.other != "" {
				other.Store = c.other
			}
			secrets, err := a.secretsOf(own)
			must(t, err)
			got := a.siblingsOf([]account.Account{own, other}).of(t.Context(), own, secrets)
			if got.Rotated != c.want {
				t.Errorf("Rotated = %v, want %v", got.Rotated, c.want)
			}
			if c.client == "c" && !got.Used.Equal(noon.Add(c.later)) || c.client != "c" && !got.Used.IsZero() {
				t.Errorf("Used = %v", got.Used)
			}
		})
	}
}
