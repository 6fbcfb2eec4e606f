package setup

import (
	"context"
	"slices"

	"gmailoauth/internal/playbook"
)

// ask puts a step before the admin and takes what they reply.
func (w *walker) ask(ctx context.Context, i int) error {
	step, questions := w.steps[i], w.wanted(w.steps[i])
	view := w.view(i, questions)
	switch {
	case !view.Further || len(questions) == 0:
		w.seen = step
	case step.Person && len(step.Auto) == 0: // what is to be done depends on the answer
		view.Step.Instructions = nil
	default: // what is to be done to find the answer
		view.Step.Instructions = w.unseen(step)
		w.seen = step
	}
	reply, err := w.Asker.Ask(ctx, view)
	if err != nil {
		return err
	}
	w.further = ""
	switch {
	case reply.Move == playbook.Back && view.Further: // to what was answered a moment ago
		w.revisit = step.ID
		return nil
	case reply.Move == playbook.Back:
		w.goBack(i)
		return nil
	}
	w.revisit = ""
	w.passed[step.ID] = true
	for _, q := range questions {
		w.asked[q.Key] = true
	}
	if err := w.take(reply.Answers, step.ID); err != nil {
		return err
	}
	if err := w.goOn(step.ID, questions); err != nil {
		return err
	}
	if reply.Acknowledged {
		return w.acknowledge(step.ID)
	}
	w.tellNew(step.ID)
	return nil
}

// tellNew tells what a step says now that it is answered, and did not before:
// the redirect URIs of an application whose address became known.
func (w *walker) tellNew(id string) {
	if w.further == id {
		return
	}
	for _, step := range w.steps {
		if step.ID != id || step.Person {
			continue
		}
		var notes []playbook.Note
		for _, now := range w.unseen(step) {
			notes = append(notes, playbook.Note{Mark: playbook.Neutral, Text: now.Text})
			for _, value := range now.Values {
				notes = append(notes, playbook.Note{Mark: playbook.Verbatim, Text: value})
			}
		}
		w.Asker.Tell(notes)
	}
}

// unseen gives the instructions of a step that were not on the screen when it
// stood there last.
func (w *walker) unseen(step playbook.StepState) []playbook.Instruction {
	var list []playbook.Instruction
	for _, now := range step.Instructions {
		if !slices.ContainsFunc(w.seen.Instructions, func(was playbook.Instruction) bool { return sameInstruction(was, now) }) {
			list = append(list, now)
		}
	}
	return list
}

// acknowledge takes the admin's word that a step is done, if that was all. When
// their answers made it say something else than they saw, it is shown first;
// but an action looks for itself.
func (w *walker) acknowledge(id string) error {
	if w.further == id || w.doneByItself(id) {
		return nil
	}
	for _, step := range w.steps {
		if step.ID == id && step.Action == "" && step.Status == playbook.Open && len(step.Instructions) > 0 && !saysTheSame(w.seen, step) {
			w.further = id
			delete(w.passed, id)
			return nil
		}
	}
	w.Marks[id] = playbook.Acknowledged
	if err := w.resolve(); err != nil {
		return err
	}
	return w.save()
}

// goBack makes the step before i the next one.
func (w *walker) goBack(i int) {
	w.revisit = w.steps[i].ID
	if j := w.before(i); j >= 0 {
		w.revisit = w.steps[j].ID
	}
}

// goOn looks at the step after its reply: answers may have brought further
// questions; and what had to be answered and was not ends the walk, for nobody
// is there who will.
func (w *walker) goOn(id string, questions []playbook.QuestionState) error {
	for _, step := range w.steps {
		if step.ID != id {
			continue
		}
		var missing []playbook.Question
		for _, q := range step.Questions {
			was := func(asked playbook.QuestionState) bool { return asked.Key == q.Key }
			if q.Pending && slices.ContainsFunc(questions, was) {
				missing = append(missing, q.Question)
			}
		}
		if len(missing) > 0 {
			return MissingAnswers(missing)
		}
		if len(w.wanted(step)) > 0 {
			w.further = id
		}
	}
	return nil
}

// take puts answers over those there are, withdraws the marks of steps that
// depended on what changed, and saves. The marks of the step that was just
// answered are the reply's own.
func (w *walker) take(answers playbook.Answers, id string) error {
	before, steps := w.complete, w.steps
	w.Answers = merge(w.Answers, answers)
	if err := w.resolve(); err != nil {
		return err
	}
	lost := w.outdated(changed(before, w.complete), steps, w.steps)
	for _, outdated := range lost {
		delete(w.acted, outdated)
		delete(w.told, outdated)
		if outdated != id {
			delete(w.Marks, outdated)
			delete(w.passed, outdated)
		} else if w.Marks[id] == playbook.Done {
			delete(w.Marks, id)
		}
	}
	if err := w.resolve(); err != nil {
		return err
	}
	return w.save()
}

func (w *walker) save() error {
	if w.Save == nil {
		return nil
	}
	return w.Save(w.Answers, w.Marks)
}
