package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
)

// atDesk is an app with nothing but a folder of its own.
func atDesk(home string) *app {
	return &app{term: &terminal.Terminal{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Width: 80}, now: time.Now, hide: new(secret.Redactor),
		lookupEnv: func(name string) (string, bool) {
			return map[string]string{"HOME": home}[name], name == "HOME"
		}}
}

// Whatever stands in the file of a walk that was left, the walk goes on from it or
// it is refused; what was given now is not replaced.
func FuzzWalkFile(f *testing.F) {
	f.Add([]byte(`{"format":1,"target":"generic-desktop","saved":"2026-11-21T12:00:00Z","answers":{"account":{"values":["a@example.com"],"from":"flag"},"audience":{"values":["internal"],"from":"found"}},"marks":{"create-project":"done"}}`))
	f.Add([]byte(`{"format":1,"target":"nocobase","finished":true,"answers":{"base_url":{"values":["%zz","\u0000"],"from":"x"},"client_file":{"values":["/dev/null"]}}}`))
	f.Add([]byte(`{"format":1,"target":"../../x","answers":{"account":null},"marks":{"":""}}`))
	f.Add([]byte(`{"format":2}`))
	f.Add([]byte("{"))
	home := f.TempDir()
	folder := filepath.Join(home, ".local", "state", "gmailoauth", "setup")
	must(f, os.MkdirAll(folder, 0o700))
	f.Fuzz(func(t *testing.T, data []byte) {
		if strings.Contains(string(data), "client_file") && !strings.Contains(string(data), "/dev/null") {
			return // a file of this machine's, which may be one that nobody ends
		}
		must(t, os.WriteFile(filepath.Join(folder, "generic-desktop.json"), data, 0o600))
		for _, target := range []string{"", "generic-desktop"} {
			w := &walking{app: atDesk(home), answers: playbook.Answers{}, marks: playbook.Marks{}}
			const now = "given-now@example.com"
			w.answers["account"] = playbook.Answer{Values: []string{now}, From: playbook.FromFlag}
			if target != "" {
				w.answers["target"] = playbook.Answer{Values: []string{target}, From: playbook.FromFlag}
			}
			if err := w.resume(); err != nil {
				if symptom, ok := errors.AsType[*diagnosis.Symptom](err); !ok || symptom.Where == diagnosis.AtBug {
					t.Errorf("resume = %v", err)
				}
			}
			if w.answers.Get("account") != now {
				t.Errorf("the account is %q", w.answers.Get("account"))
			}
		}
	})
}

// A span with days is more than nothing, or no span.
func FuzzDays(f *testing.F) {
	for _, seed := range []string{"7d", "1d12h", "48h", "d", "0d", "-1h", "65535d", "1d-1h", "99999d", "1d9223372036854775807ns"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var d days
		if d.Set(text) == nil && (d <= 0 || d.String() == "") {
			t.Errorf("%q is %v", text, time.Duration(d))
		}
	})
}

// What is dropped on a terminal is a path; what has nothing to take off is left
// as it is.
func FuzzDraggedPath(f *testing.F) {
	for _, seed := range []string{"/tmp/client_secret.json", "'/tmp/a b.json'", `/tmp/a\ b.json`, "file:///tmp/%C3%A9.json", "~/x", "file://%zz", "\"", "C:\\x y"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got := draggedPath(typed, "/home/admin")
		if len(got) > len(typed)+len("/home/admin") {
			t.Errorf("draggedPath(%q) = %q", typed, got)
		}
		if strings.HasPrefix(typed, "/") && !strings.ContainsAny(typed, "\\ \t\r\n\v\f\u0085\u00a0") && strings.TrimSpace(typed) == typed && got != typed {
			t.Errorf("draggedPath(%q) = %q", typed, got)
		}
	})
}

// JSON stays JSON, and means the same, when secrets are taken out of it.
func FuzzCleanJSON(f *testing.F) {
	for _, seed := range []string{`{"a":"x 1//secret-of-ours-0123 y"}`, `{"a\u0022b":"\\","c":"1\/\/secret-of-ours-0123"}`, `{"a":"\ud800"}`, `["1//secret-of-ours-0123"`, `{"n":1e9}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a := atDesk("/")
		const hidden = "1//secret-of-ours-0123"
		a.hide.Hide(secret.New(hidden))
		got := a.cleanJSON(text)
		if !json.Valid([]byte(text)) {
			return
		}
		if !json.Valid([]byte(got)) {
			t.Fatalf("%s becomes %s", text, got)
		}
		var value any
		decoder := json.NewDecoder(strings.NewReader(got))
		decoder.UseNumber()
		must(t, decoder.Decode(&value))
		if tells(value, hidden) {
			t.Errorf("%s becomes %s", text, got)
		}
	})
}

// tells looks for a text in all texts of a JSON value.
func tells(value any, hidden string) bool {
	switch value := value.(type) {
	case string:
		return strings.Contains(value, hidden)
	case []any:
		for _, one := range value {
			if tells(one, hidden) {
				return true
			}
		}
	case map[string]any:
		for key, one := range value {
			if strings.Contains(key, hidden) || tells(one, hidden) {
				return true
			}
		}
	}
	return false
}

// A line is read to its end and no further, and no further than a line goes.
func FuzzReadLine(f *testing.F) {
	for _, seed := range []string{"yes\nrest", "", "\n", "no end", "\x00\xff\r\n", "\x1b[A\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		in := strings.NewReader(typed)
		line, err := readLine(in)
		want, _, ended := strings.Cut(typed, "\n")
		if err != nil || strings.Contains(line, "\n") || len(line) <= 4096 && len(want) < 4096 && line != want {
			t.Errorf("readLine(%q) = %q, %v", typed, line, err)
		}
		if ended && len(want) < 4096 && in.Len() != len(typed)-len(want)-1 {
			t.Errorf("readLine(%q) leaves %d bytes", typed, in.Len())
		}
	})
}
