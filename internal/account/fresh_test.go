package account_test

import (
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
)

func TestFreshFor(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		name           string
		access         string
		issued, expiry time.Duration // from now
		asked          time.Duration
		want           bool
	}{
		{"lives long enough", "ya29.x", -time.Minute, 59 * time.Minute, 5 * time.Minute, true},
		{"just not", "ya29.x", -55 * time.Minute, 5 * time.Minute, 5 * time.Minute, false},
		{"dead", "ya29.x", -2 * time.Hour, -time.Hour, 0, false},
		{"no token", "", -time.Minute, time.Hour, 0, false},
		{"by a clock that differs a little", "ya29.x", time.Minute, time.Hour, 0, true},
		{"of the future", "ya29.x", time.Minute + time.Second, time.Hour, 0, false},
	} {
		token := account.Token{Access: secret.New(row.access), IssuedAt: now.Add(row.issued), Expiry: now.Add(row.expiry)}
		if got := token.FreshFor(row.asked, now); got != row.want {
			t.Errorf("%s: FreshFor = %v, want %v", row.name, got, row.want)
		}
	}
	old := account.Token{Access: secret.New("ya29.x"), Expiry: now.Add(time.Hour)} // kept before IssuedAt was
	if !old.FreshFor(time.Minute, now) {
		t.Error("a token of which it is not known when it was issued is not fresh, want it so")
	}
}
