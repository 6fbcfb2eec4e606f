package playbook

import (
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/google"
	"gmailoauth/internal/targets"
)

// languages lists the languages of text.<lang>.yaml in a folder.
func languages(t *testing.T, fsys fs.FS, folder string) []string {
	t.Helper()
	files, err := fs.Glob(fsys, folder+"/text.*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no words in %s: %v", folder, err)
	}
	var langs []string
	for _, f := range files {
		langs = append(langs, strings.TrimSuffix(strings.TrimPrefix(f, folder+"/text."), ".yaml"))
	}
	return langs
}

// strings of a value, each with its path.
func textsOf(v reflect.Value, path string, visit func(path, text string)) {
	switch v.Kind() {
	case reflect.String:
		visit(path, v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				textsOf(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			textsOf(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			textsOf(v.MapIndex(k), path+"."+k.String(), visit)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			textsOf(v.Elem(), path, visit)
		}
	}
}

var date = regexp.MustCompile(`^20\d\d-\d\d-\d\d$`)

// Every id of steps.yaml has its words, and no words stand without an id.
func TestWalkWordsFitTheSteps(t *testing.T) {
	var data struct {
		Steps []stepData `yaml:"steps"`
	}
	if err := readWalk("steps.yaml", &data); err != nil {
		t.Fatal(err)
	}
	for _, lang := range languages(t, walk, "google") {
		var text textData
		if err := readWalk("text."+lang+".yaml", &text); err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, s := range data.Steps {
			want = append(want, s.ID)
			if len(s.When) > 0 {
				want = append(want, s.ID+".skip")
			}
			for _, i := range s.Do {
				want = append(want, s.ID+".do."+i.ID)
			}
			for _, q := range s.Asks {
				want = append(want, s.ID+".ask."+q.Key)
				for _, c := range q.Choices {
					want = append(want, s.ID+".ask."+q.Key+"."+c)
				}
			}
		}
		for id, s := range text.Steps {
			got = append(got, id)
			if s.Title == "" || s.Stage == "" || s.Why == "" || s.More == "" || s.Sees == "" || s.Checks == "" {
				t.Errorf("%s: step %s lacks title, stage, why, more, sees or checks", lang, id)
			}
			if s.Skip != "" {
				got = append(got, id+".skip")
			}
			for key := range s.Do {
				got = append(got, id+".do."+key)
			}
			for key, q := range s.Questions {
				got = append(got, id+".ask."+key)
				for c := range q.Choices {
					got = append(got, id+".ask."+key+"."+c)
				}
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: ids of steps.yaml and of the words differ (-steps +words):\n%s", lang, diff)
		}
	}
}

func TestStepsAreWhole(t *testing.T) {
	p, err := Load("en", nil)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{"target", "account", "console", "project", "gmail-api", "branding", "audience", "scope", "client",
		"workspace", "consent", "service-account", "delegation", "proof", "handover", "verification", "withdraw"}
	var got []string
	keys := map[string]bool{}
	for _, s := range p.Steps {
		got = append(got, s.ID)
		if s.Source == "" || !date.MatchString(s.Checked) {
			t.Errorf("step %s: source %q checked %q", s.ID, s.Source, s.Checked)
		}
		if s.Link != "" && google.Known().Links[s.Link].Value == "" {
			t.Errorf("step %s: no link %q in the google facts", s.ID, s.Link)
		}
		for _, id := range s.Proves {
			if !slices.Contains(ids, id) {
				t.Errorf("step %s proves %q, which is no step", s.ID, id)
			}
		}
		for _, q := range s.Questions {
			if keys[q.Key] {
				t.Errorf("key %s stands twice", q.Key)
			}
			keys[q.Key] = true
			if rules()[q.Check] == nil || q.Flag == "" || q.Variable == "" || q.Label == "" || q.Kind == "" {
				t.Errorf("question %s is not whole: %+v", q.Key, q)
			}
			if (q.Kind == KindChoice) != (len(q.Choices) > 0) {
				t.Errorf("question %s: kind %s with %d choices", q.Key, q.Kind, len(q.Choices))
			}
		}
	}
	if diff := cmp.Diff(ids, got); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	for _, s := range p.Steps {
		for _, q := range s.Questions {
			for _, or := range q.Or {
				if !keys[or] {
					t.Errorf("question %s is answered by %s, which is no question", q.Key, or)
				}
			}
		}
	}
}

func TestLabels(t *testing.T) {
	for lang, want := range map[string]string{
		"en": "Press Create client, Data Access, {@nothing}.",
		"pl": "Press Utwórz klienta (Create client), Dostęp do danych (Data Access), {@nothing}.",
		"fr": "Press Créer un client (Create client), Accès aux données (Data Access), {@nothing}.",
		"ro": "Press Create client, Data Access, {@nothing}.", // both unsure in Romanian
	} {
		label, err := labels(lang)
		if err != nil {
			t.Fatal(err)
		}
		if got := label("Press {@create-client}, {@data-access}, {@nothing}."); got != want {
			t.Errorf("labels(%s) = %q, want %q", lang, got, want)
		}
	}
	label, _ := labels("ro")
	if got, want := label("{@internal}"), "Internal (Intern)"; got != want {
		t.Errorf("labels(ro) of internal = %q, want %q: English first", got, want)
	}
}

// Nothing in any text is left that nobody fills: labels, links, blanks.
func TestTextsHaveNoStrayBlanks(t *testing.T) {
	sheet := []string{"client_id", "client_secret", "account", "project", "imap_host", "imap_port", "smtp_host", "smtp_port",
		"submission_host", "submission_port", "pop3_host", "pop3_port", "token_endpoint", "authorization_endpoint", "mail_scope"}
	for _, name := range append([]string{""}, Targets()...) {
		var target *Target
		known := append([]string{"target_title", "mail_scope", "loopback_uri", "register_uris", "redirect_uris", "origins", "domains", "page_domains", "gcloud_account", "proposed_name", "service_account_id", "delegated_scopes"}, sheet...)
		if name != "" {
			var err error
			if target, err = LoadTarget(name, "en"); err != nil {
				t.Fatal(err)
			}
			for _, v := range target.Variables {
				known = append(known, v.Key, v.Key+"_host", v.Key+"_origin", v.Key+"_domain")
			}
		}
		p, err := Load("en", target)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Steps {
			for _, q := range s.Questions {
				known = append(known, q.Key)
			}
		}
		textsOf(reflect.ValueOf(p), name, func(path, text string) {
			if strings.Contains(text, "{@") {
				t.Errorf("%s: unknown label in %q", path, text)
			}
			for _, m := range linkName().FindAllStringSubmatch(text, -1) {
				if google.Known().Links[m[1]].Value == "" {
					t.Errorf("%s: unknown link %q", path, m[1])
				}
			}
			for _, m := range blankName().FindAllStringSubmatch(text, -1) {
				if !slices.Contains(known, m[1]) {
					t.Errorf("%s: blank {%s} in %q is filled by nobody", path, m[1], text)
				}
			}
			if strings.Contains(text, "http") && strings.Contains(text, "google.com") && !strings.Contains(path, "Source") && !strings.Contains(path, "Scopes") {
				t.Errorf("%s: an address of Google's in %q belongs into the google facts", path, text)
			}
		})
	}
}

// Every target has words for all its ids in every language it speaks, and sources with dates.
func TestTargetsAreWhole(t *testing.T) {
	for _, name := range Targets() {
		for _, lang := range languages(t, targets.FS, name) {
			target, err := LoadTarget(name, lang)
			if err != nil {
				t.Fatalf("LoadTarget(%s, %s): %v", name, lang, err)
			}
			if target.Name != name || target.Summary == "" || len(target.Sources) == 0 || len(target.Forms) == 0 {
				t.Errorf("%s/%s is not whole: %+v", name, lang, target)
			}
			for _, s := range target.Sources {
				if s.What == "" || s.Where == "" || !date.MatchString(s.Checked) {
					t.Errorf("%s: source %+v", name, s)
				}
			}
			words := func(what, text string) {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s/%s: no words for %s", name, lang, what)
				}
			}
			for _, v := range target.Variables {
				words("variable "+v.Key, v.Label)
				if v.Flag != "--set "+v.Key || v.Variable != "" {
					t.Errorf("%s: variable %s has flag %q and variable %q", name, v.Key, v.Flag, v.Variable)
				}
				if _, err := Check(v, strings.ReplaceAll(v.Example, "…", "x")); err != nil {
					t.Errorf("%s: example of %s: %v", name, v.Key, err)
				}
			}
			for _, i := range append(slices.Clone(target.Before), target.After...) {
				words("instruction "+i.ID, i.Text)
			}
			for i, w := range slices.Concat(target.Warnings, target.Limits) {
				words(fmt.Sprint("warning or limit ", i), w)
			}
			for _, f := range target.Forms {
				words("form "+f.ID, f.Title)
				for _, field := range f.Fields {
					words("field "+f.ID+"."+field.Key, field.Label)
					if field.Value == "" {
						t.Errorf("%s/%s: field %s.%s has no value", name, lang, f.ID, field.Key)
					}
					if strings.Contains(field.Value, "{client_secret}") != field.Secret {
						t.Errorf("%s/%s: field %s.%s: value %q, secret %t", name, lang, f.ID, field.Key, field.Value, field.Secret)
					}
				}
			}
		}
	}
}
