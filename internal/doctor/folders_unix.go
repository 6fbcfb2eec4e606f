//go:build unix

package doctor

import (
	"errors"
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// modesMatter: the mode of a file says who may read it.
const modesMatter = true

func ownerOf(info fs.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return -1
}

// writable asks the system, with the rights of this process, and writes nothing.
func writable(dir string) error {
	if err := unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS); err != nil {
		return &fs.PathError{Op: "access", Path: dir, Err: err}
	}
	return nil
}

func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
