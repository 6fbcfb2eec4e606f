package setup_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/setup"
	"gmailoauth/internal/words"
)

// book is a walk of few steps, with the meaning that playbook gives to them:
// pending is what is required and unanswered, a step is done when its mark says
// so, or when it asks nothing else than what is answered.
type book struct{ steps []playbook.Step }

func holds(when playbook.Condition, answers playbook.Answers) bool {
	for key, values := range when {
		if !slices.Contains(values, answers.Get(key)) {
			return false
		}
	}
	return true
}

func pending(q playbook.Question, answers playbook.Answers) bool {
	return q.Required && !answers.Has(q.Key) && !slices.ContainsFunc(q.Or, answers.Has)
}

func (b *book) Resolve(answers playbook.Answers, marks playbook.Marks) []playbook.StepState {
	values := map[string]string{}
	for key := range answers {
		values[key] = answers.Get(key)
	}
	var states []playbook.StepState
	for _, step := range b.steps {
		state := playbook.StepState{Step: step, Status: playbook.Open}
		state.Instructions = nil
		for _, instruction := range step.Instructions {
			if holds(instruction.When, answers) {
				instruction.Text = words.Fill(instruction.Text, values)
				state.Instructions = append(state.Instructions, instruction)
			}
		}
		if step.Link != "" {
			state.URL = "https://console.example/" + step.Link + "?project=" + answers.Get("project")
		}
		open := false
		for _, q := range step.Questions {
			if holds(q.When, answers) {
				state.Questions = append(state.Questions, playbook.QuestionState{Question: q, Pending: pending(q, answers), Value: answers.Get(q.Key)})
				open = open || pending(q, answers)
			}
		}
		switch {
		case !holds(step.When, answers):
			state.Status = playbook.Skipped
		case marks[step.ID] != "":
			state.Status = marks[step.ID]
		case !open && !step.Person && step.Action == "":
			state.Status = playbook.Done
		}
		states = append(states, state)
	}
	return states
}

func (b *book) Complete(answers playbook.Answers) playbook.Answers {
	next := maps.Clone(answers)
	if !next.Has("project") && next.Has("client") {
		next["project"] = playbook.Answer{Values: []string{"of-" + next.Get("client")}, From: playbook.FromFind}
	}
	return next
}

func (b *book) Missing(answers playbook.Answers) []playbook.Question {
	var list []playbook.Question
	for _, state := range b.Resolve(b.Complete(answers), nil) {
		for _, q := range state.Questions {
			if q.Pending && state.Status != playbook.Skipped {
				list = append(list, q.Question)
			}
		}
	}
	return list
}

func text(key string) playbook.Question {
	return playbook.Question{Key: key, Flag: "--" + key, Kind: playbook.KindText, Required: true, Label: key}
}

// walkBook is the shape of the real walk in small.
func walkBook(target string) *book {
	targetStep := playbook.Step{ID: "target", Instructions: []playbook.Instruction{
		{Text: "register {env_url}/redirect", When: playbook.Condition{"env_url": {"u"}}}}, Questions: []playbook.Question{text("target")}}
	if target == "dynamics" {
		variable := text("env_url")
		variable.Flag = "--set env_url"
		targetStep.Questions = append(targetStep.Questions, variable)
	}
	page := text("home_page")
	page.Required, page.Offer = false, true
	page.When = playbook.Condition{"publishing": {"production"}}
	audience := playbook.Question{Key: "audience", Flag: "--audience", Kind: playbook.KindChoice, Required: true,
		Choices: []playbook.Choice{{Value: "internal"}, {Value: "external"}}}
	publishing := playbook.Question{Key: "publishing", Flag: "--publishing", Kind: playbook.KindChoice,
		Choices: []playbook.Choice{{Value: "production"}, {Value: "testing"}}, When: playbook.Condition{"audience": {"external"}}}
	return &book{steps: []playbook.Step{
		targetStep,
		{ID: "project", Questions: []playbook.Question{text("project")}},
		{ID: "branding", Person: true, Link: "branding", Instructions: []playbook.Instruction{{Text: "name it after {target}"}}},
		{ID: "audience", Person: true, Questions: []playbook.Question{audience, publishing, page}, Instructions: []playbook.Instruction{
			{Text: "press make internal", When: playbook.Condition{"audience": {"internal"}}},
			{Text: "press publish", When: playbook.Condition{"audience": {"external"}}}}},
		{ID: "client", Action: "check", Questions: []playbook.Question{text("client")}},
		{ID: "consent", Action: "consent"},
		{ID: "withdraw", Action: "withdraw", When: playbook.Condition{"target": {"yeti"}}},
	}}
}

// script is an Asker that replies from a list and writes down what happens.
type script struct {
	replies []reply
	refused []playbook.Move
	log     []string
	skip    bool // replies of other steps are left out
}

type reply struct {
	step    string // at which it is given; another one is written down as wrong
	answers string // key=value key=value
	move    playbook.Move
	later   bool
	err     error
}

func (s *script) note(words ...string) { s.log = append(s.log, strings.Join(words, " ")) }

func (s *script) Begin(context.Context, []playbook.Question) error { return nil }

func (s *script) Ask(_ context.Context, view playbook.View) (playbook.Reply, error) {
	asked := []string{"ask", view.Step.ID}
	for _, q := range view.Questions {
		asked = append(asked, q.Key)
	}
	if view.Further {
		asked = append(asked, "(further)")
	}
	s.note(asked...)
	for s.skip && len(s.replies) > 0 && s.replies[0].step != view.Step.ID {
		s.replies = s.replies[1:]
	}
	if len(s.replies) == 0 {
		return playbook.Reply{}, context.Canceled
	}
	next := s.replies[0]
	s.replies = s.replies[1:]
	if next.step != view.Step.ID {
		s.note("WRONG: wanted", next.step)
		return playbook.Reply{}, context.Canceled
	}
	answers := playbook.Answers{}
	for pair := range strings.FieldsSeq(next.answers) {
		key, value, _ := strings.Cut(pair, "=")
		answers[key] = playbook.Answer{Values: []string{value}, From: playbook.FromAdmin}
	}
	move := next.move
	if move == "" {
		move = playbook.Forward
	}
	return playbook.Reply{Answers: answers, Move: move, Acknowledged: view.Step.Person && !next.later}, next.err
}

func (s *script) Show(view playbook.View)   { s.note("show", view.Step.ID) }
func (s *script) Passed(view playbook.View) { s.note("passed", view.Step.ID) }
func (s *script) Tell(notes []playbook.Note) {
	for _, n := range notes {
		s.note("tell", n.Label, n.Text)
	}
}

func (s *script) Refused(_ context.Context, view playbook.View, refusal error) (playbook.Move, error) {
	said := refusal.Error()
	if view.Mend != "" {
		said += ", mended in " + view.Mend
	}
	s.note("refused", view.Step.ID, said)
	if len(s.refused) == 0 {
		return playbook.Leave, nil
	}
	move := s.refused[0]
	s.refused = s.refused[1:]
	return move, nil
}

func (s *script) Wait(ctx context.Context, _ string, _ time.Duration, do func(context.Context) error) error {
	return do(ctx)
}

var _ setup.Asker = (*script)(nil)
