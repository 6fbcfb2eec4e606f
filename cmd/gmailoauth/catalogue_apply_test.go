package main

import (
	"encoding/json"
	"testing"

	"gmailoauth/internal/account"
)

// applyRows are files of fleets that say how their mailboxes are to be connected.
func applyRows() map[string]produced {
	of := func(content string) produced { return reads("boxes", content, "apply", "--dry-run", "-f") }
	return map[string]produced{
		"fleet-holds-secret":    of("client: c.json\nmailboxes:\n  - account: office@example.com\n    refresh_token_file: 1//0gAbCdEfGhIjKlMnOp\n"),
		"fleet-keys-contradict": of("- account: office@example.com\n  grant: delegation\n  client: c.json\n"),
		"fleet-key-missing":     of("- account: office@example.com\n  grant: delegation\n"),
		"fleet-client-missing": func(o *workplace) told {
			return o.applies("--file", o.file("boxes", "office@example.com\n"), "--yes")
		},
		"consent-needs-person": func(o *workplace) told {
			_, client := o.client(account.Desktop)
			return o.applies("--file", o.file("boxes", "client: "+client+"\nmailboxes: [office@example.com]\n"), "--yes", "--no-input")
		},
	}
}

// applies runs apply for the proof in its JSON, and for its text.
func (o *workplace) applies(args ...string) told {
	o.t.Helper()
	args = append([]string{"apply"}, args...)
	code, out, _ := o.run(append(args, "--format", "json")...)
	textCode, text, _ := o.run(args...)
	if textCode != code {
		o.t.Errorf("apply: exit %d as text, %d as JSON", textCode, code)
	}
	return told{code: code, out: string(readApplied(o.t, out).Proof), err: text}
}

// applied is what apply says in JSON.
type applied struct {
	Actions   map[string]int
	Mailboxes []struct {
		Account, Status string
		Actions         []string
	}
	Error struct{ Name string }
	Exit  int
	Proof json.RawMessage
}

func readApplied(t testing.TB, out string) applied {
	t.Helper()
	var a applied
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatalf("not JSON: %v\n%.3000s", err, out)
	}
	return a
}

// with lists the mailboxes of a status.
func (a applied) with(status string) (emails []string) {
	for _, m := range a.Mailboxes {
		if m.Status == status {
			emails = append(emails, m.Account)
		}
	}
	return emails
}
