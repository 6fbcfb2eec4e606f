package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
	"gmailoauth/internal/store/storetest"
)

// full is a store that takes nothing more.
type full struct{ store.Secrets }

func (full) Put(context.Context, string, account.Credentials) error {
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "disk-full", Facts: map[string]string{"file": "/f"}}
}

func never(account.Token) bool { return false }

func renewTo(token account.Token) func(context.Context, account.Credentials) (account.Token, error) {
	return func(context.Context, account.Credentials) (account.Token, error) { return token, nil }
}

func stale(t *testing.T) (store.Secrets, account.Credentials) {
	t.Helper()
	s := open(t, "file", t.TempDir())
	kept := storetest.Sample("old")
	if err := s.Put(t.Context(), box, kept); err != nil {
		t.Fatal(err)
	}
	return s, kept
}

func TestFreshTakesNoLockForAFreshToken(t *testing.T) {
	s, kept := stale(t)
	release, err := s.Lock(t.Context(), box)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	got, renewed, err := store.Fresh(t.Context(), s, box, func(account.Token) bool { return true }, nil)
	if diff := storetest.Equal(kept, got); err != nil || renewed || diff != "" {
		t.Errorf("Fresh = renewed %v, %v, differs (-want +got):\n%s", renewed, err, diff)
	}
}

func TestFreshKeepsWhatTheReplyLeavesOut(t *testing.T) {
	s, kept := stale(t)
	got, renewed, err := store.Fresh(t.Context(), s, box, never, renewTo(account.Token{Access: secret.New("ya29.new")}))
	want := kept
	want.Token.Access = secret.New("ya29.new")
	want.Token.IssuedAt, want.Token.Expiry = time.Time{}, time.Time{} // not said by this reply
	if diff := storetest.Equal(want, got); err != nil || !renewed || diff != "" {
		t.Errorf("Fresh = renewed %v, %v, differs (-want +got):\n%s", renewed, err, diff)
	}
}

func TestFreshKeepsANewRefreshToken(t *testing.T) {
	s, _ := stale(t)
	token := storetest.Sample("new").Token
	if _, _, err := store.Fresh(t.Context(), s, box, never, renewTo(token)); err != nil {
		t.Fatalf("Fresh = %v, want nil", err)
	}
	got, err := s.Get(t.Context(), box)
	if err != nil || !got.Token.Refresh.Equal(token.Refresh) {
		t.Errorf("Get = %v, want the new refresh token", err)
	}
}

func TestFreshChangesNothingWhenRenewalFails(t *testing.T) {
	s, kept := stale(t)
	refused := errors.New("network down")
	_, renewed, err := store.Fresh(t.Context(), s, box, never,
		func(context.Context, account.Credentials) (account.Token, error) { return account.Token{}, refused })
	if !errors.Is(err, refused) || renewed {
		t.Errorf("Fresh = renewed %v, %v, want the error of renew", renewed, err)
	}
	got, err := s.Get(t.Context(), box)
	if diff := storetest.Equal(kept, got); err != nil || diff != "" {
		t.Errorf("Get = %v, differs (-want +got):\n%s", err, diff)
	}
	release, err := s.Lock(t.Context(), box)
	if err != nil {
		t.Fatalf("Lock after a failure = %v, want it free", err)
	}
	release()
}

func TestFreshGivesWhatItCouldNotKeep(t *testing.T) {
	s, kept := stale(t)
	got, renewed, err := store.Fresh(t.Context(), full{s}, box, never, renewTo(account.Token{Access: secret.New("ya29.new")}))
	wantSymptom(t, "Fresh without a new refresh token", err, diagnosis.AtStore, "disk-full", map[string]string{"file": "/f"})
	if !renewed || got.Token.Access.Reveal() != "ya29.new" {
		t.Errorf("Fresh = renewed %v, %q, want the new token beside the error", renewed, got.Token.Access.Reveal())
	}
	got, _, err = store.Fresh(t.Context(), full{s}, box, never, renewTo(storetest.Sample("new").Token))
	wantSymptom(t, "Fresh with a new refresh token", err, diagnosis.AtStore, "new-refresh-token-not-kept",
		map[string]string{"account": box, "cause": "disk-full", "file": "/f"})
	if got.Token.Refresh.IsZero() {
		t.Error("Fresh gave no refresh token beside the error, want the only copy")
	}
	again, err := s.Get(t.Context(), box)
	if diff := storetest.Equal(kept, again); err != nil || diff != "" {
		t.Errorf("Get = %v, differs (-want +got):\n%s", err, diff)
	}
}

func TestFreshKeepsTheTokenWhenTimeRunsOutJustThen(t *testing.T) {
	s, _ := stale(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := store.Fresh(ctx, s, box, never, func(context.Context, account.Credentials) (account.Token, error) {
		cancel()
		return storetest.Sample("new").Token, nil
	})
	if err != nil {
		t.Fatalf("Fresh = %v, want nil", err)
	}
	if got, err := s.Get(t.Context(), box); err != nil || !got.Token.Refresh.Equal(storetest.Sample("new").Token.Refresh) {
		t.Errorf("Get = %v, want the new refresh token", err)
	}
}

func TestFreshWaitsNoLongerThanItMay(t *testing.T) {
	s, _ := stale(t)
	release, err := s.Lock(t.Context(), box)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = store.Fresh(ctx, s, box, never, nil)
	wantSymptom(t, "Fresh", err, diagnosis.AtStore, "lock-timeout", map[string]string{"account": box})
}

func TestFreshOfAnUnknownAccount(t *testing.T) {
	_, _, err := store.Fresh(t.Context(), open(t, "file", t.TempDir()), box, never, nil)
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Fresh = %v, want ErrNotFound", err)
	}
}
