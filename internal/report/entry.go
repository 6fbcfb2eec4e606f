package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"gmailoauth/internal/diagnosis"
)

// Entry writes all that is known of one diagnosis.
func Entry(w io.Writer, o Options, e diagnosis.Entry) error {
	var out strings.Builder
	said := o.Words
	out.WriteString(e.Name + "\n" + hang(e.Error, 0, o.Width) + "\n")
	if len(e.Says) > 0 {
		out.WriteString("\n" + said.Say("report.entry-says") + "\n")
		for _, says := range e.Says {
			out.WriteString("  " + hang(says, 2, o.Width) + "\n")
		}
	}
	out.WriteString("\n" + said.Say("report.entry-causes") + "\n")
	for i, cause := range e.Causes {
		number := strconv.Itoa(i+1) + ". "
		out.WriteString("  " + number + hang(cause, 2+len(number), o.Width) + "\n")
	}
	out.WriteString("\n" + said.Say("report.entry-fix") + "\n  " + hang(e.Fix, 2, o.Width) + "\n")
	if e.More != "" {
		out.WriteString("\n" + hang(e.More, 0, o.Width) + "\n")
	}
	out.WriteString("\n")
	rows := [][2]string{
		{said.Say("report.entry-exit"), strconv.Itoa(e.Exit) + ", " + said.Say("report.exit-"+strconv.Itoa(e.Exit))},
		{said.Say("report.entry-source"), said.Say("report.entry-seen", "source", e.Source, "day", e.Checked)},
	}
	width := 0
	for _, row := range rows {
		width = max(width, lipgloss.Width(row[0])+2)
	}
	for _, row := range rows {
		out.WriteString(pad(row[0], width) + hang(row[1], width, o.Width) + "\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// Entries lists diagnoses, a line each where there is room for it.
func Entries(w io.Writer, o Options, entries []diagnosis.Entry) error {
	width := 0
	for _, e := range entries {
		width = max(width, len(e.Name)+2)
	}
	for _, e := range entries {
		line := pad(e.Name, width) + hang(e.Error, width, o.Width)
		if o.Width > 0 && o.Width-width < roomToRead {
			line = e.Name + "\n  " + hang(e.Error, 2, o.Width)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}
