//go:build !windows

package wizard_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/terminal"
	"gmailoauth/internal/wizard"
)

// folder is one in which files land when a test says so.
type folder struct {
	found chan wizard.Found
	ended chan struct{}
}

func newFolder() *folder {
	return &folder{found: make(chan wizard.Found), ended: make(chan struct{})}
}

func (f *folder) watch(ctx context.Context, _ playbook.Question) *wizard.Watching {
	context.AfterFunc(ctx, func() { close(f.ended) })
	return &wizard.Watching{Where: "~/Downloads", Found: f.found}
}

func (f *folder) land(name string, change func(*wizard.Found)) {
	found := wizard.Found{Name: name, Path: "/downloads/" + name, Landed: time.Now().Add(-3500 * time.Millisecond),
		Notes: func() []playbook.Note {
			return []playbook.Note{{Mark: playbook.Good, Label: "project", Text: "my-mail-123"}}
		}}
	if change != nil {
		change(&found)
	}
	f.found <- found
}

func movable(to string, err error) func(*wizard.Found) {
	return func(f *wizard.Found) { f.Move = func() (string, error) { return to, err } }
}

func TestRichFileLands(t *testing.T) {
	rows := []struct {
		name string
		do   func(*screen, *folder)
		want string
		said []string
		long bool // the question is on another page
	}{
		{"before the question is on the screen", func(s *screen, f *folder) {
			s.Until("Go on with instruction")
			f.land("client_secret_1.json", nil)
			s.Until("Use it?")
			s.Press(enter)
		}, "/downloads/client_secret_1.json", nil, true},
		{"used, and moved", func(s *screen, f *folder) {
			f.land("client_secret_1.json", movable("/ours/1.json", nil))
			s.Until("Found client_secret_1.json, 3 seconds old.")
			s.Until("Use it?")
			s.Press(enter)
			s.Until("Move it out of ~/Downloads")
			s.Press(enter)
		}, "/ours/1.json", []string{"✓ project   my-mail-123", "Moved to /ours/1.json"}, false},
		{"used, and left there", func(s *screen, f *folder) {
			f.land("client_secret_1.json", movable("/ours/1.json", nil))
			s.Until("Use it?")
			s.Press(enter)
			s.Until("Move it out of ~/Downloads")
			s.Press(left, enter)
		}, "/downloads/client_secret_1.json", nil, false},
		{"not this one, but the next, over a line half typed", func(s *screen, f *folder) {
			s.Type("/so")
			f.land("client_secret_1.json", nil)
			s.Until("Use it?")
			s.Press(left, enter)
			s.Until("Watching ~/Downloads")
			f.land("client_secret_2.json", nil)
			s.Until("Found client_secret_2.json")
			s.Until("yes     no")
			s.Press(enter)
		}, "/downloads/client_secret_2.json", nil, false},
		{"another kind of file is told, and a path is typed", func(s *screen, f *folder) {
			f.land("key.json", func(found *wizard.Found) {
				found.Refusal = &diagnosis.Symptom{Where: diagnosis.AtClient, Code: "other-kind-of-file"}
			})
			s.Until("key.json has landed, but is not what is wanted")
			s.Until("Watching ~/Downloads")
			s.Type("/x")
			s.Press(enter)
		}, "/x", nil, false},
		{"what cannot be moved serves where it is", func(s *screen, f *folder) {
			f.land("client_secret_1.json", movable("", errors.New("disk full")))
			s.Until("Use it?")
			s.Press(enter)
			s.Until("Move it out of")
			s.Press(enter)
		}, "/downloads/client_secret_1.json", []string{"It could not be moved"}, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s := newScreen(t, 80, 24)
			f := newFolder()
			w := s.wizard(nil)
			w.Watch = f.watch
			view := step(false, true, question(playbook.KindFile, ""))
			if !row.long {
				view.Step.Instructions = nil
			}
			result := s.ask(w, view)
			s.Until("Watching ~/Downloads for client_secret_….json")
			row.do(s, f)
			got := s.get(result)
			if got.err != nil || got.reply.Answers.Get("q") != row.want {
				t.Errorf("Ask = %q, %v; want %q; screen:\n%s", got.reply.Answers.Get("q"), got.err, row.want, s)
			}
			s.Until("✓ Label")
			for _, want := range row.said {
				if !strings.Contains(s.String(), want) {
					t.Errorf("the screen lacks %q:\n%s", want, s)
				}
			}
			<-f.ended // with the step
		})
	}
}

// watchedBuffer is what was printed, while it is printed.
type watchedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *watchedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *watchedBuffer) until(t *testing.T, words string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		b.mu.Lock()
		text := b.b.String()
		b.mu.Unlock()
		if strings.Contains(text, words) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("waited for %q:\n%s", words, text)
		}
	}
}

func TestPlainFileLands(t *testing.T) {
	rows := []struct {
		name string
		do   func(*testing.T, *folder, *watchedBuffer, io.Writer)
		want string
	}{
		{"empty enter takes it", func(t *testing.T, f *folder, out *watchedBuffer, keys io.Writer) {
			f.land("client_secret_1.json", movable("/ours/1.json", nil))
			out.until(t, "Use it? yes or no [yes]:")
			_, _ = io.WriteString(keys, "\n")
			out.until(t, "Move it out of")
			_, _ = io.WriteString(keys, "\n")
		}, "/ours/1.json"},
		{"no, then another by y", func(t *testing.T, f *folder, out *watchedBuffer, keys io.Writer) {
			f.land("client_secret_1.json", nil)
			out.until(t, "client_secret_1.json, 3 seconds old")
			_, _ = io.WriteString(keys, "n\n")
			f.land("client_secret_2.json", nil)
			out.until(t, "client_secret_2.json, 3 seconds old")
			_, _ = io.WriteString(keys, "y\n")
		}, "/downloads/client_secret_2.json"},
		{"another kind of file, then a path", func(t *testing.T, f *folder, out *watchedBuffer, keys io.Writer) {
			f.land("key.json", func(found *wizard.Found) {
				found.Refusal = &diagnosis.Symptom{Where: diagnosis.AtClient, Code: "other-kind-of-file"}
			})
			out.until(t, "key.json has landed, but is not what is wanted")
			_, _ = io.WriteString(keys, "?\n/x\n")
		}, "/x"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			in, keys := io.Pipe()
			out, f := &watchedBuffer{}, newFolder()
			o := options(t, &terminal.Terminal{In: in, Err: out, Width: 80})
			o.Watch = f.watch
			go row.do(t, f, out, keys)
			reply, err := wizard.New(o).Ask(t.Context(), step(false, true, question(playbook.KindFile, "")))
			if err != nil || reply.Answers.Get("q") != row.want {
				t.Errorf("Ask = %q, %v; want %q; screen:\n%s", reply.Answers.Get("q"), err, row.want, out.b.String())
			}
			<-f.ended
		})
	}
}
