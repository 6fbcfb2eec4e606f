package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"gmailoauth/internal/google"
	"gmailoauth/internal/playbook"
	"gmailoauth/internal/words"
)

// writers are the sheets that are files for programs.
var writers = map[string]func(io.Writer, Options, *playbook.Target, map[string]string) error{"json": SheetJSON, "csv": SheetCSV}

// The four applications whose makers describe the walk, in each language.
func TestSheetAsFileInEachLanguage(t *testing.T) {
	for _, lang := range words.Languages() {
		w, err := words.Load(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"yetiforce", "nocobase", "dynamics365", "winmentor"} {
			target, err := playbook.LoadTarget(name, lang)
			if err != nil {
				t.Fatal(err)
			}
			for kind, write := range writers {
				var out bytes.Buffer
				if err := write(&out, Options{Words: w}, target, Values(sample, google.Gmail(), variables[name])); err != nil {
					t.Fatal(err)
				}
				golden(t, name+"."+lang+"."+kind, out.Bytes())
			}
		}
	}
}

// Both files hold what the sheet holds, field by field, and no secret that was
// not to be revealed.
func TestSheetFilesHoldTheSheet(t *testing.T) {
	for _, name := range playbook.Targets() {
		target, o, values := load(t, name)
		values["client_secret"] = "GOCSPX-hush"
		for _, reveal := range []bool{false, true} {
			o.Reveal = reveal
			filled := sheet(o, target, values)
			var asJSON, asCSV bytes.Buffer
			if err := SheetJSON(&asJSON, o, target, values); err != nil {
				t.Fatal(err)
			}
			if err := SheetCSV(&asCSV, o, target, values); err != nil {
				t.Fatal(err)
			}
			for kind, text := range map[string]string{"JSON": asJSON.String(), "CSV": asCSV.String()} {
				if strings.Contains(text, "hush") != (reveal && hasSecret(filled)) {
					t.Errorf("%s of %s, reveal %v:\n%s", kind, name, reveal, text)
				}
			}
			var got jsonSheet
			if err := json.Unmarshal(asJSON.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			rows, err := csv.NewReader(&asCSV).ReadAll()
			if err != nil || len(rows) < 1 {
				t.Fatal(err)
			}
			rows = rows[1:]
			for i, form := range filled.Forms {
				for j, field := range form.Fields {
					g := got.Forms[i].Fields[j]
					hidden := field.Secret && !reveal
					if g.Key != field.Key || g.Label != field.Label || g.Note != field.Note || hidden != (g.Command != "") || !hidden && g.Value != field.Value {
						t.Errorf("%s: JSON has %+v for %+v", name, g, field)
					}
					row := rows[0]
					rows = rows[1:]
					if strings.TrimPrefix(row[2], "'") != field.Value || row[0] != form.Title || row[1] != field.Label || row[3] != field.Note {
						t.Errorf("%s: CSV has %q for %+v", name, row, field)
					}
				}
			}
			if len(rows) != 0 || got.Format != 1 || got.Command != "export" || got.Target != target.Name || got.Account != sample.Email {
				t.Errorf("%s: %d rows too many, or %+v", name, len(rows), got)
			}
		}
	}
}

func hasSecret(target *playbook.Target) bool {
	for _, form := range target.Forms {
		for _, field := range form.Fields {
			if field.Secret {
				return true
			}
		}
	}
	return false
}

// No spreadsheet computes what somebody else put into a cell.
func TestCSVHoldsNoFormula(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "office@example.com": "office@example.com", "a=b": "a=b",
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1",
	} {
		if got := plainCell(in); got != want {
			t.Errorf("plainCell(%q) = %q, want %q", in, got, want)
		}
	}
	target, o, values := load(t, "generic-web")
	values["redirect_uri"] = `=HYPERLINK("https://evil.example","x")`
	target.Forms = append(target.Forms, playbook.Form{Title: "=A1", Fields: []playbook.Field{{Label: "@x", Value: "{redirect_uri}", Note: "-1\n=2"}}})
	var out bytes.Buffer
	if err := SheetCSV(&out, o, target, values); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	last := rows[len(rows)-1]
	for _, cell := range last {
		if !strings.HasPrefix(cell, "'") {
			t.Errorf("row %q: a cell is a formula", last)
		}
	}
}
