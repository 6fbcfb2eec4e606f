package main

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/delegation"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/federation"
	"gmailoauth/internal/oauth"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
)

// delegates are what many mailboxes of one service account share for the length
// of a command: its key, read once, and the token of whoever is signed in to
// Google Cloud. Any goroutine may use it.
type delegates struct {
	mu      sync.Mutex
	signers map[string]*delegation.Signer // by store and address
	cloud   secret.Text

	cloudEnds       time.Time        // of cloud; zero: not known
	identity        *federation.File // from which cloud is got; nil: none was read
	credentialsFile string           // that of --credentials-file
	credentialsFlag string

	looking sync.Mutex
	ids     map[string]string // numeric, by address; empty: not to be had
}

// unasked is the store of a mailbox that never consents: nothing is kept of it
// until it is opened for the first time.
type unasked struct{ store.Secrets }

// Get gives nothing, and no error, where nothing is kept.
func (u unasked) Get(ctx context.Context, email string) (account.Credentials, error) {
	credentials, err := u.Secrets.Get(ctx, email)
	if errors.Is(err, store.ErrNotFound) {
		return account.Credentials{}, nil
	}
	return credentials, err
}

// renewDelegated gets an access token for a mailbox by the word of its service
// account. Nobody is asked.
func (a *app) renewDelegated(ctx context.Context, acct account.Account) (account.Token, error) {
	server, err := a.oauthServer()
	if err != nil {
		return account.Token{}, err
	}
	defer server.HTTP.CloseIdleConnections()
	token, err := a.assert(ctx, server, acct, acct.Delegation.Scopes)
	if symptom, ok := errors.AsType[*diagnosis.Symptom](err); ok {
		if acct.ClientID == "" && symptom.Where == diagnosis.AtToken {
			acct.ClientID = a.uniqueID(ctx, acct.Delegation.ServiceAccount)
		}
		return token, symptom.With(delegationFacts(acct)...)
	}
	return token, err
}

// assert has a claim signed and trades it.
func (a *app) assert(ctx context.Context, server *oauth.Server, acct account.Account, scopes []string) (account.Token, error) {
	wanted := *acct.Delegation
	wanted.Scopes = scopes
	claims := delegation.NewClaims(wanted, acct.Email, server.Provider.TokenEndpoint, a.now())
	assertion, err := a.sign(ctx, acct, claims)
	if err != nil {
		return account.Token{}, err
	}
	token, err := server.Assert(ctx, assertion)
	a.hide.Hide(token.Access)
	if len(token.Scopes) == 0 {
		token.Scopes = scopes // a reply without them grants all: RFC 6749 section 5.1
	}
	return token, err
}

// delegationFacts are what the Admin console wants to know, among others.
func delegationFacts(acct account.Account) []string {
	d := acct.Delegation
	_, domain, _ := strings.Cut(acct.Email, "@")
	return []string{"account", acct.Email, "service_account", d.ServiceAccount, "client_id", acct.ClientID, "scopes", strings.Join(d.Scopes, ","),
		"overwrite", "true", "project", account.ServiceAccountProject(d.ServiceAccount), "domain", domain}
}

// sign signs with the key that is kept, or has Google sign.
func (a *app) sign(ctx context.Context, acct account.Account, claims delegation.Claims) (secret.Text, error) {
	if acct.Delegation.Keyless {
		console, err := a.signingConsole(ctx)
		if err != nil {
			return secret.Text{}, err
		}
		return console.SignJWT(ctx, claims.Issuer, claims.JSON())
	}
	signer, err := a.signer(ctx, acct)
	if err != nil {
		return secret.Text{}, err
	}
	return signer.Sign(claims)
}

// signer is that of an account's service account: its key is kept once, under
// its own address, in the store of the account.
func (a *app) signer(ctx context.Context, acct account.Account) (*delegation.Signer, error) {
	name := signerName(acct)
	a.delegates.mu.Lock()
	defer a.delegates.mu.Unlock()
	if known := a.delegates.signers[name]; known != nil {
		return known, nil
	}
	key, err := a.serviceKey(ctx, acct)
	if err != nil {
		return nil, err
	}
	return a.learnSigner(name, key)
}

func signerName(acct account.Account) string {
	return acct.Store + " " + acct.Delegation.ServiceAccount
}

// useKey has an account sign with a key that is not kept yet.
func (a *app) useKey(acct account.Account, key account.ServiceKey) error {
	a.delegates.mu.Lock()
	defer a.delegates.mu.Unlock()
	_, err := a.learnSigner(signerName(acct), key)
	return err
}

func (a *app) learnSigner(name string, key account.ServiceKey) (*delegation.Signer, error) {
	signer, err := delegation.NewSigner(key)
	if err != nil {
		return nil, err
	}
	if a.delegates.signers == nil {
		a.delegates.signers = map[string]*delegation.Signer{}
	}
	a.delegates.signers[name] = signer
	return signer, nil
}
