package main

import (
	"context"
	"errors"
	"slices"

	"gmailoauth/internal/finding"
)

const skipInterrupted = "skip.interrupted"

// interrupted takes a proof that Ctrl-C or SIGTERM cut short for what it is: what
// was found stands, and what was cut says nothing of the mailbox.
func interrupted(box finding.Mailbox) finding.Mailbox {
	box.Findings = slices.Clone(box.Findings)
	for i, f := range box.Findings {
		if f.Status != finding.Fail || f.Symptom == nil {
			continue
		}
		if f.Symptom.Code == "cancelled" || f.Symptom.Code == "interrupted" || errors.Is(f.Symptom.Err, context.Canceled) {
			box.Findings[i] = finding.Finding{ID: f.ID, Status: finding.Skip, Endpoint: f.Endpoint, Mechanism: f.Mechanism,
				Duration: f.Duration, Reason: skipInterrupted}
		}
	}
	return box
}

// notBegun is a mailbox whose turn did not come.
func notBegun(email string) finding.Mailbox {
	return finding.Mailbox{Account: email, Findings: []finding.Finding{
		{ID: "token.refresh", Status: finding.Skip, Reason: skipInterrupted},
	}}
}

// tellRest writes the mailboxes from i on as not begun: programs that read a
// report look for all that they asked for, people see that it ends.
func (p *proof) tellRest(q queue, i int) error {
	if p.a.flags.format == "text" {
		return nil
	}
	for ; i < q.n; i++ {
		if err := p.box(notBegun(q.at(i).account.Email)); err != nil {
			return err
		}
	}
	return nil
}
