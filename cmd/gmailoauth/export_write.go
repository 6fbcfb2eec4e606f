package main

import (
	"bytes"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2/maybe"

	"gmailoauth/internal/export"
)

// writeFormat writes the answer, and gives the files that were written for it.
func (a *app) writeFormat(filled *export.Filled, o formatOptions) (written []string, err error) {
	var content bytes.Buffer
	switch {
	case a.flags.format == "json":
		err = writeJSON(&content, a.exportJSON(filled, o.reveal))
	case o.output == "" || len(filled.Files) == 1 && !isFolder(o.output):
		err = filled.WriteFiles(&content)
	default:
		return writeEach(filled, o.output)
	}
	if err != nil {
		return nil, err
	}
	if o.output == "" {
		return nil, a.print(content.String())
	}
	return []string{o.output}, writePrivate(o.output, content.Bytes(), filled.Files[0])
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return os.IsPathSeparator(path[len(path)-1]) || err == nil && info.IsDir()
}

// writeEach writes every file into a folder, which is made if need be.
func writeEach(filled *export.Filled, folder string) (written []string, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, unwritable(folder, err)
	}
	for _, file := range filled.Files {
		to := filepath.Join(folder, file.Base())
		if err := writePrivate(to, []byte(file.Content), file); err != nil {
			return nil, err
		}
		written = append(written, to)
	}
	return written, nil
}

// writePrivate writes a file that only its owner can read, and run if the
// format is a program.
func writePrivate(to string, content []byte, file export.File) error {
	mode := os.FileMode(0o600)
	if file.Executable() {
		mode = 0o700
	}
	if err := maybe.WriteFile(to, content, mode); err != nil {
		return unwritable(to, err)
	}
	return nil
}

func unwritable(file string, err error) error {
	symptom := inputSymptom("unwritable-file", "file", file, "flag", "--output")
	symptom.Err = err
	return symptom
}
