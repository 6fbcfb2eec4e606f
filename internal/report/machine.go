package report

import (
	"io"
	"slices"
	"strings"
	"time"

	"gmailoauth/internal/finding"
)

// Machine writes what was found about the machine, a line for each check, and
// below what is wrong its cause and what mends it; then how many passed.
func Machine(w io.Writer, o Options, box finding.Mailbox, elapsed time.Duration) error {
	if err := Human(w, o, box); err != nil {
		return err
	}
	return counted(w, o, box, o.Words.Say("report.machine"), elapsed)
}

// ofMachine reports whether a check stands once for each place that the machine
// has to reach.
func ofMachine(f finding.Finding) bool {
	group, _, _ := strings.Cut(f.ID, ".")
	return slices.Contains([]string{"dns", "tcp", "tls"}, group)
}
