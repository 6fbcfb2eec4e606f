package setup_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/setup"
	"gmailoauth/internal/wizard"
)

var _ setup.Asker = (*wizard.Wizard)(nil)
var _ setup.Asker = setup.Given{}
var _ setup.Book = (*playbook.Playbook)(nil)

func given(pairs ...string) playbook.Answers {
	answers := playbook.Answers{}
	for _, pair := range pairs {
		key, value, _ := strings.Cut(pair, "=")
		answers[key] = playbook.Answer{Values: []string{value}, From: playbook.FromFlag}
	}
	return answers
}

// world is a walk whose actions are written down in the script's log.
func world(s setup.Asker, log func(string), answers playbook.Answers, marks playbook.Marks, fail map[string]int) setup.Walk {
	action := func(name string, always bool, needs ...string) setup.Action {
		return setup.Action{Needs: needs, Always: always, Run: func(context.Context, setup.Turn) (setup.Outcome, error) {
			log("do " + name)
			if fail[name] > 0 {
				fail[name]--
				return setup.Outcome{Notes: []playbook.Note{{Label: "seen", Text: "before"}}}, errors.New("no")
			}
			return setup.Outcome{}, nil
		}}
	}
	return setup.Walk{
		Load:    func(target string) (setup.Book, error) { return walkBook(target), nil },
		Answers: answers, Marks: marks, Asker: s,
		Actions: map[string]setup.Action{"check": action("check", true, "client"),
			"consent": action("consent", false, "client", "target"), "withdraw": action("withdraw", false)},
	}
}

