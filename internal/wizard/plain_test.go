package wizard_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
	"gmailoauth/internal/wizard"
	"gmailoauth/internal/words"
)

// A cursor that was shown last blinks once more, for half a second, and its
// program waits for that.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("charm.land/bubbles/v2/cursor.(*Model).Blink.func1"),
		goleak.IgnoreAnyFunction("charm.land/bubbletea/v2.(*Program).execBatchMsg"))
}

func english(t *testing.T) *words.Words {
	t.Helper()
	w, err := words.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// accept takes everything but "bad"; a secret is kept as one.
func accept(q playbook.Question, typed string) (playbook.Answers, error) {
	if typed == "bad" {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "bad-project-id"}
	}
	if q.Kind == playbook.KindSecret {
		return playbook.Answers{q.Key: {Secret: secret.New(typed), From: playbook.FromAdmin}}, nil
	}
	return playbook.Answers{q.Key: {Values: []string{typed}, From: playbook.FromAdmin}}, nil
}

func options(t *testing.T, term *terminal.Terminal) wizard.Options {
	return wizard.Options{Terminal: term, Words: english(t), Accept: accept, Now: time.Now,
		Line:    func(err error) string { return "refused: " + err.Error() },
		Explain: func(err error) string { return "error: " + err.Error() + "\ncause: …\nfix: …\nmore: …" },
		Open:    func(context.Context, string) error { return nil }}
}

// step is the audience step with these questions, the third of four.
func step(first bool, person bool, questions ...playbook.QuestionState) playbook.View {
	audience := playbook.Step{ID: "audience", Title: "Who may sign in?", Stage: "Audience", Person: person,
		Why: "This decides whether the connection lives for years or for seven days.", More: "Long words.\n\nTwo paragraphs.",
		Sees: "The page says so.", Instructions: []playbook.Instruction{
			{Text: "Press Add users, one for each mailbox:", Values: []string{"a@example.com", "b@example.com"}},
			{Text: "Press Save.", Note: "The panel's button does not save."}}}
	steps := []playbook.StepState{
		{Step: playbook.Step{ID: "target", Stage: "Application"}, Status: playbook.Done},
		{Step: playbook.Step{ID: "branding", Stage: "Branding"}, Status: playbook.Acknowledged},
		{Step: audience, Status: playbook.Open, URL: "https://console.example/audience?project=my-mail-123", Questions: questions},
		{Step: playbook.Step{ID: "api", Stage: "Gmail API"}, Status: playbook.Skipped},
		{Step: playbook.Step{ID: "proof", Stage: "Proof"}, Status: playbook.Open}}
	return playbook.View{Heading: "Dynamics 365 · my-mail-123", Step: steps[2], Questions: questions, Steps: steps, At: 2, First: first}
}

func question(kind playbook.Kind, value string) playbook.QuestionState {
	q := playbook.Question{Key: "q", Kind: kind, Label: "Label", Help: "Help.", Required: true, Secret: kind == playbook.KindSecret}
	if kind == playbook.KindChoice {
		q.Choices = []playbook.Choice{{Value: "internal", Label: "Internal", Help: "your own people only."}, {Value: "external", Label: "External"}}
	}
	return playbook.QuestionState{Question: q, Pending: true, Value: value}
}

// ask runs one Ask of the plain face over pipes.
func ask(t *testing.T, view playbook.View, input string) (playbook.Reply, string, error) {
	t.Helper()
	var out bytes.Buffer
	term := &terminal.Terminal{In: strings.NewReader(input), Out: io.Discard, Err: &out, Width: 80}
	reply, err := wizard.New(options(t, term)).Ask(t.Context(), view)
	return reply, out.String(), err
}

