package authserver

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gmailoauth/internal/sandbox/scenario"
)

// answer is a whole HTTP reply before it is sent, so that a scenario can still
// cut, slow or replace it.
type answer struct {
	status int
	header map[string]string
	body   []byte
}

func (a answer) write(w http.ResponseWriter) {
	a.writeHeader(w)
	_, _ = w.Write(a.body)
}

func (a answer) writeHeader(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	for name, value := range a.header {
		h.Set(name, value)
	}
	w.WriteHeader(a.status)
}

// inJSON is an answer in JSON, indented as Google does it.
func inJSON(status int, value any) answer {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		panic(err) // only maps of ours come here
	}
	return answer{status, map[string]string{"Content-Type": "application/json; charset=utf-8"}, body.Bytes()}
}

// redirect sends the browser on. Google answers 302 even to a form.
func redirect(location string) answer {
	return answer{http.StatusFound, map[string]string{"Location": location, "Content-Type": "text/html; charset=utf-8"}, nil}
}

// played lets the scenario that is on at a point have its way with an endpoint.
func (s *Server) played(point string, h func(*http.Request) answer) http.HandlerFunc {
	return s.playedAs(point, said, h)
}

// playedAs is played with another way to say what an effect says.
func (s *Server) playedAs(point string, said func(*scenario.Effect) (answer, bool), h func(*http.Request) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		effect := s.scenarios.AtFor(point, s.whose(point, r))
		if effect == nil {
			h(r).write(w)
			return
		}
		if effect.Delay > 0 && !s.held(r.Context(), effect.Delay) {
			panic(http.ErrAbortHandler)
		}
		if effect.Hang {
			s.hang(r)
		}
		a, spoken := said(echoing(effect, r))
		if !spoken && !effect.Close {
			a = h(r)
		}
		s.deliver(w, r, a, effect)
	}
}

// hang never answers: it ends with the asker or the server.
func (s *Server) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.closed:
	}
	panic(http.ErrAbortHandler)
}

// echoing fills in what a careless server repeats: {sent} is the request's form
// as it came, {clear} all values in it and the credentials of its header.
func echoing(effect *scenario.Effect, r *http.Request) *scenario.Effect {
	if !strings.Contains(effect.Body+effect.Description, "{") {
		return effect
	}
	_ = r.ParseForm() // what cannot be read is not repeated
	_, header, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	clear := []string{header}
	for _, values := range r.Form {
		clear = append(clear, values...)
	}
	blanks := strings.NewReplacer("{sent}", r.Form.Encode(), "{clear}", strings.Join(clear, " "))
	filled := *effect
	filled.Body, filled.Description = blanks.Replace(effect.Body), blanks.Replace(effect.Description)
	return &filled
}

// said is what an effect says in place of the usual answer, if it says something.
func said(e *scenario.Effect) (answer, bool) {
	var a answer
	switch {
	case e.Body != "":
		a = answer{e.Status, map[string]string{"Content-Type": "text/html; charset=utf-8"}, []byte(e.Body)}
	case e.Error != "":
		fields := map[string]string{"error": e.Error}
		if e.Description != "" {
			fields["error_description"] = e.Description
		}
		maps.Copy(fields, e.Parameters)
		a = inJSON(e.Status, fields)
	case e.Flood > 0:
		a = answer{e.Status, map[string]string{"Content-Type": "text/plain"}, bytes.Repeat([]byte("x"), e.Flood)}
	default:
		return answer{}, false
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	maps.Copy(a.header, e.Headers)
	return a, true
}

// deliver sends an answer the way an effect wants it.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request, a answer, e *scenario.Effect) {
	switch {
	case e.Cut > 0 && e.Cut < len(a.body):
		a.writeHeader(w)
		_, _ = w.Write(a.body[:e.Cut])
		flush(w)
		panic(http.ErrAbortHandler)
	case e.Close && len(a.body) == 0:
		panic(http.ErrAbortHandler)
	case e.Drip > 0:
		a.writeHeader(w)
		s.drip(w, r, a.body, e.Drip)
	default:
		a.write(w)
	}
}

func (s *Server) drip(w http.ResponseWriter, r *http.Request, body []byte, pause time.Duration) {
	for i := range body {
		if !s.held(r.Context(), pause) {
			panic(http.ErrAbortHandler)
		}
		if _, err := w.Write(body[i : i+1]); err != nil {
			return
		}
		flush(w)
	}
}

func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

// baseOf is the address under which this request reached us: pages are served
// over TLS and, for browsers that do not know our CA, without.
func (s *Server) baseOf(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// bearer is the access token of a request: header, form or query.
func bearer(r *http.Request, names ...string) string {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token)
	}
	for _, name := range names {
		if token := r.FormValue(name); token != "" {
			return token
		}
	}
	return ""
}
