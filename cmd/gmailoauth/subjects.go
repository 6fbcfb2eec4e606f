package main

import (
	"cmp"
	"context"
	"strings"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/store"
)

// subject is a mailbox to be proven, or why it cannot be.
type subject struct {
	account account.Account
	secrets store.Secrets
	err     error

	protocols []string // of this mailbox alone; empty: those of the run
}

func (s subject) prove(ctx context.Context, a *app, opts proofOptions) finding.Mailbox {
	if s.err != nil {
		return unproven(s.account.Email, s.err)
	}
	if len(opts.protocols) == 0 {
		opts.protocols = s.protocols
	}
	return a.prove(ctx, s.account, s.secrets, opts)
}

// unproven is a mailbox whose proof could not begin.
func unproven(email string, err error) finding.Mailbox {
	symptom := diagnosis.SymptomOf(err).With("account", email)
	return finding.Mailbox{Account: email, Findings: []finding.Finding{
		{ID: "token.refresh", Status: finding.Fail, Symptom: symptom, Evidence: symptom.Text},
	}}
}

// toVerify are the mailboxes named, or all that are known. An unknown one ends
// the command before anything is done; trouble with the store of one does not
// keep the others from being proven.
func (a *app) toVerify(ctx context.Context, emails []string) ([]subject, error) {
	if len(emails) == 0 {
		return a.allSubjects(ctx)
	}
	var subjects []subject
	seen := map[string]bool{}
	for _, email := range emails {
		if key := strings.ToLower(email); seen[key] {
			continue
		} else {
			seen[key] = true
		}
		acct, secrets, err := a.account(ctx, email)
		if err != nil && (len(emails) == 1 || diagnosis.SymptomOf(err).Code == "unknown-account") {
			return nil, err
		}
		if err != nil {
			acct.Email = email
		}
		subjects = append(subjects, subject{account: acct, secrets: secrets, err: err})
	}
	return subjects, nil
}

// each takes joined errors apart.
func each(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err != nil {
		return []error{err}
	}
	return nil
}

func (a *app) allSubjects(ctx context.Context) ([]subject, error) {
	if acct, ok := store.EnvAccount(a.lookupEnv); ok {
		return a.toVerify(ctx, []string{acct.Email})
	}
	accounts, err := a.accounts()
	if err != nil {
		return nil, err
	}
	known, err := accounts.List()
	if err != nil && len(known) == 0 {
		return nil, err
	}
	if missing := store.MissingFromEnv(a.lookupEnv); len(known) == 0 && err == nil && (a.flags.store == store.Env || len(missing) < 4) {
		return nil, store.MissingVariables(missing...)
	}
	var subjects []subject
	for _, acct := range known {
		secrets, err := a.secretsOf(acct)
		subjects = append(subjects, subject{account: acct, secrets: secrets, err: err})
	}
	for _, err := range each(err) { // a file that cannot be read is a failure beside the good ones
		facts := diagnosis.SymptomOf(err).Facts
		subjects = append(subjects, subject{account: account.Account{Email: cmp.Or(facts["account"], facts["file"])}, err: err})
	}
	if len(subjects) == 0 {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "no-accounts"}
	}
	return subjects, nil
}
