package layout

import (
	"io/fs"
	"os"
)

// ModesMatter says no: Windows guards the profile folder by access lists, which the
// mode does not show.
const ModesMatter = false

const readFlags = os.O_RDONLY

// Owner is not known on Windows.
func Owner(fs.FileInfo) int { return -1 }
