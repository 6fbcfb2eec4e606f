package main

import "time"

// warningRows are what will break, and what it is held against.
func warningRows() map[string]produced {
	baseline := func(text string) produced {
		return func(o *workplace) told { return o.runs("verify", "--baseline", o.file("earlier.json", text)) }
	}
	return map[string]produced{
		"client-secret-rotated": func(o *workplace) told {
			client := o.connect()
			client.Secret = o.box.RotateSecret(client)
			o.later(10 * time.Minute)
			rotated := o.file("rotated.json", string(o.box.ClientJSON(client)))
			first := o.who
			o.who = "boss@example.com"
			o.runs("authorize", o.who, "--client-file", rotated)
			return o.proves("--protocol", "imap", first) // with the token that it still has
		},
		"client-idle": func(o *workplace) told {
			client := o.connect()
			file := o.file("client.json", string(o.box.ClientJSON(client)))
			first := o.who
			o.who = "boss@example.com"
			o.runs("authorize", o.who, "--client-file", file)
			o.later(160 * 24 * time.Hour)
			o.use("token-503") // a renewal would be a use
			got := o.proves("--protocol", "imap", first)
			got.beside = true
			return got
		},
		"baseline-not-json":    baseline("It works on my machine."),
		"baseline-not-a-proof": baseline(`{"format": 1, "command": "plan", "steps": []}`),
	}
}
