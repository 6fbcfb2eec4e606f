//go:build !windows

package layout

import "path"

// Where a path has slashes, package path is path/filepath, which would be set up
// late: packages are in the order of their names, other things being equal.

// Join is that of path/filepath.
func Join(elements ...string) string { return path.Join(elements...) }

// IsAbs is that of path/filepath.
func IsAbs(name string) bool { return path.IsAbs(name) }
