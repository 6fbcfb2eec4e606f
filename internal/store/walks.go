package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Walks keeps how far a walk of setup has come: for each target what the caller
// gives, which must hold no secret. Any number of processes may use it.
type Walks struct {
	dir   folder
	locks string
}

// NewWalks gives the walks below paths.State. It touches no disk.
func NewWalks(paths Paths) *Walks {
	return &Walks{dir: folder{filepath.Join(paths.State, "setup"), true}, locks: paths.Locks()}
}

// File is where the walk for a target is kept.
func (w *Walks) File(target string) string {
	return filepath.Join(w.dir.path, fileName(target)+".json")
}

// Get gives what was kept, ErrNotFound if there is none, or a Symptom.
func (w *Walks) Get(target string) ([]byte, error) {
	data, err := readOwn(w.File(target), false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	return data, err
}

// Put keeps data in the place of what was there.
func (w *Walks) Put(target string, data []byte) error {
	release, err := writing(context.Background(), w.locks, "setup-"+fileName(target), "")
	if err != nil {
		return err
	}
	defer release()
	return replaceOwn(w.dir, w.File(target), data)
}

// Latest gives the walk that was kept last, or ErrNotFound.
func (w *Walks) Latest() ([]byte, error) {
	entries, err := os.ReadDir(w.dir.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, unread(w.dir.path, err)
	}
	var latest string
	var at time.Time
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || !strings.HasSuffix(entry.Name(), ".json") || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if latest == "" || info.ModTime().After(at) {
			latest, at = entry.Name(), info.ModTime()
		}
	}
	if latest == "" {
		return nil, ErrNotFound
	}
	return readOwn(filepath.Join(w.dir.path, latest), false)
}
