package playbook

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestCheckTarget(t *testing.T) {
	with := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(ownTarget) }
	for name, row := range map[string]struct {
		data string
		want []string // code line key nearest
	}{
		"nothing wrong": {ownTarget, nil},
		"nothing":       {"", []string{"target-not-a-mapping   "}},
		"no YAML":       {"a: [", []string{"target-syntax 1  "}},
		"several": {with("protocols: [imap]", "protocols: imap\nprotocols: [imap]", "required: true", "requird: true", "{client_id}", "{client_ip}"), []string{
			"target-wrong-kind 4 protocols ", "target-key-twice 4 protocols ", "target-unknown-key 6 variables[0].requird required",
			"target-unknown-blank 10 forms[0].fields[0].value client_id"}},
		"a list where keys belong": {with("{key: base_url, check: https-url, required: true}", "base_url"), []string{
			"target-unknown-blank 2 redirect_uris[0] ", "target-wrong-kind 5 variables[0] ", "target-text-unused 13 text.en.variables.base_url "}},
		"text for yes and no": {with("required: true", "required: perhaps"), []string{"target-wrong-kind 5 variables[0].required "}},
		"words of nothing":    {with("forms: {mail: {title", "forms: {male: {title"), []string{"target-text-unused 14 text.en.forms.male mail", "target-text-missing  text.en.forms.mail.fields.id.label ", "target-text-missing  text.en.forms.mail.title "}},
		"no words":            {ownTarget[:strings.Index(ownTarget, "text:")], []string{"target-without-words  text "}},
		"a link of nobody's":  {with("title: Mail,", "title: '{link:audienc} {@no-such}',"), []string{"target-unknown-label 14 text.en.forms.mail.title ", "target-unknown-link 14 text.en.forms.mail.title audience"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, s := range CheckTarget(fstest.MapFS{"my.yaml": {Data: []byte(row.data)}}, "apps/my.yaml") {
				got = append(got, strings.Join([]string{s.Code, s.Facts["line"], s.Facts["key"], s.Facts["nearest"]}, " "))
				if s.Facts["file"] != "apps/my.yaml" {
					t.Errorf("CheckTarget: file %q", s.Facts["file"])
				}
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("CheckTarget (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever is refused by ReadTarget is a mistake, and what is no mistake is read.
func FuzzCheckTarget(f *testing.F) {
	f.Add([]byte(ownTarget))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("client_type: &a {b: *a}\nforms: [&x {fields: [*x]}, *x]"))
	f.Add([]byte("<<: {client_type: web}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := fstest.MapFS{"x.yaml": {Data: data}}
		found := CheckTarget(fsys, "x.yaml")
		if _, err := ReadTarget(fsys, "x.yaml", "en"); err != nil && len(found) == 0 {
			t.Errorf("ReadTarget: %v, but CheckTarget finds nothing", err)
		}
	})
}
