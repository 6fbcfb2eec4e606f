package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
	"gmailoauth/internal/store/storetest"
	"gmailoauth/internal/store/vault/vaulttest"
)

// vaultOf gives a look-alike, and machines that share it: each has folders, and
// so locks, of its own.
func vaultOf(t *testing.T) (server *vaulttest.Server, machine func(t *testing.T) store.Secrets) {
	t.Helper()
	server = vaulttest.Start()
	t.Cleanup(server.Close)
	server.Owner("hvs.owner", "kv", "mail")
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, server.CA(), 0o600); err != nil {
		t.Fatal(err)
	}
	env := variables(map[string]string{"BAO_ADDR": server.URL, "BAO_TOKEN": "hvs.owner", "BAO_CACERT": ca})
	return server, func(t *testing.T) store.Secrets {
		t.Helper()
		s, err := store.Open("vault:kv/mail", store.Options{Paths: pathsIn(t.TempDir()), Env: env})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func TestVaultStore(t *testing.T) {
	storetest.Suite{Open: func(t *testing.T) (store.Secrets, store.Secrets) {
		_, machine := vaultOf(t)
		return machine(t), machine(t)
	}}.Run(t)
}

// google grants tokens: each refresh token once, if it rotates them.
type google struct {
	mu      sync.Mutex
	rotates bool
	strict  bool // a refresh token is good for one renewal
	granted int
	used    map[string]bool
}

var errUsed = &diagnosis.Symptom{Where: diagnosis.AtToken, Code: "invalid_grant"}

func (g *google) renew(_ context.Context, kept account.Credentials) (account.Token, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	refresh := kept.Token.Refresh.Reveal()
	if g.strict && g.used[refresh] {
		return account.Token{}, errUsed
	}
	g.used[refresh] = true
	g.granted++
	token := account.Token{Access: secret.New(fmt.Sprintf("ya29.new-%d", g.granted)), Expiry: time.Unix(int64(1000*g.granted), 0).UTC()}
	if g.rotates {
		token.Refresh = secret.New(fmt.Sprintf("1//new-%d", g.granted))
	}
	return token, nil
}

func isNew(token account.Token) bool { return strings.HasPrefix(token.Access.Reveal(), "ya29.new-") }

// Two machines find the token stale at once. Both ask Google, since no lock
// reaches from one to the other; what is kept afterwards is whole and works, and
// both have a token.
func TestTwoMachinesRenewAtOnce(t *testing.T) {
	for _, row := range []struct {
		name            string
		rotates, strict bool
	}{{name: "the refresh token stays"}, {name: "it changes with each renewal", rotates: true}, {name: "it is good for one renewal", rotates: true, strict: true}} {
		t.Run(row.name, func(t *testing.T) {
			server, machine := vaultOf(t)
			for round := range 10 {
				email := fmt.Sprintf("box%d@example.com", round)
				if err := machine(t).Put(t.Context(), email, storetest.Sample("old")); err != nil {
					t.Fatal(err)
				}
				g := &google{rotates: row.rotates, strict: row.strict, used: map[string]bool{}}
				var wg sync.WaitGroup
				meet := sync.WaitGroup{} // both have read before either renews
				meet.Add(2)
				for range 2 {
					wg.Go(func() {
						arrive := sync.OnceFunc(func() { meet.Done(); meet.Wait() })
						got, _, err := store.Fresh(t.Context(), machine(t), email, isNew, func(ctx context.Context, kept account.Credentials) (account.Token, error) {
							arrive()
							token, err := g.renew(ctx, kept)
							for err != nil && len(server.Versions("mail/"+email)) < 2 {
								time.Sleep(time.Millisecond) // Google's refusal is slower than the other's write
							}
							return token, err
						})
						if err != nil || !isNew(got.Token) {
							t.Errorf("Fresh = %v, want a new token", err)
						}
					})
				}
				wg.Wait()
				kept, err := machine(t).Get(t.Context(), email)
				if err != nil || !isNew(kept.Token) {
					t.Fatalf("Get = %v, want a new token", err)
				}
				last := fmt.Sprintf("1//new-%d", g.granted)
				if row.rotates && kept.Token.Refresh.Reveal() != last {
					t.Errorf("kept is the refresh token %s, want that of the last renewal, %s", kept.Token.Refresh.Reveal(), last)
				}
				if kept.ClientSecret.IsZero() || kept.Token.Refresh.IsZero() {
					t.Error("kept is half of it")
				}
			}
		})
	}
}

func TestARefusalStaysOneWhereNobodyElseRenewed(t *testing.T) {
	_, machine := vaultOf(t)
	s := machine(t)
	if err := s.Put(t.Context(), box, storetest.Sample("old")); err != nil {
		t.Fatal(err)
	}
	_, _, err := store.Fresh(t.Context(), s, box, isNew, func(context.Context, account.Credentials) (account.Token, error) {
		return account.Token{}, errUsed
	})
	if !errors.Is(err, errUsed) {
		t.Errorf("Fresh = %v, want Google's refusal", err)
	}
}

// Somebody who consents again puts new credentials in the place of the old,
// while a renewal of the old ones is on its way: the new ones stay.
func TestANewConsentIsNotUndoneByARenewal(t *testing.T) {
	_, machine := vaultOf(t)
	here, there := machine(t), machine(t)
	if err := here.Put(t.Context(), box, storetest.Sample("old")); err != nil {
		t.Fatal(err)
	}
	consented := storetest.Sample("consent")
	consented.Token.Access = secret.New("ya29.new-consent")
	got, renewed, err := store.Fresh(t.Context(), here, box, isNew, func(context.Context, account.Credentials) (account.Token, error) {
		return account.Token{Access: secret.New("ya29.new-1")}, there.Put(t.Context(), box, consented)
	})
	if err != nil || renewed || got.Token.Access.Reveal() != "ya29.new-consent" {
		t.Errorf("Fresh = %v, renewed %v, want what was consented to", err, renewed)
	}
	kept, err := there.Get(t.Context(), box)
	if diff := storetest.Equal(consented, kept); err != nil || diff != "" {
		t.Errorf("Get = %v, differs (-want +got):\n%s", err, diff)
	}
}

// What others kept is stale as well: ours goes on top of it.
func TestOursGoesOnTopOfWhatIsStale(t *testing.T) {
	_, machine := vaultOf(t)
	here, there := machine(t), machine(t)
	if err := here.Put(t.Context(), box, storetest.Sample("old")); err != nil {
		t.Fatal(err)
	}
	other := storetest.Sample("other")
	got, renewed, err := store.Fresh(t.Context(), here, box, isNew, func(context.Context, account.Credentials) (account.Token, error) {
		return account.Token{Access: secret.New("ya29.new-1")}, there.Put(t.Context(), box, other)
	})
	if err != nil || !renewed || got.Token.Access.Reveal() != "ya29.new-1" || !got.Token.Refresh.Equal(other.Token.Refresh) {
		t.Errorf("Fresh = %v, renewed %v, want our access token and their refresh token", err, renewed)
	}
	kept, err := there.Get(t.Context(), box)
	if err != nil || kept.Token.Access.Reveal() != "ya29.new-1" || !kept.ClientSecret.Equal(other.ClientSecret) {
		t.Errorf("Get = %v, want our access token with their client secret", err)
	}
}

func TestAVaultThatGoesAwayLosesNothing(t *testing.T) {
	server, machine := vaultOf(t)
	s := machine(t)
	if err := s.Put(t.Context(), box, storetest.Sample("old")); err != nil {
		t.Fatal(err)
	}
	got, renewed, err := store.Fresh(t.Context(), s, box, isNew, func(context.Context, account.Credentials) (account.Token, error) {
		server.Break(503, "Vault is sealed")
		return account.Token{Access: secret.New("ya29.new-1"), Refresh: secret.New("1//new-1")}, nil
	})
	wantSymptom(t, "Fresh", err, diagnosis.AtStore, "new-refresh-token-not-kept", map[string]string{"cause": "vault-sealed"})
	if !renewed || got.Token.Refresh.Reveal() != "1//new-1" {
		t.Error("Fresh gave no refresh token beside the error, want the only copy")
	}
	server.Mend()
	if kept, err := s.Get(t.Context(), box); err != nil || !kept.Token.Refresh.Equal(storetest.Sample("old").Token.Refresh) {
		t.Errorf("Get = %v, want what was there", err)
	}
}
