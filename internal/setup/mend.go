package setup

import "gmailoauth/internal/playbook"

// mendedIn gives the earlier step in which a refusal of the i-th step's action
// is mended, or "": one that is not walked mends nothing.
func (w *walker) mendedIn(i int, refusal error) string {
	if w.MendedIn == nil {
		return ""
	}
	id := w.MendedIn(refusal)
	for j := range i {
		if w.steps[j].ID == id && w.shown(j) {
			return id
		}
	}
	return ""
}

// mend makes a step the next one. What was known of it, Google has refuted; an
// action of its own is done again.
func (w *walker) mend(id string) {
	w.revisit = id
	delete(w.Marks, id)
	delete(w.acted, id)
	delete(w.passed, id)
}

// takeBack takes back what was said of other steps and is refuted by a refusal.
// What the action saw besides waits until it succeeds.
func (w *walker) takeBack(outcome Outcome) error {
	refuted := playbook.Answers{}
	for id, mark := range outcome.Marks {
		if mark != playbook.Open {
			continue
		}
		delete(w.Marks, id)
		if said, ok := outcome.Answers[playbook.AckKey(id)]; ok {
			refuted[playbook.AckKey(id)] = said
		}
	}
	if len(outcome.Marks) == 0 {
		return nil
	}
	w.Answers = merge(w.Answers, refuted)
	return w.save()
}