func TestRun(t *testing.T) {
	rows := []struct {
		name    string
		answers playbook.Answers
		marks   playbook.Marks
		replies []reply
		refused []playbook.Move
		fail    map[string]int
		mended  string
		want    []string
		err     bool
	}{
		{name: "from nothing: each step in turn, further questions of a step after it",
			replies: []reply{{step: "target", answers: "target=dynamics"}, {step: "target", answers: "env_url=u"},
				{step: "project", answers: "project=p"}, {step: "branding"}, {step: "audience", answers: "audience=external"},
				{step: "audience", answers: "publishing=testing"}, {step: "audience"}, {step: "client", answers: "client=c"}},
			want: []string{"ask target target", "ask target env_url (further)", "tell  register u/redirect", "ask project project", "ask branding",
				"ask audience audience", "ask audience publishing (further)", "ask audience (further)", "ask client client", "do check", "show consent", "do consent"}},
		{name: "back from a further question is the question before it",
			answers: given("project=p", "audience=internal", "client=c"),
			marks:   playbook.Marks{"branding": playbook.Acknowledged, "audience": playbook.Acknowledged},
			replies: []reply{{step: "target", answers: "target=dynamics"}, {step: "target", move: playbook.Back}, {step: "target", answers: "target=imap"},
				{step: "branding"}},
			want: []string{"ask target target", "ask target env_url (further)", "ask target target", "passed project", "ask branding",
				"passed audience", "show client", "do check", "show consent", "do consent"}},
		{name: "what was given is not asked",
			answers: given("target=imap", "project=p", "audience=internal", "client=c"),
			marks:   playbook.Marks{"branding": playbook.Acknowledged, "audience": playbook.Acknowledged},
			want:    []string{"passed target", "passed project", "passed branding", "passed audience", "show client", "do check", "show consent", "do consent"}},
		{name: "a walk that is done: only what is done in every run is done again",
			answers: given("target=imap", "project=p", "audience=internal", "client=c"),
			marks: playbook.Marks{"branding": playbook.Acknowledged, "audience": playbook.Acknowledged,
				"client": playbook.Done, "consent": playbook.Done},
			want: []string{"passed target", "passed project", "passed branding", "passed audience", "show client", "do check", "passed consent"}},
		{name: "later: a person's step that is not done is passed, not marked",
			answers: given("target=imap", "project=p", "audience=internal", "client=c"),
			marks:   playbook.Marks{"audience": playbook.Acknowledged},
			replies: []reply{{step: "branding", later: true}},
			want:    []string{"passed target", "passed project", "ask branding", "passed audience", "show client", "do check", "show consent", "do consent"}},
		{name: "back from the second step, forward again",
			answers: given("target=imap", "project=p", "client=c"),
			replies: []reply{{step: "branding"}, {step: "audience", move: playbook.Back}, {step: "branding"},
				{step: "audience", answers: "audience=internal"}, {step: "audience"}},
			want: []string{"passed target", "passed project", "ask branding", "ask audience audience", "ask branding",
				"ask audience audience", "ask audience (further)", "show client", "do check", "show consent", "do consent"}},
		{name: "back to an earlier answer that changes: what depends on it is asked and done again, and no more",
			answers: given("target=imap", "project=p", "audience=internal", "client=c"),
			marks:   playbook.Marks{"audience": playbook.Acknowledged, "client": playbook.Done, "consent": playbook.Done},
			replies: []reply{{step: "branding", move: playbook.Back}, {step: "project", move: playbook.Back},
				{step: "target", answers: "target=smtp"}, {step: "branding"}},
			want: []string{"passed target", "passed project", "ask branding", "ask project project", "ask target target",
				"ask branding", "passed audience", "show client", "do check", "show consent", "do consent"}},
		{name: "another project: the pages of the old one are to be done again",
			answers: given("target=imap", "project=p", "audience=internal", "client=c"),
			marks:   playbook.Marks{"branding": playbook.Acknowledged, "consent": playbook.Done},
			replies: []reply{{step: "audience", move: playbook.Back}, {step: "branding", move: playbook.Back},
				{step: "project", answers: "project=q"}, {step: "branding"}, {step: "audience"}},
			want: []string{"passed target", "passed project", "passed branding", "ask audience", "ask branding", "ask project project",
				"ask branding", "ask audience", "show client", "do check", "passed consent"}},
		{name: "a refused action is tried again",
			answers: given("target=imap", "project=p", "audience=internal", "client=c"),
			marks:   playbook.Marks{"branding": playbook.Acknowledged, "audience": playbook.Acknowledged},
			fail:    map[string]int{"check": 1}, refused: []playbook.Move{playbook.Retry},
			want: []string{"passed target", "passed project", "passed branding", "passed audience", "show client", "do check",
				"tell seen before", "refused client no", "show client", "do check", "show consent", "do consent"}},
		{name: "a refused action leads back to its step's questions",
			answers: given("target=imap", "project=p", "audience=internal", "client=c"),
			marks:   playbook.Marks{"branding": playbook.Acknowledged, "audience": playbook.Acknowledged},
			replies: []reply{{step: "client", answers: "client=d"}},
			fail:    map[string]int{"check": 1}, refused: []playbook.Move{playbook.Back},
			want: []string{"passed target", "passed project", "passed branding", "passed audience", "show client", "do check",
				"tell seen before", "refused client no", "ask client client", "do check", "show consent", "do consent"}},
		{name: "back from an action without questions is the step before",
			answers: given("target=imap", "project=p", "audience=internal", "client=c"),
			marks:   playbook.Marks{"branding": playbook.Acknowledged, "audience": playbook.Acknowledged},
			replies: []reply{{step: "client", answers: "client=d"}},
			fail:    map[string]int{"consent": 1}, refused: []playbook.Move{playbook.Back},
			want: []string{"passed target", "passed project", "passed branding", "passed audience", "show client", "do check", "show consent", "do consent",
				"tell seen before", "refused consent no", "ask client client", "do check", "show consent", "do consent"}},
		{name: "what is offered is asked once, and need not be answered",
			answers: given("target=imap", "project=p", "audience=external", "publishing=production", "client=c"),
			marks:   playbook.Marks{"branding": playbook.Acknowledged},
			replies: []reply{{step: "audience"}},
			want:    []string{"passed target", "passed project", "passed branding", "ask audience home_page", "show client", "do check", "show consent", "do consent"}},
		{name: "an answered step that one goes back to is shown with its answer; as it was, it changes nothing",
			answers: given("target=imap", "project=p", "client=c"),
			marks:   playbook.Marks{"branding": playbook.Acknowledged, "client": playbook.Done, "consent": playbook.Done},
			replies: []reply{{step: "audience", move: playbook.Back}, {step: "branding", move: playbook.Back}, {step: "project", answers: "project=p"},
				{step: "audience", answers: "audience=internal"}, {step: "audience"}},
			want: []string{"passed target", "passed project", "passed branding", "ask audience audience", "ask branding", "ask project project",
				"ask audience audience", "ask audience (further)", "show client", "do check", "passed consent"}},
		{name: "a refusal that an earlier step mends leads there; what was given stands, its own action is done again",
			answers: given("target=imap", "project=p", "audience=internal", "client=c"),
			marks:   playbook.Marks{"branding": playbook.Acknowledged, "audience": playbook.Acknowledged},
			replies: []reply{{step: "client", answers: "client=c"}}, mended: "client",
			fail: map[string]int{"consent": 1}, refused: []playbook.Move{playbook.Mend},
			want: []string{"passed target", "passed project", "passed branding", "passed audience", "show client", "do check", "show consent", "do consent",
				"tell seen before", "refused consent no, mended in client", "ask client client", "do check", "show consent", "do consent"}},
		{name: "a person's step that a refusal refutes is open again",
			answers: given("target=imap", "project=p", "audience=external", "publishing=testing", "client=c"),
			marks:   playbook.Marks{"branding": playbook.Acknowledged, "audience": playbook.Acknowledged},
			replies: []reply{{step: "audience", answers: "audience=external publishing=production"}, {step: "audience"}}, mended: "audience",
			fail: map[string]int{"consent": 1}, refused: []playbook.Move{playbook.Mend},
			want: []string{"passed target", "passed project", "passed branding", "passed audience", "show client", "do check", "show consent", "do consent",
				"tell seen before", "refused consent no, mended in audience", "ask audience audience publishing", "ask audience home_page (further)", "show consent", "do consent"}},
		{name: "what is mended in the step itself, or in one that is not walked, is tried again",
			answers: given("target=imap", "project=p", "audience=internal", "client=c"),
			marks:   playbook.Marks{"branding": playbook.Acknowledged, "audience": playbook.Acknowledged},
			mended:  "withdraw", fail: map[string]int{"consent": 1}, refused: []playbook.Move{playbook.Retry},
			want: []string{"passed target", "passed project", "passed branding", "passed audience", "show client", "do check", "show consent", "do consent",
				"tell seen before", "refused consent no", "show consent", "do consent"}},
		{name: "leaving after a refusal ends with it",
			answers: given("target=imap", "project=p", "audience=internal", "client=c"),
			marks:   playbook.Marks{"branding": playbook.Acknowledged, "audience": playbook.Acknowledged},
			fail:    map[string]int{"check": 1}, refused: []playbook.Move{playbook.Leave}, err: true,
			want: []string{"passed target", "passed project", "passed branding", "passed audience", "show client", "do check",
				"tell seen before", "refused client no"}},
		{name: "at the first step, back is the same step",
			replies: []reply{{step: "target", move: playbook.Back}}, err: true,
			want: []string{"ask target target", "ask target target"}},
		{name: "a step whose condition does not hold is neither asked nor done, one whose does is",
			answers: given("target=yeti", "project=p", "audience=internal", "client=c"),
			marks:   playbook.Marks{"branding": playbook.Acknowledged, "audience": playbook.Acknowledged, "client": playbook.Done, "consent": playbook.Done},
			want: []string{"passed target", "passed project", "passed branding", "passed audience", "show client", "do check",
				"passed consent", "show withdraw", "do withdraw"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s := &script{replies: row.replies, refused: row.refused}
			walk := world(s, func(l string) { s.note(l) }, row.answers, row.marks, row.fail)
			walk.MendedIn = func(error) string { return row.mended }
			_, err := setup.Run(t.Context(), walk)
			if (err != nil) != row.err {
				t.Errorf("Run: error %v, want one: %v", err, row.err)
			}
			if diff := cmp.Diff(row.want, s.log); diff != "" {
				t.Errorf("Run: what happened (-want +got):\n%s", diff)
			}
		})
	}
}

