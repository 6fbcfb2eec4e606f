package playbook

import (
	"cmp"
	"slices"
)

// delegatedData is what differs in a step of both walks when a service account
// opens the mailboxes: what may go wrong there.
type delegatedData struct {
	Pitfalls []string `yaml:"pitfalls"`
}

// delegatedText is what such a step says then, in place of its other words. What
// is empty stays as it is; questions have their help alone.
type delegatedText struct {
	Why       string                     `yaml:"why"`
	More      string                     `yaml:"more"`
	Sees      string                     `yaml:"sees"`
	Checks    string                     `yaml:"checks"`
	Do        map[string]instructionText `yaml:"do"`
	Questions map[string]string          `yaml:"questions"`
}

// delegated is both, with Google's labels in it.
type delegated struct {
	words    delegatedText
	pitfalls []string
}

func makeDelegated(d *delegatedData, t *delegatedText, label func(string) string) *delegated {
	if d == nil && t == nil {
		return nil
	}
	made := &delegated{words: delegatedText{Do: map[string]instructionText{}, Questions: map[string]string{}}}
	if d != nil {
		made.pitfalls = d.Pitfalls
	}
	if t == nil {
		return made
	}
	w := &made.words
	w.Why, w.More, w.Sees, w.Checks = label(t.Why), label(t.More), label(t.Sees), label(t.Checks)
	for id, text := range t.Do {
		w.Do[id] = instructionText{Text: label(text.Text), Note: label(text.Note)}
	}
	for key, help := range t.Questions {
		w.Questions[key] = label(help)
	}
	return made
}

// spoken gives a step in the words of the walk that the answers have chosen.
func (s Step) spoken(answers Answers) Step {
	if s.delegated == nil || answers.Get("grant") != ByDelegation {
		return s
	}
	w := s.delegated.words
	s.Why, s.More = cmp.Or(w.Why, s.Why), cmp.Or(w.More, s.More)
	s.Sees, s.Checks = cmp.Or(w.Sees, s.Sees), cmp.Or(w.Checks, s.Checks)
	if s.delegated.pitfalls != nil {
		s.Pitfalls = s.delegated.pitfalls
	}
	s.Instructions, s.Questions = slices.Clone(s.Instructions), slices.Clone(s.Questions)
	for i := range s.Instructions {
		if other, ok := w.Do[s.Instructions[i].ID]; ok {
			s.Instructions[i].Text, s.Instructions[i].Note = cmp.Or(other.Text, s.Instructions[i].Text), cmp.Or(other.Note, s.Instructions[i].Note)
		}
	}
	for i := range s.Questions {
		s.Questions[i].Help = cmp.Or(w.Questions[s.Questions[i].Key], s.Questions[i].Help)
	}
	return s
}
