//go:build !windows

package wizard_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/terminal"
	terminalscreen "gmailoauth/internal/terminal/screen"
	"gmailoauth/internal/wizard"
)

// screen is a terminal with somebody in front of it.
type screen struct {
	*terminalscreen.Screen
	t *testing.T
}

func newScreen(t *testing.T, columns, rows int) *screen {
	t.Helper()
	return &screen{terminalscreen.New(t, columns, rows), t}
}

const (
	enter  = terminalscreen.Enter
	down   = terminalscreen.Down
	left   = terminalscreen.Left
	escape = terminalscreen.Escape
	ctrlC  = terminalscreen.CtrlC
	ctrlO  = "\x0f"
	ctrlY  = "\x19"
)

type asked struct {
	reply playbook.Reply
	err   error
}

func (s *screen) wizard(opened chan<- string) *wizard.Wizard {
	term := &terminal.Terminal{In: s.TTY, Out: s.TTY, Err: s.TTY, InTTY: true, ErrTTY: true, Rich: true, Color: true, Width: 80, Height: 24}
	o := options(s.t, term)
	o.Open = func(_ context.Context, url string) error {
		if opened == nil {
			return terminal.ErrNoBrowser
		}
		opened <- url
		return nil
	}
	return wizard.New(o)
}

func (s *screen) ask(w *wizard.Wizard, view playbook.View) <-chan asked {
	result := make(chan asked, 1)
	ctx := s.t.Context()
	go func() {
		reply, err := w.Ask(ctx, view)
		result <- asked{reply, err}
	}()
	return result
}

func (s *screen) get(result <-chan asked) asked {
	s.t.Helper()
	select {
	case got := <-result:
		return got
	case <-time.After(10 * time.Second):
		s.t.Fatalf("no reply; the screen is:\n%s", s)
	}
	return asked{}
}

func TestRichChoice(t *testing.T) {
	s := newScreen(t, 80, 24)
	result := s.ask(s.wizard(nil), step(false, true, question(playbook.KindChoice, "internal")))
	s.Until("ctrl+c leave")
	for _, want := range []string{"gmailoauth setup   Dynamics 365 · my-mail-123", "3 of 4", "✓ Application  ◌ Branding  ● Audience  ○ Proof",
		"Who may sign in?", "      a@example.com", "> Internal", "your own people only."} {
		if !strings.Contains(s.String(), want) {
			t.Errorf("screen lacks %q:\n%s", want, s)
		}
	}
	t.Logf("80 columns:\n%s", s)
	s.Press(down)
	s.Until("> External")
	s.Press(enter)
	got := s.get(result)
	if got.err != nil || got.reply.Answers.Get("q") != "external" || !got.reply.Acknowledged || got.reply.Move != playbook.Forward {
		t.Errorf("Ask = %+v, %v; want external", got.reply, got.err)
	}
	s.Until("✓ Label  External")
	for _, gone := range []string{"ctrl+c leave", "> External", "enter choose"} {
		if strings.Contains(s.String(), gone) {
			t.Errorf("the form is still there, with %q:\n%s", gone, s)
		}
	}
}

func TestRichKinds(t *testing.T) {
	rows := []struct {
		name string
		kind playbook.Kind
		keys func(*screen)
		want string
	}{
		{"a text", playbook.KindText, func(s *screen) { s.Type("office-1"); s.Press(enter) }, "office-1"},
		{"a text that will not do", playbook.KindText, func(s *screen) {
			s.Type("bad")
			s.Press(enter)
			s.Until("refused: input bad-project-id")
			s.Press("\x7f", "\x7f", "\x7f")
			s.Type("good")
			s.Press(enter)
		}, "good"},
		{"silence will not do", playbook.KindText, func(s *screen) {
			s.Press(enter)
			s.Until("an answer is needed here")
			s.Type("good")
			s.Press(enter)
		}, "good"},
		{"confirm", playbook.KindConfirm, func(s *screen) { s.Press(left, enter) }, "yes"},
		{"a pasted JSON", playbook.KindFile, func(s *screen) {
			s.Press("\x1b[200~{\n \"web\": {}\n}\x1b[201~")
			s.Until("web")
			s.Press(enter)
		}, `{  "web": {} }`},
		{"a secret", playbook.KindSecret, func(s *screen) {
			s.Type("GOCSPX-x")
			s.Until("********")
			s.Press(enter)
			s.Until("••••••••")
		}, ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s := newScreen(t, 80, 24)
			result := s.ask(s.wizard(nil), step(false, false, question(row.kind, "")))
			s.Until("ctrl+c leave")
			row.keys(s)
			got := s.get(result)
			if got.err != nil || got.reply.Answers.Get("q") != row.want {
				t.Errorf("Ask = %q, %v; want %q; screen:\n%s", got.reply.Answers.Get("q"), got.err, row.want, s)
			}
			if strings.Contains(s.String(), "GOCSPX") {
				t.Errorf("the secret is on the screen:\n%s", s)
			}
		})
	}
}

