package main

import (
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/words"
)

// planned is the plan in the JSON contract.
type planned struct {
	Format  int           `json:"format"`
	Command string        `json:"command"`
	Steps   []plannedStep `json:"steps"`
}

type plannedStep struct {
	ID        string            `json:"id"`
	Title     string            `json:"title"`
	Status    playbook.Status   `json:"status"`
	Reason    string            `json:"reason,omitempty"`
	Link      string            `json:"link"`
	Questions []plannedQuestion `json:"questions"`
}

type plannedQuestion struct {
	Key      string          `json:"key"`
	Flag     string          `json:"flag"`
	Variable string          `json:"variable"`
	Kind     playbook.Kind   `json:"kind"`
	Label    string          `json:"label"`
	Help     string          `json:"help"`
	Choices  []plannedChoice `json:"choices"`
	Default  string          `json:"default"`
	Secret   bool            `json:"secret"`
	Required bool            `json:"required"`
	Pending  bool            `json:"pending"`
	Value    string          `json:"value"`

	// For programs that ask the questions themselves: see docs/embedding.md.
	Validation plannedRule `json:"validation"`
	Or         []string    `json:"or"`                  // keys that answer it as well
	SameHost   string      `json:"same_host,omitempty"` // key of an address whose host it must share
}

// plannedRule says what a value must be. A value that matches Pattern may still
// be refused: plan itself, given the value, has the last word.
type plannedRule struct {
	Rule    string `json:"rule"`
	Says    string `json:"says"`
	Pattern string `json:"pattern,omitempty"` // RE2
	Example string `json:"example,omitempty"`
}

type plannedChoice struct {
	Value string `json:"value"`
	Label string `json:"label"`
	Help  string `json:"help"`
}

func planJSON(steps []playbook.StepState, w *words.Words) planned {
	plan := planned{Format: 1, Command: "plan", Steps: []plannedStep{}}
	for _, s := range steps {
		step := plannedStep{ID: s.ID, Title: s.Title, Status: s.Status, Reason: s.Reason, Link: s.URL, Questions: []plannedQuestion{}}
		for _, q := range s.Questions {
			question := plannedQuestion{Key: q.Key, Flag: q.Flag, Variable: q.Variable, Kind: q.Kind, Label: q.Label, Help: q.Help,
				Choices: []plannedChoice{}, Default: q.Default, Secret: q.Secret, Required: q.Required, Pending: q.Pending, Value: q.Value,
				Validation: plannedRule{Rule: q.Check, Says: w.Say("rules." + q.Check), Pattern: playbook.Pattern(q.Check), Example: q.Example},
				Or:         append([]string{}, q.Or...), SameHost: q.SameHost}
			for _, c := range q.Choices {
				question.Choices = append(question.Choices, plannedChoice{Value: c.Value, Label: c.Label, Help: c.Help})
			}
			step.Questions = append(step.Questions, question)
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan
}
