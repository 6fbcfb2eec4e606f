package verify

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// tokenFindings are the four of the token. mail is what the logins gave: a
// token that opened a mailbox is alive, whatever else is said of it.
func (r *run) tokenFindings(mail []finding.Finding) []finding.Finding {
	return []finding.Finding{r.refreshed(), r.identity(mail), r.scope(), r.lifetime()}
}

func (r *run) refreshed() finding.Finding {
	b := r.bearer
	f := finding.Finding{ID: "token.refresh", Status: finding.Pass, Duration: b.took}
	if err := cmp.Or(b.err, b.renewErr); err != nil {
		f.Status, f.Symptom = finding.Fail, r.symptomOf(err)
		f.Evidence = f.Symptom.Text
		return f
	}
	f.Facts = map[string]string{"renewed": strconv.FormatBool(b.renewed)}
	if !b.token.Expiry.IsZero() {
		f.Facts["expires_at"] = b.token.Expiry.UTC().Format(time.RFC3339)
	}
	return f
}

// identity holds the consenting account against the one that was asked for.
// The comparison knows nothing of dots and aliases: Gmail wants the account's
// own address in the SASL string.
func (r *run) identity(mail []finding.Finding) finding.Finding {
	b := r.bearer
	f := finding.Finding{ID: "token.identity", Status: finding.Skip, Duration: b.whoTook}
	switch {
	case b.err != nil:
		f.Reason = "skip.no-token"
	case b.whoUnable:
		f.Reason = "skip.no-identity-endpoint"
	case b.whoErr != nil && !r.tokenDead():
		f.Reason = "skip.identity-unavailable"
		f.Facts = map[string]string{"why": r.symptomOf(b.whoErr).Error()}
	case b.whoErr != nil:
		f.Status, f.Symptom = finding.Fail, r.symptomOf(b.whoErr).With("account", r.box.Account)
		f.Evidence = f.Symptom.Text
		if anyLogin(mail) {
			f.Status = finding.Warn
		}
	case b.who.Email == "":
		f.Reason = "skip.no-email-scope"
	case !strings.EqualFold(b.who.Email, r.box.Account):
		f.Status = finding.Fail
		f.Symptom = &diagnosis.Symptom{Where: diagnosis.AtIdentity, Code: "other-account",
			Facts: map[string]string{"account": r.box.Account, "got": b.who.Email}}
	default:
		f.Status = finding.Pass
		f.Facts = map[string]string{"account": b.who.Email}
		if b.who.ClientID != "" {
			f.Facts["client_id"] = b.who.ClientID
		}
	}
	return f
}

func anyLogin(mail []finding.Finding) bool {
	return slices.ContainsFunc(mail, func(f finding.Finding) bool {
		return strings.HasSuffix(f.ID, ".auth") && f.Status == finding.Pass
	})
}

func (r *run) scope() finding.Finding {
	f := finding.Finding{ID: "token.scope", Status: finding.Skip}
	granted := r.scopes()
	switch {
	case r.bearer.err != nil:
		f.Reason = "skip.no-token"
	case r.box.MailScope == "" || len(granted) == 0:
		f.Reason = "skip.scope-unknown"
	case !slices.Contains(granted, r.box.MailScope):
		f.Status = finding.Fail
		f.Symptom = &diagnosis.Symptom{Where: diagnosis.AtIdentity, Code: "mail-scope-missing",
			Facts: map[string]string{"account": r.box.Account, "scope": r.box.MailScope, "granted": strings.Join(granted, " ")}}
	default:
		f.Status, f.Facts = finding.Pass, map[string]string{"scope": r.box.MailScope}
	}
	return f
}

// scopes are what the token carries, from the freshest source that says so.
func (r *run) scopes() []string {
	for _, scopes := range [][]string{r.bearer.who.Scopes, r.bearer.token.Scopes} {
		if len(scopes) > 0 {
			return scopes
		}
	}
	return r.box.Scopes
}

// tokenDead reports whether the server was asked and does not know the token.
func (r *run) tokenDead() bool {
	symptom, ok := errors.AsType[*diagnosis.Symptom](r.bearer.whoErr)
	return ok && symptom.Where == diagnosis.AtIdentity && (symptom.Status == 400 || symptom.Status == 401)
}

// symptomOf gives the Symptom that an error holds, and of which account it is.
func (r *run) symptomOf(err error) *diagnosis.Symptom {
	return diagnosis.SymptomOf(err).With("account", r.box.Account, "seconds", seconds(r.box.Timeout))
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }
