package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// partAccount is as much of an account as joining needs.
type partAccount struct {
	Account string         `json:"account"`
	Status  finding.Status `json:"status"`
	Exit    int            `json:"exit"`
}

// partHead is what stands around the accounts.
type partHead struct {
	Format  int             `json:"format"`
	Command string          `json:"command"`
	Shard   string          `json:"shard"`
	Error   json.RawMessage `json:"error"`
}

// read goes through the accounts of a report, one after the other.
func (p Part) read(each func(partAccount, json.RawMessage) error) (partHead, error) {
	in, err := p.Open()
	if err != nil {
		return partHead{}, err
	}
	defer func() { _ = in.Close() }()
	r := partReader{json: json.NewDecoder(in), rest: map[string]json.RawMessage{}}
	head, err := r.read(each)
	if err != nil && !errors.Is(err, errOfCaller) {
		err = &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "report-not-ours", Err: err, Facts: map[string]string{"file": p.Name}}
	}
	return head, err
}

// errOfCaller marks what is not the file's fault.
var errOfCaller = errors.New("not written")

type partReader struct {
	json *json.Decoder
	rest map[string]json.RawMessage // all but the accounts
	seen bool
}

func (r *partReader) read(each func(partAccount, json.RawMessage) error) (head partHead, err error) {
	if err := r.delim('{'); err != nil {
		return head, err
	}
	for r.json.More() {
		key, err := r.json.Token()
		if err != nil {
			return head, err
		}
		if key == "accounts" && !r.seen {
			r.seen = true
			err = r.accounts(each)
		} else {
			var value json.RawMessage
			err = r.json.Decode(&value)
			r.rest[fmt.Sprint(key)] = value
		}
		if err != nil {
			return head, err
		}
	}
	if err := r.delim('}'); err != nil {
		return head, err
	}
	if _, err := r.json.Token(); !errors.Is(err, io.EOF) {
		return head, errors.New("something follows the report")
	}
	text, err := json.Marshal(r.rest)
	if err == nil {
		err = json.Unmarshal(text, &head)
	}
	if err != nil {
		return head, err
	}
	if !r.seen || head.Format != format || !slices.Contains([]string{"verify", joining}, head.Command) {
		return head, fmt.Errorf("format %d of command %q", head.Format, head.Command)
	}
	return head, nil
}

func (r *partReader) accounts(each func(partAccount, json.RawMessage) error) error {
	if err := r.delim('['); err != nil {
		return err
	}
	for r.json.More() {
		var raw json.RawMessage
		if err := r.json.Decode(&raw); err != nil {
			return err
		}
		var a partAccount
		if err := json.Unmarshal(raw, &a); err != nil {
			return err
		}
		if place(a.Status) < 0 {
			return fmt.Errorf("status %q", a.Status)
		}
		if err := each(a, raw); err != nil {
			return fmt.Errorf("%w: %w", errOfCaller, err)
		}
	}
	return r.delim(']')
}

func (r *partReader) delim(want json.Delim) error {
	token, err := r.json.Token()
	if err == nil && token != want {
		err = fmt.Errorf("%v in the place of %v", token, want)
	}
	return err
}
