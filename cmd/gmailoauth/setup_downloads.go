package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/google/renameio/v2/maybe"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/downloads"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/wizard"
)

// watch watches for the client's file, while it is asked for.
func (w *walking) watch(ctx context.Context, q playbook.Question) *wizard.Watching {
	folders := downloads.Folders(w.app.env, runtime.GOOS == "windows")
	if q.Key != "client_file" || len(folders) == 0 {
		return nil
	}
	files, landed := downloads.Watch(ctx, folders, w.app.now(), nil), make(chan wizard.Found)
	watching := &wizard.Watching{Where: w.homely(folders[0]), Found: landed}
	go func() {
		defer close(landed)
		for found := range files {
			select {
			case landed <- w.landed(found):
			case <-ctx.Done():
			}
		}
	}()
	return watching
}

// homely is a path as one says it: ~/Downloads.
func (w *walking) homely(path string) string {
	if home := w.app.env("HOME"); home != "" {
		if rest, ok := strings.CutPrefix(path, home+string(filepath.Separator)); ok {
			return "~" + string(filepath.Separator) + rest
		}
	}
	return path
}

// landed is a file as it is offered. What it is held against is what is known
// when it is shown.
func (w *walking) landed(found downloads.Found) wizard.Found {
	offer := wizard.Found{Name: filepath.Base(found.Path), Path: found.Path, Landed: found.Landed, Refusal: found.Refusal}
	if found.Refusal != nil {
		return offer
	}
	w.app.hide.Hide(found.Client.Secret)
	offer.Notes = func() []playbook.Note { return w.compare(found.Client) }
	offer.Move = func() (string, error) { return w.takeIn(found) }
	return offer
}

// compare holds a client against what is needed, without asking Google.
func (w *walking) compare(client account.Client) []playbook.Note {
	answers := w.latest
	if book, err := w.app.playbook(answers.Get("target")); err == nil {
		answers = book.Complete(withoutAnswers(answers, clientKeys()))
	}
	wanted, loopback := answers["redirect_uris"].Values, answers.Get("loopback_uri")
	answers = mergeAnswers(answers, "client_project", client.ProjectID)
	c := &clientCheck{walking: w, client: client, read: true, loopback: loopback}
	c.project(answers)
	_ = c.kind(answers) // its line says it; the step refuses it
	if client.Type == account.Web {
		if loopback != "" {
			wanted = append(slices.Clip(wanted), loopback)
		}
		for _, uri := range wanted {
			_ = c.redirect(uri, finding.Finding{})
		}
	}
	return c.notes
}

func mergeAnswers(answers playbook.Answers, key, value string) playbook.Answers {
	next := withoutAnswers(answers, []string{key})
	next[key] = playbook.Answer{Values: []string{value}, From: playbook.FromFind}
	return next
}

// takeIn moves the file to a folder of ours, where only the admin reads it.
func (w *walking) takeIn(found downloads.Found) (string, error) {
	paths, err := w.app.paths()
	if err != nil {
		return "", err
	}
	file := filepath.Join(paths.Config, "clients", filepath.Base(found.Client.ID)+".json")
	unwritable := func(err error) error {
		return (&diagnosis.Symptom{Where: diagnosis.AtStore, Code: "write-failed", Err: err}).With("file", file)
	}
	data, err := os.ReadFile(found.Path)
	if err != nil {
		return "", unreadable("--client-file", found.Path, err)
	}
	if _, err := account.ReadClient(data, found.Path); err != nil { // it has changed meanwhile
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return "", unwritable(err)
	}
	if err := maybe.WriteFile(file, data, 0o600); err != nil {
		return "", unwritable(err)
	}
	if err := os.Remove(found.Path); err != nil {
		w.app.note(w.app.words().Say("setup.left-there", "file", found.Path))
	}
	return file, nil
}
