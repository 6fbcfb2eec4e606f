package sandbox

import (
	"encoding/xml"
	"errors"
	"html"
	"io"
	"net/url"
	"strings"
)

// page is what our browser makes of a page.
type page struct {
	form   bool // it has one
	action string
	fields url.Values
	text   string // what a person would see
}

// readPage reads a page and fills its form as a willing person would: the
// address into the field for it, every box ticked, the button "allow" if there
// is one. The pages are ours, or what a scenario puts in their place: what
// follows the first thing that cannot be read is left out.
func readPage(r io.Reader, email string) (page, error) {
	p := page{fields: url.Values{}}
	var text strings.Builder
	tokens := xml.NewDecoder(r)
	tokens.Strict, tokens.AutoClose = false, xml.HTMLAutoClose
	inStyle := false
	for {
		token, err := tokens.Token()
		if _, unreadable := errors.AsType[*xml.SyntaxError](err); errors.Is(err, io.EOF) || unreadable {
			p.text = html.UnescapeString(text.String())
			return p, nil
		}
		if err != nil {
			return page{}, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			inStyle = token.Name.Local == "style"
			p.fill(token, email)
		case xml.EndElement:
			inStyle = false
		case xml.CharData:
			if !inStyle {
				text.WriteString(string(token) + " ")
			}
		}
	}
}

func (p *page) fill(e xml.StartElement, email string) {
	name, value := attribute(e, "name"), attribute(e, "value")
	switch e.Name.Local {
	case "form":
		p.form, p.action = true, attribute(e, "action")
	case "input":
		if attribute(e, "type") == "email" {
			value = email
		}
		if name != "" {
			p.fields.Add(name, value)
		}
	case "button":
		if attribute(e, "id") == "allow" {
			p.fields.Set(name, value)
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return html.UnescapeString(a.Value)
		}
	}
	return ""
}
