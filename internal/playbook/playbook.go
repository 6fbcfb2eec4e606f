// Package playbook holds the walk as data: steps that all targets share, and
// the targets' own. It loads them in a language, fills their blanks from the
// answers, and says what is still open. It asks nobody, does nothing, and
// touches neither network nor disk.
package playbook

import (
	"gmailoauth/internal/secret"
)

// Kind is the kind of a question.
type Kind string

// The kinds of the JSON contract.
const (
	KindText    Kind = "text"
	KindChoice  Kind = "choice"
	KindConfirm Kind = "confirm"
	KindFile    Kind = "file"
	KindSecret  Kind = "secret"
	KindList    Kind = "list"
)

// Status of a step.
type Status string

// The four of the JSON contract.
const (
	Done         Status = "done"         // verified: we saw its effect
	Acknowledged Status = "acknowledged" // the admin says so
	Open         Status = "open"
	Skipped      Status = "skipped" // with a reason
)

// Origin says where an answer came from.
type Origin string

// Origins, strongest first: a flag wins over a variable, a variable over what
// was kept from an earlier run.
const (
	FromFlag     Origin = "flag"
	FromVariable Origin = "variable"
	FromAdmin    Origin = "asked"
	FromFind     Origin = "found" // read from a file, seen at a server, computed from other answers
	FromEarlier  Origin = "earlier"
	FromDefault  Origin = "default"
)

// Answer is the answer to one question. A list has several values; a secret has
// none, but a Secret.
type Answer struct {
	Values []string
	Secret secret.Text
	From   Origin
}

// Answers are the answers so far, by the key of their question. A target's own
// variable has its name as key (env_url).
type Answers map[string]Answer

// Get gives the first value, or "".
func (a Answers) Get(key string) string {
	if v := a[key].Values; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Has reports whether the question is answered.
func (a Answers) Has(key string) bool {
	answer := a[key]
	return !answer.Secret.IsZero() || len(answer.Values) > 0 && answer.Values[0] != ""
}

// Marks are what is known of steps beyond their answers, by step id: Done or
// Acknowledged.
type Marks map[string]Status

// Choice is one answer of a choice.
type Choice struct {
	Value string
	Label string
	Help  string // its consequences
}

// Question is one thing the walk must know. Label, Help and Choices are words
// of the language that was loaded.
type Question struct {
	Key      string // project; a target's variable: env_url
	Flag     string // --project; --set env_url
	Variable string // GMAILOAUTH_PROJECT; empty for a target's variable
	Kind     Kind
	Choices  []Choice
	Default  string // may hold blanks
	Secret   bool
	Required bool
	Check    string // name of the rule that a value must pass; see Check
	When     Condition
	Or       []string // keys that answer it as well: client_file is answered by client_id
	With     string   // key of a choice of the same step that is asked together with this one
	Offer    bool     // it is asked although it may be left empty
	Example  string   // of a value, for refusals and guides
	SameHost string   // key of another address whose host this one must share; see Conflict
	Label    string
	Help     string
}

// Called gives the words of a choice for its value, and any other value as it is.
func (q Question) Called(value string) string {
	for _, c := range q.Choices {
		if c.Value == value {
			return c.Label
		}
	}
	return value
}

// Condition holds when each key has one of the values. Keys are answers, or
// facts of the target: target.prompt_consent, target.client_type, … "*" stands
// for any value, "" for none. Empty: always.
type Condition map[string][]string

// Instruction is one line of a step that a person carries out. Values stand
// alone, each on a line, ready to be copied.
type Instruction struct {
	ID     string
	Text   string
	Values []string
	Note   string
	When   Condition
}

// Step is written once: the wizard asks it, the guide prints it, the plan lists
// it, flags answer it.
type Step struct {
	ID           string
	Title        string
	Stage        string // the word for the overview line
	Why          string // one sentence
	More         string // the longer explanation
	Link         string // key of google.Link
	Instructions []Instruction
	Sees         string // what one sees when it went well
	Checks       string // how we see that it was done, or that we cannot
	Questions    []Question
	Action       string    // name of what setup does after the answers; empty for none
	Person       bool      // only a person can do it: it can be acknowledged
	Auto         Condition // when it holds, Action does it and no person has to; else a person does, and there is no Action
	Per          string    // project, or mailbox: once for each account
	Proves       []string  // steps whose effect is seen when this one is Done
	Pitfalls     []string  // diagnoses of what goes wrong here, likeliest first
	Skip         string    // the reason to show when When does not hold
	When         Condition
	Grant        string // consent or delegation: the walk that it belongs to; empty for both
	Source       string
	Checked      string // YYYY-MM-DD

	delegated *delegated // what differs when a service account opens the mailboxes; nil: nothing
}

// StepState is a step as it stands with the answers so far: blanks filled, the
// link made, conditions applied.
type StepState struct {
	Step
	URL       string // the page
	Status    Status
	Reason    string          // of Skipped
	Questions []QuestionState // those whose condition holds
}

// QuestionState is a question with what is known of its answer.
type QuestionState struct {
	Question
	Pending bool           // required, and not answered
	Value   string         // the answer, or the default; never a secret's
	Then    *QuestionState // that of With: its When says to which choices it belongs; nil if it is given by flag or variable
}
