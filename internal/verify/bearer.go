package verify

import (
	"context"
	"encoding/base64"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/xoauth2"
)

// bearer is the token on its way, and what the server says of it. Those who
// need either wait for its channel.
type bearer struct {
	got     chan struct{} // closed when the token is there, or will not come
	token   account.Token
	renewed bool
	err     error
	took    time.Duration

	renewErr  error         // the cached token is dead, and the grant refused a new one
	seen      chan struct{} // closed when the identity is known, or will not be
	who       account.Identity
	whoErr    error
	whoTook   time.Duration
	whoUnable bool // nobody was asked
}

func newBearer() *bearer {
	return &bearer{got: make(chan struct{}), seen: make(chan struct{})}
}

func (b *bearer) obtain(ctx context.Context, tokens Tokens, r *run) {
	defer close(b.seen)
	b.err = r.timed(ctx, &b.took, func(ctx context.Context) (err error) {
		b.token, b.renewed, err = tokens.Token(ctx)
		return err
	})
	b.hide(r)
	close(b.got)
	if b.err != nil || tokens.Identify == nil {
		b.whoUnable = true
		return
	}
	b.whoErr = r.timed(ctx, &b.whoTook, func(ctx context.Context) (err error) {
		b.who, err = tokens.Identify(ctx, b.token)
		return err
	})
	if r.tokenDead() && !b.renewed && tokens.Renew != nil {
		var took time.Duration
		b.renewErr = r.timed(ctx, &took, func(ctx context.Context) error {
			token, err := tokens.Renew(ctx)
			r.box.Redactor.Hide(token.Access, token.Refresh, token.IDToken)
			return err
		})
	}
}

// timed bounds one check and measures it.
func (r *run) timed(ctx context.Context, took *time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, r.box.Timeout)
	defer cancel()
	start := r.now()
	err := do(ctx)
	*took = r.now().Sub(start)
	return err
}

// hide makes the Redactor know all that will be sent: a server may echo it.
func (b *bearer) hide(r *run) {
	if b.token.Access.IsZero() {
		return
	}
	r.box.Redactor.Hide(b.token.Access, b.token.Refresh, b.token.IDToken)
	for _, mechanism := range r.box.SASL {
		for _, server := range r.endpoints(mechanism) {
			initial := r.client(mechanism, server).InitialResponse()
			r.box.Redactor.Hide(secret.New(string(initial)), secret.New(base64.StdEncoding.EncodeToString(initial)))
		}
	}
}

// endpoints are the servers whose SASL strings differ: host and port are part
// of OAUTHBEARER's only.
func (r *run) endpoints(mechanism string) []google.Server {
	var servers []google.Server
	for _, t := range r.tracks() {
		servers = append(servers, t.server)
	}
	if mechanism != "OAUTHBEARER" && len(servers) > 1 {
		return servers[:1]
	}
	return servers
}

// client makes the SASL client for one login. The token must have come.
func (r *run) client(mechanism string, server google.Server) *xoauth2.Client {
	access := r.bearer.token.Access.Reveal()
	if mechanism == "OAUTHBEARER" {
		return xoauth2.NewOAUTHBEARER(r.box.Account, access, server.Host, server.Port)
	}
	return xoauth2.NewXOAUTH2(r.box.Account, access)
}
