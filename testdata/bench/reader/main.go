// Command reader is what printing a kept token costs at the least in Go: it
// reads a JSON file and prints one of its fields.
package main

import (
	"encoding/json"
	"os"
)

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		os.Exit(1)
	}
	var kept struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(data, &kept); err != nil {
		os.Exit(1)
	}
	_, _ = os.Stdout.WriteString(kept.AccessToken + "\n")
}
