package main

import (
	"embed"
	"io/fs"
	"path"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed topics/*.md
var topicFiles embed.FS

// topicCommands are pages of help that belong to no command: one for each file
// in topics. The first line of a file is its title.
func topicCommands() []*cobra.Command {
	names, err := fs.Glob(topicFiles, "topics/*.md")
	if err != nil {
		panic(err) // embedded
	}
	var topics []*cobra.Command
	for _, name := range names {
		text, err := topicFiles.ReadFile(name)
		if err != nil {
			panic(err) // embedded
		}
		title, page, _ := strings.Cut(string(text), "\n")
		topics = append(topics, &cobra.Command{
			Use:   strings.TrimSuffix(path.Base(name), ".md"),
			Short: strings.TrimPrefix(title, "# "),
			Long:  strings.TrimSpace(page),
		})
	}
	return topics
}

// helpCommand shows the help of a command or a topic; what there is no help for
// is refused as any other wrong input.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND|TOPIC]",
		Short:   "Help about a command or a topic",
		Example: "  gmailoauth help verify\n  gmailoauth help exit-codes",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || found == nil {
				return unknownCommand(cmd.Root(), args[0])
			}
			if len(rest) > 0 && (found == cmd.Root() || found.HasSubCommands()) {
				return unknownCommand(found, rest[0])
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}
