// Package targets is data only: a folder for each application that can be
// connected, with target.yaml (what holds in every language) and
// text.<lang>.yaml (its words). To add an application, add a folder.
package targets

import "embed"

// FS holds the folders.
//
//go:embed */*.yaml
var FS embed.FS
