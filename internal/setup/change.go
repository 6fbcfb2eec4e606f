package setup

import (
	"maps"
	"net/url"
	"slices"

	"gmailoauth/internal/playbook"
)

// changed gives the keys whose answer was another one before. What is answered
// for the first time is not a change: nothing can have depended on it.
func changed(before, after playbook.Answers) []string {
	var keys []string
	for key, answer := range after {
		if !before.Has(key) {
			continue
		}
		if !slices.Equal(before[key].Values, answer.Values) || !before[key].Secret.Equal(answer.Secret) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// outdated gives the ids of the marked steps that answers no longer bear out: a
// step that now says something else, an action that worked with a changed
// answer, and every marked action after such a one.
func (w *walker) outdated(keys []string, before, after []playbook.StepState) []string {
	if len(keys) == 0 {
		return nil
	}
	was := map[string]playbook.StepState{}
	for _, step := range before {
		was[step.ID] = step
	}
	var ids []string
	undone := false // an earlier action has to be done again
	for _, step := range after {
		action, acts := w.Actions[step.Action]
		switch {
		case acts && (undone || slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(action.Needs, k) })):
			undone = true
			ids = append(ids, step.ID)
		case !acts && !saysTheSame(was[step.ID], step):
			ids = append(ids, step.ID)
		}
	}
	return ids
}

// saysTheSame compares what a person would carry out, on which project.
func saysTheSame(a, b playbook.StepState) bool {
	return project(a.URL) == project(b.URL) && slices.EqualFunc(a.Instructions, b.Instructions, sameInstruction)
}

func sameInstruction(a, b playbook.Instruction) bool {
	return a.Text == b.Text && slices.Equal(a.Values, b.Values)
}

func project(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Query().Get("project")
}

// merge gives answers with others put over them.
func merge(answers, others playbook.Answers) playbook.Answers {
	next := maps.Clone(answers)
	if next == nil {
		next = playbook.Answers{}
	}
	maps.Copy(next, others)
	return next
}
