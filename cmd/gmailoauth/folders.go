package main

import (
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store"
	"gmailoauth/internal/store/layout"
	"gmailoauth/internal/terminal"
)

// ownFolders are the folders that are ours. Without a home there are none.
func ownFolders(env terminal.Env) (store.Paths, error) {
	paths, ok := layout.Folders(env)
	if !ok {
		return store.Paths{}, &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "no-home"}
	}
	return paths, nil
}
