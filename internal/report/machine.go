package report

import (
	"slices"
	"strings"

	"gmailoauth/internal/finding"
)

// ofMachine reports whether a check stands once for each place that the machine
// has to reach.
func ofMachine(f finding.Finding) bool {
	group, _, _ := strings.Cut(f.ID, ".")
	return slices.Contains([]string{"dns", "tcp", "tls"}, group)
}
