package guide

import (
	"cmp"
	"strings"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/words"
)

// putTarget adds what is known of the application itself.
func (d Document) putTarget(p *page) {
	if d.Book.Target == nil {
		return
	}
	values := map[string]string{}
	for _, key := range []string{"account", "client_id", "project"} {
		values[key] = d.Book.Blank(key) // filled in last: an address is not made of them
	}
	fill := func(text string) string { return words.Fill(text, values) }
	t := d.Book.Target.Filled(d.Values)
	for _, f := range t.Forms {
		made := form{ID: f.ID, Title: f.Title, Menu: strings.Join(f.Menu, " → "), Note: fill(f.Note)}
		for _, one := range f.Fields {
			text := fill(one.Value)
			v := field{Label: one.Label, Note: fill(one.Note), Value: value{text, playbook.IsBlank(text)}}
			v.Words = strings.HasPrefix(one.Value, "(") // (leave empty)
			if one.Secret {
				v.Value, v.Words = value{Text: d.Words.Say("guide.secret-field")}, true
			}
			made.Fields = append(made.Fields, v)
		}
		p.Forms = append(p.Forms, made)
	}
	for _, text := range t.Warnings {
		p.Before = append(p.Before, fill(text))
	}
	for _, text := range t.Limits {
		p.Remember = append(p.Remember, fill(text))
	}
	for _, s := range t.Sources {
		p.Sources = append(p.Sources, source{cmp.Or(s.What, t.Title), s.Where, s.Checked})
	}
}
