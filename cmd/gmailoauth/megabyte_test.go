package main

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/adopt"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/export"
	"gmailoauth/internal/fleet"
	"gmailoauth/internal/google"
	"gmailoauth/internal/oauth"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/report"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store/program"
	"gmailoauth/internal/xoauth2"
)

// Ten times as much to read takes about ten times as long: a megabyte of anything
// (make check-long; else a quarter of one) is read or refused in seconds, by
// whatever reads.
func TestAMegabyteIsReadInSeconds(t *testing.T) {
	size, most := 1<<18, 2*time.Second
	if *everyMoment {
		size, most = 1<<20, 8*time.Second
	}
	readers := map[string]func(text string){
		"client":      func(text string) { _, _ = account.ReadClient([]byte(text), "f") },
		"service key": func(text string) { _, _ = account.ReadServiceKey([]byte(text), "f") },
		"email":       func(text string) { _, _ = account.CheckEmail(text) },
		"provider":    func(text string) { _, _ = google.ReadProvider([]byte(text), "f") },
		"fleet":       func(text string) { _, _ = fleet.Read([]byte(text), "f") },
		"shard":       func(text string) { _, _ = fleet.ParseShard(text, func(string) string { return "" }) },
		"baseline":    func(text string) { _, _ = report.ReadBaseline(strings.NewReader(text), "f") },
		"report": func(text string) {
			_, _ = report.Join([]report.Part{{Name: "f", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}})
		},
		"other helpers": func(text string) { _, _ = adopt.Read([]byte(text), "f", google.Gmail()) },
		"target": func(text string) {
			_, _ = playbook.ReadTarget(fstest.MapFS{"x.yaml": {Data: []byte(text)}}, "x.yaml", "en")
		},
		"mistakes": func(text string) {
			_ = playbook.CheckTarget(fstest.MapFS{"x.yaml": {Data: []byte(text)}}, "x.yaml")
		},
		"error page":   func(text string) { _, _ = oauth.DecodeAuthError("https://accounts.google.com/?authError=" + text) },
		"challenge":    func(text string) { _ = xoauth2.ReadChallenge([]byte(text)) },
		"command line": func(text string) { _, _ = program.New(text, 0) },
		"dropped path": func(text string) { _ = draggedPath(text, "/home/admin") },
		"cleaned": func(text string) {
			var hide secret.Redactor
			hide.Hide(secret.New("1//secret-of-ours-0123"), secret.New("xxxxxxxxxxxxxxxx"))
			_ = hide.Clean(text)
		},
		"cleaned JSON": func(text string) {
			a := atDesk("/")
			a.hide.Hide(secret.New("1//secret-of-ours-0123"))
			_ = a.cleanJSON(text)
		},
		"network error": func(text string) { _ = diagnosis.Network(io.ErrUnexpectedEOF, text) },
		"known formats": func(text string) { _, _ = export.LoadFormat(text, "en") },
	}
	for what, unit := range map[string]string{
		"letters": "x", "quotes": `"`, "escaped": `\"`, "lines": "a@example.com\n", "list": "- a\n", "nested": "[", "objects": `{"a":`, "JSON": `{"format":1,"account":"a"}` + "\n",
		"keys": "a: 1\n", "other keys": "a%d: 1\n", "anchors": "- &a [*a]\n", "table": "account;target\n", "NUL": "\x00", "no UTF-8": "\xff", "tokens": "ya29.", "names": "token=", "bearer": "Bearer ", "base64": "dXNlcj1", "percent": "%3D", "pem": "-----BEGIN PRIVATE KEY-----\n",
	} {
		text := strings.Repeat(unit, size/len(unit))
		if what == "other keys" {
			var keys strings.Builder
			for i := 0; keys.Len() < size; i++ {
				_, _ = fmt.Fprintf(&keys, unit, i)
			}
			text = keys.String()
		}
		for name, read := range readers {
			begun := time.Now()
			read(text)
			if took := time.Since(begun); took > most {
				t.Errorf("%d bytes of %s as %s take %v", size, what, name, took)
			}
		}
	}
}
