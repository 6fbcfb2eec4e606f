package main

import (
	"context"
	"errors"
	"net/http"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/setup"
)

// madeName is what the address of a service account begins with that is made here.
const madeName = "gmailoauth"

// makeServiceAccount makes a service account and a key, which goes into the store
// and nowhere else. What is there is used as it is.
func (w *walking) makeServiceAccount(ctx context.Context, turn setup.Turn) (setup.Outcome, error) {
	console, err := w.console(turn)
	if err != nil {
		return setup.Outcome{}, err
	}
	project := turn.Answers.Get("project")
	email := madeName + "@" + project + ".iam.gserviceaccount.com"
	acct := account.Account{Store: w.app.flags.store, Delegation: &account.Delegation{ServiceAccount: email}}
	if key, err := w.app.serviceKey(ctx, acct); err == nil {
		return w.haveKey(key, "was-made"), nil
	}
	turn.Asker.Tell([]playbook.Note{w.delegationNote(playbook.Neutral, "will-make", "service_account", email)})
	var file secret.Text
	err = turn.Asker.Wait(ctx, w.app.words().Say("delegation.making", "service_account", email), 3*w.app.flags.timeout, func(ctx context.Context) error {
		_, err := console.ServiceAccount(ctx, email)
		if symptom, ok := errors.AsType[*diagnosis.Symptom](err); ok && symptom.Status == http.StatusNotFound {
			_, err = console.CreateServiceAccount(ctx, project, madeName, "gmailoauth")
		}
		if err == nil {
			file, err = console.CreateKey(ctx, email)
		}
		return err
	})
	if err != nil {
		return setup.Outcome{}, err
	}
	w.app.hide.Hide(file)
	key, err := account.ParseServiceKey(file)
	if err != nil {
		return setup.Outcome{}, err
	}
	w.app.hide.Hide(key.Private)
	return w.haveKey(key, "made"), w.app.keepKey(ctx, acct, key)
}
