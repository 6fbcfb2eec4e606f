package main

import (
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/report"
	"gmailoauth/internal/rollout"
)

// appliedJSON is a plan, and what became of it, in the JSON contract. The proof
// stands behind it, as verify writes it, where something was proven or has failed.
type appliedJSON struct {
	Format    int                    `json:"format"`
	Command   string                 `json:"command"`
	Version   string                 `json:"version"`
	File      string                 `json:"file"`
	Shard     string                 `json:"shard,omitempty"`
	DryRun    bool                   `json:"dry_run"`
	Actions   map[rollout.Action]int `json:"actions"`
	Mailboxes []appliedMailbox       `json:"mailboxes"`
	Profiles  []appliedProfile       `json:"profiles"`
	Others    []string               `json:"not_in_file"`
	Error     *report.Diagnosis      `json:"error,omitempty"`
	Exit      int                    `json:"exit,omitempty"`
}

type appliedMailbox struct {
	Account   string            `json:"account"`
	Line      int               `json:"line"`
	Actions   []rollout.Action  `json:"actions"`
	Status    string            `json:"status"` // kept, left, open, done or failed
	Target    string            `json:"target,omitempty"`
	Store     string            `json:"store,omitempty"`
	Profile   int               `json:"profile,omitempty"`
	Differs   *appliedDiffers   `json:"differs,omitempty"`
	Replaces  bool              `json:"replaces,omitempty"`
	Diagnosis *report.Diagnosis `json:"diagnosis,omitempty"`
}

type appliedDiffers struct {
	Key  string `json:"key"`
	Kept string `json:"kept,omitempty"`
	Now  string `json:"wanted,omitempty"`
}

type appliedProfile struct {
	Target    string `json:"target"`
	Profile   int    `json:"profile"`
	Client    string `json:"client"`
	Mailboxes int    `json:"mailboxes"`
	First     string `json:"first"`
	Last      string `json:"last"`
	Crowded   bool   `json:"crowded"` // its client is that of other profiles, too
}

func (r *rolling) json() appliedJSON {
	doc := appliedJSON{Format: 1, Command: "apply", Version: version, File: r.flags.file, DryRun: r.flags.dryRun,
		Shard: r.share, Actions: map[rollout.Action]int{}, Mailboxes: []appliedMailbox{}, Profiles: []appliedProfile{}, Others: append([]string{}, r.others...)}
	for _, action := range rollout.Actions() {
		doc.Actions[action] = r.count(action)
	}
	for i, row := range r.rows {
		doc.Mailboxes = append(doc.Mailboxes, r.mailboxJSON(row, r.ended[i]))
	}
	crowded := map[[2]string]bool{}
	for _, p := range rollout.Crowded(r.profiles) {
		crowded[[2]string{p.Target, p.Client}] = true
	}
	for _, p := range r.profiles {
		doc.Profiles = append(doc.Profiles, appliedProfile{p.Target, p.Number, p.Client, p.Mailboxes, p.First, p.Last, crowded[[2]string{p.Target, p.Client}]})
	}
	return doc
}

func (r *rolling) mailboxJSON(row rollout.Row, e ending) appliedMailbox {
	m := appliedMailbox{Account: row.Account, Line: row.Line, Actions: row.Actions, Status: "open",
		Target: row.Target, Store: row.Store, Profile: row.Profile, Replaces: row.Replaces}
	if row.Differs.Key != "" {
		m.Differs = &appliedDiffers{row.Differs.Key, row.Differs.Kept, row.Differs.Now}
	}
	err := e.err
	if err == nil {
		err = row.Err
	}
	switch {
	case err != nil:
		m.Status, m.Diagnosis = "failed", report.DiagnosisOf(r.a.explainClean(diagnosis.SymptomOf(err).With("account", row.Account)))
	case e.done:
		m.Status = "done"
	case row.Has(rollout.Keep):
		m.Status = "kept"
	case row.Has(rollout.Conflict):
		m.Status = "left"
	}
	return m
}
