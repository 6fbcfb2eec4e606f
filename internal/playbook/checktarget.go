package playbook

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gmailoauth/internal/diagnosis"
)

// check refuses a target.yaml that could not be walked, for the first of its
// mistakes.
func (f *targetFile) check(d targetData) error {
	if found := f.mistakes(d); len(found) > 0 {
		return found[0]
	}
	return nil
}

// mistakes are the words of a choice that do not exist, and blanks that nothing
// fills.
func (f *targetFile) mistakes(d targetData) []*diagnosis.Symptom {
	var found []*diagnosis.Symptom
	refuse := func(code, key string, pairs ...string) { found = append(found, f.refuse(code, key, pairs...)) }
	choices := []struct {
		key, value string
		wanted     []string
	}{
		{"support", d.Support, []string{"full", "partial", "none"}},
		{"client_type", d.ClientType, []string{"web", "desktop"}},
		{"gmail_api", d.GmailAPI, []string{"required", "advised", "unneeded"}},
		{"prompt_consent", d.PromptConsent, []string{"true", "false", "unknown"}},
		{"order", d.Order, []string{"google", "target"}},
	}
	for i, p := range d.Protocols {
		choices = append(choices, struct {
			key, value string
			wanted     []string
		}{fmt.Sprintf("protocols[%d]", i), p, []string{"imap", "smtp", "pop3"}})
	}
	for i, v := range d.Variables {
		if !variableName().MatchString(v.Key) {
			refuse("target-bad-value", fmt.Sprintf("variables[%d].key", i), "value", v.Key, "wanted", "a-z, 0-9, _")
		}
		if v.Check != "" {
			choices = append(choices, struct {
				key, value string
				wanted     []string
			}{fmt.Sprintf("variables[%d].check", i), v.Check, ruleNames()})
		}
	}
	for _, c := range choices {
		switch {
		case c.value == "" && c.key != "gmail_api" && c.key != "order" && c.key != "support" && c.key != "prompt_consent":
			refuse("target-key-missing", c.key, "wanted", strings.Join(c.wanted, ", "))
		case c.value != "" && !slices.Contains(c.wanted, c.value):
			refuse("target-bad-value", c.key, "value", c.value, "wanted", strings.Join(c.wanted, ", "), "nearest", Nearest(c.value, c.wanted))
		}
	}
	if d.PerProfile < 0 {
		refuse("target-bad-value", "mailboxes_per_profile", "value", strconv.Itoa(d.PerProfile), "wanted", "100")
	}
	if d.ClientType == "web" && len(d.RedirectURIs) == 0 {
		refuse("target-key-missing", "redirect_uris", "wanted", "{base_url}/path")
	}
	return append(found, f.blanks(d)...)
}

// blanks are templates over a variable that the target does not have.
func (f *targetFile) blanks(d targetData) []*diagnosis.Symptom {
	var found []*diagnosis.Symptom
	var known []string
	for _, v := range d.Variables {
		known = append(known, v.Key, v.Key+"_host", v.Key+"_origin", v.Key+"_domain")
	}
	for key, templates := range map[string][]string{"redirect_uris": d.RedirectURIs, "origins": d.Origins, "domains": d.Domains} {
		for i, template := range templates {
			for _, blank := range blankName().FindAllStringSubmatch(template, -1) {
				if !slices.Contains(known, blank[1]) {
					found = append(found, f.refuse("target-unknown-blank", fmt.Sprintf("%s[%d]", key, i), "value", blank[1],
						"wanted", strings.Join(known, ", "), "nearest", Nearest(blank[1], known)))
				}
			}
		}
	}
	return found
}
