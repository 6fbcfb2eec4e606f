//go:build !linux

package main

// machineRows are produced on Linux.
func machineRows() map[string]produced {
	rows := map[string]produced{}
	for _, name := range []string{"disk-full", "new-refresh-token-not-kept", "disk-read-only", "file-not-permitted",
		"file-of-another-user", "callback-port-not-allowed", "callback-cannot-listen"} {
		rows[name] = func(*workplace) told { return told{cannot: "produced on Linux only"} }
	}
	return rows
}
