// Package storetest is what every store of secrets must do, as tests: a store
// that passes may be used in the place of any other.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
)

// Suite describes a store to its tests.
type Suite struct {
	// Open gives the store: a second time with what was put before. It is
	// called for each test with that test.
	Open func(t *testing.T) (first, again store.Secrets)
	// Email is the one account that a read-only store knows, else empty.
	Email string
	// Forgets: what was put is gone when the store is opened again.
	Forgets bool
}

// Run runs all tests of the suite.
func (s Suite) Run(t *testing.T) {
	t.Run("gives what was put", s.givesWhatWasPut)
	t.Run("replaces the whole", s.replacesTheWhole)
	t.Run("case of the address does not matter", s.ignoresCase)
	t.Run("an unknown account is not found", s.unknown)
	t.Run("shows no secret in errors", s.showsNoSecret)
	t.Run("a lock excludes", s.lockExcludes)
	t.Run("a lock gives up when the time is over", s.lockGivesUp)
	t.Run("locks of two accounts are two", s.locksApart)
	t.Run("many may read and write at once", s.concurrent)
	t.Run("many who find it stale renew once", s.renewsOnce)
	if s.Email == "" {
		t.Run("keeps accounts apart", s.keepsApart)
		t.Run("takes odd addresses", s.takesOddAddresses)
		t.Run("deletes", s.deletes)
	}
}

