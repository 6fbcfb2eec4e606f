package federation

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// maxReply is how much of a refusal is read.
const maxReply = 64 << 10

var errRefused = errors.New("refused")

// listener is the transport of an exchange: it hides what goes out, and makes a
// Symptom of whatever comes back but a good answer.
type listener struct {
	below http.RoundTripper
	hide  func(...secret.Text)
	sts   string

	mu      sync.Mutex
	sent    []secret.Text
	at      string // address of the last request
	symptom *diagnosis.Symptom
}

// RoundTrip sends one request. What is not a good answer is an error.
func (l *listener) RoundTrip(req *http.Request) (*http.Response, error) {
	_, bearer, _ := strings.Cut(req.Header.Get("Authorization"), " ")
	l.hide(secret.New(bearer))
	address, _, _ := strings.Cut(req.URL.String(), "?")
	l.mu.Lock()
	l.at, l.sent = address, append(l.sent, secret.New(bearer))
	l.mu.Unlock()
	resp, err := l.below.RoundTrip(req)
	if err != nil {
		return nil, l.refuse(diagnosis.Network(err, address))
	}
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if err != nil {
		return nil, l.refuse(diagnosis.Network(err, address))
	}
	return nil, l.refuse(l.words(resp, body, address))
}

func (l *listener) refuse(s *diagnosis.Symptom) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.symptom = s
	return errRefused
}

func (l *listener) refused() *diagnosis.Symptom {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.symptom
}

func (l *listener) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at
}

func (l *listener) step() string {
	if l.last() == l.sts {
		return "exchange"
	}
	return "impersonate"
}

// words reads the two shapes in which Google refuses: that of RFC 6749, which the
// security token service has, and that of its APIs.
// Source: google/rpc/status.proto, error_details.proto; RFC 8693 section 2.2.2 (seen 2026-11-21).
func (l *listener) words(resp *http.Response, body []byte, address string) *diagnosis.Symptom {
	symptom := &diagnosis.Symptom{Where: diagnosis.AtCloud, Status: resp.StatusCode, Endpoint: address, Code: "not-json"}
	if resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests {
		symptom.Code = "no-answer"
	}
	var wire struct {
		Error       json.RawMessage `json:"error"`
		Description string          `json:"error_description"`
	}
	if json.Unmarshal(body, &wire) != nil || len(wire.Error) == 0 {
		return symptom
	}
	var word string
	var object struct {
		Status  string `json:"status"`
		Message string `json:"message"`
		Details []struct {
			Reason   string            `json:"reason"`
			Metadata map[string]string `json:"metadata"`
		} `json:"details"`
	}
	var facts []string
	if json.Unmarshal(wire.Error, &word) == nil {
		symptom.Code, symptom.Text = cmp.Or(word, symptom.Code), wire.Description
	} else if json.Unmarshal(wire.Error, &object) == nil {
		symptom.Code, symptom.Text = cmp.Or(object.Status, symptom.Code), object.Message
		for _, detail := range object.Details {
			symptom.Code = cmp.Or(detail.Reason, symptom.Code)
			if detail.Reason != "" {
				consumer := l.clean(strings.TrimPrefix(detail.Metadata["consumer"], "projects/"))
				facts = append(facts, "consumer", consumer, "project", consumer)
			}
		}
	}
	symptom.Code, symptom.Text = cmp.Or(l.clean(symptom.Code), "not-json"), l.clean(symptom.Text)
	return symptom.With(facts...)
}

// clean takes out what was sent, and what would break a line.
func (l *listener) clean(text string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var redactor secret.Redactor
	redactor.Hide(l.sent...)
	text = redactor.Clean(strings.ToValidUTF8(text, ""))
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
	if len(text) > 400 {
		text = strings.ToValidUTF8(text[:400], "") + "…"
	}
	return text
}
