package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
	"gmailoauth/internal/report"
)

// catalogue is what can be explained, in the admin's language.
func (a *app) catalogue() *diagnosis.Catalogue {
	a.once.catalogue.Do(func() {
		c, err := diagnosis.Load(a.words().Lang())
		if err != nil {
			panic(err) // embedded, and read by a test
		}
		a.explained = c
	})
	return a.explained
}

// explain gives cause and fix of a refusal.
func (a *app) explain(s *diagnosis.Symptom) diagnosis.Diagnosis {
	if s == nil {
		return a.catalogue().Explain(nil, google.Link)
	}
	readable := *s
	readable.Facts = make(map[string]string, len(s.Facts))
	for name, value := range s.Facts {
		readable.Facts[name] = a.readable(name, value)
	}
	return a.catalogue().Explain(&readable, google.Link)
}

// readable is a fact as a sentence has it: the type of a flag's value by its name,
// a moment as people write it.
func (a *app) readable(name, value string) string {
	if kind := "cli.kind-" + value; name == "wanted" && a.words().Has(kind) {
		return a.words().Say(kind)
	}
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		return a.words().Moment(t.Local())
	}
	return value
}

// reportOptions are how to write for a person. Lines are broken and coloured on
// a terminal only.
func (a *app) reportOptions(terminal bool) report.Options {
	o := report.Options{Words: a.words(), Explain: a.explain, Now: a.now()}
	if terminal {
		o.Width, o.Color = a.term.Width, a.term.Color
	}
	return o
}

func (a *app) explainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain [NAME]",
		Short: "Explain one diagnosis in full, or list all",
		Long: `Explain tells what a refusal means: by which words it is known, its causes with
the likeliest first, what mends it, and where that is from. NAME stands in the
last line of every error. Without it all names are listed.`,
		Example: `  gmailoauth explain refresh-token-expired-in-testing
  gmailoauth explain`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf(a.flags.format, "text", "json"); err != nil {
				return err
			}
			if len(args) == 0 {
				return a.listDiagnoses()
			}
			entry, ok := a.catalogue().Entry(args[0], google.Link)
			if !ok {
				return inputSymptom("unknown-diagnosis")
			}
			if a.flags.format == "json" {
				return writeJSON(a.term.Out, map[string]any{"format": 1, "command": "explain", "version": version, "diagnosis": diagnosisJSON(entry)})
			}
			return report.Entry(a.term.Out, a.reportOptions(a.term.OutTTY), entry)
		},
	}
	cmd.Flags().StringVar(&a.flags.format, "format", "text", "text or json")
	return cmd
}

func (a *app) listDiagnoses() error {
	var entries []diagnosis.Entry
	for _, name := range a.catalogue().Names() {
		entry, _ := a.catalogue().Entry(name, google.Link)
		entries = append(entries, entry)
	}
	if a.flags.format != "json" {
		return report.Entries(a.term.Out, a.reportOptions(a.term.OutTTY), entries)
	}
	list := []any{}
	for _, entry := range entries {
		list = append(list, diagnosisJSON(entry))
	}
	return writeJSON(a.term.Out, map[string]any{"format": 1, "command": "explain", "version": version, "diagnoses": list})
}

func diagnosisJSON(e diagnosis.Entry) map[string]any {
	return map[string]any{"name": e.Name, "where": e.Where, "says": e.Says, "message": e.Error, "causes": e.Causes,
		"fix": e.Fix, "url": e.URL, "command": e.Command, "more": e.More, "exit": e.Exit, "source": e.Source, "checked": e.Checked}
}

// writeJSON writes an answer as one object, readable for people too.
func writeJSON(w io.Writer, object any) error {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(object); err != nil {
		return err
	}
	_, err := fmt.Fprint(w, text.String())
	return err
}
