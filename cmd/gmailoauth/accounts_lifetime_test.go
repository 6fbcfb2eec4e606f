package main

import (
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
)

// One birth certificate, read as the clock goes on.
func TestLifetimeAsTheClockGoesOn(t *testing.T) {
	born := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	testing7 := account.Account{Grant: account.Grant{IssuedAt: born, Lifetime: 7*day - time.Second, Publishing: account.Testing, Seen: true}}
	published := testing7
	published.PublishedAt = born.Add(day)
	lasting := account.Account{Grant: account.Grant{IssuedAt: born, Publishing: account.Production}}
	renewed := account.Account{Grant: account.Grant{IssuedAt: born, RenewedAt: born.Add(90 * day)}}
	limited := account.Account{Grant: account.Grant{IssuedAt: born, Lifetime: 180 * day}}
	for _, row := range []struct {
		acct  account.Account
		after time.Duration
		want  string
	}{
		{testing7, 0, "issued while the app was in Testing: ends 8 May 2026, 11:59 (in 6 days 23 h)"},
		{testing7, 3*day + 20*time.Hour - time.Second, "issued while the app was in Testing: ends 8 May 2026, 11:59 (in 3 days 4 h)"},
		{testing7, 6*day + 22*time.Hour, "issued while the app was in Testing: ends 8 May 2026, 11:59 (in 1 h 59 min)"},
		{testing7, 7*day - 2*time.Minute, "issued while the app was in Testing: ends 8 May 2026, 11:59 (in 1 min)"},
		{testing7, 7 * day, "expired 8 May 2026, 11:59"},
		{published, 2 * day, "issued in Testing, and the app is published since: consent again; this grant ends 8 May 2026, 11:59 (in 4 days 23 h)"},
		{published, 8 * day, "expired 8 May 2026, 11:59"},
		{lasting, 150*day - time.Second, ""},
		{lasting, 150 * day, "unused for 5 months: Google deletes at 6"},
		{renewed, 151 * day, ""},
		{renewed, 241 * day, "unused for 5 months: Google deletes at 6"},
		{limited, day, "granted for a limited time: ends 28 October 2026, 12:00 (in 179 days 0 h)"},
		{limited, 177*day + 5*time.Hour, "granted for a limited time: ends 28 October 2026, 12:00 (in 2 days 19 h)"},
		{account.Account{}, 1000 * day, ""},
	} {
		s := newStage(nil)
		s.now = func() time.Time { return born.Add(row.after) }
		if got := s.lifetime(s.lifeOf(t.Context(), row.acct, nil, 0)); got != row.want {
			t.Errorf("%+v after %v: lifetime = %q, want %q", row.acct.Grant, row.after, got, row.want)
		}
	}
}

// A client lives as long as one of its accounts uses it.
func TestClientIdle(t *testing.T) {
	d := newDesk(t)
	d.keeps(t, officeBox, time.Hour)
	d.keeps(t, "b@example.com", time.Hour)
	a, _, _ := d.app()
	accounts, err := a.accounts()
	must(t, err)
	last := func(email string, ago time.Duration) {
		must(t, accounts.Update(email, func(kept *account.Account) {
			kept.Grant.IssuedAt, kept.Grant.RenewedAt = d.now.Add(-ago), d.now.Add(-ago)
		}))
	}
	unused := func() string {
		_, out, _ := d.run(t, "accounts", "show", officeBox)
		for line := range strings.Lines(out) {
			if rest, ok := strings.CutPrefix(line, "Client unused"); ok {
				return strings.TrimSpace(rest)
			}
		}
		return ""
	}
	last("b@example.com", 170*24*time.Hour)
	for _, row := range []struct {
		last time.Duration
		want string
	}{
		{10 * 24 * time.Hour, ""},
		{149 * 24 * time.Hour, ""},
		{155 * 24 * time.Hour, "no account used it for 5 months: Google deletes a client at 6"},
	} {
		last(officeBox, row.last)
		if got := unused(); got != row.want {
			t.Errorf("unused for %v: %q, want %q", row.last, got, row.want)
		}
	}
	last("b@example.com", time.Hour)
	if got := unused(); got != "" {
		t.Errorf("another account used the client an hour ago: %q, want nothing", got)
	}
}
