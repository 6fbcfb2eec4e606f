package main

import (
	"github.com/spf13/cobra"
)

// commandsOf makes the commands, in the order of the walk: all of
// them, or, for a command line that begins with the name of one, that one
// alone. A mail program waits for each token, and making the others takes as
// long as finding it.
func (a *app) commandsOf(args []string) []*cobra.Command {
	known := []struct {
		name string
		make func() *cobra.Command
	}{
		{"setup", a.setupCommand},
		{"plan", a.planCommand},
		{"guide", a.guideCommand},
		{"authorize", a.authorizeCommand},
		{"apply", a.applyCommand},
		{"verify", a.verifyCommand},
		{"report", a.reportCommand},
		{"token", a.tokenCommand},
		{"export", a.exportCommand},
		{"import", a.importCommand},
		{"accounts", a.accountsCommand},
		{"revoke", a.revokeCommand},
		{"client", a.clientCommand},
		{"doctor", a.doctorCommand},
		{"explain", a.explainCommand},
		{"targets", a.targetsCommand},
		{"sandbox", a.sandboxCommand},
		{"version", a.versionCommand},
	}
	all := make([]*cobra.Command, 0, len(known))
	for _, c := range known {
		if len(args) > 0 && args[0] == c.name {
			return []*cobra.Command{c.make()}
		}
	}
	for _, c := range known {
		all = append(all, c.make())
	}
	return all
}
