package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// foreign marks a sentence of the language that the test makes.
const foreign = "¤"

// A language, an application and a format of export are files and nothing else: put beside the
// others in a copy of this module they are spoken and known, without a changed
// line of Go.
func TestLanguageAndTargetTouchNoGo(t *testing.T) {
	tree := t.TempDir()
	for _, top := range []string{"cmd", "internal"} {
		if err := os.CopyFS(filepath.Join(tree, top), onlySource{os.DirFS(filepath.Join("../..", top))}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("../..", name))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(tree, name), data, 0o600))
	}
	must(t, os.CopyFS(filepath.Join(tree, "internal/targets/my-app"), os.DirFS(sampleTarget)))
	must(t, os.CopyFS(filepath.Join(tree, "internal/export/formats/my-format"), os.DirFS("../../testdata/sample/my-format")))
	translateAll(t, filepath.Join(tree, "internal"))

	program := filepath.Join(tree, "gmailoauth")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./cmd/gmailoauth")
	build.Dir = tree
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Env = []string{"HOME=" + tree, "LANG=eo_XX.UTF-8"}
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	var plan planned
	must(t, json.Unmarshal([]byte(run("plan", "--lang", "eo", "--target", "my-app", "--format", "json")), &plan))
	known := false
	for _, step := range plan.Steps {
		if !strings.HasPrefix(step.Title, foreign) {
			t.Errorf("plan --lang eo: step %s is called %q", step.ID, step.Title)
		}
		for _, q := range step.Questions {
			if !strings.HasPrefix(q.Label, foreign) {
				t.Errorf("plan --lang eo: question %s is called %q", q.Key, q.Label)
			}
			known = known || q.Key == "base_url" && q.Label == foreign+"Address of the helpdesk"
		}
	}
	if !known {
		t.Error("plan --lang eo --target my-app does not ask what the target asks")
	}
	if got := run("targets", "list"); !strings.Contains(got, foreign+"My helpdesk") { // LANG alone
		t.Errorf("targets list does not know the target in the language of LANG:\n%s", got)
	}
	if got := run("explain", "grant-idle", "--lang", "eo"); !strings.Contains(got, foreign+"use it") {
		t.Errorf("explain --lang eo:\n%s", got)
	}
	if got := run("export", "--lang", "eo"); !strings.Contains(got, "My program: "+foreign+"sends mail") {
		t.Errorf("export --lang eo does not list the format:\n%s", got)
	}
	if got := run("plan", "--lang", "eo", "--target", "my-app"); !strings.Contains(got, foreign+"wants") || !strings.Contains(got, foreign+"5 answers are missing") {
		t.Errorf("plan --lang eo:\n%s", got)
	}
}

// onlySource leaves out tests and what only they read.
type onlySource struct{ fs.FS }

func (o onlySource) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		return strings.HasSuffix(e.Name(), "_test.go") || e.IsDir() && e.Name() == "testdata"
	}), err
}

// translateAll adds a language to all that has words: the file of each language
// beside the English one, with every text marked.
func translateAll(t *testing.T, internal string) {
	t.Helper()
	files := 0
	must(t, filepath.WalkDir(internal, func(path string, e fs.DirEntry, err error) error {
		to := ""
		switch {
		case err != nil || e.IsDir():
			return err
		case strings.HasSuffix(path, ".en.yaml"):
			to = strings.TrimSuffix(path, ".en.yaml") + ".eo.yaml"
		case filepath.Base(filepath.Dir(path)) == "en" && strings.HasSuffix(path, ".yaml"):
			to = filepath.Join(filepath.Dir(filepath.Dir(path)), "eo", filepath.Base(path))
		default:
			return nil
		}
		files++
		data, err := os.ReadFile(path)
		must(t, err)
		var root yaml.Node
		must(t, yaml.Unmarshal(data, &root))
		markTexts(&root)
		data, err = yaml.Marshal(&root)
		must(t, err)
		must(t, os.MkdirAll(filepath.Dir(to), 0o750))
		return os.WriteFile(to, data, 0o600)
	}))
	if files < 20 {
		t.Fatalf("%d files with English words were found: the test looks in the wrong place", files)
	}
}

func markTexts(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode {
		n.Value, n.Style = foreign+n.Value, yaml.DoubleQuotedStyle
		n.Tag = "!!str"
	}
	for i, inner := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			markTexts(inner)
		}
	}
}
