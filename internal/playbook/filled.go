package playbook

import "slices"

// Filled gives a copy of the target with the blanks of its texts filled. A
// variable without a value shows its label, ‹Environment URL›; a blank that
// nobody knows stays.
func (t *Target) Filled(values map[string]string) *Target {
	answers := Answers{}
	for key, value := range values {
		answers[key] = Answer{Values: []string{value}, From: FromFind}
	}
	answers = (&Playbook{Target: t}).Complete(answers)
	fill := (&Playbook{Target: t}).filler(answers)
	for _, v := range t.Variables {
		for _, suffix := range []string{"", "_host", "_origin", "_domain"} {
			fill.blanks[v.Key+suffix] = "‹" + v.Label + "›"
		}
	}
	lines := func(texts []string) []string {
		filled := make([]string, 0, len(texts))
		for _, text := range texts {
			filled = append(filled, fill.text(text))
		}
		return filled
	}
	instructions := func(list []Instruction) []Instruction {
		list = slices.Clone(list)
		for i := range list {
			list[i].Text, list[i].Note, list[i].Values = fill.text(list[i].Text), fill.text(list[i].Note), fill.values(list[i].Values)
		}
		return list
	}
	filled := *t
	filled.RedirectURIs, filled.Origins, filled.Domains = lines(t.RedirectURIs), lines(t.Origins), lines(t.Domains)
	filled.Warnings, filled.Limits = lines(t.Warnings), lines(t.Limits)
	filled.Before, filled.After = instructions(t.Before), instructions(t.After)
	filled.Forms = slices.Clone(t.Forms)
	for i := range filled.Forms {
		form := &filled.Forms[i]
		form.Title, form.Note, form.Menu = fill.text(form.Title), fill.text(form.Note), lines(form.Menu)
		form.Fields = slices.Clone(form.Fields)
		for j := range form.Fields {
			field := &form.Fields[j]
			field.Value, field.Note = fill.text(field.Value), fill.text(field.Note)
		}
	}
	return &filled
}
