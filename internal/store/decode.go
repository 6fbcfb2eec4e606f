package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store/layout"
)

// decode reads a file of ours into v. What is wrong with it is said by line and
// key, never by its content, which may be secret.
func decode(file string, data []byte, v any) error {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return corrupt(file, data, err)
	}
	switch {
	case head.Format > layout.Format:
		return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "newer-format",
			Facts: map[string]string{"file": file, "format": fmt.Sprint(head.Format), "known": fmt.Sprint(layout.Format)}}
	case head.Format < 1:
		return corruptKey(file, "format")
	}
	if err := json.Unmarshal(data, v); err != nil {
		return corrupt(file, data, err)
	}
	return nil
}

func corrupt(file string, data []byte, err error) error {
	facts := map[string]string{"file": file}
	text := "not the JSON that was written"
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		facts["line"] = lineOf(data, syntax.Offset)
		text = syntax.Error()
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		facts["line"], facts["key"] = lineOf(data, wrong.Offset), wrong.Field
	}
	if _, ok := errors.AsType[*time.ParseError](err); ok {
		text = "a time is not in RFC 3339"
	}
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "corrupt-file", Text: text, Facts: facts}
}

func corruptKey(file, key string) error {
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "corrupt-file", Text: "a value is missing or wrong",
		Facts: map[string]string{"file": file, "key": key}}
}

func lineOf(data []byte, offset int64) string {
	n := min(max(offset, 0), int64(len(data)))
	return fmt.Sprint(1 + bytes.Count(data[:n], []byte("\n")))
}

// encode writes JSON that a person can read. Addresses keep their & and <.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// seconds and duration carry a duration as a person counts it.
func seconds(d time.Duration) int64  { return int64(d / time.Second) }
func duration(n int64) time.Duration { return time.Duration(n) * time.Second }

// instant is a time as it is kept: in UTC, to the second.
func instant(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}
