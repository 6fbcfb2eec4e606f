package oauth

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/words"
)

//go:embed page.html
var pageHTML string

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Parse(pageHTML)) // embedded, and run by tests
})

// page is what the browser shows at the end. It loads nothing, runs nothing and
// sends nothing on: the address it stands at holds the code.
type page struct {
	Lang, Title, Class, Mark, Headline, Text string
	CauseLabel, Cause, FixLabel, Fix, End    string
}

// pages makes the pages in the admin's language. explain puts a refusal into
// the words that the terminal will use.
type pages struct {
	words   *words.Words
	explain func(*diagnosis.Symptom) (headline, cause, fix string)
}

func (p pages) of(o outcome) page {
	say := p.words.Say
	if o.symptom == nil {
		return page{Lang: p.words.Lang(), Title: say("callback.yes_title"), Class: "yes", Mark: "✓",
			Headline: say("callback.yes"), Text: say("callback.yes_text"), End: say("callback.yes_end")}
	}
	no := page{Lang: p.words.Lang(), Title: say("callback.no_title"), Class: "no", Mark: "✗",
		Headline: say("callback.no"), CauseLabel: say("callback.cause"), FixLabel: say("callback.fix"), End: say("callback.no_end")}
	if p.explain != nil {
		no.Headline, no.Cause, no.Fix = p.explain(o.symptom)
		no.Headline = sentence(no.Headline)
	}
	return no
}

// sentence begins with a capital what stands behind "error:" in the terminal,
// unless it begins with a name or an address.
func sentence(text string) string {
	word, _, _ := strings.Cut(text, " ")
	if strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }) {
		return text
	}
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	return string(unicode.ToUpper(r)) + text[size:]
}

func (p pages) stray() page {
	say := p.words.Say
	return page{Lang: p.words.Lang(), Title: say("callback.stray_title"), Class: "stray",
		Headline: say("callback.stray"), Text: say("callback.stray_text")}
}

// write sends the page. The policy allows its own style sheet and nothing else.
func (p page) write(w http.ResponseWriter, status int) {
	var b bytes.Buffer
	if err := pageTemplate().Execute(&b, p); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src '"+styleHash(b.Bytes())+
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func styleHash(page []byte) string {
	_, rest, _ := bytes.Cut(page, []byte("<style>"))
	style, _, _ := bytes.Cut(rest, []byte("</style>"))
	sum := sha256.Sum256(style)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
