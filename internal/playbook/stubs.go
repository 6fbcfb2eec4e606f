package playbook

import "io/fs"

// Targets lists the names of the targets that come with the program.
func Targets() []string { panic("being written") }

// LoadTarget reads a target that comes with the program.
func LoadTarget(name, lang string) (*Target, error) { panic("being written") }

// ReadTarget reads a target folder of the admin's own. name is its path, for messages.
func ReadTarget(fsys fs.FS, name, lang string) (*Target, error) { panic("being written") }

// Load gives the walk. target may be nil: then the first step asks for it.
func Load(lang string, target *Target) (*Playbook, error) { panic("being written") }

// Resolve gives the steps as they stand: conditions applied, blanks filled,
// defaults and computed answers in place.
func (p *Playbook) Resolve(answers Answers, marks Marks) []StepState { panic("being written") }

// Complete gives answers with what can be computed from them: redirect_uris of
// the target from its variables, project from a client ID, …
func (p *Playbook) Complete(answers Answers) Answers { panic("being written") }

// Missing lists the pending questions of all steps, in order.
func (p *Playbook) Missing(answers Answers) []Question { panic("being written") }

// Check holds a value against a rule (email, project-id, https-url, redirect-uri,
// domain, port, …) and gives the value as it is to be kept, or a Symptom at input.
func Check(q Question, value string) (string, error) { panic("being written") }
