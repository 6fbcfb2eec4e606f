package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// folders looks at the folders that are ours and at what is in them: who owns
// it, who else may read or write it, and whether we may. What is not there yet
// must be possible to make.
func (m *Machine) folders() finding.Finding {
	f := finding.Finding{ID: "permissions", Status: finding.Pass}
	if m.FoldersErr != nil {
		f.Status = finding.Fail
		f.Symptom = diagnosis.SymptomOf(m.FoldersErr)
		return f
	}
	for _, dir := range m.Folders {
		s, harmless := folder(dir)
		switch {
		case s == nil:
		case harmless && f.Symptom == nil:
			f.Status, f.Symptom = finding.Warn, s
		case !harmless:
			f.Status, f.Symptom = finding.Fail, s
			return f
		}
	}
	return f
}

// folder gives the first thing that is wrong; what is harmless keeps nothing
// from working, and nobody reads a secret because of it.
func folder(dir string) (found *diagnosis.Symptom, harmless bool) {
	there := dir
	for {
		_, err := os.Stat(there)
		if err == nil {
			break
		}
		above := filepath.Dir(there)
		if !errors.Is(err, fs.ErrNotExist) || above == there {
			return refused(there, err), false
		}
		there = above
	}
	if err := writable(there); err != nil {
		return refused(there, err), false
	}
	if there != dir {
		return nil, false
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		s, little := (*diagnosis.Symptom)(nil), false
		if err != nil {
			s = refused(path, err)
		} else {
			s, little = owned(path, entry)
		}
		switch {
		case s == nil, little && found != nil:
			return nil
		case little:
			found, harmless = s, true
			return nil
		}
		found, harmless = s, false
		return fs.SkipAll
	})
	if err != nil && found == nil {
		found = refused(dir, err)
	}
	return found, harmless
}

// owned holds one file or folder against what the stores want of it. A link is
// the admin's own; what it leads to is seen when it is read. A folder into which
// others may look tells them the names of accounts, and no more.
func owned(path string, entry fs.DirEntry) (found *diagnosis.Symptom, harmless bool) {
	info, err := entry.Info()
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return nil, false
	}
	if err != nil {
		return refused(path, err), false
	}
	mode := info.Mode().Perm()
	facts := map[string]string{"file": path, "mode": fmt.Sprintf("%04o", mode)}
	switch owner, self := ownerOf(info), os.Geteuid(); {
	case owner > 0 && owner != self:
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "owned-by-other",
			Facts: map[string]string{"file": path, "owner": fmt.Sprint(owner), "self": fmt.Sprint(self)}}, false
	case !modesMatter || mode&0o077 == 0:
		return nil, false
	case mode&0o022 != 0:
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "writable-by-others", Facts: facts}, false
	}
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "readable-by-others", Facts: facts}, info.IsDir()
}

func refused(path string, err error) *diagnosis.Symptom {
	facts := map[string]string{"file": path}
	switch {
	case isReadOnly(err):
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "read-only", Err: err, Facts: facts}
	case errors.Is(err, fs.ErrPermission):
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "permission-denied", Err: err, Facts: facts}
	}
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "read-failed", Err: err, Facts: facts}
}