func TestPlainStep(t *testing.T) {
	_, got, err := ask(t, step(false, true, question(playbook.KindChoice, "external")), "1\n")
	want := `
Step 3 of 4: Audience. Who may sign in?
This decides whether the connection lives for years or for seven days.

The page: https://console.example/audience?project=my-mail-123

 1  Press Add users, one for each mailbox:
      a@example.com
      b@example.com
 2  Press Save.
    The panel's button does not save.

When it went well: The page says so.

Label
  1. Internal: your own people only.
  2. External
Choose 1-2 [2]: `
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Ask: error %v, screen (-want +got):\n%s", err, diff)
	}
}

// The longer explanation ends with how it is checked and what may go wrong.
func TestPlainMore(t *testing.T) {
	var out bytes.Buffer
	o := options(t, &terminal.Terminal{In: strings.NewReader("?\n\n"), Err: &out, Width: 80})
	o.Pitfall = func(name string) string { return "the words of " + name }
	view := step(false, true)
	view.Step.Checks, view.Step.Pitfalls = "By its effect.", []string{"not-a-test-user"}
	if _, err := wizard.New(o).Ask(t.Context(), view); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"How we see it: By its effect.", "What may go wrong (", "- the words of not-a-test-user (not-a-test-user)"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("? tells no %q:\n%s", want, &out)
		}
	}
}

func TestPlainAnswers(t *testing.T) {
	json := "{\n \"installed\": {\n  \"client_id\": \"1\"\n }\n}"
	rows := []struct {
		name  string
		kind  playbook.Kind
		value string
		input string
		want  string
		says  string
	}{
		{"a choice by number", playbook.KindChoice, "", "1\n", "internal", "Choose 1-2: "},
		{"a choice by its name", playbook.KindChoice, "", "External\n", "external", ""},
		{"a choice by default", playbook.KindChoice, "external", "\n", "external", "[2]"},
		{"no such number", playbook.KindChoice, "", "3\n2\n", "external", "A number from 1 to 2 is wanted."},
		{"no default", playbook.KindChoice, "", "\n2\n", "external", "an answer is needed here"},
		{"yes", playbook.KindConfirm, "no", "y\n", "yes", "Label yes or no [no]: "},
		{"no", playbook.KindConfirm, "yes", "no\n", "no", "[yes]"},
		{"confirm by default", playbook.KindConfirm, "", "\n", "no", "[no]"},
		{"neither yes nor no", playbook.KindConfirm, "", "perhaps\nYES\n", "yes", "yes or no is wanted."},
		{"a text", playbook.KindText, "", "my-mail-123\n", "my-mail-123", "Label: "},
		{"a text by default", playbook.KindText, "my-mail-123", "\n", "my-mail-123", "Label [my-mail-123]: "},
		{"a text that will not do is asked again", playbook.KindText, "", "bad\ngood\n", "good", "refused: input bad-project-id"},
		{"the last line may have no end", playbook.KindText, "", "my-mail-123", "my-mail-123", ""},
		{"a line from Windows", playbook.KindText, "", "my-mail-123\r\n", "my-mail-123", ""},
		{"a list", playbook.KindList, "", "a@example.com, b@example.com\n", "a@example.com, b@example.com", ""},
		{"a path", playbook.KindFile, "", "'/tmp/client secret.json'\n", "'/tmp/client secret.json'", ""},
		{"a pasted JSON of several lines", playbook.KindFile, "", json + "\nnext", json, ""},
		{"a secret", playbook.KindSecret, "", "GOCSPX-x\n", "", "Label (not shown): "},
		{"more, then the answer", playbook.KindText, "", "?\nx1\n", "x1", "Two paragraphs."},
		{"b at the first step", playbook.KindText, "", "b\nx1\n", "x1", "This is the first step."},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			reply, screen, err := ask(t, step(true, false, question(row.kind, row.value)), row.input)
			if err != nil || reply.Move != playbook.Forward {
				t.Fatalf("Ask = %v, %v; want Forward", reply.Move, err)
			}
			if got := reply.Answers.Get("q"); got != row.want {
				t.Errorf("Ask: answer %q, want %q", got, row.want)
			}
			if !strings.Contains(screen, row.says) {
				t.Errorf("Ask: screen %q, want %q in it", screen, row.says)
			}
			if row.kind == playbook.KindSecret && (!reply.Answers.Has("q") || strings.Contains(screen, "GOCSPX")) {
				t.Errorf("Ask: secret kept %v, screen %q", reply.Answers.Has("q"), screen)
			}
		})
	}
}

