//go:build !windows

package main

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/terminal/screen"
	"gmailoauth/internal/words"
)

// person answers the questions of one walk, wherever they are asked. They know
// them by the words of their language; what they have no answer to, they leave
// as it is proposed.
type person struct {
	ctx       context.Context //nolint:containedctx // of the test
	box       *sandbox.Sandbox
	walk      seedWalk
	who       string
	words     *words.Words
	answers   map[string]string
	questions []playbook.Question
}

func newPerson(t *testing.T, box *sandbox.Sandbox, walk seedWalk, who, clientFile string) *person {
	t.Helper()
	a := &app{flags: common{lang: walk.lang}, lookupEnv: func(string) (string, bool) { return "", false }}
	book, err := a.playbook(walk.target)
	if err != nil {
		t.Fatal(err)
	}
	p := &person{ctx: t.Context(), box: box, walk: walk, who: who, words: a.words(),
		answers: map[string]string{"target": walk.target, "account": who, "project": "my-mail-123", "audience": "external",
			"publishing": "production", "client_file": clientFile}}
	maps.Copy(p.answers, walk.variables)
	if walk.withdraw {
		p.answers["withdraw"] = "yes"
	}
	for _, step := range book.Steps {
		for _, q := range step.Questions {
			if q.Label != "" { // else another test says that its words are missing
				p.questions = append(p.questions, q)
			}
		}
	}
	for key := range p.answers {
		if !slices.ContainsFunc(p.questions, func(q playbook.Question) bool { return q.Key == key }) {
			t.Fatalf("%s is not asked on the walk of %s", key, walk.target)
		}
	}
	return p
}

// chosen is the label of the choice that a person wants, or "".
func (p *person) chosen(q playbook.Question) string {
	label := func(q playbook.Question) string {
		for _, choice := range q.Choices {
			if choice.Value == p.answers[q.Key] {
				return choice.Label
			}
		}
		return ""
	}
	first := label(q)
	for _, other := range p.questions {
		if other.Key == q.With && first != "" { // two choices in one
			return p.words.Say("wizard.both", "first", first, "second", label(other))
		}
	}
	return first
}

// sitting is a person in front of a terminal.
type sitting struct {
	screen  *screen.Screen
	screens []string // that were answered, and the last one
	read    int      // of a long screen, how much was read
	asked   map[string]int
	last    string
	pressed time.Time // when a form was last left with Enter
}

// answering counts an answer; whoever is asked the same again and again is stuck.
func (s *sitting) answering(what, shown string) error {
	s.screens = append(s.screens, shown)
	s.asked[what]++
	if s.asked[what] > 2 || len(s.screens) > 100 {
		return fmt.Errorf("%s is asked again and again; the screen is:\n%s", what, shown)
	}
	return nil
}

// bare is a text without what may break its lines.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// hole stands for what a prompt holds that is not known.
const hole = "\x00"

// prompts tells how a prompt ends what is on the screen.
func (p *person) prompts(id, label string) *regexp.Regexp {
	sentence := bare(p.words.Say("wizard."+id, "label", label, "n", hole, "default", hole))
	return regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(sentence), hole, ".*") + "$")
}

// plainLine answers in plain lines.
func (p *person) plainLine(s *sitting) error {
	shown := s.screen.String()
	if len(shown) < s.read || shown == s.last {
		return nil
	}
	s.last = shown
	fresh := shown[s.read:]
	what, typed, err := p.line(fresh)
	if what == "" || err != nil {
		return err
	}
	if err := s.answering(what, fresh); err != nil {
		return err
	}
	s.read = len(shown)
	s.screen.Press(typed + screen.Enter)
	return nil
}

// line finds what is asked at the end of what is new, and the line that answers it.
func (p *person) line(fresh string) (what, typed string, err error) {
	end := bare(fresh)
	for _, q := range p.questions {
		switch q.Kind {
		case playbook.KindChoice:
			continue
		case playbook.KindConfirm:
			if p.prompts("plain-confirm", q.Label).MatchString(end) {
				if p.answers[q.Key] == "yes" {
					return q.Key, p.words.Say("wizard.yes-word"), nil
				}
				return q.Key, "", nil
			}
		default:
			for _, id := range []string{"plain-text", "plain-text-default", "plain-secret"} {
				if p.prompts(id, q.Label).MatchString(end) {
					return q.Key, p.answers[q.Key], nil
				}
			}
		}
	}
	if p.prompts("plain-person", "").MatchString(end) {
		return "done: " + fresh, "", nil
	}
	if !p.prompts("plain-choose", "").MatchString(end) && !p.prompts("plain-choose-default", "").MatchString(end) {
		return "", "", nil
	}
	choices := regexp.MustCompile(`(?m)^  (\d)\. (.*)$`).FindAllStringSubmatch(fresh, -1)
	for _, q := range p.questions {
		if !offers(choices, q) {
			continue
		}
		wanted := p.chosen(q)
		if wanted == "" {
			return q.Key, "", nil
		}
		for _, choice := range choices {
			if strings.HasPrefix(bare(choice[2]), bare(wanted)) {
				return q.Key, choice[1], nil
			}
		}
		return "", "", fmt.Errorf("%q is not among the choices:\n%s", wanted, fresh)
	}
	return "", "", fmt.Errorf("which choice is this?\n%s", fresh)
}

