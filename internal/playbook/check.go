package playbook

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
)

// maxValue bounds an answer, in bytes.
const maxValue = 4096

// rule holds a trimmed, printable value against something. It gives the value
// as it is to be kept, or the code of what is wrong with it.
type rule func(q Question, value string) (kept, code string)

// rules are what a question may name as its check.
func rules() map[string]rule {
	return map[string]rule{
		"text":         checkText,
		"target":       checkText,
		"app-name":     checkAppName,
		"email":        checkEmail,
		"project-id":   checkProjectID,
		"cloud-number": checkCloudNumber,
		"https-url":    checkHTTPS,
		"page-url":     checkPage,
		"redirect-uri": checkRedirect,
		"domain":       checkDomain,
		"port":         checkPort,
		"choice":       checkChoice,
		"confirm":      checkConfirm,
		"file":         checkText,
		"client-id":    checkClientID,
		"secret":       checkSecret,
	}
}

func ruleNames() []string {
	var names []string
	for name := range rules() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Check holds a value against the rule of a question and gives the value as it
// is to be kept: without blanks around it, an address in its canonical form. A
// refusal is a *diagnosis.Symptom at input with the facts key and flag, and
// value unless the question is secret. Each value of a list is checked alone.
func Check(q Question, value string) (string, error) {
	kept := strings.TrimSpace(value)
	code := ""
	switch check, ok := rules()[q.Check]; {
	case kept == "":
		code = "empty-value"
	case len(kept) > maxValue:
		code = "value-too-long"
	case !utf8.ValidString(kept) || strings.ContainsFunc(kept, unicode.IsControl):
		code = "value-not-printable"
	case ok:
		kept, code = check(q, kept)
	}
	if code == "" {
		return kept, nil
	}
	symptom := (&diagnosis.Symptom{Where: diagnosis.AtInput, Code: code}).With("key", q.Key, "flag", q.Flag, "example", q.Example)
	if !q.Secret && repeatable(code, value) {
		symptom = symptom.With("value", strings.TrimSpace(value))
	}
	if q.Check == "choice" {
		var values []string
		for _, c := range q.Choices {
			values = append(values, c.Value)
		}
		symptom = symptom.With("wanted", strings.Join(values, ", "), "nearest", Nearest(strings.TrimSpace(value), values))
	}
	return "", symptom
}

// repeatable reports whether a refused value may be shown: it must not be a
// secret that was meant for another question.
func repeatable(code, value string) bool {
	switch code {
	case "value-too-long", "value-not-printable", "url-with-userinfo", "bad-client-id":
		return false
	case "bad-email":
		return strings.Contains(value, "@")
	case "bad-choice":
		return len(value) <= longestChoice
	}
	return len(value) <= 300 && !looksSecret().MatchString(value)
}

// longestChoice is longer than any of our choices, and shorter than any secret
// of Google's, in bytes.
const longestChoice = 20

// looksSecret: what Google's secrets and tokens begin with.
var looksSecret = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`GOCSPX-|ya29\.|1//|4/0`) })

func checkText(_ Question, value string) (string, string) { return value, "" }

func checkEmail(_ Question, value string) (string, string) {
	kept, err := account.CheckEmail(value)
	if err != nil {
		return "", "bad-email"
	}
	return kept, ""
}

// projectID: cloud.google.com/resource-manager/reference/rest/v3/projects (seen 2026-11-20).
var projectID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`) })

func checkProjectID(_ Question, value string) (string, string) {
	if !projectID().MatchString(value) {
		return "", "bad-project-id"
	}
	return value, ""
}

// checkCloudNumber takes the number of an organization or a folder.
func checkCloudNumber(_ Question, value string) (string, string) {
	if strings.ContainsFunc(value, func(r rune) bool { return r < '0' || r > '9' }) || len(value) > 19 {
		return "", "bad-cloud-number"
	}
	return value, ""
}

func checkAppName(_ Question, value string) (string, string) {
	if utf8.RuneCountInString(value) > 120 {
		return "", "value-too-long"
	}
	return value, ""
}

func checkPort(_ Question, value string) (string, string) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > 65535 {
		return "", "bad-port"
	}
	return strconv.Itoa(n), ""
}

func checkChoice(q Question, value string) (string, string) {
	for _, c := range q.Choices {
		if strings.EqualFold(c.Value, value) {
			return c.Value, ""
		}
	}
	return "", "bad-choice"
}

func checkConfirm(_ Question, value string) (string, string) {
	switch strings.ToLower(value) {
	case "yes", "y", "true", "1":
		return "yes", ""
	case "no", "n", "false", "0":
		return "no", ""
	}
	return "", "bad-confirm"
}

// clientID is kept loose: Google promises no shape, but a secret or an address
// pasted into the wrong field is to be noticed.
var clientID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]+$`) })

func checkClientID(_ Question, value string) (string, string) {
	if !clientID().MatchString(value) || strings.HasPrefix(value, "GOCSPX-") {
		return "", "bad-client-id"
	}
	return value, ""
}

func checkSecret(_ Question, value string) (string, string) {
	if strings.ContainsFunc(value, unicode.IsSpace) {
		return "", "secret-with-space"
	}
	return value, ""
}

func checkDomain(_ Question, value string) (string, string) {
	if strings.ContainsAny(value, "/:@?# ") {
		return "", "bad-domain"
	}
	host, code := publicHost(strings.TrimSuffix(value, "."))
	if code != "" {
		return "", code
	}
	return host, ""
}
