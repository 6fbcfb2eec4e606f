//go:build unix

package layout

import (
	"io/fs"
	"os"
	"syscall"
)

// ModesMatter says that the mode of a file tells who may read it.
const ModesMatter = true

const readFlags = os.O_RDONLY | syscall.O_NONBLOCK

// Owner is the number of whose a file is, below 0 if it is not known.
func Owner(info fs.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return -1
}
