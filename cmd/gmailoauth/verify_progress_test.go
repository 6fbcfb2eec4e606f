package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/words"
)

func TestProgress(t *testing.T) {
	for _, lang := range words.Languages() {
		said, err := words.Load(lang)
		must(t, err)
		now := time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)
		var out bytes.Buffer
		p := &progress{w: &out, said: said, now: func() time.Time { return now }, start: now, all: 12000, stop: make(chan struct{})}
		p.tell()
		for i := range 3000 {
			p.done(i%1000 == 0)
		}
		now = now.Add(10 * time.Second)
		p.tell()
		p.end()
		p.tell()
		p.end()
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) != 2 || strings.ContainsAny(out.String(), "\r\x1b<>{}") || !strings.Contains(lines[1], "300/s") || !strings.HasSuffix(lines[1], "0:30") || !strings.Contains(lines[1], "3") {
			t.Errorf("%s: progress in a log:\n%s", lang, out.String())
		}
		if lang == "en" && lines[1] != "3000 of 12,000 · failed: 3 · 300/s · time left: 0:30" {
			t.Errorf("progress: %q", lines[1])
		}
	}
}

// On a terminal there is one line, which makes room for the answer.
func TestProgressOnATerminal(t *testing.T) {
	said, err := words.Load("en")
	must(t, err)
	now := time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	p := &progress{w: &out, said: said, now: func() time.Time { return now }, start: now, all: 2, drawn: true, stop: make(chan struct{})}
	ticks := make(chan time.Time)
	p.ticking.Go(func() { p.follow(ticks) })
	ticks <- now
	ticks <- now // the first is done with
	must(t, p.above(func() error { out.WriteString("answer\n"); return nil }))
	p.end()
	text := out.String()
	if !strings.Contains(text, "0 of 2 ") || !strings.Contains(text, "\r\x1b[Kanswer\n") || strings.Count(text, "\n") != 1 {
		t.Errorf("progress on a terminal: %q", text)
	}
	if shown, _, _ := strings.Cut(text, "answer"); !strings.HasSuffix(shown, "\x1b[K") {
		t.Errorf("the answer does not begin a line: %q", text)
	}
	var nothing *progress
	nothing.done(true)
	nothing.end()
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0:00", 7 * time.Second: "0:07", 12*time.Minute + 30*time.Second: "12:30", time.Hour + 2*time.Minute + 3*time.Second: "1:02:03"} {
		if got := clockOf(d); got != want {
			t.Errorf("clockOf(%v) = %s, want %s", d, got, want)
		}
	}
}
