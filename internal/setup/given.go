package setup

import (
	"context"
	"strings"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
)

// Given is the Asker of --no-input, and of a run without a terminal: it has
// nothing but what was given, never asks, and names all that is missing at once.
type Given struct {
	// Notes, if not nil, is given what actions saw.
	Notes func([]playbook.Note)
}

// Begin refuses to begin when something is missing.
func (g Given) Begin(_ context.Context, missing []playbook.Question) error {
	return MissingAnswers(missing)
}

// MissingAnswers names the flag of every question that must be answered, in one
// Symptom; nil when there is none.
func MissingAnswers(missing []playbook.Question) error {
	if len(missing) == 0 {
		return nil
	}
	flags := make([]string, 0, len(missing))
	for _, q := range missing {
		flags = append(flags, q.Flag)
	}
	return &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "missing-answers",
		Facts: map[string]string{"keys": strings.Join(flags, ", ")}}
}

// Ask goes on without an answer.
func (g Given) Ask(context.Context, playbook.View) (playbook.Reply, error) {
	return playbook.Reply{Move: playbook.Forward}, nil
}

// Passed tells nobody.
func (g Given) Passed(playbook.View) {}

// Show tells nobody.
func (g Given) Show(playbook.View) {}

// Tell hands on what actions saw.
func (g Given) Tell(notes []playbook.Note) {
	if g.Notes != nil {
		g.Notes(notes)
	}
}

// Refused ends the walk with the refusal.
func (g Given) Refused(_ context.Context, _ playbook.View, refusal error) (playbook.Move, error) {
	return playbook.Leave, refusal
}

// Wait draws nothing.
func (g Given) Wait(ctx context.Context, _ string, limit time.Duration, do func(context.Context) error) error {
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	return do(ctx)
}
