package playbook

// byItself reports whether a step's action does what else a person does, and
// makes the step say so. A step without Auto stays as it is.
func (p *Playbook) byItself(step *Step, fill filler) bool {
	if len(step.Auto) == 0 {
		return false
	}
	if p.holds(step.Auto, fill) {
		step.Person = false
		return true
	}
	step.Action = ""
	return false
}

// consoleBy says who does at the console what a program may do as well: by-hand,
// or the way in which we come by a token. It is empty as long as the admin has
// that choice before them: gcloud is signed in, and nothing was chosen.
func consoleBy(answers Answers) string {
	switch {
	case answers.Has("automation"):
		return answers.Get("automation")
	case answers.Has("gcp_token"):
		return "token"
	case answers.Has("gcloud_account"):
		return ""
	}
	return "by-hand"
}
