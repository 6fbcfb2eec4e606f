package export

import (
	"testing"
	"testing/fstest"
)

// A format is read or refused, whatever its files hold.
func FuzzReadFormat(f *testing.F) {
	for _, name := range Formats() {
		data, err := formats.ReadFile("formats/" + name + "/format.yaml")
		if err != nil {
			f.Fatal(err)
		}
		text, err := formats.ReadFile("formats/" + name + "/text.en.yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, text)
	}
	f.Add([]byte("&a [*a]"), []byte("summary: {}"))
	f.Fuzz(func(t *testing.T, data, text []byte) {
		folder := fstest.MapFS{"format.yaml": {Data: data}, "text.en.yaml": {Data: text}}
		got, err := readFormat(folder, "fuzz", "en")
		if err == nil && got == nil {
			t.Error("readFormat gives neither a format nor an error")
		}
	})
}