func TestPlainPerson(t *testing.T) {
	rows := []struct {
		input        string
		move         playbook.Move
		acknowledged bool
		code         string
	}{
		{"\n", playbook.Forward, true, ""},
		{"l\n", playbook.Forward, false, ""},
		{"what\nL\n", playbook.Forward, false, ""},
		{"b\n", playbook.Back, false, ""},
		{"?\n\n", playbook.Forward, true, ""},
		{"?\n", "", false, "input-ended"},
		{"", "", false, "input-ended"},
	}
	for _, row := range rows {
		reply, screen, err := ask(t, step(false, true), row.input)
		symptom, _ := errors.AsType[*diagnosis.Symptom](err)
		if row.code != "" && (symptom == nil || symptom.Code != row.code) || row.code == "" && err != nil {
			t.Errorf("Ask, typed %q: error %v, want %q", row.input, err, row.code)
		}
		if row.code == "" && (reply.Move != row.move || reply.Acknowledged != row.acknowledged) {
			t.Errorf("Ask, typed %q = %v %v, want %v %v; screen %q", row.input, reply.Move, reply.Acknowledged, row.move, row.acknowledged, screen)
		}
	}
}

func TestPlainBackAndEnd(t *testing.T) {
	for _, kind := range []playbook.Kind{playbook.KindText, playbook.KindChoice, playbook.KindConfirm, playbook.KindFile, playbook.KindList} {
		if reply, _, err := ask(t, step(false, false, question(kind, "")), "b\n"); err != nil || reply.Move != playbook.Back {
			t.Errorf("Ask of a %s, typed b = %v, %v; want Back", kind, reply.Move, err)
		}
		// The end of the input is no answer, not even where there is a default.
		if _, _, err := ask(t, step(false, false, question(kind, "x")), ""); !isCode(err, "input-ended") {
			t.Errorf("Ask of a %s, input ended: error %v, want input-ended", kind, err)
		}
	}
	if _, _, err := ask(t, step(false, false, question(playbook.KindSecret, "")), ""); !isCode(err, "input-ended") {
		t.Errorf("Ask of a secret, input ended: error %v, want input-ended", err)
	}
	if _, _, err := ask(t, step(false, false, question(playbook.KindFile, "")), "{ \"web\": {"); !isCode(err, "input-ended") {
		t.Errorf("Ask of a file, half a JSON pasted: error %v, want input-ended", err)
	}
}

func isCode(err error, code string) bool {
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	return ok && symptom.Code == code
}

func TestPlainFurther(t *testing.T) {
	view := step(false, true, question(playbook.KindText, ""))
	view.Further = true
	if _, screen, _ := ask(t, view, "x1\n"); strings.Contains(screen, "Step 3") {
		t.Errorf("Ask further: screen %q, want the question alone", screen)
	}
	view.Questions = nil
	if _, screen, _ := ask(t, view, "\n"); !strings.Contains(screen, "Press Save.") || strings.Contains(screen, "Step 3") {
		t.Errorf("Ask further without question: screen %q, want the instructions alone", screen)
	}
}