func TestRichMoves(t *testing.T) {
	rows := []struct {
		name         string
		first        bool
		questions    []playbook.QuestionState
		keys         func(*screen)
		move         playbook.Move
		acknowledged bool
		err          error
	}{
		{name: "esc goes back", questions: []playbook.QuestionState{question(playbook.KindText, "")},
			keys: func(s *screen) { s.Press(escape) }, move: playbook.Back},
		{name: "left goes back from a choice", questions: []playbook.QuestionState{question(playbook.KindChoice, "")},
			keys: func(s *screen) { s.Press(left) }, move: playbook.Back},
		{name: "esc at the first step stays", first: true, keys: func(s *screen) { s.Press(escape); s.Until("This is the first step."); s.Press(enter) }, move: playbook.Forward, acknowledged: true},
		{name: "it is done", keys: func(s *screen) { s.Press(enter) }, move: playbook.Forward, acknowledged: true},
		{name: "later", keys: func(s *screen) { s.Press(down, enter) }, move: playbook.Forward},
		{name: "ctrl-c leaves", keys: func(s *screen) { s.Press(ctrlC) }, err: context.Canceled},
		{name: "more, then on", questions: []playbook.QuestionState{question(playbook.KindText, "")},
			keys: func(s *screen) {
				s.Press("?")
				s.Until("Two paragraphs.")
				s.Until("ctrl+c")
				s.Type("x1")
				s.Press(enter)
			}, move: playbook.Forward, acknowledged: true},
		{name: "copy", keys: func(s *screen) {
			s.Press("c")
			s.Until("copied: a@example.com")
			s.Press("c")
			s.Until("copied: b@example.com")
			s.Press(enter)
		}, move: playbook.Forward, acknowledged: true},
		{name: "keys with ctrl while letters are typed", questions: []playbook.QuestionState{question(playbook.KindText, "")},
			keys: func(s *screen) {
				s.Press(ctrlO)
				s.Until("no browser could be opened")
				s.Press(ctrlY)
				s.Until("copied: a@example.com")
				s.Type("cob1")
				s.Press(enter)
			}, move: playbook.Forward, acknowledged: true},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s := newScreen(t, 80, 24)
			result := s.ask(s.wizard(nil), step(row.first, true, row.questions...))
			s.Until("ctrl+c leave")
			row.keys(s)
			got := s.get(result)
			if !errors.Is(got.err, row.err) || got.reply.Move != row.move || got.reply.Acknowledged != row.acknowledged {
				t.Errorf("Ask = %+v, %v; want %v, acknowledged %v, %v; screen:\n%s", got.reply, got.err, row.move, row.acknowledged, row.err, s)
			}
		})
	}
}

func TestRichOpensThePage(t *testing.T) {
	s := newScreen(t, 80, 24)
	opened := make(chan string, 1)
	result := s.ask(s.wizard(opened), step(false, true))
	s.Until("ctrl+c leave")
	s.Press("o")
	s.Until("opened in your browser")
	s.Press(enter)
	s.get(result)
	if got, want := <-opened, "https://console.example/audience?project=my-mail-123"; got != want {
		t.Errorf("opened %q, want %q", got, want)
	}
}

func TestRichNarrow(t *testing.T) {
	s := newScreen(t, 40, 24)
	result := s.ask(s.wizard(nil), step(false, true, question(playbook.KindChoice, "internal")))
	s.Until("> Go on with instruction 2 of 2")
	s.Press(enter)
	s.Until("your own people only.")
	if !strings.Contains(s.String(), "> Internal") {
		t.Errorf("at 40 columns the form is not to be seen:\n%s", s)
	}
	s.Press(enter)
	if got := s.get(result); got.reply.Answers.Get("q") != "internal" {
		t.Errorf("Ask at 40 columns = %+v, %v", got.reply, got.err)
	}
}

