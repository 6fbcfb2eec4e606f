package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gmailoauth/internal/secret"
)

func TestTextShowsItselfToNobody(t *testing.T) {
	const hidden = "1//the-secret"
	text := secret.New(hidden)
	type holder struct {
		Open   secret.Text
		closed secret.Text
	}
	h := holder{text, text}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("said", "secret", text, "holder", h)
	encoded, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	shown := []string{log.String(), string(encoded), text.String(), text.GoString(), fmt.Sprint(h.closed)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		shown = append(shown, fmt.Sprintf(verb, text), fmt.Sprintf(verb, h), fmt.Sprintf(verb, &h), fmt.Sprintf(verb, []secret.Text{text}))
	}
	for _, s := range shown {
		if strings.Contains(s, "the-secret") || strings.Contains(s, fmt.Sprintf("%x", hidden)) {
			t.Errorf("a way of printing gives %q, want no secret", s)
		}
	}
	if text.Reveal() != hidden || text.IsZero() || !text.Equal(secret.New(hidden)) || text.Equal(secret.New("other")) {
		t.Error("Reveal, IsZero and Equal do not agree with what was put in")
	}
	if none := secret.New(""); !none.IsZero() || none.Reveal() != "" || none.String() != "" {
		t.Error("the empty text is not the absent secret")
	}
}
