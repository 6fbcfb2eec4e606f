package export

import (
	"bytes"
	"encoding/xml"
	"errors"
	"go/format"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/words"
)

// another is a provider in which everything is otherwise than at Google.
func another() google.Provider {
	p := google.Gmail()
	p.Name, p.CAFile = "lab", `/srv/mail lab/"ca" $1.pem`
	p.IMAP = &google.Server{Host: "127.0.0.1", Port: 1143, TLS: google.STARTTLS}
	p.POP3 = &google.Server{Host: "127.0.0.1", Port: 1110, TLS: google.STARTTLS}
	p.SMTP = []google.Server{{Host: "127.0.0.1", Port: 1587, TLS: google.STARTTLS}}
	return p
}

var (
	plainHelper = Helper{Program: "/usr/local/bin/gmailoauth"}
	oddHelper   = Helper{Program: "/opt/my tools/o'auth $HOME `x`/gmailoauth", Flags: []string{"--store", "age:/home/me/the key.txt", "--provider", `/srv/"lab" 100%.yaml`}, Provider: `/srv/"lab" 100%.yaml`}
)

func speak(t *testing.T, lang string) *words.Words {
	t.Helper()
	w, err := words.Load(lang)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Every format is whole in every language, and its files are as the goldens
// show them.
func TestEveryFormat(t *testing.T) {
	for _, name := range Formats() {
		for _, lang := range words.Languages() {
			f, err := LoadFormat(name, lang)
			if err != nil {
				t.Error(err)
				continue
			}
			filled, err := f.Fill(speak(t, lang), sample, google.Gmail(), plainHelper, Secrets{})
			if err != nil {
				t.Error(err)
				continue
			}
			var files, notes bytes.Buffer
			if err := errors.Join(filled.WriteFiles(&files), filled.WriteNotes(&notes, Options{Words: speak(t, lang)}, nil)); err != nil {
				t.Error(err)
			}
			if strings.ContainsAny(files.String(), "«»\x00") || strings.ContainsAny(notes.String(), "{<\x00") || strings.Contains(notes.String(), "«.") {
				t.Errorf("%s in %s: something was not filled:\n%s\n%s", name, lang, &files, &notes)
			}
			if lang == "en" {
				vouched(t, f)
				golden(t, path.Join("formats", name+".txt"), append(append(files.Bytes(), "\n--- stderr ---\n"...), notes.Bytes()...))
			}
		}
	}
}

// A path with blanks and quotes, a mailbox with an apostrophe, servers that
// speak STARTTLS: a format writes them, or refuses, and never by halves.
func TestEveryFormatElsewhere(t *testing.T) {
	odd := account.Account{Email: "o'brien+mail@example.com", ClientID: sample.ClientID}
	secrets := Secrets{ClientSecret: secret.New(`GOCSPX-a"b'c$d\e%f`), RefreshToken: secret.New(`1//a"b'c$d\e%f`)}
	for _, name := range Formats() {
		f, err := LoadFormat(name, "en")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Fill(speak(t, "en"), sample, another(), plainHelper, Secrets{}); err != nil {
			t.Errorf("%s, with a provider of one's own: %v", name, err)
		}
		filled, err := f.Fill(speak(t, "en"), odd, another(), oddHelper, secrets)
		if err == nil {
			parsed(t, filled)
		}
		if s := new(diagnosis.Symptom); err != nil && (!errors.As(err, &s) || s.Code != "export-unquotable") {
			t.Errorf("%s, with quotes everywhere: %v", name, err)
		}
	}
}

func TestFormatsShowNoSecretUnasked(t *testing.T) {
	for _, name := range Formats() {
		f, err := LoadFormat(name, "en")
		if err != nil {
			t.Fatal(err)
		}
		secrets := Secrets{ClientSecret: secret.New("GOCSPX-hush"), RefreshToken: secret.New("1//hush")}
		shown, err := f.Fill(speak(t, "en"), sample, google.Gmail(), plainHelper, secrets)
		if err != nil {
			t.Fatal(err)
		}
		hidden, err := f.Fill(speak(t, "en"), sample, google.Gmail(), plainHelper, Secrets{})
		if err != nil {
			t.Fatal(err)
		}
		var in, out, notes bytes.Buffer
		if err := errors.Join(shown.WriteFiles(&in), hidden.WriteFiles(&out), hidden.WriteNotes(&notes, Options{Words: speak(t, "en")}, nil)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(in.String(), "hush"); got != f.Secret() {
			t.Errorf("%s: revealed secrets stand in it: %v, but it says %v that it needs them", name, got, f.Secret())
		}
		if f.Secret() != strings.Contains(notes.String(), "gmailoauth export "+name+" office@example.com --reveal --output") {
			t.Errorf("%s: the notes do not tell how to get the secrets:\n%s", name, &notes)
		}
	}
}

func TestQuoting(t *testing.T) {
	const nasty = `a b"c'd\e$f` + "`g%h<i>#é"
	for _, row := range []struct{ template, want string }{
		{"«.v | line»", nasty},
		{"«.v | back»", `"a b\"c'd\\e$f` + "`g%h<i>#é\""},
		{"«.v | mutt»", `"a b\"c'd\\e\$f\` + "`g%h<i>#é\""},
		{"«.v | shell»", `'a b"c'\''d\e$f` + "`g%h<i>#é'"},
		{"«.v | json»", `"a b\"c'd\\e$f` + "`g%h<i>#é\""},
		{"«.v | php»", `'a b"c\'d\\e$f` + "`g%h<i>#é'"},
		{"«.v | xml»", `a b&#34;c&#39;d\e$f` + "`g%h&lt;i&gt;#é"},
		{"«.v | url»", `a%20b%22c%27d%5Ce%24f%60g%25h%3Ci%3E%23%C3%A9`},
		{"«.v | compose»", `"a b\"c'd\\e$$f` + "`g%h<i>#é\""},
		{"«.v | systemd»", `"a b\"c'd\\e$$f` + "`g%%h<i>#é\""},
		{"«.v | unit \"X=\"»", `"X=a b\"c'd\\e$f` + "`g%%h<i>#é\""},
		{"«.broken | unit \"X=\"»", ""},
		{"«.v | plain»", ""},
		{"«.v | bare»", ""},
		{"«.v | env»", ""},
		{"«.broken | line»", ""},
		{"«.broken | json»", ""},
		{"«.mail | bare» «.mail | env» «.mail | shell» «.mail | plain»", `a@b.c a@b.c a@b.c "a@b.c"`},
		{"«.blank | env»", "'a b'"},
		{"«.list | jsons \", \"»", `"a", "b c"`},
		{"«.list | shells \" \"»", "a 'b c'"},
	} {
		f := filler{format: &Format{Name: "x"}, blanks: map[string]any{"v": Value{text: nasty}, "broken": Value{text: "a\nb"},
			"mail": Value{text: "a@b.c"}, "blank": Value{text: "a b"}, "list": []Value{{text: "a"}, {text: "b c"}}}}
		got := f.fill("test", row.template)
		if s := new(diagnosis.Symptom); row.want == "" && (!errors.As(f.err, &s) || s.Code != "export-unquotable") {
			t.Errorf("%s = %q, %v; want it refused", row.template, got, f.err)
		} else if row.want != "" && (got != row.want || f.err != nil) {
			t.Errorf("%s = %q, %v; want %q", row.template, got, f.err, row.want)
		}
	}
}

// What is wrong with a folder is found by whoever loads it.
func TestBadFormats(t *testing.T) {
	const good = "title: X\nkind: library\nneeds: [imap]\nfiles: [{path: x, mode: \"0600\", owner: user, template: x.tmpl}]\nnotes: [a]\nsources: [{what: w, where: h, checked: c}]\n"
	const text = "summary: s\nnotes: {a: one}\n"
	load := func(format, text, template string) error {
		f, err := readFormat(fstest.MapFS{"format.yaml": {Data: []byte(format)}, "text.en.yaml": {Data: []byte(text)}, "x.tmpl": {Data: []byte(template)}}, "x", "en")
		if err == nil {
			_, err = f.Fill(speak(t, "en"), sample, google.Gmail(), plainHelper, Secrets{})
		}
		return err
	}
	if err := load(good, text, "«.email | bare»"); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string][3]string{
		"unknown key":        {good + "tilte: X\n", text, ""},
		"unknown kind":       {strings.Replace(good, "library", "toy", 1), text, ""},
		"unknown need":       {strings.Replace(good, "imap", "nntp", 1), text, ""},
		"unknown owner":      {strings.Replace(good, "user", "me", 1), text, ""},
		"a note too few":     {good, "summary: s\n", ""},
		"a note too many":    {good, text + "  b: two\n", ""},
		"no summary":         {good, "notes: {a: one}\n", ""},
		"no template":        {strings.Replace(good, "x.tmpl", "y.tmpl", 1), text, ""},
		"unknown blank":      {good, text, "«.emial | bare»"},
		"unknown function":   {good, text, "«.email | quote»"},
		"blank not quoted":   {good, text, "«.email»"},
		"blank left open":    {good, text, "«.email"},
		"list not quoted":    {good, text, "«.token_argv»"},
		"server not quoted":  {good, text, "«.imap.host»"},
		"unknown in servers": {good, text, "«.imap.name | bare»"},
	} {
		if err := load(row[0], row[1], row[2]); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestFormatsRefuseWhatTheProviderLacks(t *testing.T) {
	f, err := LoadFormat("python", "en")
	if err != nil {
		t.Fatal(err)
	}
	p := google.Gmail()
	p.SMTP = nil
	_, err = f.Fill(speak(t, "en"), sample, p, plainHelper, Secrets{})
	if s := new(diagnosis.Symptom); !errors.As(err, &s) || s.Code != "export-no-server" || s.Facts["protocol"] != "SMTP" {
		t.Errorf("Fill without SMTP: %v", err)
	}
}

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{"office@example.com": "office-example-com", "-É.x@Y.org": "x-y-org", strings.Repeat("a", 39) + "@b.c": strings.Repeat("a", 39)} {
		if got := slug(in); got != want {
			t.Errorf("slug(%q) = %q, want %q", in, got, want)
		}
	}
}

// vouched holds that the test which is said to have seen a format work exists.
func vouched(t *testing.T, f *Format) {
	t.Helper()
	v := f.Verified
	if v == nil {
		return
	}
	suite, name, _ := strings.Cut(v.By, "/")
	tests, err := filepath.Glob("../e2e/*_test.go")
	if err != nil || len(tests) == 0 {
		t.Fatalf("no tests in internal/e2e: %v", err)
	}
	var all strings.Builder
	for _, file := range tests {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(source)
	}
	if v.With == "" || v.Checked == "" || name == "" || v.How != "run" && v.How != "parsed" ||
		!strings.Contains(all.String(), "func "+suite+"(t *testing.T)") || !strings.Contains(all.String(), `"`+name+`"`) {
		t.Errorf("%s: verified %+v: no such test in internal/e2e, or something is missing", f.Name, *v)
	}
}

// parsed holds that files of a syntax that is known here keep to it, with odd
// values in them.
func parsed(t *testing.T, filled *Filled) {
	t.Helper()
	for _, file := range filled.Files {
		switch path.Ext(file.Path) {
		case ".yaml", ".yml":
			d := yaml.NewDecoder(strings.NewReader(file.Content))
			for {
				var document map[string]any
				err := d.Decode(&document)
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil || len(document) == 0 {
					t.Errorf("%s: %s: %v\n%s", filled.Name, file.Path, err, file.Content)
					break
				}
			}
		case ".xml":
			d := xml.NewDecoder(strings.NewReader(file.Content))
			for {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Errorf("%s: %s: %v\n%s", filled.Name, file.Path, err, file.Content)
					break
				}
			}
		case ".go":
			if tidy, err := format.Source([]byte(file.Content)); err != nil || string(tidy) != file.Content {
				t.Errorf("%s: %s: %v\n%s", filled.Name, file.Path, err, file.Content)
			}
		}
	}
}