// Ctrl-C is a signal here: it ends the context while a line is waited for.
func TestPlainInterrupted(t *testing.T) {
	in, typed := io.Pipe()
	defer func() { _ = typed.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	term := &terminal.Terminal{In: in, Err: writerFunc(func(p []byte) (int, error) {
		if strings.Contains(string(p), "Label: ") {
			cancel()
		}
		return len(p), nil
	}), Width: 80}
	_, err := wizard.New(options(t, term)).Ask(ctx, step(true, false, question(playbook.KindText, "")))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Ask interrupted: error %v, want context.Canceled", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestPlainRefused(t *testing.T) {
	for input, want := range map[string]playbook.Move{"\n": playbook.Retry, "1\n": playbook.Retry, "2\n": playbook.Back, "3\n": playbook.Leave, "b\n": playbook.Back} {
		var out bytes.Buffer
		term := &terminal.Terminal{In: strings.NewReader(input), Err: &out, Width: 80}
		move, err := wizard.New(options(t, term)).Refused(t.Context(), step(true, false), errors.New("no"))
		if err != nil || move != want {
			t.Errorf("Refused, typed %q = %v, %v; want %v; screen %q", input, move, err, want, out.String())
		}
		if !strings.Contains(out.String(), "fix: …") {
			t.Errorf("Refused: screen %q, want four lines in it", out.String())
		}
	}
}

func TestNotes(t *testing.T) {
	var out bytes.Buffer
	term := &terminal.Terminal{In: strings.NewReader(""), Err: &out, Width: 60}
	w := wizard.New(options(t, term))
	w.Tell([]playbook.Note{
		{Mark: playbook.Good, Label: "project", Text: "my-mail-123"},
		{Mark: playbook.Bad, Label: "redirect URI", Text: "missing here, so add it under Authorized redirect URIs:"},
		{Mark: playbook.Verbatim, Text: "http://127.0.0.1:8765/"},
		{Mark: playbook.Heed, Label: "a label alone"},
		{Mark: playbook.Neutral, Text: "a text alone"}})
	want := ` ✓ project        my-mail-123
 ✗ redirect URI   missing here, so add it under Authorized
                  redirect URIs:
      http://127.0.0.1:8765/
 ! a label alone
   a text alone
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("Tell (-want +got):\n%s", diff)
	}
	out.Reset()
	settled := step(true, false, question(playbook.KindText, "my-mail-123"), question(playbook.KindSecret, ""))
	w.Passed(settled)
	settled.Step.Status = playbook.Acknowledged
	w.Passed(settled)
	settled.Step.Questions = nil
	w.Passed(settled)
	settled.Step.Status = playbook.Done
	w.Passed(settled)
	if diff := cmp.Diff(" ✓ Audience: my-mail-123\n ◌ Audience: my-mail-123\n ◌ Audience: done, you said\n ✓ Audience: done before\n", out.String()); diff != "" {
		t.Errorf("Passed (-want +got):\n%s", diff)
	}
}

func TestWait(t *testing.T) {
	for _, richly := range []bool{false, true} {
		shown := make(chan string, 100)
		term := &terminal.Terminal{In: strings.NewReader(""), Width: 60, Rich: richly, Err: writerFunc(func(p []byte) (int, error) {
			shown <- string(p)
			return len(p), nil
		})}
		w := wizard.New(options(t, term))
		var first string
		err := w.Wait(t.Context(), "Google", 5*time.Minute, func(context.Context) error {
			first = <-shown
			return nil
		})
		if err != nil || !strings.Contains(first, "Google") || !strings.Contains(first, "5:00") {
			t.Errorf("Wait (rich %v) = %v, showed %q; want Google and the limit", richly, err, first)
		}
		if err := w.Wait(t.Context(), "Google", 0, func(context.Context) error { return io.EOF }); !errors.Is(err, io.EOF) {
			t.Errorf("Wait (rich %v) of something quick = %v, want its error", richly, err)
		}
	}
}

func TestAddressesAreNotBroken(t *testing.T) {
	view := step(true, true)
	address := "https://console.cloud.google.com/cloud-resource-manager?authuser=sales@example.com"
	view.Step.Instructions = []playbook.Instruction{{Text: "Open the page, or choose a project you have: " + address}}
	_, screen, err := ask(t, view, "\n")
	if err != nil || !strings.Contains(screen, "\n  "+address+"\n") {
		t.Errorf("Ask: error %v, screen %q; want the address whole, on a line of its own", err, screen)
	}
}
