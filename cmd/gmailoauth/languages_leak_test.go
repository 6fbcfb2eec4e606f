package main

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// leaves gives the texts of a YAML file, by their place in it. A file that is
// not there has none.
func leaves(t *testing.T, file string) map[string]string {
	t.Helper()
	found := map[string]string{}
	data, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return found
	}
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var walk func(place string, node any)
	walk = func(place string, node any) {
		switch node := node.(type) {
		case string:
			found[place] = node
		case map[string]any:
			for key, below := range node {
				walk(place+"."+key, below)
			}
		case []any:
			for i, below := range node {
				walk(place+"."+strconv.Itoa(i), below)
			}
		}
	}
	walk("", tree)
	return found
}

// textFiles pairs each file of English words with the same one in a language.
func textFiles(t *testing.T, lang string) map[string]string {
	t.Helper()
	root := theSource(t)
	pairs := map[string]string{}
	for _, pattern := range []string{"words/en/*.yaml", "playbook/google/*.en.yaml", "targets/*/text.en.yaml", "diagnosis/catalogue/*.en.yaml"} {
		files, err := filepath.Glob(filepath.Join(root, "internal", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, file := range files {
			pairs[file] = strings.Replace(strings.Replace(file, ".en.yaml", "."+lang+".yaml", 1), "/words/en/", "/words/"+lang+"/", 1)
		}
	}
	return pairs
}

// theSource is the folder of go.mod, wherever a test has gone to.
func theSource(t *testing.T) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		t.Fatalf("the source is not to be found beside %q", file)
	}
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// leakDetection knows what no screen of a language may show.
type leakDetection struct {
	pieces  []string // of English sentences
	untold  *regexp.Regexp
	aside   *regexp.Regexp
	tight   *regexp.Regexp  // a sign of French that lacks its no-break space; nil for the others
	english map[string]bool // words that only English has; nil for English
	word    *regexp.Regexp
}

// leakDetector reads the English sentences that say something else in the
// language: of each, the longest piece between blanks. For English it finds
// what no language may show: blanks that nobody filled, sentences that are not
// there.
func leakDetector(t *testing.T, lang string) leakDetection {
	t.Helper()
	d := leakDetection{
		untold: regexp.MustCompile(`<[a-z]+\.[a-z0-9_.-]+>|\{@?[a-z][a-z0-9_:-]*\}`),
		// What is quoted, and what stands in brackets, is somebody else's: a
		// server's words, a label of Google's beside its translation.
		aside: regexp.MustCompile(`"[^"]*"|“[^”]*”|„[^”“"]*[”“"]|«[^»]*»|'[^']*'|\x60[^\x60]*\x60|\([^()]*\)`),
	}
	if lang == "en" {
		return d
	}
	if lang == "fr" { // after a letter or a quotation; elsewhere the sign is a key or a part of a name
		d.tight = regexp.MustCompile(`[\p{L}\d)»] ?[:;?!](\s|$)|« | »`)
	}
	d.english = map[string]bool{}
	for word := range strings.FieldsSeq("the and with your which this that cannot from been of is not it its") {
		d.english[word] = true
	}
	d.word = regexp.MustCompile(`[\p{L}\p{M}\d_/.-]+`) // a name with hyphens is one word
	between := regexp.MustCompile(`\{[^}]*\}`)
	var translations []string
	var pieces []string
	for ours, theirs := range textFiles(t, lang) {
		translated := leaves(t, theirs)
		for _, sentence := range translated {
			translations = append(translations, flat(sentence))
		}
		for _, sentence := range leaves(t, ours) {
			longest := ""
			for _, piece := range between.Split(sentence, -1) {
				if piece = flat(piece); len(piece) > len(longest) {
					longest = piece
				}
			}
			if len(strings.Fields(longest)) >= 4 {
				pieces = append(pieces, longest)
			}
		}
	}
	theirs := strings.Join(translations, "\n")
	for _, piece := range pieces {
		if !strings.Contains(theirs, piece) { // what Google or a server says, quoted in the language as well
			d.pieces = append(d.pieces, piece)
		}
	}
	slices.Sort(d.pieces)
	d.pieces = slices.Compact(d.pieces)
	return d
}

// englishWords counts the words of a line that only English has.
func (d leakDetection) englishWords(line string) int {
	count := 0
	for _, word := range d.word.FindAllString(d.aside.ReplaceAllString(line, " "), -1) {
		if d.english[strings.Trim(strings.ToLower(word), ".-")] {
			count++
		}
	}
	return count
}

// flat joins the lines of a text, so that it is found however it was broken.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// leaks gives the English pieces that texts show, and their lines that read as
// English otherwise.
func (d leakDetection) leaks(texts ...string) []string {
	found := map[string]bool{}
	for _, text := range texts {
		shown := flat(text)
		for _, piece := range d.pieces {
			if strings.Contains(shown, piece) {
				found["the English sentence "+strconv.Quote(piece)] = true
			}
		}
		for line := range strings.Lines(text) {
			if word := d.untold.FindString(line); word != "" {
				found[strconv.Quote(word)+" in "+strconv.Quote(strings.TrimSpace(line))] = true
			}
			if d.english == nil {
				continue
			}
			if d.tight != nil && d.tight.MatchString(d.aside.ReplaceAllString(line, "…")) {
				found["no no-break space in "+strconv.Quote(strings.TrimSpace(line))] = true
			}
			if d.englishWords(line) > 1 {
				found["the English line "+strconv.Quote(strings.TrimSpace(line))] = true
			}
		}
	}
	list := make([]string, 0, len(found))
	for leak := range found {
		list = append(list, leak)
	}
	slices.Sort(list)
	return list
}
