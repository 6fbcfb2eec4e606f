package playbook

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/diagnosis"
)

const ownTarget = `client_type: web
redirect_uris: ["{base_url}/callback"]
protocols: [imap]
variables:
  - {key: base_url, check: https-url, required: true}
forms:
  - id: mail
    fields:
      - {key: id, value: "{client_id}"}
text:
  en:
    title: My application
    variables: {base_url: {label: Address}}
    forms: {mail: {title: Mail, fields: {id: {label: ID}}}}
`

func TestReadTargetOfOneFile(t *testing.T) {
	fsys := fstest.MapFS{"my-app.yaml": {Data: []byte(ownTarget)}}
	target, err := ReadTarget(fsys, "./apps/my-app.yaml", "pl")
	if err != nil {
		t.Fatal(err)
	}
	if target.Name != "my-app" || target.Title != "My application" || target.Forms[0].Fields[0].Label != "ID" {
		t.Errorf("ReadTarget = %+v", target)
	}
	p, err := Load("en", target)
	if err != nil {
		t.Fatal(err)
	}
	got := p.Complete(Answers{"base_url": {Values: []string{"https://app.example.com"}}})["redirect_uris"].Values
	if diff := cmp.Diff([]string{"https://app.example.com/callback"}, got); diff != "" {
		t.Errorf("redirect_uris (-want +got):\n%s", diff)
	}
}

func TestReadTargetOfAFolder(t *testing.T) {
	yaml, text, _ := strings.Cut(ownTarget, "text:\n")
	text = strings.ReplaceAll(strings.Replace(text, "  en:\n", "", 1), "\n    ", "\n")
	fsys := fstest.MapFS{"target.yaml": {Data: []byte(yaml)}, "text.en.yaml": {Data: []byte(strings.TrimSpace(text))}}
	target, err := ReadTarget(fsys, "my-app", "fr")
	if err != nil || target.Title != "My application" || target.Variables[0].Label != "Address" {
		t.Errorf("ReadTarget = %+v, %v; want the English words", target, err)
	}
}

func TestReadTargetRefuses(t *testing.T) {
	with := func(old, new string) string { return strings.Replace(ownTarget, old, new, 1) }
	for name, row := range map[string]struct {
		data, code, line, key, nearest string
	}{
		"nothing":                  {"", "target-not-a-mapping", "", "", ""},
		"a list":                   {"- a\n- b\n", "target-not-a-mapping", "", "", ""},
		"no YAML":                  {"client_type: web\n  a: : b\n", "target-syntax", "2", "", ""},
		"a mistyped key":           {with("protocols", "protocol"), "target-unknown-key", "3", "protocol", "protocols"},
		"a mistyped key deep down": {with("required: true", "requird: true"), "target-unknown-key", "5", "requird", "required"},
		"a key twice":              {ownTarget + "protocols: [imap]\n", "target-key-twice", "15", "protocols", ""},
		"text for a list":          {with("[imap]", "imap"), "target-wrong-kind", "3", "protocols", ""},
		"another client type":      {with("web", "wep"), "target-bad-value", "1", "client_type", "web"},
		"another protocol":         {with("[imap]", "[imap, smpt]"), "target-bad-value", "3", "protocols[1]", "smtp"},
		"another rule":             {with("https-url", "http-url"), "target-bad-value", "5", "variables[0].check", "https-url"},
		"another variable name":    {with("key: base_url", "key: Base-URL"), "target-bad-value", "5", "variables[0].key", ""},
		"no client type":           {with("client_type: web\n", ""), "target-key-missing", "", "client_type", ""},
		"a web client without URI": {with("redirect_uris: [\"{base_url}/callback\"]\n", ""), "target-key-missing", "", "redirect_uris", ""},
		"an unknown blank":         {with("{base_url}/callback", "{base_uri}/callback"), "target-unknown-blank", "2", "redirect_uris[0]", "base_url"},
		"no words":                 {ownTarget[:strings.Index(ownTarget, "text:")], "target-without-words", "", "text", ""},
		"far too much":             {"# " + strings.Repeat("x", maxTargetFile), "target-too-big", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadTarget(fstest.MapFS{"my.yaml": {Data: []byte(row.data)}}, "my.yaml", "en")
			symptom, ok := errors.AsType[*diagnosis.Symptom](err)
			if !ok {
				t.Fatalf("ReadTarget: %v, want a symptom", err)
			}
			got := []string{symptom.Where, symptom.Code, symptom.Facts["line"], symptom.Facts["key"], symptom.Facts["nearest"]}
			want := []string{diagnosis.AtInput, row.code, row.line, row.key, row.nearest}
			if diff := cmp.Diff(want, got); diff != "" || symptom.Facts["file"] == "" {
				t.Errorf("ReadTarget: %+v; where, code, line, key, nearest (-want +got):\n%s", symptom, diff)
			}
			if strings.Contains(symptom.Error(), "playbook.") {
				t.Errorf("ReadTarget: %v names a type of ours", symptom)
			}
		})
	}
	_, err := ReadTarget(fstest.MapFS{}, "my-app", "en")
	if symptom, ok := errors.AsType[*diagnosis.Symptom](err); !ok || symptom.Code != "unreadable-target" {
		t.Errorf("ReadTarget of nothing: %v", err)
	}
}

func TestLoadTargetUnknown(t *testing.T) {
	_, err := LoadTarget("yetforce", "en")
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok || symptom.Code != "unknown-target" || symptom.Facts["nearest"] != "yetiforce" || !strings.Contains(symptom.Facts["wanted"], "nocobase") {
		t.Errorf("LoadTarget(yetforce) = %+v, want yetiforce suggested and all listed", symptom)
	}
}

func FuzzReadTarget(f *testing.F) {
	f.Add([]byte(ownTarget))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("<<: {client_type: web}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		target, err := ReadTarget(fstest.MapFS{"x.yaml": {Data: data}}, "x.yaml", "en")
		if _, ok := errors.AsType[*diagnosis.Symptom](err); err != nil && !ok {
			t.Errorf("ReadTarget: %v is no symptom", err)
		}
		if err == nil {
			if _, err := Load("en", target); err != nil {
				t.Errorf("Load: %v", err)
			}
		}
	})
}

func TestFilled(t *testing.T) {
	target, err := LoadTarget("dynamics365", "en")
	if err != nil {
		t.Fatal(err)
	}
	filled := target.Filled(map[string]string{"env_url": "https://contoso.crm.dynamics.com", "account": "sales@contoso.com"})
	got := []string{filled.RedirectURIs[0], filled.Origins[0], filled.Domains[0], filled.Forms[0].Fields[1].Value}
	want := []string{"https://contoso.crm.dynamics.com/_grid/cmds/dlg_gmailoauth.aspx", "https://contoso.crm.dynamics.com", "dynamics.com", "Gmail contoso.crm.dynamics.com"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Filled (-want +got):\n%s", diff)
	}
	if target.Forms[0].Fields[1].Value != "Gmail {env_url_host}" || target.RedirectURIs[0] == filled.RedirectURIs[0] {
		t.Error("Filled changed the target itself")
	}
	if got, want := target.Filled(nil).RedirectURIs[0], "‹Environment URL›/_grid/cmds/dlg_gmailoauth.aspx"; got != want {
		t.Errorf("Filled(nil): %q, want %q", got, want)
	}
}

func TestNearest(t *testing.T) {
	list := []string{"yetiforce", "nocobase"}
	for word, want := range map[string]string{"yetforce": "yetiforce", "NOCOBASE": "nocobase", "x": "", strings.Repeat("y", 100): ""} {
		if got := Nearest(word, list); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
