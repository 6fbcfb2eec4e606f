package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/setup"
	"gmailoauth/internal/store"
)

// gmailAPITimeout bounds the one call of the Gmail API: whoever does not answer
// by then leaves the question open, which is no refusal.
const gmailAPITimeout = 10 * time.Second

// effects collects what a walk sees of steps by their effect.
type effects struct {
	*walking
	turn  setup.Turn
	notes []playbook.Note
	marks playbook.Marks
}

func (e *effects) note(mark playbook.Mark, label, id string, pairs ...any) {
	say := e.app.words().Say
	e.notes = append(e.notes, playbook.Note{Mark: mark, Label: say("effects." + label), Text: e.app.hide.Clean(say("effects."+id, pairs...))})
	if mark == playbook.Unsure {
		e.unsure(say("effects." + label))
	}
}

// unsure remembers what nobody could tell, for the overview.
func (w *walking) unsure(what string) {
	if !slices.Contains(w.unknown, what) {
		w.unknown = append(w.unknown, what)
	}
}

// seen tells what the consents show beyond themselves: publishing status,
// permission, and whether the Gmail API is on. Refused is the Gmail API off where
// the application needs it. before are the accounts that had consented already.
func (w *walking) seen(ctx context.Context, turn setup.Turn, before map[string]bool) (setup.Outcome, error) {
	e := &effects{walking: w, turn: turn, marks: playbook.Marks{}}
	var published, granted []playbook.Status
	for _, email := range turn.Answers["account"].Values {
		acct, _, err := w.kept(email)
		if err != nil {
			return setup.Outcome{}, err
		}
		status, err := e.publishing(acct, !before[email])
		if err != nil {
			return setup.Outcome{}, err
		}
		published, granted = append(published, status), append(granted, e.scope(acct))
	}
	e.mark("audience", published)
	e.mark("scope", granted)
	err := e.gmailAPI(ctx, turn.Answers.Get("account"))
	taken := playbook.Answers{}
	for step, mark := range e.marks {
		if mark == playbook.Open { // what was said of it is taken back as well
			taken[playbook.AckKey(step)] = playbook.Answer{}
		}
	}
	return setup.Outcome{Notes: e.notes, Marks: e.marks, Answers: taken}, err
}

// mark marks a step from what each account shows: one contradiction takes the
// mark back, one that cannot tell leaves it as it is.
func (e *effects) mark(step string, seen []playbook.Status) {
	switch {
	case slices.Contains(seen, playbook.Open):
		e.marks[step] = playbook.Open
	case len(seen) > 0 && !slices.Contains(seen, ""):
		e.marks[step] = playbook.Done
	}
}

// publishing holds what the admin said against what Google's token reply said.
func (e *effects) publishing(acct account.Account, fresh bool) (playbook.Status, error) {
	grant, said := acct.Grant, publishingOf(e.turn.Answers)
	pairs := []any{"account", acct.Email, "day", "", "left", ""}
	if ends := grant.EndsAt(); !ends.IsZero() {
		pairs = []any{"account", acct.Email, "day", ends.In(e.app.now().Location()).Format("2006-01-02 15:04"), "left", e.app.span(ends.Sub(e.app.now()))}
	}
	testing := grant.Publishing == account.Testing && grant.Seen
	switch {
	case testing && (said == account.Testing || said == account.Unknown):
		e.note(playbook.Heed, "publishing", "publishing-testing", pairs...)
		return playbook.Done, nil
	case testing && fresh:
		link := google.Link("audience", map[string]string{"project": e.turn.Answers.Get("project"), "authuser": acct.Email})
		e.note(playbook.Heed, "publishing", "publishing-not-published", append(pairs, "url", link)...)
		return playbook.Open, nil
	case testing:
		e.note(playbook.Heed, "publishing", "publishing-since", pairs...)
		return "", e.publishedNow(acct)
	case grant.Lifetime > 0:
		e.note(playbook.Heed, "publishing", "publishing-limited", pairs...)
		return "", nil
	case grant.Adopted:
		e.note(playbook.Unsure, "publishing", "publishing-unknown", pairs...)
		return "", nil
	case said == account.Testing:
		e.note(playbook.Heed, "publishing", "publishing-not-testing", pairs...)
		return playbook.Done, nil
	}
	e.note(playbook.Good, "publishing", "publishing-lasting", pairs...)
	return playbook.Done, nil
}

// publishedNow keeps when it was first said that the app is published although
// the grant is of its Testing days. The grant itself stays as it was issued.
func (e *effects) publishedNow(acct account.Account) error {
	if !acct.PublishedAt.IsZero() {
		return nil
	}
	accounts, err := e.app.accounts()
	if err != nil {
		return err
	}
	err = accounts.Update(acct.Email, func(kept *account.Account) { kept.PublishedAt = e.app.now() })
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

func (e *effects) scope(acct account.Account) playbook.Status {
	switch {
	case slices.Contains(acct.Grant.Scopes, google.MailScope()):
		e.note(playbook.Good, "scope", "scope-granted", "account", acct.Email)
		return playbook.Done
	case len(acct.Grant.Scopes) == 0:
		e.note(playbook.Neutral, "scope", "scope-unknown", "account", acct.Email)
	}
	return ""
}

// gmailAPI asks the Gmail API for the smallest thing, with the consent's own
// token. Off is a refusal only where the application cannot do without it; that
// nobody answers is none.
func (e *effects) gmailAPI(ctx context.Context, email string) error {
	a := e.app
	server, err := a.oauthServer()
	if err != nil {
		return err
	}
	if server.Provider.GmailEndpoint == "" {
		e.note(playbook.Unsure, "gmail-api", "gmail-api-unasked")
		return nil
	}
	acct, secrets, err := e.kept(email)
	if err != nil {
		return err
	}
	err = e.turn.Asker.Wait(ctx, a.words().Say("effects.asking-gmail-api"), gmailAPITimeout, func(ctx context.Context) error {
		token, _, err := a.freshToken(ctx, acct, secrets, proofMinValidity, false)
		if err == nil {
			_, err = server.GmailAPI(ctx, token.Access)
		}
		return err
	})
	title := e.turn.Answers.Get("target_title")
	symptom, refused := errors.AsType[*diagnosis.Symptom](err)
	switch {
	case err == nil:
		e.note(playbook.Good, "gmail-api", "gmail-api-on", "account", email)
		e.marks["gmail-api"] = playbook.Done
	case ctx.Err() != nil:
		return ctx.Err()
	case refused && symptom.Code == "gmail-api-off":
		e.marks["gmail-api"] = playbook.Open
		target, err := a.target(e.turn.Answers.Get("target"))
		if err == nil && target.GmailAPI == "required" {
			return symptom.With("target", target.Title, "project", e.turn.Answers.Get("project"), "account", email)
		}
		link := google.Link("gmail-api", map[string]string{"project": e.turn.Answers.Get("project"), "authuser": email})
		e.note(playbook.Heed, "gmail-api", "gmail-api-off", "target", title, "url", link)
	case refused:
		e.note(playbook.Unsure, "gmail-api", "gmail-api-unknown", "words", a.explain(symptom).Error)
	default:
		e.note(playbook.Unsure, "gmail-api", "gmail-api-unknown", "words", err.Error())
	}
	return nil
}
