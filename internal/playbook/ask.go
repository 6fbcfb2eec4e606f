package playbook

import "strings"

// View is a step as it is put before the admin: with where in the walk they
// are, and which of its questions are to be asked now.
type View struct {
	Heading   string // what is being connected: the target's title, the project
	Step      StepState
	Questions []QuestionState // fewer than the step's when others are answered
	Steps     []StepState     // the whole walk, for the overview
	At        int             // index of Step in Steps
	Further   bool            // the step was put before the admin already; these questions are new, and so are the instructions that come with them
	First     bool            // there is no step before it
	Mend      string          // id of the earlier step in which a refusal is mended; "": unknown, or this one
}

// Number is the place of the step among those that are walked, from 1, and how
// many they are. Skipped steps do not count.
func (v View) Number() (at, of int) {
	for i := range v.Steps {
		if !v.Walked(i) {
			continue
		}
		of++
		if i <= v.At {
			at = of
		}
	}
	return at, of
}

// Walked reports whether a step is one of those that are walked, as far as is
// known: neither skipped, nor one that depends on an application not chosen yet.
func (v View) Walked(i int) bool {
	if i == v.At {
		return true
	}
	step := v.Steps[i]
	for key := range step.When {
		if strings.HasPrefix(key, "target.") && v.Steps[0].Status == Open && v.At == 0 {
			return false
		}
	}
	return step.Status != Skipped
}

// Move is what the admin wants next.
type Move string

// The moves. Leaving keeps the place.
const (
	Forward Move = "forward"
	Back    Move = "back"
	Leave   Move = "leave"
	Retry   Move = "retry"   // of an action that was refused
	ByHand  Move = "by-hand" // the same, of one that a person can do as well
	Wait    Move = "wait"    // and try again, until what was refused is known everywhere
	Mend    Move = "mend"    // to the step that View.Mend names
)

// Reply is what the admin did with a view.
type Reply struct {
	Answers      Answers // of its questions, each checked; others may come with them (a file holds several)
	Acknowledged bool    // "it is done", of a step that only a person can do
	Move         Move
}

// Mark is the one sign at the head of a line.
type Mark string

// Marks of lines. What they look like is the face's business.
const (
	Good     Mark = "good"
	Bad      Mark = "bad"
	Heed     Mark = "heed"
	Said     Mark = "said"    // the admin says so: nobody has seen it
	Unsure   Mark = "unknown" // nobody could tell
	Neutral  Mark = "neutral"
	Verbatim Mark = "verbatim" // no sign, not wrapped: to be copied
)

// Note is one line that tells what was seen: project, my-mail-123.
type Note struct {
	Mark  Mark
	Label string
	Text  string
}
