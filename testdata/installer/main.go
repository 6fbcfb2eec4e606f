// Command installer shows how a program embeds the walk of setup: it asks plan
// for the questions, puts them to somebody (here: to a map of answers), gives
// what was answered as flags, and asks again, until nothing is pending. Then it
// runs setup with the same flags. It knows no question by name.
//
//	installer GMAILOAUTH ANSWERS.json
//
// ANSWERS.json maps a question's key to its answer. The protocol is described in
// docs/embedding.md.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

type plan struct {
	Format int `json:"format"`
	Steps  []struct {
		ID        string     `json:"id"`
		Title     string     `json:"title"`
		Status    string     `json:"status"`
		Link      string     `json:"link"`
		Questions []question `json:"questions"`
	} `json:"steps"`
}

type question struct {
	Key      string   `json:"key"`
	Flag     string   `json:"flag"`
	Kind     string   `json:"kind"`
	Label    string   `json:"label"`
	Help     string   `json:"help"`
	Secret   bool     `json:"secret"`
	Pending  bool     `json:"pending"`
	Or       []string `json:"or"`
	SameHost string   `json:"same_host"`
	Choices  []struct {
		Value string `json:"value"`
	} `json:"choices"`
	Validation struct {
		Rule    string `json:"rule"`
		Says    string `json:"says"`
		Pattern string `json:"pattern"`
		Example string `json:"example"`
	} `json:"validation"`
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: installer GMAILOAUTH ANSWERS.json")
		os.Exit(2)
	}
	if err := install(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "installer:", err)
		exit := new(exec.ExitError)
		if errors.As(err, &exit) {
			os.Exit(exit.ExitCode())
		}
		os.Exit(2)
	}
}

func install(program, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	answers := map[string]string{}
	if err := json.Unmarshal(data, &answers); err != nil {
		return err
	}
	secrets, err := os.MkdirTemp("", "installer-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(secrets)
	flags, err := walk(program, answers, secrets)
	if err != nil {
		return err
	}
	setup := exec.Command(program, append([]string{"setup", "--no-input"}, flags...)...)
	setup.Stdin, setup.Stdout, setup.Stderr = nil, os.Stdout, os.Stderr
	return setup.Run()
}

// walk asks plan until nothing is pending, and gives the flags.
func walk(program string, answers map[string]string, secrets string) (flags []string, err error) {
	given := map[string]bool{}
	for {
		p, err := ask(program, flags)
		if err != nil {
			return nil, err
		}
		found := false
		var missing []string
		for _, step := range p.Steps {
			for _, q := range step.Questions {
				answer, known := answers[q.Key]
				switch {
				case known && !given[q.Key]:
					more, err := flagOf(q, answer, secrets)
					if err != nil {
						return nil, err
					}
					fmt.Fprintf(os.Stderr, "%s: %s\n", step.Title, q.Label)
					flags, found, given[q.Key] = append(flags, more...), true, true
				case q.Pending && !slices.ContainsFunc(q.Or, func(key string) bool { return answers[key] != "" }):
					missing = append(missing, fmt.Sprintf("%s (%s): %s %s", q.Label, q.Key, q.Validation.Says, step.Link))
				}
			}
			if found {
				break // what it brings is seen in the next plan
			}
		}
		if found {
			continue
		}
		if len(missing) > 0 {
			return nil, fmt.Errorf("no answer to:\n  %s", strings.Join(missing, "\n  "))
		}
		return flags, nil
	}
}

// ask runs plan with what is known so far. A refused value comes back as the
// error of that plan, in JSON.
func ask(program string, flags []string) (plan, error) {
	var p plan
	var refused struct {
		Error struct{ Message, Fix string } `json:"error"`
	}
	var out bytes.Buffer
	cmd := exec.Command(program, append([]string{"plan", "--format", "json"}, flags...)...)
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := cmd.Run(); err != nil {
		_ = json.Unmarshal(out.Bytes(), &refused)
		return p, fmt.Errorf("plan: %w: %s; %s", err, refused.Error.Message, refused.Error.Fix)
	}
	if err := json.Unmarshal(out.Bytes(), &p); err != nil {
		return p, fmt.Errorf("plan: %w", err)
	}
	if p.Format != 1 {
		return p, fmt.Errorf("plan speaks format %d, and this program 1", p.Format)
	}
	return p, nil
}

// flagOf turns an answer into the flag that gives it. A secret goes into a file.
func flagOf(q question, answer, secrets string) ([]string, error) {
	if pattern, err := regexp.Compile(q.Validation.Pattern); err == nil && !q.Secret && q.Kind != "list" && !pattern.MatchString(answer) {
		return nil, fmt.Errorf("%s: %q will not do. %s", q.Label, answer, q.Validation.Says)
	}
	if q.Kind == "choice" && q.Validation.Rule == "choice" {
		known := false
		for _, c := range q.Choices {
			known = known || c.Value == answer
		}
		if !known {
			return nil, fmt.Errorf("%s: %q is none of the choices", q.Label, answer)
		}
	}
	flag, variable, set := strings.Cut(q.Flag, " ")
	switch {
	case q.Secret:
		file := filepath.Join(secrets, q.Key)
		return []string{flag, file}, os.WriteFile(file, []byte(answer), 0o600)
	case set && flag == "--ack":
		return []string{flag, variable}, nil
	case set:
		return []string{flag, variable + "=" + answer}, nil
	case q.Kind == "list":
		var flags []string
		for one := range strings.SplitSeq(answer, ",") {
			flags = append(flags, flag, one)
		}
		return flags, nil
	case q.Kind == "confirm":
		return []string{flag + "=" + answer}, nil
	}
	return []string{flag, answer}, nil
}
