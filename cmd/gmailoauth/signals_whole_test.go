package main

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
)

// struckBoxes are the mailboxes of a run that is struck.
const struckBoxes = 100

// keptName is how proving.keep names mailboxes.
var keptName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`box\d{4}@example\.com`) })

// mailboxesIn are those that a text names, each once, in the order in which it
// first does.
func mailboxesIn(text string) []string {
	var all []string
	seen := map[string]bool{}
	for _, email := range keptName().FindAllString(text, -1) {
		if !seen[email] {
			seen[email] = true
			all = append(all, email)
		}
	}
	return all
}

// wholeIn reports what is missing of a report of some mailboxes by the rule of
// its format, and whether it says that it was cut short.
func wholeIn(format, text string) (cut bool, err error) {
	const interrupted = "interrupted"
	if text == "" {
		if format == "text" || format == "openmetrics" || format == "junit" || format == "html" {
			return true, nil // what it would replace stays as it is
		}
		return true, errors.New("nothing was written")
	}
	if !strings.HasSuffix(text, "\n") {
		return false, errors.New("the last line has no end")
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	last := lines[len(lines)-1]
	switch format {
	case "text":
		return !strings.HasPrefix(last, fmt.Sprintf("%d mailboxes: ", struckBoxes)), nil
	case "json":
		return wholeJSON(text)
	case "jsonl":
		for _, line := range lines {
			if !json.Valid([]byte(line)) {
				return false, fmt.Errorf("no JSON: %s", line)
			}
		}
		if !strings.Contains(last, `"summary":`) && (len(lines) > 1 || !strings.Contains(last, `"error":`)) {
			return false, fmt.Errorf("the last line is no summary: %s", last)
		}
		return strings.Contains(last, `"name":"interrupted"`), nil
	case "junit":
		return strings.Contains(text, interrupted), wholeXML(text)
	case "github":
		cut = strings.HasPrefix(last, "::error title=") && strings.Contains(last, interrupted)
		if !cut && !strings.HasPrefix(last, fmt.Sprintf("%d mailboxes: ", struckBoxes)) {
			return false, fmt.Errorf("ends in %q", last)
		}
		return cut, nil
	case "openmetrics":
		if last != "# EOF" {
			return false, fmt.Errorf("ends in %q", last)
		}
		return false, nil
	case "nagios":
		if !strings.HasPrefix(text, "GMAILOAUTH ") {
			return false, errors.New("no state")
		}
		return strings.HasPrefix(text, "GMAILOAUTH UNKNOWN") && strings.Contains(lines[0], interrupted), nil
	case "tap":
		return wholeTAP(lines)
	case "html":
		if !strings.HasSuffix(text, "</html>\n") {
			return false, fmt.Errorf("ends in %q", last)
		}
		return strings.Contains(text, interrupted), nil
	}
	return false, fmt.Errorf("no rule for %s", format)
}

func wholeJSON(text string) (cut bool, err error) {
	var got struct {
		Accounts []struct{ Account string }
		Error    *struct{ Name string }
		Exit     int
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		return false, err
	}
	if got.Error != nil && got.Exit != exitInterrupted {
		return false, fmt.Errorf("says that it exits with %d", got.Exit)
	}
	if got.Error != nil && got.Error.Name != "interrupted" {
		return false, fmt.Errorf("another error: %v", got.Error)
	}
	if n := len(got.Accounts); n != 0 && n != struckBoxes {
		return false, fmt.Errorf("%d accounts: all are looked for", n)
	}
	return got.Error != nil, nil
}

func wholeXML(text string) error {
	depth := 0
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			if depth != 0 {
				return errors.New("elements are open")
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
}

// wholeTAP counts test points, which end in a plan or in Bail out!
func wholeTAP(lines []string) (cut bool, err error) {
	points, ended := 0, ""
	for scan := bufio.NewScanner(strings.NewReader(strings.Join(lines, "\n"))); scan.Scan(); {
		line := scan.Text()
		switch {
		case ended != "":
			return false, fmt.Errorf("goes on after %q: %q", ended, line)
		case strings.HasPrefix(line, "ok "), strings.HasPrefix(line, "not ok "):
			points++
			if !strings.Contains(line, fmt.Sprintf("ok %d - ", points)) {
				return false, fmt.Errorf("point %d is %q", points, line)
			}
		case strings.HasPrefix(line, "1.."), strings.HasPrefix(line, "Bail out! "):
			ended = line
		}
	}
	cut = strings.HasPrefix(ended, "Bail out!")
	if !cut && ended != fmt.Sprintf("1..%d", points) {
		return false, fmt.Errorf("%d points, and ends in %q", points, ended)
	}
	return cut, nil
}
