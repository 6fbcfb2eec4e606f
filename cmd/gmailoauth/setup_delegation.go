package main

import (
	"context"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/setup"
)

// acceptServiceAccount takes the path of a key's file as one types or drags it,
// or the address of a service account without a key.
func (w *walking) acceptServiceAccount(q playbook.Question, typed string) (playbook.Answers, error) {
	typed = strings.TrimSpace(typed)
	if account.IsServiceAccount(typed) && !strings.ContainsAny(typed, `/\ `) {
		email, err := playbook.Check(playbook.Question{Key: "service_account", Flag: "--service-account", Check: "email"}, typed)
		return playbook.Answers{"service_account": {Values: []string{email}, From: playbook.FromAdmin}}, err
	}
	path := draggedPath(typed, w.app.env("HOME"))
	key, err := w.app.readServiceKey(path, &clientFlags{})
	if err != nil {
		return nil, err
	}
	answers := keyAnswers(key)
	answers[q.Key] = playbook.Answer{Values: []string{path}, From: playbook.FromAdmin}
	return answers, nil
}

func (w *walking) delegationNote(mark playbook.Mark, id string, pairs ...any) playbook.Note {
	say := w.app.words().Say
	return playbook.Note{Mark: mark, Label: say("delegation.label"), Text: w.app.hide.Clean(say("delegation."+id, pairs...))}
}

// serviceAccount finds out which service account it is, with its numeric ID: from
// the key, or from Google. With automation and nothing named it is made.
func (w *walking) serviceAccount(ctx context.Context, turn setup.Turn) (setup.Outcome, error) {
	if err := noConsumers(turn.Answers["account"].Values); err != nil {
		return setup.Outcome{}, err
	}
	key, err := w.keyOf(turn.Answers)
	switch {
	case err != nil:
		return setup.Outcome{}, err
	case key.Email != "":
		return w.haveKey(key, "read"), nil
	case turn.Answers.Has("service_account"):
		return w.lookUp(ctx, turn)
	}
	return w.makeServiceAccount(ctx, turn)
}

func (w *walking) haveKey(key account.ServiceKey, id string) setup.Outcome {
	return setup.Outcome{Answers: keyAnswers(key), Notes: []playbook.Note{
		w.delegationNote(playbook.Good, id, "service_account", key.Email, "client_id", key.ClientID)}}
}

// keyOf is the key that answers hold, or whose file they name; zero if neither.
func (w *walking) keyOf(answers playbook.Answers) (account.ServiceKey, error) {
	if text := answers["service_account_key"].Secret; !text.IsZero() {
		return account.ParseServiceKey(text)
	}
	if path := answers.Get("service_account_file"); path != "" {
		return w.app.readServiceKey(path, &clientFlags{})
	}
	return account.ServiceKey{}, nil
}

// lookUp asks Google about a service account without a key. Who may do that may
// as a rule have Google sign, too.
func (w *walking) lookUp(ctx context.Context, turn setup.Turn) (setup.Outcome, error) {
	if token := turn.Answers["gcp_token"].Secret; !token.IsZero() {
		w.app.delegates.cloud = token
	}
	email := turn.Answers.Get("service_account")
	var id string
	err := turn.Asker.Wait(ctx, w.app.words().Say("delegation.looking", "service_account", email), 0, func(ctx context.Context) error {
		console, err := w.app.signingConsole(ctx)
		if err != nil {
			return err
		}
		found, err := console.ServiceAccount(ctx, email)
		id = found.UniqueID
		return err
	})
	if err != nil {
		return setup.Outcome{}, err
	}
	return setup.Outcome{Answers: playbook.Answers{"service_account_id": {Values: []string{id}, From: playbook.FromFind}},
		Notes: []playbook.Note{w.delegationNote(playbook.Good, "found", "service_account", email, "client_id", id)}}, nil
}
