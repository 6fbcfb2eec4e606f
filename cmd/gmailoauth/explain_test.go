package main

import (
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
)

// What a program reads in the facts of a refusal, a person reads in words: a
// moment, and the type of a flag's value. The symptom itself stays as it was.
func TestExplainsInWords(t *testing.T) {
	a := &app{lookupEnv: func(string) (string, bool) { return "", false }}
	ends := time.Date(2026, 11, 28, 9, 47, 40, 0, time.UTC)
	facts := map[string]string{"account": "office@example.com", "ends_at": ends.Format(time.RFC3339)}
	symptom := &diagnosis.Symptom{Where: diagnosis.AtLifetime, Code: "testing-ends", Text: "refresh_token_expires_in 604799", Facts: facts}
	want := "the grant of office@example.com was issued while the app was in Testing and ends " + a.words().Moment(ends.Local())
	if got := a.explain(symptom).Error; got != want {
		t.Errorf("explain = %q, want %q", got, want)
	}
	if facts["ends_at"] != "2026-11-28T09:47:40Z" {
		t.Errorf("the symptom's own facts are now %v", facts)
	}
	for value, want := range map[string]string{"int": "a whole number", "2026": "2026", "28 November": "28 November"} {
		if got := a.readable("wanted", value); got != want {
			t.Errorf("readable(%q) = %q, want %q", value, got, want)
		}
	}
}
