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
