package guide

import (
	"slices"
	"strings"

	"gmailoauth/internal/playbook"
)

// choices are the answers of one choice side by side.
type choices struct {
	If, Label string
	Options   []option
}

type option struct {
	Label, Help, Flag string
	Mark              string // chosen, recommended, or nothing
}

// choices gives the choices of a step. One that belongs to another is told
// together with it: internal; external, published; external, testing.
func (d Document) choices(s playbook.StepState) []choices {
	var list []choices
	var told []string
	for _, q := range s.Questions {
		if q.Kind != playbook.KindChoice || slices.Contains(told, q.Key) || q.Key == "target" && d.Book.Target != nil {
			continue
		}
		c := choices{If: d.heading(q.When), Label: q.Label}
		for _, first := range d.possible(q.Question) {
			flag := q.Flag + " " + first.Value
			then := d.question(s.Questions, q.With)
			if q.With == "" || !slices.Contains(d.original(q.With).When[q.Key], first.Value) || then.Key == "" {
				c.Options = append(c.Options, option{first.Label, first.Help, flag, d.mark(q.Question, first.Value, false)})
				continue
			}
			told = append(told, then.Key)
			for _, second := range d.possible(then) {
				c.Options = append(c.Options, option{d.Words.Say("guide.both", "first", first.Label, "second", second.Label),
					second.Help, flag + " " + then.Flag + " " + second.Value,
					d.markOfSecond(q.Question, then, second.Value)})
			}
		}
		list = append(list, c)
	}
	return list
}

// possible are the choices that the answers leave: the one that was chosen, or all.
func (d Document) possible(q playbook.Question) []playbook.Choice {
	var left []playbook.Choice
	for _, c := range q.Choices {
		if !d.Answers.Has(q.Key) || d.Answers.Get(q.Key) == c.Value {
			left = append(left, c)
		}
	}
	return left
}

func (d Document) mark(q playbook.Question, v string, chosen bool) string {
	switch {
	case chosen || q.With == "" && d.Answers.Get(q.Key) == v:
		return d.Words.Say("guide.chosen")
	case q.Default == v && !d.Answers.Has(q.Key):
		return d.Words.Say("guide.recommended")
	}
	return ""
}

// markOfSecond is mark for the later of two choices told together: what is
// recommended there says nothing while the first is open.
func (d Document) markOfSecond(first, second playbook.Question, v string) string {
	if !d.Answers.Has(first.Key) {
		return ""
	}
	return d.mark(second, v, d.Answers.Has(second.Key))
}

func (d Document) question(among []playbook.QuestionState, key string) playbook.Question {
	for _, q := range among {
		if key != "" && q.Key == key {
			return q.Question
		}
	}
	return playbook.Question{}
}

// original gives a question as the playbook holds it, with its whole condition.
func (d Document) original(key string) playbook.Question {
	for _, s := range d.Book.Steps {
		for _, q := range s.Questions {
			if q.Key == key {
				return q
			}
		}
	}
	return playbook.Question{}
}

// heading puts a condition that is still open into words, or gives "".
func (d Document) heading(when playbook.Condition) string {
	var parts []string
	rest := map[string]bool{}
	for key := range when {
		rest[key] = true
	}
	for _, s := range d.Book.Steps { // in the order in which they are asked
		for _, q := range s.Questions {
			if rest[q.Key] {
				delete(rest, q.Key)
				part := d.claim(q, when[q.Key])
				if rest[q.With] { // a choice that is told together with this one
					delete(rest, q.With)
					part = d.Words.Say("guide.both", "first", part, "second", d.labels(d.original(q.With), when[q.With]))
				}
				parts = append(parts, part)
			}
		}
	}
	var other []string
	for key := range rest {
		other = append(other, key)
	}
	slices.Sort(other)
	for _, key := range other {
		parts = append(parts, d.ofApplication(key, when[key]))
	}
	if len(parts) == 0 {
		return ""
	}
	joined := parts[0]
	for _, next := range parts[1:] {
		joined = d.Words.Say("guide.and", "first", joined, "second", next)
	}
	return d.Words.Say("guide.if", "conditions", joined)
}

func (d Document) claim(q playbook.Question, wanted []string) string {
	if slices.Contains(wanted, "*") {
		return d.Words.Say("guide.given", "label", q.Label)
	}
	return d.Words.Say("guide.is", "label", q.Label, "value", d.labels(q, wanted))
}

// labels names the values that a condition takes.
func (d Document) labels(q playbook.Question, wanted []string) string {
	said := ""
	for _, v := range wanted {
		for _, c := range q.Choices {
			if c.Value == v {
				v = c.Label
			}
		}
		if said == "" {
			said = v
		} else {
			said = d.Words.Say("guide.either", "first", said, "second", v)
		}
	}
	return said
}

// ofApplication tells what an application decides that is not chosen yet.
func (d Document) ofApplication(key string, wanted []string) string {
	id := "guide.if-" + strings.ReplaceAll(key, ".", "-")
	for _, v := range append(slices.Clone(wanted), "") {
		if one := strings.TrimSuffix(id+"-"+strings.Trim(v, "*"), "-"); d.Words.Has(one) {
			return d.Words.Say(one)
		}
	}
	return d.Words.Say("guide.if-other")
}

// inOrder puts last what is only for those who give something that nobody must.
func (d Document) inOrder(list []playbook.Instruction) []playbook.Instruction {
	rare := func(i playbook.Instruction) bool {
		for key, wanted := range i.When {
			if slices.Contains(wanted, "*") && d.original(key).Key != "" {
				return true
			}
		}
		return false
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b playbook.Instruction) int {
		switch {
		case rare(a) == rare(b):
			return 0
		case rare(a):
			return 1
		}
		return -1
	})
	return list
}
