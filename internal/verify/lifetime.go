package verify

import (
	"fmt"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
)

// idleAfter is when a token that nobody used is worth a word: Google forgets it
// after six months (limit idle-lifetime).
const idleAfter = 5 * 30 * 24 * time.Hour

// Lifetime is what the birth certificate of a refresh token says of its end.
type Lifetime struct {
	// Code is testing-ends, published-since, time-based-ends or idle; empty when
	// nothing threatens it.
	Code string
	Ends time.Time // the zero time if no end is set
	Used time.Time // when it was last used, as far as we saw; the zero time if nobody knows
}

// LifetimeOf reads a grant at a moment. published is when the app was said to
// be published although the grant is of its Testing days, or the zero time.
func LifetimeOf(grant account.Grant, published, now time.Time) Lifetime {
	var life Lifetime
	life.Ends, life.Code = lifetimeEnd(grant)
	if life.Code == "testing-ends" && !published.IsZero() {
		life.Code = "published-since"
	}
	life.Used = grant.IssuedAt
	if grant.RenewedAt.After(life.Used) {
		life.Used = grant.RenewedAt
	}
	if life.Ends.IsZero() && !life.Used.IsZero() && now.Sub(life.Used) > idleAfter {
		life.Code = "idle"
	}
	return life
}

// lifetime tells when the refresh token will die. It warns and never fails: a
// token that is dead fails token.refresh.
func (r *run) lifetime() finding.Finding {
	grant, now := r.box.Grant, r.now()
	f := finding.Finding{ID: "token.lifetime", Status: finding.Pass}
	life := LifetimeOf(grant, r.box.Published, now)
	if !life.Ends.IsZero() {
		f.Facts = map[string]string{
			"ends_at":   life.Ends.UTC().Format(time.RFC3339),
			"issued_at": grant.IssuedAt.UTC().Format(time.RFC3339),
			"left":      left(life.Ends.Sub(now)),
		}
		if life.Code == "published-since" {
			f.Facts["published_at"] = r.box.Published.UTC().Format(time.RFC3339)
		}
		return r.lifetimeWarning(f, life.Code)
	}
	switch {
	case life.Used.IsZero(), grant.Adopted && grant.Publishing == account.Unknown:
		f.Status, f.Reason = finding.Skip, "skip.lifetime-unknown"
	case !r.bearer.renewed && life.Code == "idle":
		f.Facts = map[string]string{"used_at": life.Used.UTC().Format(time.RFC3339), "idle": left(now.Sub(life.Used))}
		return r.lifetimeWarning(f, "idle")
	default:
		f.Facts = map[string]string{"issued_at": grant.IssuedAt.UTC().Format(time.RFC3339)}
	}
	return f
}

func (r *run) lifetimeWarning(f finding.Finding, code string) finding.Finding {
	f.Status = finding.Warn
	symptom := &diagnosis.Symptom{Where: diagnosis.AtLifetime, Code: code, Facts: f.Facts}
	f.Symptom = symptom.With("account", r.box.Account, "client_id", r.box.Grant.ClientID,
		"publishing", string(r.box.Grant.Publishing))
	return f
}

// lifetimeEnd is the end of a grant, and whether the app's Testing status or
// the admin's own choice at the consent page set it. An app that is said to be
// in Testing ends even where the token reply did not say so.
func lifetimeEnd(grant account.Grant) (time.Time, string) {
	testing, err := time.ParseDuration(google.Known().Limits["testing-lifetime"].Value)
	if err != nil {
		testing = 7 * 24 * time.Hour
	}
	ends := grant.EndsAt()
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
