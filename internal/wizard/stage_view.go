package wizard

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
)

// View is the form, what was said last, and the keys.
func (s *stage) View() tea.View { return s.view(s.frame()) }

// frame is what View shows.
func (s *stage) frame() string {
	pen := s.wizard.pen
	parts := []string{strings.TrimRight(s.form.View(), "\n")}
	if advice := s.advice(); advice != "" {
		parts = append(parts, "", advice)
	}
	if s.watch != nil {
		sign := []rune(spinner)[s.turn%len([]rune(spinner))]
		parts = append(parts, "", wrap(s.wizard.Words.Say("wizard.watching", "where", s.watch.Where)+" "+string(sign), pen.columns()))
	}
	if s.said != "" {
		parts = append(parts, wrap(s.said, pen.columns()))
	}
	return strings.Join(append(parts, "", pen.items(s.keys(), " · ", pen.faint)), "\n")
}

// advice is that of the focused field.
func (s *stage) advice() string {
	focused := s.form.GetFocusedField()
	choice, ok := focused.(*huh.Select[string])
	for _, f := range s.fields {
		if ok && f.made == focused {
			hovered, _ := choice.Hovered()
			return f.advice(hovered)
		}
	}
	return ""
}

// keys names the keys that do something here.
func (s *stage) keys() []string {
	say := s.wizard.Words.Say
	typing, _ := s.typing()
	first, suffix := "wizard.keys-choose", ""
	if s.fields[0].onward != "" {
		first = "wizard.keys-enter"
	}
	if typing {
		first, suffix = "wizard.keys-enter", "-typing"
	}
	list := []string{say(first)}
	if !s.asks.First {
		list = append(list, say("wizard.keys-back"))
	}
	if s.asks.Step.ID != "" { // else nobody asked about a step
		list = append(list, say("wizard.keys-more"))
	}
	if s.asks.Step.URL != "" {
		list = append(list, say("wizard.keys-open"+suffix))
	}
	if len(s.values) > 0 {
		list = append(list, say("wizard.keys-copy"+suffix, "value", cut(s.values[s.copied%len(s.values)], 24)))
	}
	if len(s.asks.Steps) == 0 { // no walk, no place
		return append(list, say("wizard.keys-leave-bare"))
	}
	return append(list, say("wizard."+s.wizard.leave("keys-leave")))
}
