package wizard

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/terminal"
	"gmailoauth/internal/words"
)

// walkViews are the steps of a target's walk as they are put before somebody:
// with nothing answered but the account and the project, and with everything.
func walkViews(t *testing.T, target string) []playbook.View {
	t.Helper()
	loaded, err := playbook.LoadTarget(target, "en")
	if err != nil {
		t.Fatal(err)
	}
	book, err := playbook.Load("en", loaded)
	if err != nil {
		t.Fatal(err)
	}
	answers := playbook.Answers{}
	give := func(key, value string) {
		answers[key] = playbook.Answer{Values: []string{value}, From: playbook.FromAdmin}
	}
	give("target", target)
	give("account", "accounts.payable@subsidiary.example.com")
	give("project", "my-mail-project-of-2026-12345")
	var views []playbook.View
	collect := func(only string) {
		steps := book.Resolve(answers, nil)
		for i, step := range steps {
			view := playbook.View{Heading: loaded.Title + " · my-mail-project-of-2026-12345", Step: step, Steps: steps, At: i, First: i == 0}
			for _, q := range step.Questions {
				if q.Required || q.Kind == playbook.KindChoice {
					view.Questions = append(view.Questions, q)
				}
			}
			if only != "" && step.ID != only {
				continue
			}
			if step.Status != playbook.Skipped && (step.Person || len(view.Questions) > 0) {
				views = append(views, view)
			}
			if only == "" && len(view.Questions) > 0 && step.Person { // once more, when they are answered
				view.Questions, view.Further = nil, true
				views = append(views, view)
			}
		}
	}
	collect("")
	for _, v := range loaded.Variables {
		give(v.Key, v.Example)
	}
	give("audience", "external")
	give("publishing", "production")
	collect("")
	give("account", "a-longer-name@department.contoso.com") // of an organisation
	give("home_page", "https://department.contoso.com/mail-connection")
	give("privacy_policy", "https://department.contoso.com/mail-connection/privacy.html")
	give("client_id", "815407401234-abcdefghijklmnopqrstuvwxyz123456.apps.googleusercontent.com")
	give("verification", "needed")
	for _, id := range []string{"console", "audience", "workspace", "verification"} {
		collect(id)
	}
	give("publishing", "testing")
	collect("audience")
	return views
}

func richly(t *testing.T, columns, rows int) *rich {
	t.Helper()
	w, err := words.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal.Terminal{In: strings.NewReader(""), Err: io.Discard, ErrTTY: true, Rich: true, Width: columns, Height: rows}
	return &rich{New(Options{Terminal: term, Words: w, Now: time.Now,
		Accept: func(playbook.Question, string) (playbook.Answers, error) { return nil, nil },
		Line:   func(err error) string { return err.Error() }})}
}

// Where one is and what is asked are on the screen together, on every page of
// every step, and each instruction is on one of them.
func TestEveryPageFitsTheScreen(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {40, 24}} {
		seen := map[string]bool{}
		for _, target := range playbook.Targets() {
			for _, view := range walkViews(t, target) {
				key := fmt.Sprint(view.Step.ID, view.Step.Title, view.Step.Instructions, len(view.Questions))
				if view.Step.ID != "target" && seen[key] { // as another application's
					continue
				}
				seen[key] = true
				f := richly(t, size[0], size[1])
				for _, q := range view.Questions {
					if q.Kind == playbook.KindFile {
						f.watched = &watched{Watching: Watching{Where: "/home/somebody/Téléchargements"}}
					}
				}
				fields := f.fields(view)
				pages := f.pages(view, fields)
				whole := ""
				for i, page := range pages {
					if rows := f.pen.height(page.text) + f.height(view, page.fields); rows > size[1] {
						t.Errorf("%v %s, step %s, page %d of %d takes %d rows:\n%s", size, target, view.Step.ID, i+1, len(pages), rows, page.text)
					}
					at, of := view.Number()
					head, _, _ := strings.Cut(page.text, "\n\n")
					title, _, _ := strings.Cut(wrap(view.Step.Title, f.pen.columns()), "\n")
					if number := strconv.Itoa(at) + " of " + strconv.Itoa(of); !strings.Contains(head, number) || !strings.Contains(head, markHere) || !strings.Contains(page.text, "\n\n"+title) {
						t.Errorf("%v %s, step %s, page %d lacks %q, the overview or the title:\n%s", size, target, view.Step.ID, i+1, number, page.text)
					}
					whole += page.text
				}
				spaces := regexp.MustCompile(`\s+`)
				flat := spaces.ReplaceAllString(whole, " ")
				for _, instruction := range view.Step.Instructions {
					if !strings.Contains(flat, spaces.ReplaceAllString(instruction.Text, " ")) {
						t.Errorf("%v %s, step %s: no page says %q", size, target, view.Step.ID, instruction.Text)
					}
				}
			}
		}
	}
}

var address = regexp.MustCompile(`https?://\S+`)

// An address is printed as it is, whatever the width.
func TestNoAddressIsBroken(t *testing.T) {
	for _, target := range playbook.Targets() {
		for _, view := range walkViews(t, target) {
			f := richly(t, 40, 24)
			whole := ""
			for _, page := range f.pages(view, f.fields(view)) {
				whole += page.text
			}
			for _, instruction := range view.Step.Instructions {
				for _, text := range append([]string{instruction.Text, instruction.Note, view.Step.URL}, instruction.Values...) {
					for _, url := range address.FindAllString(text, -1) {
						if !strings.Contains(whole, url) {
							t.Errorf("%s, step %s: %s is broken:\n%s", target, view.Step.ID, url, whole)
						}
					}
				}
			}
		}
	}
}

func TestWrap(t *testing.T) {
	long := "https://console.example.com/a/long/address/that/stands/alone"
	for _, row := range []struct{ text, want string }{
		{"short", "short"},
		{"  indented", "  indented"},
		{"two words and more", "two words\nand more"},
		{"open " + long + " and go on", "open\n" + long + "\nand go on"},
		{"see http://a.b/ now", "see\nhttp://a.b/\nnow"},
	} {
		if got := wrap(row.text, 10); got != row.want {
			t.Errorf("wrap(%q, 10) = %q, want %q", row.text, got, row.want)
		}
	}
}
