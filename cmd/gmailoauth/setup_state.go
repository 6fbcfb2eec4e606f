package main

import (
	"encoding/json"
	"errors"
	"os"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/store"
)

// walkFile is how far a walk has come, as it is kept. No secret is in it.
type walkFile struct {
	Format   int                        `json:"format"`
	Target   string                     `json:"target"`
	Saved    time.Time                  `json:"saved"`
	Finished bool                       `json:"finished,omitempty"`
	Answers  map[string]keptAnswer      `json:"answers"`
	Marks    map[string]playbook.Status `json:"marks,omitempty"`
}

type keptAnswer struct {
	Values []string        `json:"values"`
	From   playbook.Origin `json:"from"`
}

// walks are those that are kept on this machine.
func (a *app) walks() (*store.Walks, error) {
	paths, err := a.paths()
	if err != nil {
		return nil, err
	}
	return store.NewWalks(paths), nil
}

// save keeps answers and marks, once it is known for which target.
func (w *walking) save(answers playbook.Answers, marks playbook.Marks) error {
	w.latest = answers
	return w.keep(answers, marks, false)
}

// keep keeps them; a finished walk is not gone on with, unless its target is
// named again.
func (w *walking) keep(answers playbook.Answers, marks playbook.Marks, finished bool) error {
	target := answers.Get("target")
	if target == "" || w.sandbox != nil {
		return nil
	}
	file := walkFile{Format: 1, Target: target, Saved: w.app.now().UTC().Truncate(time.Second), Finished: finished,
		Answers: map[string]keptAnswer{}, Marks: marks}
	for key, answer := range answers {
		if answer.Secret.IsZero() && len(answer.Values) > 0 && answer.Values[0] != "-" { // stdin cannot be read again
			file.Answers[key] = keptAnswer{answer.Values, answer.From}
		}
	}
	data, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return err
	}
	walks, err := w.app.walks()
	if err != nil {
		return err
	}
	return walks.Put(target, append(data, '\n'))
}

// resume puts what was kept of an earlier walk under what was given now: of the
// walk for the same target or, when none is named, of the last one that was not
// finished.
func (w *walking) resume() error {
	if w.sandbox != nil {
		return nil
	}
	walks, err := w.app.walks()
	if err != nil {
		return err
	}
	target := w.answers.Get("target")
	read := walks.Latest
	if target != "" {
		read = func() ([]byte, error) { return walks.Get(target) }
	}
	data, err := read()
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var file walkFile
	if err := json.Unmarshal(data, &file); err != nil || file.Format != 1 {
		symptom := &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "corrupt-file", Err: err,
			Facts: map[string]string{"file": walks.File(file.Target)}}
		return symptom
	}
	if target == "" && file.Finished {
		return nil
	}
	w.resumed = target == ""
	w.takeUp(file)
	return nil
}

// takeUp takes what was kept where nothing was given now. The client's secret is
// read again from its file.
func (w *walking) takeUp(file walkFile) {
	for key, kept := range file.Answers {
		if !w.answers.Has(key) {
			from := playbook.FromEarlier
			if kept.From == playbook.FromFind {
				from = kept.From
			}
			w.answers[key] = playbook.Answer{Values: kept.Values, From: from}
		}
	}
	for id, mark := range file.Marks {
		if w.marks[id] == "" {
			w.marks[id] = mark
		}
	}
	path := w.answers.Get("client_file")
	if path == "" || w.answers.Has("client_secret") {
		return
	}
	data, err := os.ReadFile(path)
	if err == nil {
		var client account.Client
		if client, err = account.ReadClient(data, path); err == nil {
			w.app.hide.Hide(client.Secret)
			for key, answer := range clientAnswers(client) {
				if key == "client_secret" || !w.answers.Has(key) {
					w.answers[key] = answer
				}
			}
		}
	}
	if err != nil { // it went away: asked again
		for _, key := range clientKeys() {
			delete(w.answers, key)
		}
	}
}
