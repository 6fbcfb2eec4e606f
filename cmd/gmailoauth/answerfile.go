package main

import (
	"os"
	"path/filepath"
)

// answerFile is the file of --output while it is being written. Until keep is
// called, what it will replace stays whole: other programs may be reading it.
type answerFile struct {
	*os.File
	name string
	size int
	kept bool
}

// createAnswer begins a file that only its owner can read; one that is there
// already keeps its mode. What is no file (a pipe, /dev/stdout) is written to
// directly.
func createAnswer(name string) (*answerFile, error) {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		file, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return nil, unwritable(name, err)
		}
		return &answerFile{File: file, name: name, kept: true}, nil
	}
	file, failed := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*") // 0600
	if failed != nil {
		return nil, unwritable(name, failed)
	}
	if err == nil {
		failed = file.Chmod(info.Mode().Perm())
	}
	f := &answerFile{File: file, name: name}
	if failed != nil {
		f.drop()
		return nil, unwritable(name, failed)
	}
	return f, nil
}

func (f *answerFile) Write(data []byte) (int, error) {
	n, err := f.File.Write(data)
	f.size += n
	return n, err
}

// WriteString is Write: that of [os.File] would pass it by.
func (f *answerFile) WriteString(text string) (int, error) { return f.Write([]byte(text)) }

// keep puts the file in its place. An answer that holds nothing replaces nothing.
func (f *answerFile) keep() error {
	if f.kept || f.size == 0 {
		return nil
	}
	err := f.Sync()
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), f.name)
	}
	if err != nil {
		return unwritable(f.name, err)
	}
	f.kept = true
	return nil
}

// drop ends the writing, and removes what was not kept.
func (f *answerFile) drop() {
	_ = f.Close()
	if !f.kept {
		_ = os.Remove(f.Name())
	}
}
