package main

import (
	"context"
	"errors"
	"strconv"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/setup"
	"gmailoauth/internal/store"
)

// actions are what steps do after their answers. All of them look at the effect
// first, so they can be done in every run, but for those that a withdrawn
// consent has made past.
func (w *walking) actions() map[string]setup.Action {
	client := []string{"client_id", "client_secret", "client_type", "client_redirect_uris", "redirect_uris", "project"}
	withdrawn := w.marks["withdraw"] == playbook.Done && w.answers.Get("withdraw") == "yes"
	return map[string]setup.Action{
		"project":      {Needs: cloudNeeds(), Run: w.makeProject},
		"gmail-api":    {Needs: cloudNeeds(), Run: w.switchGmailOn},
		"client-check": {Needs: client, Always: true, Run: w.checkClient},
		"consent":      {Needs: append(client, "account", "audience", "publishing", "refresh_token"), Always: !withdrawn, Run: w.consent},

		"service-account": {Needs: append(cloudNeeds(), "service_account_file", "service_account", "scope"), Always: true, Run: w.serviceAccount},
		"delegation":      {Needs: []string{"service_account", "service_account_id", "scope", "account"}, Always: true, Run: w.delegate},

		"proof":    {Needs: []string{"target"}, Always: !withdrawn, Run: w.prove},
		"handover": {Needs: []string{"target"}, Always: true, Prints: true, Run: w.handOver},
		"withdraw": {Needs: []string{"withdraw"}, Run: w.withdraw},
	}
}

// client is the client that answers describe. A type that only the target needs
// is taken for it: nobody knows better when there is but an ID and a secret.
func clientOf(answers playbook.Answers) account.Client {
	return account.Client{ID: answers.Get("client_id"), Secret: answers["client_secret"].Secret,
		Type: account.ClientType(answers.Get("client_type")), ProjectID: answers.Get("project"),
		RedirectURIs: answers["client_redirect_uris"].Values, Origins: answers["client_origins"].Values}
}

// publishingOf is the publishing status in the admin's words.
func publishingOf(answers playbook.Answers) account.Publishing {
	switch {
	case answers.Get("audience") == "internal":
		return account.Internal
	case answers.Get("publishing") == "testing":
		return account.Testing
	case answers.Get("publishing") == "production":
		return account.Production
	}
	return account.Unknown
}

// consent has each mailbox consent, or adopts the token that was given; one that
// has consented to this client already is left alone if its token still works.
func (w *walking) consent(ctx context.Context, turn setup.Turn) (setup.Outcome, error) {
	var out setup.Outcome
	emails := turn.Answers["account"].Values
	if turn.Answers.Has("refresh_token") && len(emails) > 1 {
		return out, inputSymptom("one-account-per-token", "flag", "--refresh-token-file", "count", strconv.Itoa(len(emails)))
	}
	before := map[string]bool{}
	for _, email := range emails {
		note, had, err := w.consentOf(ctx, turn, email)
		out.Notes = append(out.Notes, note...)
		before[email] = had
		if err != nil {
			return out, err
		}
	}
	seen, err := w.seen(ctx, turn, before)
	out.Notes, out.Marks, out.Answers = append(out.Notes, seen.Notes...), seen.Marks, seen.Answers
	return out, err
}

// consentOf reports also whether the account had consented before this run.
func (w *walking) consentOf(ctx context.Context, turn setup.Turn, email string) (notes []playbook.Note, before bool, err error) {
	a, say := w.app, w.app.words().Say
	client, refresh := clientOf(turn.Answers), turn.Answers["refresh_token"].Secret
	note := func(mark playbook.Mark, id string, pairs ...any) playbook.Note {
		return playbook.Note{Mark: mark, Label: say("setup.consent"), Text: say("setup."+id, append(pairs, "account", email)...)}
	}
	good, had, err := w.stillConsented(ctx, turn, client, email)
	if err != nil {
		return nil, false, err
	}
	if good {
		return []playbook.Note{note(playbook.Good, "consent-good")}, true, nil
	}
	if had && refresh.IsZero() {
		turn.Asker.Tell([]playbook.Note{note(playbook.Heed, "consent-again")})
	}
	adopted := !refresh.IsZero()
	var token account.Token
	if adopted {
		err = turn.Asker.Wait(ctx, say("setup.consent-looking", "account", email), 0, func(ctx context.Context) error {
			token, _, err = a.adopt(ctx, client, email, refresh)
			return err
		})
	} else {
		token, err = w.askConsent(ctx, turn, client, email)
	}
	if err != nil {
		return nil, false, err
	}
	acct := a.accountOf(email, client, token, publishingOf(turn.Answers), adopted)
	acct.Target = lastingName(turn.Answers.Get("target"))
	if err := a.keep(ctx, acct, account.Credentials{ClientSecret: client.Secret, Token: token}); err != nil {
		return nil, false, err
	}
	return []playbook.Note{note(playbook.Good, map[bool]string{false: "consent-new", true: "consent-adopted"}[adopted])}, false, nil
}

// askConsent has a person consent or, in the sandbox without input, its robot.
func (w *walking) askConsent(ctx context.Context, turn setup.Turn, client account.Client, email string) (account.Token, error) {
	port, _ := strconv.Atoi(turn.Answers.Get("redirect_port")) // checked when it was answered; none is 0
	options := consentOptions{RedirectPort: port, NoBrowser: w.noBrowser,
		Stranded: func(s *diagnosis.Symptom) error { return s }}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if w.sandbox != nil && w.sandbox.robot {
		options.NoPaste = true
		options.Browser = func(ctx context.Context, address string) error {
			err := w.sandbox.box.Consent(ctx, address, email)
			if err != nil && ctx.Err() == nil {
				cancel(err) // nobody else will come
			}
			return err
		}
	}
	token, _, err := w.app.consent(ctx, client, email, options)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return token, cause
	}
	return token, err
}

// stillConsented reports whether the account is kept with this client and its
// token can be renewed, and whether it was kept at all. That nobody can be
// reached is an error: it says nothing about the consent.
func (w *walking) stillConsented(ctx context.Context, turn setup.Turn, client account.Client, email string) (good, had bool, err error) {
	a := w.app
	accounts, err := a.accounts()
	if err != nil {
		return false, false, err
	}
	acct, err := accounts.Get(email)
	if errors.Is(err, store.ErrNotFound) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	secrets, err := a.secretsOf(acct)
	if err != nil {
		return false, false, err
	}
	creds, err := secrets.Get(ctx, email)
	if errors.Is(err, store.ErrNotFound) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	refresh := turn.Answers["refresh_token"].Secret
	if acct.ClientID != client.ID || !creds.ClientSecret.Equal(client.Secret) || !refresh.IsZero() && !creds.Token.Refresh.Equal(refresh) {
		return false, false, nil
	}
	err = turn.Asker.Wait(ctx, a.words().Say("setup.consent-looking", "account", email), 0, func(ctx context.Context) error {
		_, _, err := a.freshToken(ctx, acct, secrets, proofMinValidity, false)
		return err
	})
	if target := lastingName(turn.Answers.Get("target")); err == nil && acct.Target != target {
		err = accounts.Update(email, func(kept *account.Account) { kept.Target = target })
		return err == nil, true, err
	}
	symptom, refused := errors.AsType[*diagnosis.Symptom](err)
	if refused && symptom.Where == diagnosis.AtToken && !a.explain(symptom).Temporary {
		return false, true, nil
	}
	return err == nil, true, err
}
