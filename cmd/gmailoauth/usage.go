package main

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gmailoauth/internal/diagnosis"
)

// inputSymptom is a refusal of something that was typed, with name, value pairs.
func inputSymptom(code string, pairs ...string) *diagnosis.Symptom {
	return (&diagnosis.Symptom{Where: diagnosis.AtInput, Code: code}).With(pairs...)
}

// flagSymptom names the flag of a command line that could not be read, and
// never its value: it may be a secret that was meant for another flag.
func flagSymptom(err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	var required *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		name, _, _ := strings.Cut(unknown.GetSpecifiedName(), "=")
		return inputSymptom("unknown-flag", "flag", dashed(name))
	case errors.As(err, &invalid):
		return inputSymptom("bad-flag", "flag", "--"+invalid.GetFlag().Name, "wanted", invalid.GetFlag().Value.Type())
	case errors.As(err, &required):
		return inputSymptom("flag-without-value", "flag", dashed(required.GetSpecifiedName()))
	}
	return inputSymptom("bad-flag")
}

var flagName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z-]{0,30}$`) })

// dashed gives a flag as it is typed. What does not look like a flag's name is
// not repeated: somebody pasted something else.
func dashed(name string) string {
	switch {
	case len(name) == 1:
		return "-" + name
	case flagName().MatchString(name):
		return "--" + name
	}
	return ""
}

// noArgs refuses arguments without repeating them.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return inputSymptom("extra-argument", "in_command", ownName(cmd))
}

// oneOf refuses a value of --format that a command does not know.
func oneOf(format string, known ...string) error {
	if slices.Contains(known, format) {
		return nil
	}
	return inputSymptom("unknown-format", "flag", "--format", "wanted", strings.Join(known, ", "))
}

// ownName is the name of a command without the program's: "accounts list".
func ownName(cmd *cobra.Command) string {
	_, name, _ := strings.Cut(cmd.CommandPath(), " ")
	return name
}

// strict makes every command of the tree refuse with a Symptom what cobra would
// refuse with a sentence that repeats what was typed, and every group of
// commands refuse a member that does not exist.
func strict(cmd *cobra.Command) {
	if cmd.HasSubCommands() && !cmd.Runnable() {
		cmd.Args = knownMember
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	} else if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error { return argumentSymptom(cmd, args, check(cmd, args)) }
	}
	for _, sub := range cmd.Commands() {
		strict(sub)
	}
}

func knownMember(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return unknownCommand(cmd, args[0])
}

var commandName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z-]{0,15}$`) })

// unknownCommand repeats what was typed only if it looks like a command's name,
// and offers the nearest one.
func unknownCommand(cmd *cobra.Command, typed string) error {
	if !commandName().MatchString(typed) {
		return inputSymptom("unknown-command")
	}
	cmd.SuggestionsMinimumDistance = 2
	suggestion := ""
	if near := cmd.SuggestionsFor(typed); len(near) > 0 {
		suggestion = strings.TrimSpace(ownName(cmd) + " " + near[0])
	}
	return inputSymptom("unknown-command", "name", typed, "suggestion", suggestion)
}

func argumentSymptom(cmd *cobra.Command, args []string, err error) error {
	if err == nil {
		return nil
	}
	if symptom, ok := errors.AsType[*diagnosis.Symptom](err); ok {
		return symptom
	}
	code := "wrong-argument"
	if len(args) == 0 {
		code = "missing-argument"
	}
	_, usage, _ := strings.Cut(cmd.UseLine(), " ")
	return inputSymptom(code, "in_command", ownName(cmd), "usage", strings.TrimSuffix(usage, " [flags]"))
}

var quotedFlag = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"([a-z][a-z-]*)"`) })

// usageSymptom reads what cobra says of flags that are missing or exclude each
// other. Its sentences hold names of flags and no values.
func usageSymptom(err error) error {
	if _, ok := errors.AsType[*diagnosis.Symptom](err); ok {
		return err
	}
	text := err.Error()
	var flags []string
	switch {
	case strings.HasPrefix(text, "required flag(s) "):
		for _, m := range quotedFlag().FindAllStringSubmatch(text, -1) {
			flags = append(flags, "--"+m[1])
		}
		return inputSymptom("missing-flag", "flags", strings.Join(flags, ", "))
	case strings.HasPrefix(text, "if any flags in the group ["), strings.HasPrefix(text, "at least one of the flags in the group ["):
		code := "flags-exclude"
		if strings.Contains(text, "at least one") || strings.Contains(text, "they must all be set") {
			code = "missing-flag"
		}
		_, group, _ := strings.Cut(text, "[")
		group, _, _ = strings.Cut(group, "]")
		for name := range strings.FieldsSeq(group) {
			flags = append(flags, "--"+name)
		}
		return inputSymptom(code, "flags", strings.Join(flags, ", "))
	}
	return err
}