// The end of ctx, say by SIGTERM, ends a form; a refusal asks what now.
func TestRichEnds(t *testing.T) {
	s := newScreen(t, 80, 24)
	w := s.wizard(nil)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan asked, 1)
	go func() {
		reply, err := w.Ask(ctx, step(false, true))
		result <- asked{reply, err}
	}()
	s.Until("ctrl+c leave")
	cancel()
	if got := s.get(result); !errors.Is(got.err, context.Canceled) {
		t.Errorf("Ask, ctx ended = %v, want context.Canceled", got.err)
	}
	moves := make(chan playbook.Move, 1)
	go func() {
		move, _ := w.Refused(t.Context(), step(false, true), errors.New("no"))
		moves <- move
	}()
	s.Until("> Try again")
	s.Press(down)
	s.Until("> Go back")
	s.Press(enter)
	if move := <-moves; move != playbook.Back {
		t.Errorf("Refused = %v, want back", move)
	}
}

// A secret on plain lines is not shown, and the terminal is put back as it was
// when the walk is interrupted meanwhile.
func TestPlainSecretOnATerminal(t *testing.T) {
	s := newScreen(t, 80, 24)
	term := &terminal.Terminal{In: s.TTY, Err: s.TTY, InTTY: true, ErrTTY: true, Width: 80}
	w := wizard.New(options(t, term))
	result := s.ask(w, step(true, false, question(playbook.KindSecret, "")))
	s.Until("(not shown):")
	s.Type("GOCSPX-x")
	s.Press(enter)
	got := s.get(result)
	if got.err != nil || !got.reply.Answers.Has("q") || strings.Contains(s.String(), "GOCSPX") {
		t.Errorf("Ask = %v, %v; screen:\n%s", got.reply, got.err, s)
	}
}

// With an answer from earlier, that choice is the one under the cursor; at 40
// columns only its consequences are told.
func TestRichTwoChoicesInOne(t *testing.T) {
	for _, columns := range []int{80, 40} {
		s := newScreen(t, columns, 24)
		term := &terminal.Terminal{In: s.TTY, Err: s.TTY, InTTY: true, ErrTTY: true, Rich: true, Width: columns, Height: 24}
		o := options(t, term)
		o.Accept = strict
		q := joined()
		q.Value, q.Pending = "external", false
		q.Then.Value = "testing"
		both := []playbook.QuestionState{q, *q.Then} // as when one went back
		view := step(false, false, both...)
		view.Step.Instructions = nil
		result := s.ask(wizard.New(o), view)
		s.Until("> External, testing")
		for text, want := range map[string]bool{"Seven days.": true, "Consents last.": columns == 80, "Who may sign in?": true, "3 of 4": true} {
			if got := strings.Contains(s.String(), text); got != want {
				t.Errorf("%d columns: screen has %q: %v, want %v:\n%s", columns, text, got, want, s)
			}
		}
		s.Press("\x1b[A")
		s.Until("> External, published")
		s.Until("Consents last.")
		s.Press(enter)
		got := s.get(result)
		if got.reply.Answers.Get("audience") != "external" || got.reply.Answers.Get("publishing") != "production" || len(got.reply.Answers) != 2 {
			t.Errorf("%d columns: Ask = %+v, %v; want external and production", columns, got.reply, got.err)
		}
		s.Until("✓ Audience  External, published")
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
			s.Until(word)
		}
	}
	s.Until("> Go on with instruction 6 of 8")
	together(" 1  Do one.", "c copy one@example.com")
	s.Press(enter)
	s.Until("> It is done")
	together(" 8  Do eight.", "c copy six@example.com")
	s.Press(escape)
	s.Until("> Go on with instruction 6 of 8")
	s.Press(enter)
	s.Until("> It is done")
	s.Press(enter)
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
		s.Until("> For instance: https://contoso")
		s.Type("bad")
		s.Press(enter)
		s.Until("refused: input bad-project-id")
		s.Press("\x7f", "\x7f", "\x7f")
		s.Type("good")
		s.Press(enter)
		s.get(result)
		s.Until("✓ Label  good")
		for text, want := range map[string]int{"Label": 1, "Help.": 0, "refused": 0, "leave": 0, "Who may sign in?": 1, "3 of 4": 1} {
			if got := strings.Count(s.String(), text); got != want {
				t.Errorf("%d columns: the screen has %q %d times, want %d:\n%s", columns, text, got, want, s)
			}
		}
	}
}
