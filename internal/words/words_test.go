package words

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPick(t *testing.T) {
	for _, row := range []struct {
		about  string
		wishes []string
		want   string
	}{
		{"nothing wished for", nil, "en"},
		{"a locale with territory and encoding", []string{"", "en_GB.UTF-8"}, "en"},
		{"a tag with a region", []string{"en-US"}, "en"},
		{"the C locale", []string{"C", "POSIX"}, "en"},
		{"a language that nobody here speaks, then one that is spoken", []string{"tlh", "en"}, "en"},
	} {
		if got := Pick(row.wishes...); got != row.want {
			t.Errorf("%s: Pick(%q) = %s, want %s", row.about, row.wishes, got, row.want)
		}
	}
}

func TestSayAndCount(t *testing.T) {
	w := load(t, "en")
	if got := w.Say("cli.no-such-sentence"); got != "<cli.no-such-sentence>" {
		t.Errorf("Say of an unknown id = %q", got)
	}
	if got := w.Count("cli.no-such-sentence", 3); got != "<cli.no-such-sentence>" {
		t.Errorf("Count of an unknown id = %q", got)
	}
	if w.Has("cli.no-such-sentence") || !w.Has("cli.error") {
		t.Error("Has: want cli.error alone")
	}
	w.counted["test.boxes"] = map[string]string{"one": "{n} box of {of}", "other": "{n} boxes of {of}"}
	if got := w.Count("test.boxes", 1, "of", "x"); got != "1 box of x" {
		t.Errorf("Count(1) = %q", got)
	}
	if got := w.Count("test.boxes", 12, "of", "x"); got != "12 boxes of x" {
		t.Errorf("Count(12) = %q", got)
	}
}

func TestFill(t *testing.T) {
	got := Fill("{a} and {b}, {c}", map[string]string{"a": "1", "b": "{a}"})
	if got != "1 and {a}, {c}" {
		t.Errorf("Fill = %q: a value is not filled again, a blank without value stays", got)
	}
}

func TestLoadRefusesWhatNobodySpeaks(t *testing.T) {
	for _, lang := range []string{"tlh", "not a language"} {
		if _, err := Load(lang); err == nil {
			t.Errorf("Load(%q) gives no error", lang)
		}
	}
}

var blanks = regexp.MustCompile(`\{[a-z_]+\}`)

// Every language says the same sentences, with the same blanks, and has the
// plural forms that its own grammar asks for.
func TestLanguagesSayTheSame(t *testing.T) {
	english := load(t, "en")
	forms := map[string][]string{"en": {"one", "other"}, "fr": {"one", "other"}, "pl": {"few", "many", "one"}, "ro": {"few", "one", "other"}}
	for _, lang := range Languages() {
		w := load(t, lang)
		if diff := cmp.Diff(ids(english.sentences), ids(w.sentences)); diff != "" {
			t.Errorf("%s: sentences (-en +%s)\n%s", lang, lang, diff)
		}
		for id, sentence := range w.sentences {
			if sentence == "" {
				t.Errorf("%s: %s is empty", lang, id)
			}
			if diff := cmp.Diff(blanksOf(english.sentences[id]), blanksOf(sentence)); diff != "" {
				t.Errorf("%s: blanks of %s\n%s", lang, id, diff)
			}
		}
		if diff := cmp.Diff(ids(english.counted), ids(w.counted)); diff != "" {
			t.Errorf("%s: counted sentences (-en +%s)\n%s", lang, lang, diff)
		}
		for id, counted := range w.counted {
			for _, category := range forms[lang] {
				if counted[category] == "" {
					t.Errorf("%s: %s lacks the form %q", lang, id, category)
				}
			}
		}
	}
}

func load(t *testing.T, lang string) *Words {
	t.Helper()
	w, err := Load(lang)
	if err != nil {
		t.Fatal(err)
	}
	if w.Lang() != lang {
		t.Fatalf("Lang() = %s, want %s", w.Lang(), lang)
	}
	return w
}

func ids[V any](m map[string]V) []string {
	var list []string
	for id := range m {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}

func blanksOf(sentence string) []string {
	list := blanks.FindAllString(sentence, -1)
	slices.Sort(list)
	return slices.Compact(list)
}

func TestFieldsKeepTogetherWhatANoBreakSpaceJoins(t *testing.T) {
	got := Fields(" la page\u00a0: « a\u00a0»\n")
	if diff := cmp.Diff([]string{"la", "page\u00a0:", "«", "a\u00a0»"}, got); diff != "" {
		t.Errorf("Fields (-want +got):\n%s", diff)
	}
}
