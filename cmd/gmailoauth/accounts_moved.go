package main

import "strings"

// moveJSON is one account that is in the wanted store now.
type moveJSON struct {
	Account string `json:"account"`
	From    string `json:"from"`
	To      string `json:"to"`
	Moved   bool   `json:"moved"` // false: it was there
}

func (a *app) printMoves(done []moveJSON) error {
	if a.flags.format == "json" {
		return writeJSON(a.term.Out, struct {
			Format   int        `json:"format"`
			Command  string     `json:"command"`
			Version  string     `json:"version"`
			Accounts []moveJSON `json:"accounts"`
		}{1, "accounts move", version, done})
	}
	var b strings.Builder
	for _, row := range done {
		id := "stores.there"
		if row.Moved {
			id = "stores.moved"
		}
		b.WriteString(a.words().Say(id, "account", row.Account, "from", row.From, "to", row.To) + "\n")
	}
	return a.print(b.String())
}
