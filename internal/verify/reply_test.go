package verify

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWithoutID(t *testing.T) {
	for in, want := range map[string]string{
		"Try again later, closing connection. d2e1a72fcca58-7aee41d2b5csi123 - gsmtp": "Try again later, closing connection.",
		"Thats all she wrote! a640c23a62f3a-123456789abc":                             "Thats all she wrote!",
		"Too many login attempts 4.7.0":                                               "Too many login attempts 4.7.0",
		"Daily limit, see answer/166852":                                              "Daily limit, see answer/166852",
		"refused - gcdp":                                                              "refused",
		"https://support.google.com/mail/?p=BadCredentials":                           "https://support.google.com/mail/?p=BadCredentials",
		"Accepted": "Accepted",
		"":         "",
	} {
		if got := withoutID(in); got != want {
			t.Errorf("withoutID(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParseSMTP(t *testing.T) {
	for _, c := range []struct {
		lines  string
		status int
		code   string
		text   string
	}{
		{"235 2.7.0 Accepted", 235, "235 2.7.0", "Accepted"},
		{"250", 250, "250", ""},
		{"535-5.7.8 one\n535 5.7.8 two", 535, "535 5.7.8", "one two"},
		{"550 no enhanced code", 550, "550", "no enhanced code"},
		{"99 x", 0, "", ""}, {"600 x", 0, "", ""}, {"abc", 0, "", ""}, {"2500 x", 0, "", ""}, {"", 0, "", ""}, {"+35 x", 0, "", ""},
	} {
		status, code, text := parseSMTP(strings.Split(c.lines, "\n"))
		if status != c.status || code != c.code || text != c.text {
			t.Errorf("parseSMTP(%q) = %d, %q, %q, want %d, %q, %q", c.lines, status, code, text, c.status, c.code, c.text)
		}
	}
}

func FuzzReplies(f *testing.F) {
	for _, seed := range []string{"+OK 2 320", "-ERR [SYS/PERM] no", "NO [AUTHENTICATIONFAILED] x", "535-5.7.8 a - gsmtp", "+ eyJ", "[", "\xff\x00", "OK []", "-ERR ["} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if ok, code, _ := parsePOP3(line); !ok && code == "" && strings.HasPrefix(line, "-ERR") && !strings.HasPrefix(line, "-ERR []") && !strings.Contains(line, "[]") {
			t.Errorf("parsePOP3(%q): a refusal without a code", line)
		}
		if count, size, ok := parseSTAT(line); ok && (count < 0 || size < 0) {
			t.Errorf("parseSTAT(%q) = %d, %d", line, count, size)
		}
		if status, code, _ := parseIMAP(line); status != "" && status != "OK" && code == "" && !strings.Contains(line, "[") {
			t.Errorf("parseIMAP(%q): status %s without a code", line, status)
		}
		if status, code, _ := parseSMTP(strings.Split(line, "\n")); status != 0 && (status < 200 || status > 599 || code == "") {
			t.Errorf("parseSMTP(%q) = %d, %q", line, status, code)
		}
		for _, protocol := range []string{protoIMAP, protoSMTP, protoPOP3} {
			_ = refusedGreeting(protocol, line)
		}
		_ = decodeChallenge(line)
		if text := printable(line); !utf8.ValidString(text) || utf8.RuneCountInString(text) > 121 {
			t.Errorf("printable(%q) = %q, want valid and short", line, text)
		}
		if text := visible(line); strings.ContainsAny(text, "\x00\x1b\r\n") {
			t.Errorf("visible(%q) = %q", line, text)
		}
		if again := withoutID(withoutID(line)); len(again) > len(line) {
			t.Errorf("withoutID(%q) grew", line)
		}
	})
}