// Wherever the walk is left, a new run with what was saved goes on there, and
// the whole is the same as a walk without a pause.
func TestResume(t *testing.T) {
	all := []reply{{step: "target", answers: "target=dynamics"}, {step: "target", answers: "env_url=u"},
		{step: "project", answers: "project=p"}, {step: "branding"}, {step: "audience", answers: "audience=external"},
		{step: "audience", answers: "publishing=production"}, {step: "audience", answers: "home_page=h"}, {step: "audience"}, {step: "client", answers: "client=c"}}
	whole := &script{replies: all}
	if _, err := setup.Run(t.Context(), world(whole, func(string) {}, nil, nil, nil)); err != nil || len(whole.replies) > 0 {
		t.Fatalf("Run without a pause: error %v, %d replies not needed", err, len(whole.replies))
	}
	for stop := range len(all) {
		var kept playbook.Answers
		var marks playbook.Marks
		save := func(a playbook.Answers, m playbook.Marks) error {
			kept, marks = maps.Clone(a), maps.Clone(m)
			return nil
		}
		first := &script{replies: all[:stop]}
		walk := world(first, func(string) {}, nil, nil, nil)
		walk.Save = save
		if _, err := setup.Run(t.Context(), walk); !errors.Is(err, context.Canceled) {
			t.Fatalf("Run left after %d replies: error %v, want context.Canceled", stop, err)
		}
		second := &script{replies: all[stop:], skip: true}
		walk = world(second, func(string) {}, kept, marks, nil)
		walk.Save = save
		_, err := setup.Run(t.Context(), walk)
		if err != nil {
			t.Errorf("Run gone on with after %d replies: error %v after %q, want no question again", stop, err, second.log)
		}
		if got := kept.Get("client"); got != "c" {
			t.Errorf("Run gone on with after %d replies: client is %q, want c", stop, got)
		}
	}
}

