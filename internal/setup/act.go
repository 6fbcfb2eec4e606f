package setup

import (
	"context"
	"errors"

	"gmailoauth/internal/playbook"
)

// act does a step's action; when it is refused, the Asker says what is next.
func (w *walker) act(ctx context.Context, i int) error {
	step := w.steps[i]
	if !w.passed[step.ID] {
		view := w.view(i, nil)
		if w.Actions[step.Action].Prints {
			view.Step.Instructions = nil
		}
		w.Asker.Show(view)
	}
	outcome, err := w.Actions[step.Action].Run(ctx, Turn{Step: step, Answers: w.complete, Asker: w.Asker, Patient: w.patient})
	w.patient = false
	w.Asker.Tell(outcome.Notes)
	if err != nil {
		if saving := w.takeBack(outcome); saving != nil {
			return saving
		}
		return w.refused(ctx, i, err)
	}
	w.acted[step.ID] = true
	w.passed[step.ID] = true
	w.told[step.ID] = true
	w.Marks[step.ID] = playbook.Done
	if outcome.Status != "" {
		w.Marks[step.ID] = outcome.Status
	}
	for id, mark := range outcome.Marks {
		w.Marks[id] = mark
		if mark == playbook.Open {
			delete(w.Marks, id)
		}
	}
	w.Answers = merge(w.Answers, outcome.Answers)
	return w.save()
}

func (w *walker) refused(ctx context.Context, i int, refusal error) error {
	if ctx.Err() != nil || errors.Is(refusal, context.Canceled) {
		return refusal
	}
	delete(w.Marks, w.steps[i].ID)
	view := w.view(i, nil)
	view.Mend = w.mendedIn(i, refusal)
	move, err := w.Asker.Refused(ctx, view, refusal)
	switch {
	case err != nil:
		return err
	case move == playbook.Leave:
		return refusal
	case move == playbook.ByHand:
		return w.byHand(ctx, w.steps[i].ID)
	case move == playbook.Wait:
		w.patient = true
	case move == playbook.Mend && view.Mend != "":
		w.mend(view.Mend)
	case move == playbook.Back && len(w.steps[i].Questions) > 0:
		w.revisit = w.steps[i].ID
	case move == playbook.Back:
		w.goBack(i)
	}
	return nil
}
