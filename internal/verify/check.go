package verify

import (
	"cmp"
	"context"
	"errors"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/xoauth2"
)

// check carries out one step within its time limit, measured, and makes a
// finding of what came of it. When time is up the connection is closed, which
// is what ends a library that waits.
func (p *proof) check(ctx context.Context, id, mechanism string, do func(context.Context) (answer, error), on func() *wire) finding.Finding {
	ctx, cancel := context.WithTimeout(ctx, p.run.box.Timeout)
	defer cancel()
	if w := on(); w != nil {
		defer context.AfterFunc(ctx, w.abort)()
	}
	start := p.now()
	said, err := do(ctx)
	if !said.began.IsZero() {
		start = said.began
	}
	f := finding.Finding{ID: id, Status: finding.Pass, Endpoint: p.endpoint(), Mechanism: mechanism,
		Duration: p.now().Sub(start), Evidence: p.clean(said.evidence), Facts: said.facts}
	if err == nil {
		p.checked(f)
		return f
	}
	f.Status = finding.Fail
	f.Symptom, f.Evidence = p.explain(ctx, err, on())
	f.Symptom = f.Symptom.With("account", p.run.box.Account, "protocol", p.protocol, "mechanism", mechanism,
		"host", p.server.Host, "stage", id[len(p.protocol)+1:])
	f.Symptom.Endpoint = p.endpoint()
	p.checked(f)
	return f
}

func (p *proof) checked(f finding.Finding) {
	if p.run.box.Checked != nil {
		p.run.box.Checked(f)
	}
}

func withEvidence(err error, line string) error {
	symptom, ok := err.(*diagnosis.Symptom) //nolint:errorlint // made by dial, never wrapped
	if !ok || line == "" {
		return err
	}
	return &refusal{symptom: symptom, evidence: line}
}

// explain makes a Symptom of an error, and gives the words that were heard.
func (p *proof) explain(ctx context.Context, err error, w *wire) (*diagnosis.Symptom, string) {
	if refused, ok := errors.AsType[*refusal](err); ok {
		s := *refused.symptom
		s.Text = p.clean(s.Text)
		return &s, p.clean(refused.evidence)
	}
	if symptom, ok := errors.AsType[*diagnosis.Symptom](err); ok {
		s := *symptom
		s.Text = p.clean(s.Text)
		return &s, s.Text
	}
	if ctx.Err() != nil {
		return diagnosis.Network(ctx.Err(), p.endpoint()).With("seconds", seconds(p.run.box.Timeout)), ""
	}
	var heard string
	if w != nil {
		w.mu.Lock()
		err = cmp.Or(w.failure, err)
		failed := w.failure != nil
		w.mu.Unlock()
		heard = p.clean(printable(w.last()))
		switch {
		case errors.Is(err, errTooLong), errors.Is(err, errTooMuch):
			return &diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "line-too-long", Text: heard}, heard
		case failed:
		case heard != "" && diagnosis.Network(err, "").Code == "network-failed":
			// The connection is whole, but the library could not read the words.
			return &diagnosis.Symptom{Where: p.protocol, Code: "not-understood", Text: heard}, heard
		}
	}
	return diagnosis.Network(err, p.endpoint()), heard
}

// clean makes a server's words fit to be shown: no secrets, no control characters.
func (p *proof) clean(text string) string {
	return p.run.box.Redactor.Clean(visible(text))
}

func (p *proof) cleanChallenge(s *diagnosis.Symptom, client *xoauth2.Client) *diagnosis.Symptom {
	challenge := client.Challenge()
	if challenge == nil {
		return s
	}
	next := *s
	next.Challenge = &xoauth2.Challenge{Status: p.clean(challenge.Status), Schemes: p.clean(challenge.Schemes), Scope: p.clean(challenge.Scope)}
	return &next
}

// identified waits until it is known whom the token speaks for.
func (p *proof) identified() *bearer {
	<-p.bearer.seen
	return p.bearer
}
