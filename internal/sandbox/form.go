package sandbox

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// fill fills the first form of a page as a willing person would: the address
// into the field for it, every box ticked, the button "allow" if there is one.
func fill(page *html.Node, email string) (action string, fields url.Values, ok bool) {
	fields = url.Values{}
	for n := range page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		name, value := attribute(n, "name"), attribute(n, "value")
		switch n.Data {
		case "form":
			action, ok = attribute(n, "action"), true
		case "input":
			if attribute(n, "type") == "email" {
				value = email
			}
			if name != "" {
				fields.Add(name, value)
			}
		case "button":
			if attribute(n, "id") == "allow" {
				fields.Set(name, value)
			}
		}
	}
	return action, fields, ok
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func visible(page *html.Node) string {
	var text strings.Builder
	for n := range page.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" {
			text.WriteString(n.Data + " ")
		}
	}
	return text.String()
}
