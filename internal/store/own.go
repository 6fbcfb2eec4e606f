package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gmailoauth/internal/diagnosis"
)

// folder is where files of ours are. One that we named ourselves is made 0700
// again when it is found otherwise; one that the admin named is theirs.
type folder struct {
	path string
	ours bool
}

// sizeLimit is far more than any file of ours needs, in bytes.
const sizeLimit = 1 << 20

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
	case !modesMatter, mode&0o077 == 0:
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
	f, err := os.OpenFile(file, readFlags, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, unread(file, err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, unread(file, err)
	}
	if !info.Mode().IsRegular() {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "not-a-file", Facts: map[string]string{"file": file}}
	}
	if err := checkMode(file, info.Mode().Perm(), private); err != nil {
		return nil, err
	}
	if err := checkOwner(file, ownerOf(info), os.Geteuid()); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, sizeLimit+1))
	if err != nil {
		return nil, unread(file, err)
	}
	if len(data) > sizeLimit {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "corrupt-file", Text: "far too large",
			Facts: map[string]string{"file": file}}
	}
	return data, nil
}

func checkMode(file string, mode fs.FileMode, private bool) error {
	switch {
	case !modesMatter:
		return nil
	case private && mode&0o077 != 0:
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "readable-by-others",
			Facts: map[string]string{"file": file, "mode": octal(mode)}}
	case mode&0o022 != 0: // who may write an account may say where its secrets go
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "writable-by-others",
			Facts: map[string]string{"file": file, "mode": octal(mode)}}
	}
	return nil
}

// checkOwner refuses a file of another person. root's is taken: it could read
// and write ours anyhow. As root, files of others are refused, since writing
// them would take them away from their owner (sudo with HOME kept).
func checkOwner(file string, owner, self int) error {
	if owner == self || owner == 0 || owner < 0 {
		return nil
	}
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "owned-by-other",
		Facts: map[string]string{"file": file, "owner": fmt.Sprint(owner), "self": fmt.Sprint(self)}}
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

func octal(mode fs.FileMode) string { return fmt.Sprintf("%04o", mode.Perm()) }
