package oauth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/words"
)

// Limits of a consent, used where a Request does not say.
const (
	ConsentDeadline  = 5 * time.Minute
	ExchangeDeadline = 30 * time.Second
)

// Request is one consent that is to be had.
type Request struct {
	Client      account.Client
	Account     string        // who is asked to sign in, and must; empty: whoever does
	Scopes      []string      // empty: the provider's
	RedirectURI string        // of RedirectFor; empty: what it chooses
	Deadline    time.Duration // for the person; 0: ConsentDeadline
	Timeout     time.Duration // for the requests afterwards; 0: ExchangeDeadline

	// Show is called once, when we listen, before the browser is opened. The
	// address holds state and challenge, which are of use to nobody else.
	Show func(authorizationURL, redirectURI string)
	// Browser opens the address, and returns at the latest when ctx ends; nil:
	// nobody does. Its error ends nothing: the address was shown.
	Browser func(ctx context.Context, authorizationURL string) error
	// Paste gives a line that the admin pasted, and returns when ctx ends;
	// nil: nothing can be pasted. Its error ends the pasting, not the waiting.
	Paste func(ctx context.Context) (string, error)
	// Refused is told why a pasted line is no answer; then Paste is asked again.
	Refused func(*diagnosis.Symptom)

	Words   *words.Words                                           // of the browser's last page
	Explain func(*diagnosis.Symptom) (headline, cause, fix string) // of a refusal on that page; may be nil
}

// Authorize has a person consent in a browser and gives the token and whom it
// is for. It listens on loopback and, at the same time, takes a pasted redirect
// address; whichever is first with the right state counts. It blocks until
// then, until the deadline, or until ctx ends.
//
// A refusal is a *diagnosis.Symptom. When Google granted something, but not
// what was needed (another account, no mail scope, no refresh token), the token
// is returned beside the Symptom so that the caller can withdraw it. It must
// not be kept.
func (s *Server) Authorize(ctx context.Context, r Request) (account.Token, account.Identity, error) {
	at, err := r.redirect()
	if err != nil {
		return account.Token{}, account.Identity{}, err
	}
	if len(r.Scopes) == 0 {
		r.Scopes = s.Provider.Scopes
	}
	state, verifier := secret.New(oauth2.GenerateVerifier()), secret.New(oauth2.GenerateVerifier())
	code, redirectURI, err := s.answer(ctx, r, at, state, verifier)
	if err != nil {
		return account.Token{}, account.Identity{}, err
	}
	limit := r.Timeout
	if limit == 0 {
		limit = ExchangeDeadline
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	token, err := s.exchange(ctx, r.Client, redirectURI, code, verifier)
	if err != nil {
		return account.Token{}, account.Identity{}, asked(err, r, redirectURI)
	}
	identity := s.consenting(ctx, r.Client, token)
	return token, identity, granted(r, token, identity)
}

func (r Request) redirect() (loopback, error) {
	uri := r.RedirectURI
	if uri == "" {
		var err error
		if uri, _, err = RedirectFor(r.Client, 0); err != nil {
			return loopback{}, err
		}
	}
	at, ok := parseLoopback(uri)
	if !ok {
		return loopback{}, fmt.Errorf("listen for the answer: %s is not loopback", uri) // RedirectFor gives no such one
	}
	return at, nil
}

// asked adds what was asked for to a refusal.
func asked(err error, r Request, redirectURI string) error {
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok {
		return err
	}
	return r.with(symptom, redirectURI)
}

func (r Request) with(symptom *diagnosis.Symptom, redirectURI string) *diagnosis.Symptom {
	return symptom.With("account", r.Account, "client_id", r.Client.ID, "project", r.Client.Project(),
		"client_type", string(r.Client.Type), "redirect_uri", redirectURI)
}

// authorizationURL always asks for a refresh token: offline, and consent again
// even where there was one.
func (s *Server) authorizationURL(r Request, redirectURI string, state, verifier secret.Text) string {
	config := s.config(r.Client)
	config.RedirectURL, config.Scopes = redirectURI, r.Scopes
	options := []oauth2.AuthCodeOption{
		oauth2.AccessTypeOffline,
		oauth2.SetAuthURLParam("prompt", "consent"),
		oauth2.S256ChallengeOption(verifier.Reveal()),
	}
	if r.Account != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", r.Account))
	}
	return config.AuthCodeURL(state.Reveal(), options...)
}

// consenting finds out who consented. Not to know is no failure here: the proof
// that follows opens the mailbox of the account that was asked for.
func (s *Server) consenting(ctx context.Context, client account.Client, token account.Token) account.Identity {
	identity, _ := s.Identify(ctx, token.Access)
	if said, ok := readIDToken(token.IDToken); ok && identity.Email == "" {
		identity.Email = said.Email
	}
	if identity.ClientID == "" {
		identity.ClientID = client.ID
	}
	if len(identity.Scopes) == 0 {
		identity.Scopes = token.Scopes
	}
	return identity
}

// granted compares what was granted with what was asked for; the worst first:
// with another account all else is beside the point.
func granted(r Request, token account.Token, identity account.Identity) error {
	facts := []string{"account", r.Account, "got", identity.Email, "client_id", r.Client.ID, "project", r.Client.Project(),
		"scope", google.MailScope(), "granted", strings.Join(token.Scopes, " ")}
	refuse := func(where, code string) error {
		return (&diagnosis.Symptom{Where: where, Code: code}).With(facts...)
	}
	wantsMail := slices.Contains(r.Scopes, google.MailScope())
	switch {
	case r.Account != "" && identity.Email != "" && !strings.EqualFold(r.Account, identity.Email):
		return refuse(diagnosis.AtIdentity, "other-account")
	case wantsMail && len(token.Scopes) > 0 && !slices.Contains(token.Scopes, google.MailScope()):
		return refuse(diagnosis.AtAuthorize, "mail-scope-not-granted")
	case token.Refresh.IsZero():
		return refuse(diagnosis.AtToken, "no-refresh-token")
	}
	return nil
}
