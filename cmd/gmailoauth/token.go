package main

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/spf13/cobra"

	"gmailoauth/internal/account"
	"gmailoauth/internal/ahead"
	"gmailoauth/internal/xoauth2"
)

func (a *app) tokenCommand() *cobra.Command {
	var format string
	var minValidity time.Duration
	var renew bool
	var d delegationFlags
	cmd := &cobra.Command{
		Use:   "token [EMAIL]",
		Short: "Print a fresh access token",
		Long: `Token prints an access token that lives for a while yet, and nothing else, on
stdout. It renews the token when too little of its hour is left; any number of
programs may ask at once, and one of them renews. EMAIL may be left out when
GMAILOAUTH_ACCOUNT is set or only one account is known.

With a service account (--service-account-file, --service-account) EMAIL need not
be known here: a new token is asked for, and nothing is kept.

Formats: raw (the token), json, and xoauth2 or oauthbearer: the SASL initial
response in base64, as AUTHENTICATE and AUTH take it.

Exit codes: 0 good, 1 our fault, 2 input, 3 refused, 4 consent again, 5 try later.`,
		Example: `  gmailoauth token office@example.com
  gmailoauth token office@example.com --format xoauth2
  passwordeval = "gmailoauth token office@example.com"`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.flags.format = format
			if err := oneOf(format, "raw", "json", "xoauth2", "oauthbearer"); err != nil {
				return err
			}
			if minValidity < 0 {
				return inputSymptom("bad-flag", "flag", "--min-validity", "wanted", "duration")
			}
			email := ""
			if len(args) == 1 {
				email = args[0]
			}
			opened, err := a.toToken(cmd.Context(), email, &d)
			if err != nil {
				return err
			}
			acct, secrets := opened.account, opened.secrets
			token, _, err := a.freshToken(cmd.Context(), acct, secrets, minValidity, renew)
			if err != nil {
				return err
			}
			answer, err := a.tokenAnswer(acct, token, format)
			if err != nil {
				return err
			}
			return a.print(answer)
		},
	}
	d.add(cmd)
	cmd.Flags().StringVar(&format, "format", "raw", "raw, json, xoauth2 or oauthbearer")
	cmd.Flags().DurationVar(&minValidity, "min-validity", ahead.Validity, "renew when less than this is left")
	cmd.Flags().BoolVar(&renew, "renew", false, "renew in any case")
	return cmd
}

// tokenAnswer is what goes to stdout.
func (a *app) tokenAnswer(acct account.Account, token account.Token, format string) (string, error) {
	access := token.Access.Reveal()
	switch format {
	case "json":
		answer, err := json.MarshalIndent(struct {
			Format    int       `json:"format"`
			Account   string    `json:"account"`
			Access    string    `json:"access_token"`
			Type      string    `json:"token_type"`
			ExpiresAt time.Time `json:"expires_at"`
		}{1, acct.Email, access, token.Type, token.Expiry.UTC().Truncate(time.Second)}, "", "  ")
		return string(answer) + "\n", err
	case "xoauth2":
		return sasl(xoauth2.NewXOAUTH2(acct.Email, access)), nil
	case "oauthbearer":
		provider, err := a.provider()
		if err != nil {
			return "", err
		}
		var host string // RFC 7628 lets both be left out; Google asks for neither
		var port int
		if provider.IMAP != nil {
			host, port = provider.IMAP.Host, provider.IMAP.Port
		} else if len(provider.SMTP) > 0 {
			host, port = provider.SMTP[0].Host, provider.SMTP[0].Port
		}
		return sasl(xoauth2.NewOAUTHBEARER(acct.Email, access, host, port)), nil
	}
	return access + "\n", nil
}

func sasl(client *xoauth2.Client) string {
	return base64.StdEncoding.EncodeToString(client.InitialResponse()) + "\n"
}
