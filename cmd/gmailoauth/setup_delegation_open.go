package main

import (
	"context"

	"gmailoauth/internal/account"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/setup"
)

// delegate asks for a token for each mailbox, and keeps those that are opened.
func (w *walking) delegate(ctx context.Context, turn setup.Turn) (setup.Outcome, error) {
	var out setup.Outcome
	a, answers := w.app, turn.Answers
	key, err := w.keyOf(answers)
	if err != nil {
		return out, err
	}
	for _, email := range answers["account"].Values {
		acct, err := w.delegatedTo(email, answers, key)
		if err != nil {
			return out, err
		}
		err = turn.Asker.Wait(ctx, a.words().Say("delegation.opening", "account", email), 0, func(ctx context.Context) error {
			return a.openDelegated(ctx, acct, key)
		})
		if a.spreads(err) {
			err = w.spreading(ctx, turn, acct, key, err)
		}
		if err != nil {
			return out, err
		}
		out.Notes = append(out.Notes, w.delegationNote(playbook.Good, "opened", "account", email, "service_account", acct.Delegation.ServiceAccount))
	}
	return out, nil
}

// delegatedTo describes a mailbox that the answers delegate.
func (w *walking) delegatedTo(email string, answers playbook.Answers, key account.ServiceKey) (account.Account, error) {
	a := w.app
	before, err := a.keptAccount(email)
	if err != nil {
		return account.Account{}, err
	}
	d := &account.Delegation{ServiceAccount: answers.Get("service_account"), Scopes: playbook.DelegatedScopes(answers.Get("scope"))}
	acct := account.Account{Email: email, ClientType: account.ServiceAccount, ClientID: answers.Get("service_account_id"),
		ProjectID: account.ServiceAccountProject(d.ServiceAccount), Store: a.flags.store, Target: lastingName(answers.Get("target")), Delegation: d,
		Grant: account.Grant{ClientID: answers.Get("service_account_id"), Scopes: d.Scopes}}
	if acct.Store == "" {
		acct.Store = before.Store
	}
	if d.Keyless = key.Email == ""; d.Keyless {
		return acct, nil
	}
	return acct, a.useKey(acct, key)
}

// spreading waits for a delegation that Google does not know of yet, if that is
// wanted: right after it was authorized, the refusal is to be expected.
func (w *walking) spreading(ctx context.Context, turn setup.Turn, acct account.Account, key account.ServiceKey, refused error) error {
	a, patience := w.app, w.patience
	if turn.Patient {
		patience = max(patience, askedPatience)
	} else {
		turn.Asker.Tell([]playbook.Note{w.delegationNote(playbook.Heed, "spreading", "account", acct.Email)})
	}
	if patience == 0 {
		return refused
	}
	told := a.tellSpreading
	if a.term.Rich {
		told = nil // the line that moves says it
	}
	return turn.Asker.Wait(ctx, a.words().Say("delegation.spread-wait", "account", acct.Email, "limit", clockOf(patience)), 0, func(ctx context.Context) error {
		return a.openSpreading(ctx, acct, key, patience, told)
	})
}
