package main

import (
	"encoding/json"
	"strings"
)

// clean takes secrets out of an answer. JSON is cleaned value by value, so that
// what is taken out of one value never swallows the marks around it.
func (a *app) clean(answer string) string {
	if !strings.HasPrefix(answer, "{") {
		return a.hide.Clean(answer)
	}
	return a.cleanJSON(answer)
}

// cleanJSON cleans JSON, or a part of it that cuts no value in two.
func (a *app) cleanJSON(answer string) string {
	var out strings.Builder
	for answer != "" {
		start := strings.IndexByte(answer, '"')
		if start < 0 {
			break
		}
		end := endOfString(answer, start)
		out.WriteString(answer[:start])
		out.WriteString(a.cleanString(answer[start:end]))
		answer = answer[end:]
	}
	out.WriteString(answer)
	return out.String()
}

// endOfString gives the index behind the mark that ends the string at start.
func endOfString(text string, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

func (a *app) cleanString(quoted string) string {
	var value string
	if json.Unmarshal([]byte(quoted), &value) != nil {
		return a.hide.Clean(quoted)
	}
	cleaned := a.hide.Clean(value)
	if cleaned == value {
		return quoted
	}
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(cleaned) != nil {
		return `""` // a string always encodes
	}
	return strings.TrimSuffix(out.String(), "\n")
}
