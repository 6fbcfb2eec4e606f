package report

import (
	"bytes"
	"testing"
	"time"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// What doctor finds is a line for each place, and what is wrong stands with its
// cause in our words: of a network that is silent, nobody's are better.
func TestMachine(t *testing.T) {
	o := options(t)
	blocked := &diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "port-blocked", Text: "connect: connection refused",
		Facts: map[string]string{"host": "smtp.example.com", "port": "587"}}
	box := finding.Mailbox{Account: "crm", Findings: []finding.Finding{
		{ID: "dns.imap", Status: finding.Pass, Endpoint: "imap.example.com", Evidence: "192.0.2.7, 2001:db8::7", Duration: 12 * time.Millisecond},
		{ID: "ipv6", Status: finding.Skip, Reason: "skip.no-such-family"},
		{ID: "tcp.993", Status: finding.Pass, Endpoint: "imap.example.com:993", Evidence: "192.0.2.7:993", Duration: 31 * time.Millisecond},
		{ID: "tcp.587", Status: finding.Fail, Endpoint: "smtp.example.com:587", Symptom: blocked},
		{ID: "tls.imap", Status: finding.Pass, Endpoint: "imap.example.com:993", Evidence: "TLS 1.3, CN=WR2,O=Google Trust Services,C=US", Duration: 40 * time.Millisecond},
		{ID: "tls.smtp", Status: finding.Skip, Endpoint: "smtp.example.com:587", Reason: "skip.not-connected"},
		{ID: "clock", Status: finding.Warn, Symptom: &diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "clock-behind", Facts: map[string]string{"seconds": "90", "host": "oauth.example.com"}}},
		{ID: "proxy", Status: finding.Pass, Endpoint: "proxy.example.com:3128"},
		{ID: "permissions", Status: finding.Pass},
	}}
	var out bytes.Buffer
	run := Run{Options: o, Command: "doctor", Heading: o.Words.Say("report.machine")}
	if err := writeAll(&out, NewStream("text", run), []finding.Mailbox{box}, Ending{Elapsed: 1500 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	golden(t, "machine.txt", out.Bytes())
}
