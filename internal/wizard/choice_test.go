package wizard_test

import (
	"bytes"
	"strings"
	"testing"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/terminal"
	"gmailoauth/internal/wizard"
)

// joined is a user type, and for External a publishing status asked with it.
func joined() playbook.QuestionState {
	q := playbook.QuestionState{Pending: true, Question: playbook.Question{Key: "audience", Kind: playbook.KindChoice, Required: true, Label: "Audience",
		Choices: []playbook.Choice{{Value: "internal", Label: "Internal", Help: "No limits."}, {Value: "external", Label: "External"}}}}
	q.Then = &playbook.QuestionState{Value: "production", Question: playbook.Question{Key: "publishing", Kind: playbook.KindChoice, When: playbook.Condition{"audience": {"external"}},
		Choices: []playbook.Choice{{Value: "production", Label: "published", Help: "Consents last."}, {Value: "testing", Label: "testing", Help: "Seven days."}}}}
	return q
}

// strict takes nothing but one of the choices, as the playbook's check does.
func strict(q playbook.Question, typed string) (playbook.Answers, error) {
	for _, c := range q.Choices {
		if c.Value == typed {
			return playbook.Answers{q.Key: {Values: []string{typed}, From: playbook.FromAdmin}}, nil
		}
	}
	return nil, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "bad-choice"}
}

func TestPlainTwoChoicesInOne(t *testing.T) {
	for typed, want := range map[string][2]string{"1": {"internal", ""}, "2": {"external", "production"}, "3": {"external", "testing"}} {
		var out bytes.Buffer
		o := options(t, &terminal.Terminal{In: strings.NewReader(typed + "\n"), Err: &out, Width: 80})
		o.Accept = strict
		reply, err := wizard.New(o).Ask(t.Context(), step(true, true, joined()))
		if got := [2]string{reply.Answers.Get("audience"), reply.Answers.Get("publishing")}; err != nil || got != want {
			t.Errorf("Ask, %s typed = %v, %v; want %v; screen:\n%s", typed, got, err, want, &out)
		}
		if !strings.Contains(out.String(), "  3. External, testing: Seven days.\nChoose 1-3: ") {
			t.Errorf("Ask shows:\n%s\nwant three choices", &out)
		}
	}
}

// With an answer from earlier, that choice is the one under the cursor; at 40
// columns only its consequences are told.
func TestRichTwoChoicesInOne(t *testing.T) {
	for _, columns := range []int{80, 40} {
		s := newScreen(t, columns, 24)
		term := &terminal.Terminal{In: s.tty, Err: s.tty, InTTY: true, ErrTTY: true, Rich: true, Width: columns, Height: 24}
		o := options(t, term)
		o.Accept = strict
		q := joined()
		q.Value, q.Pending = "external", false
		q.Then.Value = "testing"
		both := []playbook.QuestionState{q, *q.Then} // as when one went back
		view := step(false, false, both...)
		view.Step.Instructions = nil
		result := s.ask(wizard.New(o), view)
		s.until("> External, testing")
		for text, want := range map[string]bool{"Seven days.": true, "Consents last.": columns == 80, "Who may sign in?": true, "3 of 4": true} {
			if got := strings.Contains(s.String(), text); got != want {
				t.Errorf("%d columns: screen has %q: %v, want %v:\n%s", columns, text, got, want, s)
			}
		}
		s.press("\x1b[A")
		s.until("> External, published")
		s.until("Consents last.")
		s.press(enter)
		got := s.get(result)
		if got.reply.Answers.Get("audience") != "external" || got.reply.Answers.Get("publishing") != "production" || len(got.reply.Answers) != 2 {
			t.Errorf("%d columns: Ask = %+v, %v; want external and production", columns, got.reply, got.err)
		}
		s.until("✓ Audience  External, published")
	}
}

// A long step comes page by page; esc goes a page back, and what is copied is
// what the page shows.
func TestRichPages(t *testing.T) {
	s := newScreen(t, 80, 24)
	view := step(false, true)
	view.Step.Instructions = nil
	for _, n := range []string{"one", "two", "three", "four", "five", "six", "seven", "eight"} {
		view.Step.Instructions = append(view.Step.Instructions, playbook.Instruction{Text: "Do " + n + ".", Values: []string{n + "@example.com"}})
	}
	result := s.ask(s.wizard(nil), view)
	together := func(words ...string) {
		t.Helper()
		for _, word := range append(words, "3 of 4", "● Audience", "Who may sign in?", "ctrl+c leave") {
			s.until(word)
		}
	}
	s.until("> Go on with instruction 6 of 8")
	together(" 1  Do one.", "c copy one@example.com")
	s.press(enter)
	s.until("> It is done")
	together(" 8  Do eight.", "c copy six@example.com")
	s.press(escape)
	s.until("> Go on with instruction 6 of 8")
	s.press(enter)
	s.until("> It is done")
	s.press(enter)
	if got := s.get(result); got.err != nil || !got.reply.Acknowledged {
		t.Errorf("Ask = %+v, %v; want it done", got.reply, got.err)
	}
}

// A value that was refused and mended leaves nothing behind.
func TestRichLeavesNoRemnants(t *testing.T) {
	for _, columns := range []int{80, 40} {
		s := newScreen(t, columns, 24)
		q := question(playbook.KindText, "")
		q.Example = "https://contoso.crm.dynamics.com"
		view := step(false, false, q)
		view.Further, view.Step.Instructions = true, nil
		result := s.ask(s.wizard(nil), view)
		s.until("> For instance: https://contoso")
		s.letters("bad")
		s.press(enter)
		s.until("refused: input bad-project-id")
		s.press("\x7f", "\x7f", "\x7f")
		s.letters("good")
		s.press(enter)
		s.get(result)
		s.until("✓ Label  good")
		for text, want := range map[string]int{"Label": 1, "Help.": 0, "refused": 0, "leave": 0, "Who may sign in?": 1, "3 of 4": 1} {
			if got := strings.Count(s.String(), text); got != want {
				t.Errorf("%d columns: the screen has %q %d times, want %d:\n%s", columns, text, got, want, s)
			}
		}
	}
}

// A screen reader is given words, not signs.
func TestAloud(t *testing.T) {
	var out bytes.Buffer
	w := wizard.New(options(t, &terminal.Terminal{In: strings.NewReader(""), Err: &out, ErrTTY: true, Width: 80}))
	w.Tell([]playbook.Note{{Mark: playbook.Good, Label: "project", Text: "my-mail-123"}, {Mark: playbook.Verbatim, Text: "http://127.0.0.1:8765/"}, {Mark: playbook.Bad, Label: "type"}})
	settled := step(false, true, joined())
	settled.Step.Questions[0].Value = "internal"
	w.Passed(settled)
	settled.Step.Questions, settled.Step.Status = nil, playbook.Acknowledged
	w.Passed(settled)
	want := "good: project: my-mail-123\nhttp://127.0.0.1:8765/\nfailed: type\nAudience: Internal\nAudience: done, you said\n"
	if got := out.String(); got != want {
		t.Errorf("said aloud: %q, want %q", got, want)
	}
}
