package playbook

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"

	"gmailoauth/internal/google"
)

// Resolve gives the steps as they stand: conditions applied, blanks filled,
// defaults and computed answers in place. It changes nothing; the same answers
// and marks give the same states.
//
// A step is Done when its mark, or that of a step that proves it, says so; a
// step without an action and without a person is done with its answers. It is
// Acknowledged when the admin says so, or answered what only one who did it can
// answer. Otherwise it is Open.
func (p *Playbook) Resolve(answers Answers, marks Marks) []StepState {
	answers = p.Complete(answers)
	fill := p.filler(answers)
	proven := map[string]bool{}
	for _, step := range p.Steps {
		if marks[step.ID] == Done {
			for _, id := range step.Proves {
				proven[id] = true
			}
		}
	}
	states := make([]StepState, 0, len(p.Steps))
	for _, step := range walked(p.Steps, answers) {
		state := p.state(step, fill)
		mark := marks[step.ID]
		if proven[step.ID] {
			mark = Done
		}
		state.Status, state.Reason = p.status(state, fill, mark)
		for i := range state.Questions {
			if state.Status == Skipped {
				state.Questions[i].Pending = false
			}
		}
		states = append(states, state)
	}
	return states
}

func (p *Playbook) filler(answers Answers) filler {
	blanks := map[string]string{}
	if p.Target != nil {
		for _, v := range p.Target.Variables {
			blanks[v.Key] = v.Label
		}
	}
	maps.Copy(blanks, p.blanks)
	defaults := map[string]string{}
	for _, step := range p.Steps {
		for _, q := range step.Questions {
			if value, ok := whole(q.Default, answers); ok && value != "" {
				defaults[q.Key] = value
			}
		}
	}
	links := map[string]string{"project": answers.Get("project"), "authuser": answers.Get("account"), "client_id": answers.Get("client_id")}
	delegationLink(answers, links)
	return filler{answers: answers, defaults: defaults, blanks: blanks, links: links}
}

func (p *Playbook) state(step Step, fill filler) StepState {
	state := StepState{Step: step}
	byItself := p.byItself(&state.Step, fill)
	state.Title, state.Why, state.More = fill.text(step.Title), fill.text(step.Why), fill.text(step.More)
	state.Sees, state.Checks, state.Skip = fill.text(step.Sees), fill.text(step.Checks), fill.text(step.Skip)
	if step.Link != "" {
		state.URL = google.Link(step.Link, fill.links)
	}
	if fill.answers.Get("sandbox") == "true" {
		state.URL = lookalike(fill.answers.Get("console_url"), state.URL)
	}
	state.Instructions = nil
	for _, i := range step.Instructions {
		if p.holds(i.When, fill) && (p.Target != nil || !i.When.asksTarget()) {
			i.Text, i.Note, i.Values = fill.text(i.Text), fill.text(i.Note), fill.values(i.Values)
			state.Instructions = append(state.Instructions, i)
		}
	}
	state.Step.Questions = nil
	for _, q := range step.Questions {
		if q.Key == AckKey(step.ID) && (byItself || len(state.Instructions) == 0) {
			continue // there is nothing that a person has to do
		}
		if p.holds(q.When, fill) {
			state.Questions = append(state.Questions, asked(q, step.Questions, fill))
		}
	}
	return state
}

// lookalike gives the page of the sandbox's console, if setup started one, that
// stands for a page of Google's: its paths below /auth/ are the same.
func lookalike(console, page string) string {
	u, err := url.Parse(page)
	if err != nil || console == "" || !strings.HasPrefix(u.Path, "/auth/") {
		return console
	}
	return strings.TrimSuffix(console, "/") + u.RequestURI()
}

// asked is a question with the one that is asked together with it.
func asked(q Question, all []Question, fill filler) QuestionState {
	state := questionState(q, fill)
	for _, other := range all {
		from := fill.answers[other.Key].From
		if q.With != "" && other.Key == q.With && from != FromFlag && from != FromVariable {
			then := questionState(other, fill)
			state.Then = &then
		}
	}
	return state
}

func questionState(q Question, fill filler) QuestionState {
	q.Label, q.Help = fill.text(q.Label), fill.text(q.Help)
	q.Default = fill.defaults[q.Key]
	q.Choices = slices.Clone(q.Choices)
	for i := range q.Choices {
		q.Choices[i].Help = fill.text(q.Choices[i].Help)
	}
	state := QuestionState{Question: q, Pending: q.Required && !answered(q, fill.answers)}
	if !q.Secret {
		state.Value = cmp.Or(strings.Join(fill.answers[q.Key].Values, ","), q.Default)
	}
	return state
}

func answered(q Question, answers Answers) bool {
	return answers.Has(q.Key) || slices.ContainsFunc(q.Or, answers.Has)
}
