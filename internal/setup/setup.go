// Package setup carries a playbook out, step by step: it asks what is pending,
// does what a step's action says, and goes on.
//
// It keeps no state but answers and marks: the steps are derived anew after
// each answer, so a walk can be left anywhere and gone on with. It asks through
// an Asker and acts through Actions, and knows neither who answers nor what is
// done.
package setup

import (
	"context"
	"time"

	"gmailoauth/internal/playbook"
)

// Book is a walk as data; *playbook.Playbook is one.
type Book interface {
	Resolve(playbook.Answers, playbook.Marks) []playbook.StepState
	Complete(playbook.Answers) playbook.Answers
	Missing(playbook.Answers) []playbook.Question
}

// Asker puts the walk before whoever answers.
type Asker interface {
	// Begin is called once, before anything is asked or done, with all the
	// questions that are open. An error ends the walk.
	Begin(ctx context.Context, missing []playbook.Question) error
	// Ask puts a step before the admin and blocks until they move.
	Ask(ctx context.Context, view playbook.View) (playbook.Reply, error)
	// Passed tells that a step needs nothing: it was done or answered before.
	Passed(view playbook.View)
	// Show puts a step that asks nothing on the screen, as its action begins.
	Show(view playbook.View)
	// Tell shows what an action saw.
	Tell(notes []playbook.Note)
	// Refused tells why an action failed, and returns Retry, Back, Leave or,
	// where view.Mend names a step, Mend; an error ends the walk, usually the
	// refusal itself.
	Refused(ctx context.Context, view playbook.View, refusal error) (playbook.Move, error)
	// Wait carries out do and shows that it is waited for, and for what. A
	// limit of 0 is none.
	Wait(ctx context.Context, what string, limit time.Duration, do func(context.Context) error) error
}

// Action is what a step does after its answers.
type Action struct {
	// Needs are the keys it works with: when one of them changes, it is done
	// again, and so are the actions after it.
	Needs []string
	// Always: it is done in every run, also when it was done in an earlier one.
	Always bool
	// Prints: it prints what its step tells one to do, so that is not shown
	// before.
	Prints bool
	// Run does it. It may block as long as it takes; ctx ends it.
	Run func(ctx context.Context, turn Turn) (Outcome, error)
}

// Turn is what an action is given.
type Turn struct {
	Step    playbook.StepState
	Answers playbook.Answers // complete; not to be changed
	Asker   Asker            // for Tell and Wait
	Patient bool             // it was refused a moment ago, and the admin wants to wait
}

// Outcome is what an action did.
type Outcome struct {
	Answers playbook.Answers // what it found, kept with the others
	Status  playbook.Status  // of the step; empty for Done
	Notes   []playbook.Note
	// Marks are what it saw of other steps. Open takes a mark back: what was said
	// of the step turned out to be otherwise.
	Marks playbook.Marks
}

// Walk is one run of setup.
type Walk struct {
	// Load gives the walk for a target; "" when none is chosen yet.
	Load    func(target string) (Book, error)
	Answers playbook.Answers
	Marks   playbook.Marks
	Asker   Asker
	Actions map[string]Action
	// Save is called after each answer and each action. It keeps no secret.
	Save func(playbook.Answers, playbook.Marks) error
	// Page gives the address of a step's page, if it is another one than the
	// playbook's; may be nil.
	Page func(playbook.StepState) string
	// MendedIn gives the id of the step in which a refusal is mended, or "";
	// may be nil.
	MendedIn func(refusal error) string
	// Heading gives the words for what is being connected; may be nil.
	Heading func(target string, answers playbook.Answers) string
}

// Result is how a walk ended.
type Result struct {
	Answers playbook.Answers
	Marks   playbook.Marks
}
