package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store/layout"
)

// folder is where files of ours are. One that we named ourselves is made 0700
// again when it is found otherwise; one that the admin named is theirs.
type folder struct {
	path string
	ours bool
}

// make makes the folder if it is not there, and refuses one in which others may
// replace files.
func (d folder) make() error {
	if err := os.MkdirAll(d.path, 0o700); err != nil {
		return unwritten(d.path, err)
	}
	info, err := os.Stat(d.path)
	if err != nil {
		return unwritten(d.path, err)
	}
	mode := info.Mode().Perm()
	switch {
	case !layout.ModesMatter, mode&0o077 == 0:
		return nil
	case d.ours:
		if err := os.Chmod(d.path, 0o700); err != nil {
			return unwritten(d.path, err)
		}
		return nil
	case mode&0o022 != 0:
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "folder-writable-by-others",
			Facts: map[string]string{"file": d.path, "mode": octal(mode)}}
	}
	return nil
}

// readOwn reads a file of ours; private ones must be readable by nobody else.
// A file that is not there gives fs.ErrNotExist, everything else a Symptom.
func readOwn(file string, private bool) ([]byte, error) {
	data, err := layout.Read(file, private)
	if refusal, ok := errors.AsType[*layout.Refusal](err); ok {
		return nil, untrusted(file, refusal)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, unread(file, err)
	}
	return data, err
}

// replaceOwn puts data in the place of file, or leaves it as it is. The caller
// holds a lock of its own for the file, so one name for the temporary file is
// enough, and what a killed process left is overwritten by the next.
func replaceOwn(dir folder, file string, data []byte) (err error) {
	if err := dir.make(); err != nil {
		return err
	}
	target, err := resolve(file)
	if err != nil {
		return unwritten(file, err)
	}
	temp := temporary(target)
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unwritten(temp, err)
	}
	if err := writeSynced(temp, data); err != nil {
		_ = os.Remove(temp)
		return unwritten(file, err)
	}
	if err := rename(temp, target); err != nil {
		_ = os.Remove(temp)
		return unwritten(file, err)
	}
	if err := syncFolder(filepath.Dir(target)); err != nil {
		return unwritten(file, err)
	}
	return nil
}

func writeSynced(file string, data []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// removeOwn removes a file and what a killed writer may have left beside it. A
// symbolic link is removed with the file that it names: secrets must be gone.
func removeOwn(file string) error {
	target, err := resolve(file)
	if err != nil {
		return unwritten(file, err)
	}
	for _, name := range []string{temporary(target), target, file} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unwritten(name, err)
		}
	}
	return nil
}

func temporary(target string) string {
	return filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+".tmp")
}

// resolve follows symbolic links to a file that need not be there, so that a
// rename replaces the file and not the link (dotfile managers link).
func resolve(file string) (string, error) {
	for range 40 { // as many as Linux follows
		info, err := os.Lstat(file)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode()&fs.ModeSymlink == 0 {
			return file, nil
		}
		if err != nil {
			return "", err
		}
		next, err := os.Readlink(file)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(next) {
			next = filepath.Join(filepath.Dir(file), next)
		}
		file = next
	}
	return "", errors.New("too many symbolic links")
}
