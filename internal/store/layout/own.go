package layout

import (
	"io"
	"io/fs"
	"os"
)

// SizeLimit is far more than any file of ours needs, in bytes.
const SizeLimit = 1 << 20

// Why says what speaks against a file.
type Why int

// What can.
const (
	NotAFile         Why = iota + 1 // a folder, a pipe, a device
	ReadableByOthers                // and it is private
	WritableByOthers                // who may write an account may say where its secrets go
	OwnedByOther
	TooLarge
)

// Refusal is the error of a file that is there, and must not be believed.
type Refusal struct {
	Why         Why
	Mode        fs.FileMode
	Owner, Self int
}

func (r *Refusal) Error() string { return "a file that cannot be trusted" }

// Read reads a file of ours; private ones must be readable by nobody else. It
// does not wait for a writer when the file is a pipe. Every error but a
// *[Refusal] is the system's: fs.ErrNotExist for a file that is not there.
func Read(file string, private bool) ([]byte, error) {
	f, err := os.OpenFile(file, readFlags, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &Refusal{Why: NotAFile}
	}
	if refusal := CheckMode(info.Mode().Perm(), private); refusal != nil {
		return nil, refusal
	}
	if refusal := CheckOwner(Owner(info), os.Geteuid()); refusal != nil {
		return nil, refusal
	}
	data, err := io.ReadAll(io.LimitReader(f, SizeLimit+1))
	if err != nil {
		return nil, err
	}
	if len(data) > SizeLimit {
		return nil, &Refusal{Why: TooLarge}
	}
	return data, nil
}

// CheckMode gives what speaks against the mode of a file, or nil.
func CheckMode(mode fs.FileMode, private bool) *Refusal {
	switch {
	case !ModesMatter:
		return nil
	case private && mode&0o077 != 0:
		return &Refusal{Why: ReadableByOthers, Mode: mode}
	case mode&0o022 != 0:
		return &Refusal{Why: WritableByOthers, Mode: mode}
	}
	return nil
}

// CheckOwner refuses a file of another person. root's is taken: it could read
// and write ours anyhow. As root, files of others are refused, since writing
// them would take them away from their owner (sudo with HOME kept).
func CheckOwner(owner, self int) *Refusal {
	if owner == self || owner == 0 || owner < 0 {
		return nil
	}
	return &Refusal{Why: OwnedByOther, Owner: owner, Self: self}
}
