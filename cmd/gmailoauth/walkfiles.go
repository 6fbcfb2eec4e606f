package main

import (
	"cmp"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/playbook"
)

// secrets reads the files of flags, and variables that hold a secret itself.
func (g *gatherer) secrets() error {
	for _, t := range walkTexts() { // in their order: one of them may take stdin
		q := g.question(t[0])
		if !q.Secret {
			continue
		}
		flag, path := strings.TrimPrefix(q.Flag, "--"), *g.flags.text[q.Key]
		from := playbook.FromVariable
		if f := g.cmd.Flags().Lookup(flag); f != nil && f.Changed {
			if from = g.origin(flag, path); path == "" {
				return inputSymptom("empty-value", "key", q.Key, "flag", q.Flag)
			}
		}
		text, err := g.app.secretFromFlags(&g.files, q.Flag, path, q.Variable)
		if err != nil {
			return err
		}
		if !text.IsZero() {
			g.answers[q.Key] = playbook.Answer{Secret: text, From: from}
		}
	}
	return nil
}

// clientFile finds what the client's JSON answers. An ID beside it must be the same.
func (g *gatherer) clientFile() error {
	path := g.answers.Get("client_file")
	if path == "" {
		return nil
	}
	data, err := g.app.readInput(&g.files, "--client-file", path)
	if err != nil {
		return err
	}
	client, err := account.ReadClient(data, path)
	if err != nil {
		return err
	}
	g.app.hide.Hide(client.Secret)
	if cmp.Or(g.answers.Get("client_id"), client.ID) != client.ID {
		return inputSymptom("client-ids-differ", "file", path, "flag", "--client-id")
	}
	for key, answer := range clientAnswers(client) {
		if key == "client_secret" || !g.answers.Has(key) { // the secret that belongs to this client
			g.answers[key] = answer
		}
	}
	return nil
}

// clientAnswers are the answers that a client holds.
func clientAnswers(client account.Client) playbook.Answers {
	answers := playbook.Answers{}
	found := func(key string, values ...string) {
		if len(values) > 0 && values[0] != "" {
			answers[key] = playbook.Answer{Values: values, From: playbook.FromFind}
		}
	}
	found("client_id", client.ID)
	found("client_type", string(client.Type))
	found("project", client.ProjectID)
	found("client_project", client.ProjectID)
	found("client_redirect_uris", client.RedirectURIs...)
	found("client_origins", client.Origins...)
	if !client.Secret.IsZero() {
		answers["client_secret"] = playbook.Answer{Secret: client.Secret, From: playbook.FromFind}
	}
	return answers
}
