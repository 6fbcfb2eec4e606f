package store

import (
	"path/filepath"
	"strings"

	"gmailoauth/internal/store/program"
)

// openCommand keeps secrets with a program of the admin's.
func openCommand(line string, options Options) (Secrets, error) {
	keeper, err := program.New(line, 0)
	if err != nil {
		return nil, err
	}
	return &keptSecrets{keeper: keeper, spec: Command + ":" + filepath.Base(keeper.Words()[0]), locks: options.Paths.Locks()}, nil
}

// absoluteCommand makes the path of a program, not its name, independent of
// where we are started.
func absoluteCommand(line string) string {
	keeper, err := program.New(line, 0)
	if err != nil {
		return line
	}
	words := append([]string{}, keeper.Words()...)
	if !strings.ContainsAny(words[0], `/`+string(filepath.Separator)) {
		return line
	}
	path, err := filepath.Abs(words[0])
	if err != nil || path == words[0] {
		return line
	}
	words[0] = path
	return program.Join(words)
}
