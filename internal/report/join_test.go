package report

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/diagnosis"
)

// reported is a report as verify writes it, of one mailbox for each account.
func reported(t *testing.T, name, shard string, cut bool, accounts ...string) Part {
	t.Helper()
	o := options(t)
	s := NewStream("json", Run{Options: o, Command: "verify", Version: "1.2.3", Shard: shard})
	var out bytes.Buffer
	if err := s.Begin(&out); err != nil {
		t.Fatal(err)
	}
	for _, account := range accounts {
		box := mixed()
		if strings.HasPrefix(account, "gone") {
			box = refused()
		}
		if strings.HasPrefix(account, "warn") {
			box.Findings = box.Findings[:5] // the lifetime warns
		}
		box.Account = account
		if err := s.Box(&out, box); err != nil {
			t.Fatal(err)
		}
	}
	end := Ending{}
	if cut {
		d := o.Explain(&diagnosis.Symptom{Where: diagnosis.AtInput, Code: "interrupted"})
		end.Cut = &d
	}
	if err := s.End(&out, end); err != nil {
		t.Fatal(err)
	}
	return written(name, out.String())
}

func written(name, text string) Part {
	return Part{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// Reports that are joined are the report of all, byte for byte.
func TestJoin(t *testing.T) {
	joined, err := Join([]Part{reported(t, "a", "", false, "a@example.com", "gone@example.com"), reported(t, "empty", "", false), reported(t, "b", "", false, "b@example.com")})
	if err != nil {
		t.Fatal(err)
	}
	var out, whole bytes.Buffer
	if err := joined.Write(&out, "1.2.3"); err != nil {
		t.Fatal(err)
	}
	all, err := reported(t, "all", "", false, "a@example.com", "gone@example.com", "b@example.com").Open()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := whole.ReadFrom(all); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Replace(whole.String(), `"verify"`, `"report merge"`, 1), out.String()); diff != "" {
		t.Error(diff)
	}
	if joined.Exit(false) != 4 || len(joined.Missing()) != 0 {
		t.Errorf("Join: exit %d, missing %v", joined.Exit(false), joined.Missing())
	}
	again, err := Join([]Part{written("joined", out.String())})
	if err != nil || again.Exit(true) != 4 {
		t.Errorf("Join of what was joined: %v", err)
	}
	warned, err := Join([]Part{reported(t, "w", "", false, "warn@example.com")})
	if err != nil || warned.Exit(false) != 0 || warned.Exit(true) != 3 {
		t.Errorf("Join of a warning: %v, want exit 0, and 3 if strict", err)
	}
}

func TestJoinNamesWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		parts []Part
		want  []string
	}{
		"none":           {[]Part{reported(t, "a", "2/2", false, "a@example.com"), reported(t, "b", "1/2", false, "b@example.com")}, nil},
		"a share":        {[]Part{reported(t, "a", "2/3", false, "a@example.com")}, []string{"1/3", "3/3"}},
		"other counts":   {[]Part{reported(t, "a", "1/2", false, "a@example.com"), reported(t, "b", "2/3", false, "b@example.com")}, []string{"1/3", "2/2", "3/3"}},
		"the rest of it": {[]Part{reported(t, "a.json", "1/1", true, "a@example.com")}, []string{"a.json"}},
	} {
		joined, err := Join(c.parts)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, joined.Missing()); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestJoinRefuses(t *testing.T) {
	good := `{"format":1,"command":"verify","version":"1","accounts":[],"summary":{}}`
	for name, text := range map[string]string{
		"nothing": "", "a list": "[]", "cut": good[:40], "two": good + good, "another format": strings.Replace(good, "1", "2", 1),
		"another command": strings.Replace(good, "verify", "plan", 1), "no accounts": `{"format":1,"command":"verify"}`,
		"a status that is none": strings.Replace(good, "[]", `[{"account":"a","status":"x"}]`, 1), "accounts that are none": strings.Replace(good, "[]", `{"a":1}`, 1),
		"a text for a number": strings.Replace(good, `"format":1`, `"format":"one"`, 1), "accounts twice": strings.Replace(good, `"summary"`, `"accounts"`, 1) + "x",
	} {
		_, err := Join([]Part{written("part.json", text)})
		if s, ok := errors.AsType[*diagnosis.Symptom](err); !ok || s.Code != "report-not-ours" || s.Facts["file"] != "part.json" {
			t.Errorf("%s: Join = %v, want report-not-ours", name, err)
		}
	}
	_, err := Join([]Part{reported(t, "a", "", false, "a@example.com", "b@example.com", "c@example.com"), reported(t, "b", "", false, "b@example.com", "c@example.com")})
	if s, ok := errors.AsType[*diagnosis.Symptom](err); !ok || s.Code != "reports-overlap" || s.Facts["account"] != "b@example.com" || s.Facts["file"] != "a" || s.Facts["other"] != "b" || s.Facts["n"] != "2" {
		t.Errorf("Join of mailboxes in two reports: %v", err)
	}
	lost := errors.New("the file is gone")
	if _, err := Join([]Part{{Name: "x", Open: func() (io.ReadCloser, error) { return nil, lost }}}); !errors.Is(err, lost) {
		t.Errorf("Join of a file that is gone: %v", err)
	}
	joined, err := Join([]Part{reported(t, "a", "", false, "a@example.com")})
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space")
	if err := joined.Write(fullDisk{full}, "1"); !errors.Is(err, full) {
		t.Errorf("Write to a full disk: %v", err)
	}
}

type fullDisk struct{ err error }

func (d fullDisk) Write([]byte) (int, error) { return 0, d.err }

// Whatever a file holds, joining ends and gives a Symptom or a report.
func FuzzJoin(f *testing.F) {
	f.Add([]byte(`{"format":1,"command":"verify","shard":"1/2","accounts":[{"account":"a","status":"pass","exit":0}]}`))
	f.Add([]byte(`{"format":1,"command":"verify","accounts":[],"error":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		joined, err := Join([]Part{written("x", string(data))})
		if err != nil {
			if _, ok := errors.AsType[*diagnosis.Symptom](err); !ok {
				t.Fatalf("Join = %v", err)
			}
			return
		}
		var out bytes.Buffer
		if err := joined.Write(&out, "1"); err != nil {
			t.Fatal(err)
		}
		if _, err := Join([]Part{written("y", out.String())}); err != nil {
			t.Fatalf("what was joined cannot be: %v\n%s", err, out.String())
		}
	})
}
