package oauth

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"html"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/secret"
)

// maxReply is how much of any reply is read. Real ones have a few KiB.
const maxReply = 1 << 20

// reply is what came back from an endpoint.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// refusal makes a Symptom of a reply that is not what was asked for. sent are
// the secrets that the request carried: a server may echo them.
func (s *Server) refusal(where, endpoint string, r reply, sent ...secret.Text) *diagnosis.Symptom {
	contentType, _, _ := mime.ParseMediaType(r.header.Get("Content-Type"))
	symptom := &diagnosis.Symptom{Where: where, Status: r.status, Endpoint: endpoint, Facts: map[string]string{}}
	words, ok := readRefusal(r.body)
	switch {
	case ok:
		symptom.Code, symptom.Text = words.code, words.text
	case json.Valid(r.body) && r.status < 300:
		symptom.Code = "unexpected-json" // without its text: it may hold a part of a grant
	case json.Valid(r.body):
		symptom.Code, symptom.Text = "unexpected-json", string(r.body)
	default:
		symptom.Code, symptom.Text = "not-json", readable(r.body, contentType)
	}
	clean := cleaner(sent)
	// Cleaned before they are cut: a secret cut in two is not known any more. A code
	// of control characters alone is none.
	symptom.Code, symptom.Text = cmp.Or(oneLine(clean(symptom.Code), 80), "unexpected-json"), oneLine(clean(symptom.Text), 300)
	return symptom.With(
		"subtype", oneLine(clean(words.subtype), 80),
		"content_type", contentType,
		"status", strconv.Itoa(r.status),
		"retry_after", seconds(r.header.Get("Retry-After"), s.Now()),
		"clock_off", s.clockOff(r.header),
	)
}

// cleaner takes secrets out of words that came from outside.
func cleaner(sent []secret.Text) func(string) string {
	var redactor secret.Redactor
	redactor.Hide(sent...)
	return func(text string) string {
		return redactor.Clean(strings.ToValidUTF8(text, "")) // first, or it would put a secret together again
	}
}

type refusalWords struct{ code, text, subtype string }

// readRefusal reads the two shapes in which Google says no: error as a word
// with error_description (RFC 6749), and error as an object with status and
// message (Google's APIs).
func readRefusal(body []byte) (refusalWords, bool) {
	var wire struct {
		Error       json.RawMessage `json:"error"`
		Description any             `json:"error_description"`
		Subtype     any             `json:"error_subtype"`
	}
	if json.Unmarshal(body, &wire) != nil || len(wire.Error) == 0 {
		return refusalWords{}, false
	}
	words := refusalWords{text: text(wire.Description), subtype: text(wire.Subtype)}
	if json.Unmarshal(wire.Error, &words.code) == nil && words.code != "" {
		return words, true
	}
	var object struct {
		Status  any `json:"status"`
		Code    any `json:"code"` // alone, in the older of these APIs
		Message any `json:"message"`
	}
	if json.Unmarshal(wire.Error, &object) != nil || text(object.Status)+text(object.Message) == "" {
		return refusalWords{}, false
	}
	words.code, words.text = cmp.Or(text(object.Status), text(object.Code), "error"), text(object.Message)
	return words, true
}

// text takes a string or a number for a string.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// readable gives what a person would see of a body that is not JSON: of HTML,
// the text as far as it can be read.
func readable(body []byte, contentType string) string {
	body = body[:min(len(body), 64<<10)]
	if contentType != "text/html" && !bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return string(body)
	}
	// Not x/net/html: its tables would be filled at each start of the program.
	tokens := xml.NewDecoder(bytes.NewReader(body))
	tokens.Strict, tokens.AutoClose = false, xml.HTMLAutoClose
	var words []string
	skip := ""
	for {
		token, err := tokens.Token()
		if err != nil {
			return html.UnescapeString(strings.Join(words, " "))
		}
		switch token := token.(type) {
		case xml.StartElement:
			if name := strings.ToLower(token.Name.Local); name == "script" || name == "style" {
				skip = name
			}
		case xml.EndElement:
			if strings.ToLower(token.Name.Local) == skip {
				skip = ""
			}
		case xml.CharData:
			if skip == "" {
				words = append(words, string(token))
			}
		}
	}
}

// oneLine keeps at most limit bytes of text, without control characters.
func oneLine(text string, limit int) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool {
		return r <= ' ' || r == 0x7f || r >= 0x80 && r <= 0xa0
	}), " ")
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
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

// clockOff says how far our clock is from the server's, if it is more than the
// two minutes that a slow reply can explain.
func (s *Server) clockOff(header http.Header) string {
	at, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return ""
	}
	off := s.Now().Sub(at).Round(time.Second)
	if off.Abs() < 2*time.Minute {
		return ""
	}
	return off.String()
}
