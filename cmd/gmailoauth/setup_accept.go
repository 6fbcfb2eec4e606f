package main

import (
	"errors"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/secret"
)

// clientKeys are the answers that come with a client.
func clientKeys() []string {
	return []string{"client_file", "client_id", "client_secret", "client_type", "client_redirect_uris", "client_origins", "client_project"}
}

// accept turns what was typed at a question into answers.
func (w *walking) accept(q playbook.Question, typed string) (playbook.Answers, error) {
	switch {
	case q.Key == "client_file":
		return w.acceptClient(q, typed)
	case q.Key == "service_account_file":
		return w.acceptServiceAccount(q, typed)
	case q.Kind == playbook.KindList:
		return acceptList(q, typed)
	case q.Secret:
		value, err := playbook.Check(q, typed)
		if err != nil {
			return nil, err
		}
		text := secret.New(value)
		w.app.hide.Hide(text)
		return playbook.Answers{q.Key: {Secret: text, From: playbook.FromAdmin}}, nil
	}
	value, err := playbook.Check(q, typed)
	if err != nil {
		return nil, err
	}
	answers := playbook.Answers{q.Key: {Values: []string{value}, From: playbook.FromAdmin}}
	target := w.latest.Get("target")
	if q.Key == "target" {
		target = value
	}
	book, err := w.app.playbook(target)
	if err != nil {
		return nil, err
	}
	together := maps.Clone(w.latest)
	if together == nil {
		together = playbook.Answers{}
	}
	maps.Copy(together, answers)
	return answers, book.Conflict(together)
}

// acceptList takes several values, between commas, blanks or line ends.
func acceptList(q playbook.Question, typed string) (playbook.Answers, error) {
	var values []string
	for _, part := range strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune(",; \t\n", r) }) {
		value, err := playbook.Check(q, part)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	if len(values) == 0 {
		_, err := playbook.Check(q, "")
		return nil, err
	}
	return playbook.Answers{q.Key: {Values: values, From: playbook.FromAdmin}}, nil
}

// acceptClient takes the path of the downloaded file as one types or drags it,
// the file's pasted text, or a client ID.
func (w *walking) acceptClient(q playbook.Question, typed string) (playbook.Answers, error) {
	typed = strings.TrimSpace(typed)
	if strings.HasSuffix(typed, ".apps.googleusercontent.com") && !strings.ContainsAny(typed, `/\ `) {
		value, err := playbook.Check(playbook.Question{Key: "client_id", Flag: "--client-id", Kind: playbook.KindText, Check: "client-id"}, typed)
		if err != nil {
			return nil, err
		}
		return withoutClient(playbook.Answers{"client_id": {Values: []string{value}, From: playbook.FromAdmin}}), nil
	}
	data, name, path := []byte(typed), "", ""
	if !strings.HasPrefix(typed, "{") {
		path = draggedPath(typed, w.app.env("HOME"))
		if w.sandbox != nil {
			if err := w.sandbox.provideClient(path, w.latest); err != nil {
				return nil, err
			}
		}
		read, err := os.ReadFile(path)
		if err != nil {
			return nil, unreadable(q.Flag, path, err)
		}
		if absolute, err := filepath.Abs(path); err == nil {
			path = absolute // setup may be run again elsewhere
		}
		data, name = read, path
	}
	client, err := account.ReadClient(data, name)
	if err != nil {
		if symptom, ok := errors.AsType[*diagnosis.Symptom](err); ok && name == "" {
			return nil, symptom.With("file", w.app.words().Say("setup.pasted"))
		}
		return nil, err
	}
	w.app.hide.Hide(client.Secret)
	answers := clientAnswers(client)
	delete(answers, "project") // the admin's is compared with it
	answers["client_project"] = playbook.Answer{Values: []string{client.ProjectID}, From: playbook.FromFind}
	if path != "" {
		answers["client_file"] = playbook.Answer{Values: []string{path}, From: playbook.FromAdmin}
	}
	return withoutClient(answers), nil
}

// withoutClient makes answers replace all of an earlier client: what they do not
// say is not known any more.
func withoutClient(answers playbook.Answers) playbook.Answers {
	for _, key := range clientKeys() {
		if _, ok := answers[key]; !ok {
			answers[key] = playbook.Answer{}
		}
	}
	return answers
}

// draggedPath reads a path as terminals type it when a file is dropped on them:
// in quotes, with escaped blanks, or as a file address.
func draggedPath(typed, home string) string {
	path := strings.TrimSpace(typed)
	if len(path) > 1 && (path[0] == '\'' || path[0] == '"') && path[len(path)-1] == path[0] {
		path = path[1 : len(path)-1]
	} else if runtime.GOOS != "windows" {
		path = unescaped(path)
	}
	if u, err := url.Parse(path); err == nil && u.Scheme == "file" {
		path = u.Path
		if runtime.GOOS == "windows" {
			path = strings.TrimPrefix(path, "/")
		}
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok && home != "" {
		path = filepath.Join(home, rest)
	}
	return path
}

func unescaped(path string) string {
	var b strings.Builder
	escaped := false
	for i := range len(path) { // bytes: the name of a file need not be UTF-8
		if path[i] == '\\' && !escaped {
			escaped = true
			continue
		}
		escaped = false
		b.WriteByte(path[i])
	}
	return b.String()
}
