package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gmailoauth/internal/playbook"
)

// gatherer turns the flags of one command line into answers.
type gatherer struct {
	app     *app
	cmd     *cobra.Command
	flags   *walkFlags
	book    *playbook.Playbook
	answers playbook.Answers
	marks   playbook.Marks
	files   clientFlags // for which flag took stdin
}

// question gives the question of a key; the zero Question if there is none.
func (g *gatherer) question(key string) playbook.Question {
	for _, step := range g.book.Steps {
		for _, q := range step.Questions {
			if q.Key == key {
				return q
			}
		}
	}
	return playbook.Question{}
}

// put checks values and keeps them.
func (g *gatherer) put(key string, from playbook.Origin, values ...string) error {
	kept := make([]string, 0, len(values))
	for _, value := range values {
		value, err := playbook.Check(g.question(key), value)
		if err != nil {
			return err
		}
		if !slices.Contains(kept, value) {
			kept = append(kept, value)
		}
	}
	g.answers[key] = playbook.Answer{Values: kept, From: from}
	return nil
}

// origin tells a flag from a variable: prepare has put variables into flags.
func (g *gatherer) origin(flag, value string) playbook.Origin {
	if env, ok := g.app.lookupEnv(variableOf(flag)); ok && env == value {
		return playbook.FromVariable
	}
	return playbook.FromFlag
}

func (g *gatherer) target() error {
	if g.flags.sandbox {
		g.answers["sandbox"] = playbook.Answer{Values: []string{"true"}, From: playbook.FromFlag}
	}
	if g.flags.target == "" {
		return g.given("target", "target", "")
	}
	return g.put("target", g.origin("target", g.flags.target), g.flags.target)
}

// variables takes --set KEY=VALUE. A value is not repeated when KEY is unknown:
// it may be anything.
func (g *gatherer) variables() error {
	var known []string
	if g.book.Target != nil {
		for _, v := range g.book.Target.Variables {
			known = append(known, v.Key)
		}
	}
	for _, pair := range g.flags.set {
		key, value, ok := strings.Cut(pair, "=")
		key = strings.TrimSpace(key)
		switch {
		case !ok || key == "":
			return inputSymptom("bad-set", "flag", "--set", "wanted", "KEY=VALUE")
		case g.book.Target == nil:
			return inputSymptom("set-without-target", "flag", "--set", "wanted", "--target")
		case !slices.Contains(known, key):
			return inputSymptom("unknown-variable", "flag", "--set", "key", shortName(key), "target", g.book.Target.Name,
				"wanted", strings.Join(known, ", "), "nearest", playbook.Nearest(key, known))
		}
		if err := g.put(key, playbook.FromFlag, value); err != nil {
			return err
		}
	}
	return nil
}

func (g *gatherer) texts() error {
	if f := g.cmd.Flags().Lookup("account"); f != nil && f.Changed {
		accounts := g.flags.accounts
		if len(accounts) == 0 {
			accounts = []string{""} // refused
		}
		if err := g.put("account", g.origin("account", strings.Join(accounts, ",")), accounts...); err != nil {
			return err
		}
	}
	for key, value := range g.flags.text {
		q := g.question(key)
		if q.Secret {
			continue
		}
		if err := g.given(key, strings.TrimPrefix(q.Flag, "--"), *value); err != nil {
			return err
		}
	}
	return nil
}

// given keeps the value of a flag. A flag that was given with nothing in it is
// refused; one that was not given is not.
func (g *gatherer) given(key, flag, value string) error {
	if f := g.cmd.Flags().Lookup(flag); f == nil || !f.Changed {
		return nil
	}
	return g.put(key, g.origin(flag, value), value)
}

// acknowledged takes --ack STEP, and a variable for each such step.
func (g *gatherer) acknowledged() error {
	var known []string
	for _, step := range g.book.Steps {
		q := g.question(playbook.AckKey(step.ID))
		if q.Key == "" {
			continue
		}
		known = append(known, step.ID)
		if value := g.app.env(q.Variable); value != "" {
			if err := g.put(q.Key, playbook.FromVariable, value); err != nil {
				return err
			}
		}
	}
	for _, id := range g.flags.ack {
		if !slices.Contains(known, id) {
			return inputSymptom("unknown-step", "flag", "--ack", "value", shortName(id),
				"wanted", strings.Join(known, ", "), "nearest", playbook.Nearest(id, known))
		}
		if err := g.put(playbook.AckKey(id), playbook.FromFlag, "yes"); err != nil {
			return err
		}
	}
	for _, id := range known {
		if g.answers.Get(playbook.AckKey(id)) == "yes" {
			g.marks[id] = playbook.Acknowledged
		}
	}
	return nil
}

// shortName repeats what was typed only if it looks like a name.
func shortName(typed string) string {
	for _, r := range typed {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '-' {
			return ""
		}
	}
	if len(typed) > 24 {
		return ""
	}
	return typed
}
