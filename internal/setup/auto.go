package setup

import (
	"context"

	"gmailoauth/internal/playbook"
)

// doneByItself reports whether a step's action does, with the answers as they
// stand now, what else a person does: then nobody's word counts for it.
func (w *walker) doneByItself(id string) bool {
	for _, step := range w.steps {
		if step.ID == id {
			return len(step.Auto) > 0 && !step.Person
		}
	}
	return false
}

// byHand takes a step, whose action was refused, back into the admin's hands.
func (w *walker) byHand(ctx context.Context, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	delete(w.passed, id)
	delete(w.told, id)
	return w.take(playbook.Answers{"automation": {Values: []string{"by-hand"}, From: playbook.FromAdmin}}, id)
}
