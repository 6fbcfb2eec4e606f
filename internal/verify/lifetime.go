package verify

import (
	"fmt"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
)

// idleWarning is how long before Google forgets what nobody used this is worth a
// word at the earliest: one use puts it off by half a year.
const idleWarning = 32*24*time.Hour + 12*time.Hour

// Birth is all from which the end of a grant is told.
type Birth struct {
	Grant     account.Grant
	Published time.Time // when the app was said to be published although the grant is of its Testing days, or the zero time
	// WarnBefore is how long before the end a warning is due, for idleness a month
	// at most. 0: every end that is set is worth one, and idleness a month ahead.
	WarnBefore time.Duration
	// Siblings tells of the other accounts of the same client. It is called when
	// the grant itself gives no reason to warn, or was long unused. May be nil.
	Siblings func() Siblings
}

// Siblings are the other accounts of a client, as far as they are known here.
type Siblings struct {
	Used    time.Time // when one of them was last used; the zero time if there are none, or nobody knows
	Rotated bool      // one that consented later is kept with another client secret
}

// Lifetime is what is known of the end of a refresh token.
type Lifetime struct {
	// Code is testing-ends, published-since, time-based-ends, secret-rotated, idle
	// or client-idle; empty when nothing threatens the token.
	Code   string
	Ends   time.Time // the zero time if no end is set
	Used   time.Time // when it was last used, as far as we saw; the zero time if nobody knows
	Warn   bool      // a warning is due: it never is without a Code
	issued time.Time
}

// LifetimeOf reads a birth at a moment. An end that was set comes before what
// follows from it not being used: it is sooner.
// Sources: the limits of google.Known; that an old secret works until it is
// disabled: support.google.com/cloud/answer/15549257 (seen 2026-11-20).
func LifetimeOf(b Birth, now time.Time) Lifetime {
	life := Lifetime{issued: b.Grant.IssuedAt, Used: b.Grant.IssuedAt}
	if b.Grant.RenewedAt.After(life.Used) {
		life.Used = b.Grant.RenewedAt
	}
	life.Ends, life.Code = lifetimeEnd(b.Grant)
	if life.Code == "testing-ends" && !b.Published.IsZero() {
		life.Code = "published-since"
	}
	life.Warn = life.Code != "" && (b.WarnBefore == 0 || life.Ends.Sub(now) <= b.WarnBefore)
	if life.Warn {
		return life
	}
	idle := life.Ends.IsZero() && LongUnused("idle-lifetime", life.Used, b.WarnBefore, now)
	var others Siblings
	if b.Siblings != nil {
		others = b.Siblings()
	}
	switch {
	case others.Rotated:
		life.Code, life.Warn = "secret-rotated", true
	case idle && LongUnused("client-idle-lifetime", others.Used, b.WarnBefore, now):
		life.Code, life.Warn = "client-idle", true
	case idle:
		life.Code, life.Warn = "idle", true
	}
	return life
}

// LongUnused reports that Google will soon forget what was last used then: limit
// is its name among the facts, before as in Birth. The zero time is never long ago.
func LongUnused(limit string, used time.Time, before time.Duration, now time.Time) bool {
	if before == 0 || before > idleWarning {
		before = idleWarning
	}
	return !used.IsZero() && now.Sub(used) >= limitOf(limit)-before
}

// Facts are those of a finding, and all that is needed to say it.
func (l Lifetime) Facts(now time.Time) map[string]string {
	facts := map[string]string{}
	day := func(name string, t time.Time) {
		if !t.IsZero() {
			facts[name] = t.UTC().Format(time.RFC3339)
		}
	}
	if l.Code != "" {
		facts["lifetime"] = l.Code
	}
	day("issued_at", l.issued)
	day("ends_at", l.Ends)
	switch {
	case !l.Ends.IsZero():
		facts["left"] = left(l.Ends.Sub(now))
	case l.Code == "idle", l.Code == "client-idle":
		day("used_at", l.Used)
		facts["idle"] = left(now.Sub(l.Used))
	}
	return facts
}

// lifetime tells when the refresh token will die. It warns and never fails: a
// token that is dead fails token.refresh.
func (r *run) lifetime() finding.Finding {
	birth, now := Birth{Grant: r.box.Grant, Published: r.box.Published, WarnBefore: r.box.WarnBefore, Siblings: r.box.Siblings}, r.now()
	if r.bearer.renewed {
		birth.Grant.RenewedAt = now
	}
	life := LifetimeOf(birth, now)
	f := finding.Finding{ID: "token.lifetime", Status: finding.Pass}
	switch grant := r.box.Grant; {
	case life.Warn:
		f.Status, f.Facts = finding.Warn, life.Facts(now)
		symptom := &diagnosis.Symptom{Where: diagnosis.AtLifetime, Code: life.Code, Facts: f.Facts}
		f.Symptom = symptom.With("account", r.box.Account, "client_id", grant.ClientID, "publishing", string(grant.Publishing))
	case life.Used.IsZero(), life.Ends.IsZero() && grant.Adopted && grant.Publishing == account.Unknown:
		f.Status, f.Reason = finding.Skip, "skip.lifetime-unknown"
	default:
		f.Facts = life.Facts(now)
	}
	return f
}

// limitOf is a limit of Google's that is a time.
func limitOf(name string) time.Duration {
	limit, err := time.ParseDuration(google.Known().Limits[name].Value)
	if err != nil {
		return 0 // the facts are embedded, and a test reads them all
	}
	return limit
}

// lifetimeEnd is the end of a grant, and whether the app's Testing status or
// the admin's own choice at the consent page set it. An app that is said to be
// in Testing ends even where the token reply did not say so.
func lifetimeEnd(grant account.Grant) (time.Time, string) {
	testing, ends := limitOf("testing-lifetime"), grant.EndsAt()
	switch {
	case grant.IssuedAt.IsZero():
		return time.Time{}, ""
	case ends.IsZero() && grant.Publishing == account.Testing:
		return grant.IssuedAt.Add(testing), "testing-ends"
	case ends.IsZero():
		return time.Time{}, ""
	case grant.Publishing == account.Testing, grant.Lifetime <= testing:
		return ends, "testing-ends"
	}
	return ends, "time-based-ends"
}

// left writes a duration in the two largest units that every language reads
// alike: 6d 23h, 23h 5m, 0m.
func left(d time.Duration) string {
	d = max(d, 0)
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case days > 0:
		return fmt.Sprintf("%dd %dh", days, hours)
	case hours > 0:
		return fmt.Sprintf("%dh %dm", hours, minutes)
	}
	return fmt.Sprintf("%dm", minutes)
}
