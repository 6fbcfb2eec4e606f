package report

import (
	"strconv"
	"strings"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/words"
)

func label(f finding.Finding, said *words.Words) string {
	for _, id := range []string{"report.label." + f.ID, "report.label." + strings.Split(f.ID, ".")[0]} {
		if said.Has(id) {
			return said.Say(id)
		}
	}
	return f.ID
}

// passed says what a success showed.
func passed(f finding.Finding, o Options) string {
	if n, err := strconv.Atoi(f.Facts["messages"]); err == nil {
		return o.Words.Count("report.pass-messages."+f.ID, n, "messages", o.Words.Number(n))
	}
	id := "report.pass." + f.ID
	switch {
	case f.ID == "token.refresh" && f.Facts["renewed"] == "false":
		id += "-fresh"
	case f.ID == "token.identity" && f.Facts["account"] == "":
		id += "-unnamed"
	case f.ID == "proxy" && f.Endpoint != "":
		return o.Words.Say(id+"-used", "proxy", printable(f.Endpoint))
	case f.ID == "client.redirect":
		return o.Words.Say(id, "uri", printable(f.Endpoint))
	}
	if !o.Words.Has(id) {
		return quoted(f.Evidence)
	}
	return o.Words.Say(id, "account", printable(f.Facts["account"]))
}

// reason says why a check was skipped.
func reason(f finding.Finding, said *words.Words) string {
	id := "skip." + strings.TrimPrefix(f.Reason, "skip.")
	if !said.Has(id) {
		return f.Reason
	}
	var pairs []any
	for name, value := range f.Facts {
		pairs = append(pairs, name, printable(value))
	}
	return said.Say(id, pairs...)
}

// longest is how much of a server's words a person is shown, in runes.
const longest = 400

func quoted(evidence string) string {
	text := []rune(printable(evidence))
	if len(text) > longest {
		return string(text[:longest]) + "…"
	}
	return string(text)
}