func TestGiven(t *testing.T) {
	var log []string
	note := func(l string) { log = append(log, l) }
	_, err := setup.Run(t.Context(), world(setup.Given{}, note, given("target=dynamics"), nil, nil))
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok || symptom.Code != "missing-answers" {
		t.Fatalf("Run with little: error %v, want missing-answers", err)
	}
	if got, want := symptom.Facts["keys"], "--set env_url, --project, --audience, --client"; got != want {
		t.Errorf("Run with little: missing %q, want %q", got, want)
	}
	if len(log) > 0 {
		t.Errorf("Run with little: did %q, want nothing", log)
	}

	_, err = setup.Run(t.Context(), world(setup.Given{}, note, given("target=imap", "client=c", "audience=external"), nil, nil))
	if diff := cmp.Diff([]string{"do check", "do consent"}, log); err != nil || diff != "" {
		t.Errorf("Run with all: error %v, did (-want +got):\n%s", err, diff)
	}

	refusal := errors.New("no")
	move, err := setup.Given{}.Refused(t.Context(), playbook.View{}, refusal)
	if move != playbook.Leave || !errors.Is(err, refusal) {
		t.Errorf("Given.Refused = %v, %v; want the refusal", move, err)
	}
}

func TestGivenTellsAndWaits(t *testing.T) {
	var got []playbook.Note
	g := setup.Given{Notes: func(notes []playbook.Note) { got = append(got, notes...) }}
	g.Tell([]playbook.Note{{Label: "project", Text: "p"}})
	if len(got) != 1 {
		t.Errorf("Given.Tell: Notes got %v, want one", got)
	}
	setup.Given{}.Tell(got)
	err := g.Wait(t.Context(), "what", 1, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Given.Wait with a short limit = %v, want DeadlineExceeded", err)
	}
	if err := g.Wait(t.Context(), "what", 0, func(ctx context.Context) error { return ctx.Err() }); err != nil {
		t.Errorf("Given.Wait without limit = %v", err)
	}
}

func TestRunEndsOnErrorsOfOthers(t *testing.T) {
	broken := errors.New("disk full")
	full := given("target=imap", "project=p", "audience=internal", "client=c")
	cases := map[string]func(*setup.Walk){
		"Load": func(w *setup.Walk) { w.Load = func(string) (setup.Book, error) { return nil, broken } },
		"Save": func(w *setup.Walk) { w.Save = func(playbook.Answers, playbook.Marks) error { return broken } },
	}
	for name, spoil := range cases {
		walk := world(setup.Given{}, func(string) {}, full, nil, nil)
		spoil(&walk)
		if _, err := setup.Run(t.Context(), walk); !errors.Is(err, broken) {
			t.Errorf("Run with a failing %s: error %v, want it", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := setup.Run(ctx, world(setup.Given{}, func(string) {}, full, nil, nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("Run cancelled: error %v, want context.Canceled", err)
	}
}

// An action sees complete answers, its findings are kept, and its word on the
// step counts.
func TestActionFinds(t *testing.T) {
	walk := world(setup.Given{}, func(string) {}, given("target=imap", "client=c", "audience=internal"), nil, nil)
	walk.Page = func(s playbook.StepState) string { return "https://127.0.0.1/" + s.ID }
	walk.Heading = func(target string, _ playbook.Answers) string { return target }
	walk.Actions["check"] = setup.Action{Run: func(_ context.Context, turn setup.Turn) (setup.Outcome, error) {
		if got := turn.Answers.Get("project"); got != "of-c" {
			t.Errorf("action: project is %q, want the found one", got)
		}
		if got := turn.Step.URL; got != "https://127.0.0.1/client" {
			t.Errorf("action: page is %q, want the walk's", got)
		}
		return setup.Outcome{Status: playbook.Acknowledged,
			Answers: playbook.Answers{"seen": {Secret: secret.New("s"), From: playbook.FromFind}}}, nil
	}}
	result, err := setup.Run(t.Context(), walk)
	if err != nil || !result.Answers.Has("seen") || result.Marks["client"] != playbook.Acknowledged {
		t.Errorf("Run = %v, %v, %v; want what the action found, and its mark", result.Answers, result.Marks, err)
	}
}
