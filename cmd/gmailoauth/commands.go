package main

import "github.com/spf13/cobra"

// addCommands lists the commands in the order in which help shows them.
func (a *app) addCommands(root *cobra.Command) {
	root.AddCommand(
		a.versionCommand(),
	)
}
