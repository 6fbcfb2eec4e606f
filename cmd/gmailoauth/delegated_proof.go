package main

import (
	"slices"

	"gmailoauth/internal/account"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
)

// imapAlone reports whether a mailbox is opened with the one scope that IMAP
// takes and no other protocol does.
func imapAlone(acct account.Account) bool {
	return acct.Delegation != nil && len(acct.Delegation.Scopes) > 0 && !slices.Contains(acct.Delegation.Scopes, google.MailScope())
}

// forIMAPAlone proves IMAP where nothing else was asked for, with the one scope
// that is enough then.
func forIMAPAlone(acct account.Account, asked []string, mailScope string) (protocols []string, scope string) {
	if len(asked) == 0 {
		asked = []string{"imap"}
	}
	if slices.Equal(asked, []string{"imap"}) {
		return asked, acct.Delegation.Scopes[0]
	}
	return asked, mailScope
}

// delegatedProof says of what cannot be told of a delegated mailbox that there
// is nothing to be told: no consent that could end, and no one but the mailbox
// that was named to Google.
func delegatedProof(acct account.Account, found finding.Mailbox) finding.Mailbox {
	if acct.Delegation == nil {
		return found
	}
	for i := range found.Findings {
		f := &found.Findings[i]
		switch {
		case f.ID == "token.lifetime":
			f.Status, f.Reason, f.Symptom, f.Facts = finding.Skip, "skip.delegated", nil, nil
		case f.Symptom != nil:
			f.Symptom = f.Symptom.With("grant", grantDelegation)
		}
	}
	return found
}
