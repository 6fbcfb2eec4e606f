package layout

import "path/filepath"

// Join is that of path/filepath.
func Join(elements ...string) string { return filepath.Join(elements...) }

// IsAbs is that of path/filepath.
func IsAbs(name string) bool { return filepath.IsAbs(name) }
