package main

import "gmailoauth/internal/playbook"

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
}

type plannedChoice struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

func planJSON(steps []playbook.StepState) planned {
	plan := planned{Format: 1, Command: "plan", Steps: []plannedStep{}}
	for _, s := range steps {
		step := plannedStep{ID: s.ID, Title: s.Title, Status: s.Status, Reason: s.Reason, Link: s.URL, Questions: []plannedQuestion{}}
		for _, q := range s.Questions {
			question := plannedQuestion{Key: q.Key, Flag: q.Flag, Variable: q.Variable, Kind: q.Kind, Label: q.Label, Help: q.Help,
				Choices: []plannedChoice{}, Default: q.Default, Secret: q.Secret, Required: q.Required, Pending: q.Pending, Value: q.Value}
			for _, c := range q.Choices {
				question.Choices = append(question.Choices, plannedChoice{Value: c.Value, Label: c.Label})
			}
			step.Questions = append(step.Questions, question)
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan
}
