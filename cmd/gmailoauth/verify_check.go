package main

import (
	"fmt"
	"slices"
	"strings"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/report"
)

// check brings the flags of verify into our spelling, and refuses what is none.
func (f *verifyFlags) check(format string) error {
	if err := checkProtocols(f.protocols); err != nil {
		return err
	}
	var mechanisms []string
	for _, name := range f.sasl {
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "xoauth2", "oauthbearer":
			mechanisms = append(mechanisms, strings.ToUpper(strings.TrimSpace(name)))
		case "both":
			mechanisms = append(mechanisms, "XOAUTH2", "OAUTHBEARER")
		default:
			return badChoice("bad-sasl", "--sasl", name, "xoauth2, oauthbearer, both")
		}
	}
	slices.Sort(mechanisms)
	slices.Reverse(mechanisms) // XOAUTH2 first
	f.sasl = slices.Compact(mechanisms)
	if known := report.Formats(); !slices.Contains(known, format) {
		return badChoice("bad-format", "--format", format, strings.Join(known, ", "))
	}
	if f.concurrency < 1 || f.concurrency > 256 {
		return badChoice("bad-value", "--concurrency", fmt.Sprint(f.concurrency), "1…256")
	}
	return nil
}

// badChoice refuses a value of a flag that has few. It is not repeated if it
// could be a secret that was meant for another flag.
func badChoice(code, flag, value, wanted string) error {
	symptom := &diagnosis.Symptom{Where: diagnosis.AtInput, Code: code,
		Facts: map[string]string{"flag": flag, "wanted": wanted}}
	if len(value) <= 16 {
		symptom.Facts["value"] = value
	}
	return symptom
}
