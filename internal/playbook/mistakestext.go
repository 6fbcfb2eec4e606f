package playbook

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
)

// textCheck holds the texts of a target against its data.
type textCheck struct {
	data  targetData
	known []string // blanks that somebody fills
}

// knownBlanks are the blanks of a target's texts and forms that setup or the
// hand-over sheet fill: its own variables, the walk's answers, the servers.
func knownBlanks(d targetData) []string {
	known := []string{"account", "client_id", "client_secret", "project", "target_title", "mail_scope", "loopback_uri", "register_uris",
		"redirect_uris", "origins", "domains", "authorization_endpoint", "token_endpoint"}
	for _, server := range []string{"imap", "pop3", "smtp", "submission"} {
		known = append(known, server+"_host", server+"_port")
	}
	for _, v := range d.Variables {
		known = append(known, v.Key, v.Key+"_host", v.Key+"_origin", v.Key+"_domain")
	}
	if walk, err := Load("en", nil); err == nil {
		for _, step := range walk.Steps {
			for _, q := range step.Questions {
				known = append(known, q.Key)
			}
		}
	}
	return known
}

// scalars looks at every value of a file for blanks, labels of Google's and
// links that do not exist.
func (c *textCheck) scalars(f *targetFile) []*diagnosis.Symptom {
	label, err := labels("en")
	if err != nil {
		label = func(text string) string { return text }
	}
	links := slices.Sorted(maps.Keys(google.Known().Links))
	var found []*diagnosis.Symptom
	each("", f.top, 0, func(key string, n *yaml.Node) {
		refuse := func(code, value, nearest string, wanted []string) {
			found = append(found, f.refuse(code, key, "line", strconv.Itoa(n.Line), "value", value, "nearest", nearest, "wanted", strings.Join(wanted, ", ")))
		}
		for _, left := range labelName().FindAllString(label(n.Value), -1) {
			refuse("target-unknown-label", strings.Trim(left, "{@}"), "", nil)
		}
		for _, m := range linkName().FindAllStringSubmatch(n.Value, -1) {
			if !slices.Contains(links, m[1]) {
				refuse("target-unknown-link", m[1], Nearest(m[1], links), links)
			}
		}
		for _, m := range blankName().FindAllStringSubmatch(n.Value, -1) {
			template := slices.Contains([]string{"redirect_uris", "origins", "domains"}, strings.Split(key, "[")[0]) // checked with the variables alone
			if !template && !slices.Contains(c.known, m[1]) {
				refuse("target-unknown-blank", m[1], Nearest(m[1], c.known), c.known)
			}
		}
	})
	return found
}

// each visits the scalar values of a document with the path of each.
func each(key string, n *yaml.Node, depth int, visit func(string, *yaml.Node)) {
	if depth > deepest {
		return
	}
	switch n.Kind {
	case yaml.ScalarNode:
		visit(key, n)
	case yaml.SequenceNode:
		for i, item := range n.Content {
			each(key+"["+strconv.Itoa(i)+"]", item, depth+1, visit)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			each(strings.TrimPrefix(key+"."+n.Content[i].Value, "."), n.Content[i+1], depth+1, visit)
		}
	}
}

// texts compares the ids of the data with those of one language.
func (c *textCheck) texts(f *targetFile, prefix string, t targetText) []*diagnosis.Symptom {
	var found []*diagnosis.Symptom
	need := func(key, text string) {
		if strings.TrimSpace(text) == "" {
			found = append(found, f.refuse("target-text-missing", prefix+key))
		}
	}
	spare := func(key string, have, wanted []string) {
		for _, id := range have {
			if !slices.Contains(wanted, id) {
				found = append(found, f.refuse("target-text-unused", prefix+key+"."+id, "value", id, "nearest", Nearest(id, wanted), "wanted", strings.Join(wanted, ", ")))
			}
		}
	}
	var variables, before, after, forms []string
	need("title", t.Title)
	for _, v := range c.data.Variables {
		variables = append(variables, v.Key)
		need("variables."+v.Key+".label", t.Variables[v.Key].Label)
	}
	for _, i := range c.data.Before {
		before = append(before, i.ID)
		need("before."+i.ID+".text", t.Before[i.ID].Text)
	}
	for _, i := range c.data.After {
		after = append(after, i.ID)
		need("after."+i.ID+".text", t.After[i.ID].Text)
	}
	for _, form := range c.data.Forms {
		forms = append(forms, form.ID)
		words := t.Forms[form.ID]
		need("forms."+form.ID+".title", words.Title)
		var fields []string
		for _, field := range form.Fields {
			fields = append(fields, field.Key)
			need("forms."+form.ID+".fields."+field.Key+".label", words.Fields[field.Key].Label)
		}
		spare("forms."+form.ID+".fields", slices.Sorted(maps.Keys(words.Fields)), fields)
	}
	for _, id := range c.data.Warnings {
		need("warnings."+id, t.Warnings[id])
	}
	for _, id := range c.data.Limits {
		need("limits."+id, t.Limits[id])
	}
	spare("variables", slices.Sorted(maps.Keys(t.Variables)), variables)
	spare("before", slices.Sorted(maps.Keys(t.Before)), before)
	spare("after", slices.Sorted(maps.Keys(t.After)), after)
	spare("forms", slices.Sorted(maps.Keys(t.Forms)), forms)
	spare("warnings", slices.Sorted(maps.Keys(t.Warnings)), c.data.Warnings)
	spare("limits", slices.Sorted(maps.Keys(t.Limits)), c.data.Limits)
	return found
}
