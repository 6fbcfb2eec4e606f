package playbook

// Rules lists the names of the rules that a question may name as its check,
// sorted.
func Rules() []string { return ruleNames() }

// Pattern is the regular expression (RE2) that a value must match to pass a
// rule, where the rule is one that a pattern can tell; else "". Check has the
// last word.
func Pattern(rule string) string {
	switch rule {
	case "project-id":
		return projectID().String()
	case "client-id":
		return clientID().String()
	case "port":
		return `^[0-9]{1,5}$`
	case "https-url":
		return `^[Hh][Tt][Tt][Pp][Ss]://[^\s]+$`
	case "redirect-uri":
		return `^[Hh][Tt][Tt][Pp][Ss]?://[^\s#*\\]+$`
	case "email":
		return `^[^\s@]+@[^\s@]+\.[^\s@]+$`
	case "secret":
		return `^\S+$`
	}
	return ""
}
