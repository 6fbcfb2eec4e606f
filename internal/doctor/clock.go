package doctor

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// How far the clock may be off. Tokens live for an hour and are renewed minutes
// before their end; certificates and signed requests are held against the clock
// with some minutes of patience.
const (
	clockNoticed = time.Minute
	clockWrong   = 5 * time.Minute
)

// clock holds ours against that of the first server that told the time. A Date
// is cut to whole seconds, so half of one is added, as half of the way there is.
func (e *examination) clock() finding.Finding {
	for _, p := range e.places {
		date, err := http.ParseTime(p.date)
		if err != nil {
			continue
		}
		ours := p.asked.Add(p.answered.Sub(p.asked) / 2)
		off := ours.Sub(date.Add(time.Second / 2))
		facts := map[string]string{"date": p.date, "off_seconds": seconds(off)}
		f := finding.Finding{ID: "clock", Status: finding.Pass, Endpoint: p.endpoint(), Evidence: p.date, Facts: facts}
		code := "clock-ahead"
		if off < 0 {
			code = "clock-behind"
		}
		switch off = off.Abs(); {
		case off <= clockNoticed:
			return f
		case off <= clockWrong:
			f.Status = finding.Warn
		default:
			f.Status = finding.Fail
		}
		f.Evidence = ""
		f.Symptom = (&diagnosis.Symptom{Where: diagnosis.AtConnect, Code: code, Endpoint: f.Endpoint}).
			With("seconds", seconds(off), "host", p.host)
		return f
	}
	return skipped("clock", "", "no-date")
}

// proxy tells what the variables do: HTTP goes through the proxy they name, mail
// never does.
func (e *examination) proxy() finding.Finding {
	if e.badProxy { // its words hold the value, and that may hold a password
		return finding.Finding{ID: "proxy", Status: finding.Fail, Symptom: (&diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "proxy-malformed"}).
			With("variable", e.set("HTTPS_PROXY", "https_proxy"))}
	}
	var through *url.URL
	unreached := func(mail bool) bool {
		return slices.ContainsFunc(e.places, func(p *place) bool {
			return mail == (p.server != nil) && p.through == nil && p.tcp.Status != finding.Pass
		})
	}
	for _, p := range e.places {
		if p.through != nil {
			through = p.through
		}
	}
	ignored := e.set("ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy")
	switch {
	case through != nil && unreached(true):
		return warning("proxy", through.Host, (&diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "proxy-mail-direct"}).With("host", through.Hostname(), "endpoint", through.Host))
	case through != nil:
		return finding.Finding{ID: "proxy", Status: finding.Pass, Endpoint: through.Host}
	case ignored != "" && unreached(false):
		return warning("proxy", "", (&diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "proxy-variable-ignored"}).With("variable", ignored))
	}
	return finding.Finding{ID: "proxy", Status: finding.Pass}
}

// set gives the first of these variables that is set.
func (m *Machine) set(names ...string) string {
	for _, name := range names {
		if m.Env(name) != "" {
			return name
		}
	}
	return ""
}
