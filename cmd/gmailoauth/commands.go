package main

import "github.com/spf13/cobra"

// addCommands lists the commands in the order in which help shows them.
func (a *app) addCommands(root *cobra.Command) {
	root.AddCommand(
		a.setupCommand(),
		a.authorizeCommand(),
		a.tokenCommand(),
		a.accountsCommand(),
		a.revokeCommand(),
		a.clientCommand(),
		a.planCommand(),
		a.explainCommand(),
		a.exportCommand(),
		a.targetsCommand(),
		a.sandboxCommand(),
		a.verifyCommand(),
		a.versionCommand(),
	)
}
