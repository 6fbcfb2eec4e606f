package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/words"
)

// run carries out one command line and gives the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	if a.cached(ctx, args) {
		return 0
	}
	a.wished = cmp.Or(langIn(args), a.env(variableOf("lang")))
	root := a.rootCommand(args)
	root.SetArgs(args)
	root.SetIn(a.term.In)
	root.SetOut(a.term.Out)
	root.SetErr(a.term.Err)
	ran, err := a.execute(ctx, root)
	defer a.trace.close()
	if err == nil {
		return 0
	}
	return a.fail(ctx, ownName(ran), args, err)
}

// execute gives the command that ran, too; a panic is an error.
func (a *app) execute(ctx context.Context, root *cobra.Command) (ran *cobra.Command, err error) {
	ran = root
	defer a.recovered(&err)
	return root.ExecuteContextC(ctx)
}

// rootCommand makes the tree that these arguments need.
func (a *app) rootCommand(args []string) *cobra.Command {
	root := &cobra.Command{
		Use:           "gmailoauth",
		Short:         "Connect any application to Gmail with OAuth 2.0, and prove that it works",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			a.unlocks = cmd.Name() != "token"
			return a.prepare(cmd)
		},
	}
	f := root.PersistentFlags()
	f.StringVar(&a.flags.lang, "lang", "", "language of everything a person reads: "+strings.Join(words.Languages(), ", ")+" (pl, fr and ro are to come)")
	f.StringVar(&a.flags.provider, "provider", "", "file with other endpoints than Google's")
	f.StringVar(&a.flags.store, "store", "", "where secrets are kept: file (default), keyring, age:IDENTITY, command:PROG, vault:MOUNT/PATH or env")
	f.DurationVar(&a.flags.timeout, "timeout", 30*time.Second, "time limit of one check")
	f.BoolVar(&a.flags.noInput, "no-input", false, "never ask; name what is missing and exit 2")
	f.BoolVar(&a.flags.noColor, "no-color", false, "no colour")
	f.BoolVar(&a.flags.accessible, "accessible", false, "plain lines instead of a redrawn screen")
	f.BoolVarP(&a.flags.verbose, "verbose", "v", false, "tell each step on stderr")
	f.StringVar(&a.flags.trace, "trace", "", "write the wire to this file, secrets replaced")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagSymptom(err) })
	commands := a.commandsOf(args)
	root.AddCommand(commands...)
	if len(commands) > 1 {
		root.SetHelpCommand(helpCommand())
		root.AddCommand(topicCommands()...)
		root.InitDefaultCompletionCmd()
	}
	strict(root)
	return root
}

// prepare fills flags that were not given from their variables, and settles
// how to draw.
func (a *app) prepare(cmd *cobra.Command) error {
	// Commands share the variable of --format, and each has its own default.
	if f := cmd.Flags().Lookup("format"); f != nil && !f.Changed {
		a.flags.format = f.DefValue
	}
	var first error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		value, ok := a.lookupEnv(variableOf(f.Name))
		if f.Changed || !ok || value == "" || first != nil {
			return
		}
		if f.Name == "help" || f.Name == "reveal" || f.Name == "set" {
			return
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			first = &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "bad-variable",
				Facts: map[string]string{"variable": variableOf(f.Name), "flag": "--" + f.Name, "wanted": f.Value.Type()}}
		}
	})
	if lang := a.flags.lang; first == nil && lang != "" && !slices.Contains(spoken(), lang) {
		first = badChoice("bad-choice", "--lang", lang, strings.Join(spoken(), ", "))
	}
	if a.flags.noColor {
		a.term.Color = false
	}
	if a.flags.accessible {
		a.term.Rich = false
	}
	if first != nil {
		return first
	}
	return a.openTrace()
}

// spoken are the languages that --lang takes: those there are, and those that
// are promised and read as English until they are there.
func spoken() []string {
	promised := []string{"en", "pl", "fr", "ro"}
	for _, lang := range words.Languages() {
		if !slices.Contains(promised, lang) {
			promised = append(promised, lang)
		}
	}
	return promised
}

// variableOf is the environment variable of a flag: --redirect-port is
// GMAILOAUTH_REDIRECT_PORT.
func variableOf(flag string) string {
	return "GMAILOAUTH_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// interactive reports whether somebody can be asked.
func (a *app) interactive() bool { return a.term.InTTY && !a.flags.noInput }
