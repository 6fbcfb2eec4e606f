package googlecloud

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// reply is what came back instead of what was asked for.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// status is google.rpc.Status, of a refused request and of a failed operation.
// Source: googleapis/googleapis google/rpc/status.proto, error_details.proto (seen 2026-11-21).
type status struct {
	Code    int    `json:"code"` // HTTP's in a reply, gRPC's in an operation
	Message string `json:"message"`
	Status  string `json:"status"`
	Details []struct {
		Type       string            `json:"@type"`
		Reason     string            `json:"reason"` // ErrorInfo
		Metadata   map[string]string `json:"metadata"`
		Violations []struct {        // PreconditionFailure
			Type        string `json:"type"`
			Subject     string `json:"subject"`
			Description string `json:"description"`
		} `json:"violations"`
	} `json:"details"`
}

// codes are the names of the gRPC codes with which an operation may fail.
// Source: googleapis/googleapis google/rpc/code.proto (seen 2026-11-21).
func codes() map[int]string {
	return map[int]string{1: "CANCELLED", 2: "UNKNOWN", 3: "INVALID_ARGUMENT", 4: "DEADLINE_EXCEEDED", 5: "NOT_FOUND",
		6: "ALREADY_EXISTS", 7: "PERMISSION_DENIED", 8: "RESOURCE_EXHAUSTED", 9: "FAILED_PRECONDITION", 10: "ABORTED",
		11: "OUT_OF_RANGE", 12: "UNIMPLEMENTED", 13: "INTERNAL", 14: "UNAVAILABLE", 15: "DATA_LOSS", 16: "UNAUTHENTICATED"}
}

// refusal makes a Symptom of a reply. The code is the most special word there
// is: the type of a violation, the reason, the status.
func (c *Console) refusal(r reply, token secret.Text, address string) *diagnosis.Symptom {
	endpoint, _, _ := strings.Cut(address, "?")
	symptom := &diagnosis.Symptom{Where: diagnosis.AtCloud, Status: r.status, Endpoint: endpoint}
	var wire struct {
		Error *status `json:"error"`
	}
	switch err := json.Unmarshal(r.body, &wire); {
	case err == nil && wire.Error != nil:
		return wire.Error.tell(symptom, token).With("retry_after", seconds(r.header.Get("Retry-After"), c.Now()))
	case r.status >= 500 || r.status == http.StatusTooManyRequests: // a page of some server before Google's
		symptom.Code = "no-answer"
	default:
		symptom.Code = "not-json"
	}
	return symptom
}

// tell puts Google's words into a Symptom.
func (s *status) tell(symptom *diagnosis.Symptom, token secret.Text) *diagnosis.Symptom {
	var redactor secret.Redactor
	redactor.Hide(token)
	clean := func(text string) string { return oneLine(redactor.Clean(strings.ToValidUTF8(text, ""))) }
	symptom.Code, symptom.Text = clean(s.Status), clean(s.Message)
	symptom.Code = cmp.Or(symptom.Code, codes()[s.Code], "UNKNOWN")
	facts := []string{"status_name", symptom.Code}
	for _, detail := range s.Details {
		if detail.Reason != "" {
			symptom.Code = cmp.Or(clean(detail.Reason), symptom.Code)
			facts = append(facts, "service", clean(detail.Metadata["service"]), "consumer", clean(strings.TrimPrefix(detail.Metadata["consumer"], "projects/")))
		}
		for _, violation := range detail.Violations {
			symptom.Code = cmp.Or(clean(violation.Type), symptom.Code)
			if text := clean(violation.Description); text != "" {
				symptom.Text = text
			}
		}
	}
	return symptom.With(facts...)
}

// oneLine keeps what a server says from filling the screen.
func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + "…"
	}
	return text
}

// seconds reads Retry-After, which is a number of seconds or a date.
func seconds(value string, now time.Time) string {
	if n, err := strconv.Atoi(value); err == nil && n >= 0 {
		return strconv.Itoa(n)
	}
	if at, err := http.ParseTime(value); err == nil {
		return strconv.Itoa(max(0, int(at.Sub(now).Seconds())))
	}
	return ""
}
