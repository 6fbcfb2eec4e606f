// Package downloads sees a client's JSON land in the folder to which browsers
// download. It reads, and changes nothing there.
package downloads

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
)

// Found is a file that has landed, whole.
type Found struct {
	Path   string
	Landed time.Time
	Client account.Client // if Refusal is nil
	// Refusal is a Symptom: the file is one of Google's, but not a client's.
	Refusal error
}

// interval is how often folders are looked through, since not every file system
// tells of its changes (NFS, mounts of virtual machines).
const interval = time.Second

// coarsest is how far a file's time may lie behind the clock: FAT counts in two
// seconds.
const coarsest = 2 * time.Second

// maxFile is more than a client's file ever has, in bytes.
const maxFile = 1 << 20

// Watch gives the clients' files that land in folders from now on, or did since
// a time; each once, and again when it changes. Half-written files are waited
// for, other people's files are passed over in silence; but for keys that are
// taken for a client: of them a Refusal tells. A folder that is a link or unreadable
// is not watched; one that is missing is once it is there: browsers make it for
// their first download. The channel is closed when ctx has ended. looks
// makes it look at other times than each second; it may be nil.
func Watch(ctx context.Context, folders []string, since time.Time, looks <-chan time.Time) <-chan Found {
	found := make(chan Found)
	(&watch{since: since.Add(-coarsest), seen: map[string]stamp{}, found: found}).start(ctx, folders, looks)
	return found
}

func (w *watch) start(ctx context.Context, folders []string, looks <-chan time.Time) {
	w.folders = folders
	go func() {
		defer close(w.found)
		w.run(ctx, looks)
	}()
}

// stamp tells one state of a file from another.
type stamp struct {
	size int64
	time time.Time
}

type watch struct {
	folders []string
	since   time.Time
	seen    map[string]stamp // what was told, or need not be
	found   chan<- Found
	deaf    bool // the system tells nothing
}

func (w *watch) run(ctx context.Context, looks <-chan time.Time) {
	if looks == nil {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		looks = ticker.C
	}
	var events chan fsnotify.Event
	var failures chan error
	if watcher := w.listen(); watcher != nil { // else there are the looks
		defer func() { _ = watcher.Close() }()
		for _, folder := range w.folders {
			if isFolder(folder) {
				_ = watcher.Add(folder)
			}
		}
		events, failures = watcher.Events, watcher.Errors
	}
	for first := true; ; first = false {
		if !w.look(ctx, first) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-looks:
		case _, ok := <-events:
			if !ok {
				events = nil
			}
		case _, ok := <-failures: // too many at once: the look sees what they were about
			if !ok {
				failures = nil
			}
		}
	}
}

// listen gives nil where the system tells of nothing.
func (w *watch) listen() *fsnotify.Watcher {
	if w.deaf {
		return nil
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil
	}
	return watcher
}

// isFolder reports whether a folder is there, and no link.
func isFolder(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

// look goes through the folders. What was there before, and is older than the
// beginning, is known already.
func (w *watch) look(ctx context.Context, first bool) bool {
	for _, folder := range w.folders {
		if !isFolder(folder) {
			continue
		}
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			if !strings.EqualFold(filepath.Ext(entry.Name()), ".json") || !entry.Type().IsRegular() {
				continue
			}
			info, err := entry.Info()
			if err != nil {
				continue
			}
			path, now := filepath.Join(folder, entry.Name()), stamp{info.Size(), info.ModTime()}
			if first && now.time.Before(w.since) {
				w.seen[path] = now
			}
			if w.seen[path] == now {
				continue
			}
			found, verdict := judge(path)
			if verdict == notYet {
				continue
			}
			w.seen[path] = now
			if verdict == notOurs {
				continue
			}
			found.Landed = now.time
			select {
			case w.found <- found:
			case <-ctx.Done():
				return false
			}
		}
	}
	return true
}

// verdict on a file.
type verdict int

const (
	notOurs verdict = iota
	notYet          // it is being written
	ours
)

// judge reads a file.
func judge(path string) (Found, verdict) {
	file, err := os.Open(path)
	if err != nil {
		return Found{}, notYet // Windows lends nobody what is being written
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil || len(data) > maxFile {
		return Found{}, notOurs
	}
	client, err := account.ReadClient(data, path)
	if err == nil {
		return Found{Path: path, Client: client}, ours
	}
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok {
		return Found{}, notOurs
	}
	named := strings.HasPrefix(filepath.Base(path), "client_secret")
	switch kind := symptom.Facts["kind"]; {
	case symptom.Code == "truncated-json" || symptom.Code == "empty-file":
		return Found{}, notYet
	case named || kind == "service_account" || kind == "api_key" || symptom.Code == "no-client-secret":
		return Found{Path: path, Refusal: symptom}, ours
	}
	return Found{}, notOurs
}
