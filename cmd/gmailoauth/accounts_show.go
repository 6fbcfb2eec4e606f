package main

import (
	"cmp"
	"time"

	"github.com/spf13/cobra"

	"gmailoauth/internal/account"
	"gmailoauth/internal/store"
	"gmailoauth/internal/verify"
)

// accountJSON is an account without its secrets; a secret is there only when it
// was asked for on a terminal.
type accountJSON struct {
	Account      string    `json:"account"`
	ClientID     string    `json:"client_id"`
	ClientType   string    `json:"client_type,omitempty"`
	Project      string    `json:"project,omitempty"`
	RedirectURIs []string  `json:"redirect_uris,omitempty"`
	Target       string    `json:"target,omitempty"`
	Store        string    `json:"store"`
	IssuedAt     time.Time `json:"issued_at,omitzero"`
	EndsAt       time.Time `json:"ends_at,omitzero"`
	RenewedAt    time.Time `json:"renewed_at,omitzero"`
	Adopted      bool      `json:"adopted"`
	Publishing   string    `json:"publishing,omitempty"`
	PublishedAt  time.Time `json:"published_at,omitzero"`
	Lifetime     string    `json:"lifetime,omitempty"` // code of verify.Lifetime
	Warn         bool      `json:"warn"`               // verify would warn
	Scopes       []string  `json:"scopes"`
	ClientSecret string    `json:"client_secret,omitempty"`

	Delegation   *account.Delegation `json:"delegation,omitempty"` // a service account opens it; nobody consented
	RefreshToken string              `json:"refresh_token,omitempty"`
}

type accountsJSON struct {
	Format   int           `json:"format"`
	Command  string        `json:"command"`
	Version  string        `json:"version"`
	Accounts []accountJSON `json:"accounts"`
}

func (a *app) accountJSONOf(acct account.Account, life verify.Lifetime) accountJSON {
	g := acct.Grant
	scopes := g.Scopes
	if scopes == nil {
		scopes = []string{}
	}
	return accountJSON{
		Account: acct.Email, ClientID: acct.ClientID, ClientType: string(acct.ClientType), Project: acct.ProjectID,
		RedirectURIs: acct.RedirectURIs, Target: acct.Target, Store: cmp.Or(acct.Store, store.File),
		IssuedAt: g.IssuedAt, EndsAt: g.EndsAt(), RenewedAt: g.RenewedAt, Adopted: g.Adopted,
		Publishing: string(g.Publishing), Scopes: scopes, PublishedAt: acct.PublishedAt,
		Lifetime: life.Code, Warn: life.Warn, Delegation: acct.Delegation,
	}
}

func (a *app) accountsShowCommand() *cobra.Command {
	var format string
	var reveal bool
	cmd := &cobra.Command{
		Use:     "show EMAIL",
		Short:   "Show one account",
		Long:    "Show tells what is stored of one account. --reveal shows its secrets too, on a terminal alone.",
		Example: "  gmailoauth accounts show office@example.com",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf(format, "text", "json"); err != nil {
				return err
			}
			if reveal && !a.term.OutTTY { // a file or a log would keep them
				return inputSymptom("reveal-not-to-terminal", "flag", "--reveal")
			}
			acct, secrets, err := a.account(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			list, _ := a.knownAccounts() // those that can be read
			known := a.siblingsOf(list)
			life := a.lifeOf(cmd.Context(), acct, known, 0)
			shown := a.accountJSONOf(acct, life)
			if reveal {
				if err := shown.reveal(cmd.Context(), secrets); err != nil {
					return a.about(acct, err)
				}
			}
			if format == "json" {
				return writeJSON(a.term.Out, accountsJSON{Format: 1, Command: "accounts show", Version: version, Accounts: []accountJSON{shown}})
			}
			return a.print(a.accountText(acct, shown, a.lifetime(life), a.clientIdleOf(acct, known)))
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	cmd.Flags().BoolVar(&reveal, "reveal", false, "show the secrets too, on a terminal alone")
	return cmd
}
