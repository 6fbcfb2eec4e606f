package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/secret"
)

// tracer tells what happens on the wire: a line for each step on stderr under
// -v, and a line for each HTTP head and each line of mail in the file of
// --trace. All of it goes through the redactor. Any goroutine may use it; a nil
// tracer is silent.
type tracer struct {
	hide  *secret.Redactor
	now   func() time.Time
	mu    sync.Mutex
	steps io.Writer // nil without -v
	file  *os.File  // nil without --trace
}

// openTrace settles what -v and --trace want. The file is the admin's to read alone.
func (a *app) openTrace() error {
	if a.trace != nil || !a.flags.verbose && a.flags.trace == "" {
		return nil
	}
	t := &tracer{hide: a.hide, now: a.now}
	if a.flags.verbose {
		t.steps = a.term.Err
	}
	if path := a.flags.trace; path != "" {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err == nil {
			err = onlyOurs(file)
		}
		if err != nil {
			symptom := inputSymptom("unwritable-file", "file", path, "flag", "--trace")
			symptom.Err = err
			return symptom
		}
		t.file = file
	}
	a.trace = t
	return nil
}

// onlyOurs takes a file that was there already from the eyes of others. What is
// no file (a terminal, a pipe) is left as it is.
func onlyOurs(file *os.File) error {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	if err := file.Chmod(0o600); err != nil {
		return errors.Join(err, file.Close())
	}
	return nil
}

// close ends the trace. A file that could not be written to its end shows in
// its last line, and is no failure of what was traced.
func (t *tracer) close() {
	if t == nil || t.file == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_ = t.file.Close()
	t.file = nil
}

// step tells something on stderr, and in the trace.
func (t *tracer) step(text string) {
	if t == nil {
		return
	}
	text = t.hide.Clean(oneLine(text))
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.steps != nil {
		_, _ = fmt.Fprintln(t.steps, "· "+text)
	}
	t.write("- " + text)
}

// line tells something in the trace alone.
func (t *tracer) line(text string) {
	if t == nil || t.file == nil {
		return
	}
	text = t.hide.Clean(oneLine(text))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.write(text)
}

func (t *tracer) write(text string) {
	if t.file != nil {
		_, _ = fmt.Fprintf(t.file, "%s %s\n", t.now().UTC().Format("2006-01-02T15:04:05.000Z"), text)
	}
}

// oneLine keeps what a server says from making lines of its own.
func oneLine(text string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return ' '
		}
		return c
	}, text)
}

// mail is told each line of a mail connection.
func (t *tracer) mail(protocol, endpoint string, sent bool, line string) {
	way := "<"
	if sent {
		way = ">"
	}
	t.line(protocol + " " + endpoint + " " + way + " " + line)
}

// checked is told each check of a mail connection as it ends.
func (t *tracer) checked(account string, f finding.Finding) {
	text := fmt.Sprintf("%s %s %s %s, %d ms", account, f.ID, f.Endpoint, f.Status, f.Duration.Milliseconds())
	if f.Symptom != nil {
		text += ": " + f.Symptom.Error()
	}
	t.step(text)
}

// tracedHTTP tells the heads of requests and replies. Bodies are not told: there
// is nothing in them but secrets, or what a diagnosis quotes anyway.
type tracedHTTP struct {
	*http.Transport
	trace *tracer
}

// RoundTrip is the transport's.
func (h tracedHTTP) RoundTrip(req *http.Request) (*http.Response, error) {
	h.learn(req)
	request := req.Method + " " + req.URL.Redacted()
	start := h.trace.now()
	h.trace.line("http > " + request)
	reply, err := h.Transport.RoundTrip(req)
	took := h.trace.now().Sub(start).Milliseconds()
	if err != nil {
		h.trace.step(fmt.Sprintf("%s: %v, %d ms", request, err, took))
		return nil, err
	}
	head := []string{reply.Proto + " " + reply.Status}
	for _, name := range []string{"Content-Type", "Date", "Location", "Retry-After", "Www-Authenticate"} {
		if value := reply.Header.Get(name); value != "" {
			head = append(head, name+": "+value)
		}
	}
	h.trace.line("http < " + strings.Join(head, "; "))
	h.trace.step(fmt.Sprintf("%s: %s, %d ms", request, reply.Status, took))
	return reply, nil
}

// learn makes the redactor know what a request carries, such as a code or its
// verifier: the reply may repeat it in a header.
func (h tracedHTTP) learn(req *http.Request) {
	_, bearer, _ := strings.Cut(req.Header.Get("Authorization"), " ")
	h.trace.hide.Hide(secret.New(bearer))
	if req.GetBody == nil || !strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return
	}
	body, err := req.GetBody()
	if err != nil {
		return
	}
	defer func() { _ = body.Close() }()
	text, err := io.ReadAll(body)
	if err != nil {
		return
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return
	}
	for _, name := range []string{"code", "code_verifier", "client_secret", "refresh_token", "token", "assertion", "subject_token"} {
		h.trace.hide.Hide(secret.New(form.Get(name)))
	}
}