// Sample are credentials in which every field that is kept has a value.
func Sample(name string) account.Credentials {
	return account.Credentials{
		ClientSecret: secret.New("GOCSPX-secret-of-" + name),
		Token: account.Token{
			Access: secret.New("ya29.access/of+" + name), Type: "Bearer",
			IssuedAt: time.Date(2026, 11, 20, 11, 0, 1, 0, time.UTC), Expiry: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC),
			Refresh: secret.New(`1//refresh"of\` + name), Scopes: []string{"openid", "https://mail.example/"},
			RefreshLifetime: 604799 * time.Second,
		},
	}
}

// Equal compares credentials with their secrets.
func Equal(a, b account.Credentials) string {
	return cmp.Diff(a, b, cmp.Transformer("Reveal", func(t secret.Text) string { return t.Reveal() }))
}

func (s Suite) email() string {
	if s.Email != "" {
		return s.Email
	}
	return "office@example.com"
}

func (s Suite) givesWhatWasPut(t *testing.T) {
	first, again := s.Open(t)
	want := Sample("a")
	put(t, first, s.email(), want)
	match(t, first, s.email(), want)
	if !s.Forgets {
		match(t, again, s.email(), want)
	}
}

func (s Suite) replacesTheWhole(t *testing.T) {
	first, _ := s.Open(t)
	put(t, first, s.email(), Sample("a"))
	want := account.Credentials{Token: account.Token{Refresh: secret.New("1//another")}}
	put(t, first, s.email(), want)
	match(t, first, s.email(), want)
}

func (s Suite) ignoresCase(t *testing.T) {
	first, _ := s.Open(t)
	put(t, first, strings.ToUpper(s.email()), Sample("a"))
	match(t, first, s.email(), Sample("a"))
}

func (s Suite) unknown(t *testing.T) {
	first, _ := s.Open(t)
	for _, email := range []string{"nobody@example.com", ""} {
		if _, err := first.Get(t.Context(), email); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Get(%q) = %v, want ErrNotFound", email, err)
		}
	}
	if err := first.Delete(t.Context(), "nobody@example.com"); err != nil {
		t.Errorf("Delete of an unknown account = %v, want nil", err)
	}
	if err := first.Put(t.Context(), "", Sample("a")); err == nil {
		t.Errorf("Put of an empty address = nil, want an error")
	}
}

func (s Suite) showsNoSecret(t *testing.T) {
	first, _ := s.Open(t)
	put(t, first, s.email(), Sample("a"))
	got := fmt.Sprintf("%v %+v %#v", first, first, first)
	if strings.Contains(got, "secret-of-a") || strings.Contains(got, "refresh\"of") {
		t.Errorf("printing the store shows a secret: %s", got)
	}
}

func (s Suite) keepsApart(t *testing.T) {
	first, again := s.Open(t)
	for i := range 5 {
		put(t, first, fmt.Sprintf("box%d@example.com", i), Sample(fmt.Sprint(i)))
	}
	for i := range 5 {
		match(t, again, fmt.Sprintf("box%d@example.com", i), Sample(fmt.Sprint(i)))
	}
}

func (s Suite) takesOddAddresses(t *testing.T) {
	first, again := s.Open(t)
	odd := []string{"../../etc/passwd", "a/b@example.com", "..", ".hidden@example.com", "nul\x00byte@example.com",
		"żółw@example.com", "a%2Fb@example.com", `a\b@example.com`, "x@example.com.json",
		strings.Repeat("ż", 120) + "@example.com", strings.Repeat("ż", 121) + "@example.com"}
	for i, email := range odd {
		put(t, first, email, Sample(fmt.Sprint(i)))
	}
	for i, email := range odd {
		match(t, again, email, Sample(fmt.Sprint(i)))
	}
}

func (s Suite) deletes(t *testing.T) {
	first, again := s.Open(t)
	put(t, first, "a@example.com", Sample("a"))
	put(t, first, "b@example.com", Sample("b"))
	if err := first.Delete(t.Context(), "A@example.com"); err != nil {
		t.Fatalf("Delete = %v, want nil", err)
	}
	if _, err := again.Get(t.Context(), "a@example.com"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Get after Delete = %v, want ErrNotFound", err)
	}
	match(t, again, "b@example.com", Sample("b"))
}

func (s Suite) lockExcludes(t *testing.T) {
	first, _ := s.Open(t)
	inside, most := 0, 0
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				release, err := first.Lock(t.Context(), s.email())
				if err != nil {
					t.Errorf("Lock = %v, want nil", err)
					return
				}
				mu.Lock()
				inside++
				most = max(most, inside)
				mu.Unlock()
				mu.Lock()
				inside--
				mu.Unlock()
				release()
			}
		})
	}
	wg.Wait()
	if most != 1 {
		t.Errorf("%d were inside the lock at once, want 1", most)
	}
}

func (s Suite) lockGivesUp(t *testing.T) {
	first, _ := s.Open(t)
	release, err := first.Lock(t.Context(), s.email())
	if err != nil {
		t.Fatalf("Lock = %v, want nil", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = first.Lock(ctx, s.email())
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok || symptom.Where != diagnosis.AtStore || symptom.Code != "lock-timeout" || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Lock of what is locked = %v, want the symptom lock-timeout", err)
	}
	if _, err := first.Lock(ctx, s.email()); err == nil {
		t.Errorf("Lock when the time is over = nil, want an error")
	}
	release()
	release, err = first.Lock(t.Context(), s.email())
	if err != nil {
		t.Fatalf("Lock after release = %v, want nil", err)
	}
	release()
}

func (s Suite) locksApart(t *testing.T) {
	first, _ := s.Open(t)
	one, err := first.Lock(t.Context(), s.email())
	if err != nil {
		t.Fatalf("Lock = %v, want nil", err)
	}
	defer one()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	two, err := first.Lock(ctx, "other@example.com")
	if err != nil {
		t.Fatalf("Lock of another account = %v, want nil", err)
	}
	two()
}

func (s Suite) concurrent(t *testing.T) {
	first, _ := s.Open(t)
	put(t, first, s.email(), Sample("0"))
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 10 {
				if err := first.Put(t.Context(), s.email(), Sample(fmt.Sprint(i))); err != nil {
					t.Errorf("Put = %v, want nil", err)
				}
				got, err := first.Get(t.Context(), s.email())
				if err != nil {
					t.Errorf("Get = %v, want nil", err)
					continue
				}
				of := got.ClientSecret.Reveal()
				if diff := Equal(Sample(of[len(of)-1:]), got); diff != "" {
					t.Errorf("Get gave a mixture (-want +got):\n%s", diff)
				}
			}
		})
	}
	wg.Wait()
}

func (s Suite) renewsOnce(t *testing.T) {
	first, _ := s.Open(t)
	put(t, first, s.email(), Sample("stale"))
	isFresh := func(token account.Token) bool { return token.Access.Reveal() == "ya29.new" }
	var mu sync.Mutex
	renewals := 0
	renew := func(context.Context, account.Credentials) (account.Token, error) {
		mu.Lock()
		defer mu.Unlock()
		renewals++
		return account.Token{Access: secret.New("ya29.new")}, nil
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			got, _, err := store.Fresh(t.Context(), first, s.email(), isFresh, renew)
			if err != nil || got.Token.Access.Reveal() != "ya29.new" || got.Token.Refresh.IsZero() {
				t.Errorf("Fresh = %v, want the new access token with the old refresh token", err)
			}
		})
	}
	wg.Wait()
	if renewals != 1 {
		t.Errorf("20 callers renewed %d times, want 1", renewals)
	}
}

func put(t *testing.T, s store.Secrets, email string, credentials account.Credentials) {
	t.Helper()
	if err := s.Put(t.Context(), email, credentials); err != nil {
		t.Fatalf("Put(%q) = %v, want nil", email, err)
	}
}

func match(t *testing.T, s store.Secrets, email string, want account.Credentials) {
	t.Helper()
	got, err := s.Get(t.Context(), email)
	if err != nil {
		t.Fatalf("Get(%q) = %v, want nil", email, err)
	}
	if diff := Equal(want, got); diff != "" {
		t.Errorf("Get(%q) differs (-want +got):\n%s", email, diff)
	}
}