// offers reports whether numbered lines are the choices of a question.
func offers(lines [][]string, q playbook.Question) bool {
	return len(q.Choices) > 0 && !slices.ContainsFunc(lines, func(line []string) bool {
		return !slices.ContainsFunc(q.Choices, func(c playbook.Choice) bool { return strings.HasPrefix(bare(line[2]), bare(c.Label)) })
	})
}

// page answers one redrawn form.
func (p *person) page(s *sitting) error {
	leave := p.words.Say("wizard.keys-leave")
	shown := s.still(leave)
	if shown != "" && shown == s.last && time.Since(s.pressed) > 15*time.Second {
		return s.enter(leave) // a key may be lost on a busy machine, and a person presses it again
	}
	if shown == "" || shown == s.last {
		return nil
	}
	asked := p.fields(shown)
	if len(asked) == 0 {
		if err := s.answering("done: "+shown, shown); err != nil {
			return err
		}
		return s.enter(leave)
	}
	for _, q := range asked {
		if err := s.answering(q.Key, shown); err != nil {
			return err
		}
		switch wanted := p.chosen(q); {
		case q.Kind == playbook.KindChoice && wanted != "":
			if err := s.moveTo(wanted); err != nil {
				return err
			}
		case q.Kind == playbook.KindConfirm && p.answers[q.Key] == "yes":
			s.screen.Press(screen.Left)
		case q.Kind != playbook.KindChoice && p.answers[q.Key] != "":
			s.screen.Press("\x1b[200~" + p.answers[q.Key] + "\x1b[201~")
		}
		if err := s.enter(leave); err != nil {
			return err
		}
	}
	return nil
}

// fields are the questions of the form on a screen, from above: titles that
// stand alone on their lines.
func (p *person) fields(shown string) []playbook.Question {
	var asked []playbook.Question
	for line := range strings.Lines(shown) {
		for _, q := range p.questions {
			if strings.TrimSpace(line) == q.Label {
				asked = append(asked, q)
			}
		}
	}
	return asked
}

// still is what is on the screen, once a form is there and nothing moves any
// more; else "".
func (s *sitting) still(leave string) string {
	shown := quiet(s.screen.String())
	if !strings.Contains(bare(shown), bare(leave)) {
		return ""
	}
	for range 6 {
		time.Sleep(40 * time.Millisecond)
		if quiet(s.screen.String()) != shown {
			return ""
		}
	}
	return shown
}

// quiet is a screen without what turns.
func quiet(shown string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", r) {
			return ' '
		}
		return r
	}, shown)
}

// moveTo moves the cursor of a choice: on from its end is its beginning.
func (s *sitting) moveTo(label string) error {
	here := regexp.MustCompile(`(?m)^\s*> .*$`)
	for range 8 {
		before := here.FindString(s.screen.String())
		if strings.HasPrefix(strings.TrimSpace(before), "> "+label) {
			return nil
		}
		s.screen.Press(screen.Down)
		for deadline := time.Now().Add(10 * time.Second); here.FindString(s.screen.String()) == before; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				return fmt.Errorf("the cursor does not move; the screen is:\n%s", s.screen)
			}
		}
	}
	return fmt.Errorf("%q cannot be chosen; the screen is:\n%s", label, s.screen)
}

// enter goes on, and waits until the screen shows it.
func (s *sitting) enter(leave string) error {
	for deadline := time.Now().Add(10 * time.Second); s.still(leave) == ""; {
		if time.Now().After(deadline) {
			return fmt.Errorf("the form does not come to rest; the screen is:\n%s", s.screen)
		}
	}
	s.last, s.pressed = quiet(s.screen.String()), time.Now()
	s.screen.Press(screen.Enter)
	return nil
}
