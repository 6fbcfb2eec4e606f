package store_test

import (
	"context"
	"errors"
	"testing"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
	"gmailoauth/internal/store/storetest"
)

// Machines that share a store without sharing its locks: what another one has
// kept while we were being refused is taken.
func TestFreshAfterARefusalLooksForWhatAnotherMachineKept(t *testing.T) {
	refused := errors.New("invalid_grant")
	for _, row := range []struct {
		name    string
		kept    func(c *account.Credentials) // by another machine, while we were asking
		want    string                       // the access token, or "" for the refusal
		renewed bool
		asked   int
	}{
		{"nothing", func(*account.Credentials) {}, "", false, 1},
		{"a fresh token", func(c *account.Credentials) { c.Token.Access = secret.New("fresh-there") }, "fresh-there", false, 1},
		{"a token that is stale by now", func(c *account.Credentials) { c.Token.Access = secret.New("stale-there") }, "", false, 1},
		{"a new consent, stale by now", func(c *account.Credentials) { c.Token.Refresh = secret.New("1//there") }, "fresh-here", true, 2},
		{"a new consent, refused too", func(c *account.Credentials) { c.Token.Refresh = secret.New("1//dead") }, "", false, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			s, kept := stale(t)
			asked := 0
			got, renewed, err := store.Fresh(t.Context(), s, box,
				func(token account.Token) bool { return token.Access.Reveal()[:5] == "fresh" },
				func(ctx context.Context, with account.Credentials) (account.Token, error) {
					asked++
					if with.Token.Refresh.Reveal() == "1//there" {
						return account.Token{Access: secret.New("fresh-here")}, nil
					}
					if asked == 1 {
						row.kept(&kept)
						if err := s.Put(ctx, box, kept); err != nil {
							t.Fatal(err)
						}
					}
					return account.Token{}, refused
				})
			if asked != row.asked || renewed != row.renewed {
				t.Errorf("Fresh asked %d times, renewed %v, want %d, %v", asked, renewed, row.asked, row.renewed)
			}
			if row.want == "" {
				if !errors.Is(err, refused) {
					t.Errorf("Fresh = %v, want the refusal", err)
				}
				return
			}
			if err != nil || got.Token.Access.Reveal() != row.want {
				t.Errorf("Fresh = %q, %v, want %q", got.Token.Access.Reveal(), err, row.want)
			}
			after, err := s.Get(t.Context(), box)
			if diff := storetest.Equal(got, after); err != nil || diff != "" {
				t.Errorf("what is kept: %v, differs (-want +got):\n%s", err, diff)
			}
		})
	}
}
