package main

import (
	"context"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/setup"
	"gmailoauth/internal/terminal"
)

// cloud settles what flags and variables say of automation: a token that was
// given is there to be used. In our own sandbox there is nothing to be made.
func (g *gatherer) cloud() error {
	keys := []string{"automation", "gcp_token", "project_name", "organization", "folder"}
	for _, key := range keys {
		if !g.flags.sandbox {
			break
		}
		if from := g.answers[key].From; from == playbook.FromFlag {
			flag := g.question(key).Flag
			return inputSymptom("flags-exclude", "flag", "--sandbox", "other", flag, "flags", "--sandbox, "+flag)
		}
		delete(g.answers, key) // a variable is for other runs
	}
	if g.answers.Has("organization") && g.answers.Has("folder") {
		return inputSymptom("flags-exclude", "flag", "--organization", "other", "--folder", "flags", "--organization, --folder")
	}
	if g.answers.Has("gcp_token") && !g.answers.Has("automation") {
		g.answers["automation"] = playbook.Answer{Values: []string{"token"}, From: g.answers["gcp_token"].From}
	}
	return nil
}

// offerAutomation finds out whether a token can be had without being given, so
// that the walk may offer it. What an earlier run found is found anew; a token
// that it was given is not kept, so that its choice does not count any more.
func (w *walking) offerAutomation(ctx context.Context, asker setup.Asker) error {
	if !w.app.interactive() {
		return nil
	}
	kept := w.answers["automation"]
	if kept.From == playbook.FromFind || w.answers.Get("automation") == "token" && kept.From == playbook.FromEarlier && !w.answers.Has("gcp_token") {
		delete(w.answers, "automation")
	}
	delete(w.answers, "gcloud_account")
	if w.answers.Has("automation") {
		return nil
	}
	byHand := playbook.Answer{Values: []string{"by-hand"}, From: playbook.FromFind}
	settled := w.marks["project"] != "" && w.marks["gmail-api"] != ""
	if w.sandbox != nil || settled || w.app.gcloudPath() == "" || !w.app.gcloudWasUsed() {
		w.answers["automation"] = byHand
		return nil
	}
	var account string
	err := asker.Wait(ctx, w.app.words().Say("cloud.looking-gcloud"), w.app.flags.timeout, func(ctx context.Context) (err error) {
		account, err = w.app.gcloudAccount(ctx)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil: // it is a help, and not a condition
		w.answers["automation"] = byHand
	default:
		w.answers["gcloud_account"] = playbook.Answer{Values: []string{account}, From: playbook.FromFind}
	}
	return nil
}

// inCloudShell proposes the project that Cloud Shell is open for; no browser can
// be opened from there.
func (w *walking) inCloudShell(book *playbook.Playbook) setup.Book {
	project := w.app.env("DEVSHELL_PROJECT_ID")
	if project == "" {
		project = w.app.env("GOOGLE_CLOUD_PROJECT")
	}
	if !terminal.InCloudShell(w.app.env) {
		return book
	}
	w.noBrowser = true
	return shellBook{book, project}
}

// shellBook proposes a project.
type shellBook struct {
	*playbook.Playbook
	project string
}

// Resolve is the playbook's, with the proposal in it.
func (b shellBook) Resolve(answers playbook.Answers, marks playbook.Marks) []playbook.StepState {
	steps := b.Playbook.Resolve(answers, marks)
	for _, step := range steps {
		for i := range step.Questions {
			if q := &step.Questions[i]; q.Key == "project" && q.Value == "" {
				q.Value = b.project
			}
		}
	}
	return steps
}
