package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"gmailoauth/internal/e2e/recipes"
	"gmailoauth/internal/report"
)

// Every gmailoauth line of the recipes is one of our commands with our flags, and
// what is YAML is read as YAML. What else reads them is in internal/e2e.
func TestRecipes(t *testing.T) {
	all, err := recipes.Read("../../docs/ci")
	if err != nil {
		t.Fatal(err)
	}
	commands := map[string]int{}
	titles := map[string]bool{}
	for _, s := range all {
		if s.Title != "" && titles[s.Title] {
			t.Errorf("%s: %s stands there twice", s.Name(), s.Title)
		}
		titles[s.Title] = true
		for _, args := range commandsIn(t, s) {
			commands[s.Page]++
			isCommand(t, s.Name(), args)
		}
	}
	for _, page := range []string{"github-actions.md", "gitlab-ci.md", "jenkins.md", "cron.md", "systemd.md", "kubernetes.md", "docker.md", "ansible.md"} {
		if commands[page] == 0 {
			t.Errorf("%s: no command of ours was found in it", page)
		}
	}
}

// The check sees what it is for.
func TestRecipesAreHeld(t *testing.T) {
	for line, wrong := range map[string]string{
		"gmailoauth verify --strict":                                "",
		`bin/gmailoauth verify --format json >"x" || code=$?`:       "",
		"sudo -u gmailoauth gmailoauth accounts list":               "",
		"gmailoauth verfiy":                                         "no such command",
		"ExecStart=/usr/local/bin/gmailoauth verify --strikt":       "unknown flag: --strikt",
		"gmailoauth verify --format yaml":                           "no such format",
		"docker run --rm gmailoauth accounts list office":           "extra-argument",
		"gmailoauth verify --warn-before soon --strict > gmail.xml": "want a duration",
	} {
		found := commandsIn(t, recipes.Snippet{Language: "sh", Text: line})
		if len(found) != 1 {
			t.Errorf("%s: %v, want one command", line, found)
			continue
		}
		got := ""
		if err := commandError(found[0]); err != nil {
			got = err.Error()
		}
		if (wrong == "") != (got == "") || !strings.Contains(got, wrong) {
			t.Errorf("%s: %q, want %q", line, got, wrong)
		}
	}
}

func isCommand(t *testing.T, name string, args []string) {
	t.Helper()
	if err := commandError(args); err != nil {
		t.Errorf("%s: gmailoauth %s: %v", name, strings.Join(args, " "), err)
	}
}

type wrongCommand string

func (w wrongCommand) Error() string { return string(w) }

// commandError says what is wrong with a command line, without running it.
func commandError(args []string) error {
	root := plainApp(nil, nil).rootCommand(nil)
	cmd, rest, err := root.Find(args)
	switch {
	case err != nil:
		return err
	case cmd == root:
		return wrongCommand("no such command")
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
		return err
	}
	if f := cmd.Flags().Lookup("format"); f != nil && cmd.Name() == "verify" && !slices.Contains(report.Formats(), f.Value.String()) {
		return wrongCommand("no such format")
	}
	return nil
}

// commandsIn gives the arguments of each call of ours in a snippet.
func commandsIn(t *testing.T, s recipes.Snippet) [][]string {
	t.Helper()
	switch s.Language {
	case "yaml":
		var page yaml.Node
		if err := yaml.Unmarshal([]byte(s.Text), &page); err != nil {
			t.Fatalf("%s: %v", s.Name(), err)
		}
		return inYAML(&page)
	case "dockerfile":
		return inDockerfile(s.Text)
	case "crontab": // its gmailoauth is a user
		return nil
	}
	return inShell(s.Text)
}

// inShell finds calls in lines of a shell, of a unit, or of a pipeline.
func inShell(text string) [][]string {
	call := regexp.MustCompile(`(?:^|[\s"'=(/])gmailoauth((?:\s+[^\s|;&>)]+)+)`)
	var found [][]string
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		m := call.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		args := strings.Fields(m[1])
		if args[0] == "gmailoauth" { // a user, a volume or an image came before
			args = args[1:]
		}
		for i := range args {
			args[i] = strings.Trim(args[i], `"'`)
		}
		if len(args) > 0 && args[0] != "." { // docker build
			found = append(found, args)
		}
	}
	return found
}

// inYAML finds calls in the texts of a page, and in lists of arguments.
func inYAML(node *yaml.Node) [][]string {
	var found [][]string
	if node.Kind == yaml.ScalarNode {
		return inShell(node.Value)
	}
	for i, child := range node.Content {
		var args []string
		if node.Kind == yaml.MappingNode && i%2 == 1 && child.Kind == yaml.SequenceNode && child.Decode(&args) == nil {
			switch node.Content[i-1].Value {
			case "args":
				found = append(found, args)
				continue
			case "argv":
				found = append(found, args[1:])
				continue
			}
		}
		found = append(found, inYAML(child)...)
	}
	return found
}

func inDockerfile(text string) [][]string {
	var found [][]string
	for line := range strings.Lines(text) {
		var args []string
		if rest, ok := strings.CutPrefix(line, "CMD "); ok && json.Unmarshal([]byte(rest), &args) == nil {
			found = append(found, args)
		}
	}
	return found
}
