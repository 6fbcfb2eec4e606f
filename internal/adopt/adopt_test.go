package adopt_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"gmailoauth/internal/adopt"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
)

const sampleID = "815407401234-abcdefghijklmnopqrstuvwxyz012345.apps.googleusercontent.com"

// seen is what can be compared of a Found.
type seen struct {
	Helper, Account, ID, Secret, Refresh string
	Scopes                               []string
}

func look(list []adopt.Found) []seen {
	var all []seen
	for _, f := range list {
		all = append(all, seen{f.Helper, f.Account, f.Client.ID, f.Client.Secret.Reveal(), f.Refresh.Reveal(), append([]string(nil), f.Scopes...)})
	}
	return all
}

// The samples are as the helpers write them: see where each comes from in
// testdata/README.md.
func TestReadTakesWhatTheHelpersWrite(t *testing.T) {
	mail := []string{google.MailScope()}
	for name, want := range map[string]seen{
		"mutt_oauth2.json":     {"mutt_oauth2.py", "office@example.com", sampleID, "GOCSPX-sample-mutt", "1//sample-mutt", nil},
		"oama.json":            {"oama", "office@example.com", "", "", "1//sample-oama", mail},
		"getmail.json":         {"getmail", "office@example.com", sampleID, "GOCSPX-sample-getmail", "1//sample-getmail", mail},
		"gcloud.json":          {"gcloud", "", sampleID, "GOCSPX-sample-gcloud", "1//sample-gcloud", nil},
		"google-auth.json":     {"google-auth", "", sampleID, "GOCSPX-sample-python", "1//sample-python", mail},
		"sasl-xoauth2.json":    {"sasl-xoauth2", "office@example.com", sampleID, "GOCSPX-sample-sasl", "1//sample-sasl", nil},
		"sasl-xoauth2-raw.txt": {"sasl-xoauth2", "", "", "", "1//sample-raw", mail},
	} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := adopt.Read(data, name, google.Gmail())
		if err != nil {
			t.Errorf("Read(%s) = %v", name, err)
			continue
		}
		if diff := cmp.Diff([]seen{want}, look(got)); diff != "" {
			t.Errorf("Read(%s) (-want +got):\n%s", name, diff)
		}
	}
}

func TestReadSaysWhatTheFileIsInstead(t *testing.T) {
	const hush = "1//sentinel-of-the-test"
	ours := func(pairs string) string {
		return `{"registration":"google","email":"office@example.com","client_id":"` + sampleID + `","client_secret":"x",` + pairs + `}`
	}
	for name, c := range map[string]struct {
		data, code string
		facts      map[string]string
	}{
		"nothing":               {"", "import-unknown", nil},
		"words":                 {"password: " + hush, "import-unknown", nil},
		"binary":                {"\x00\x01\x02\xff", "import-unknown", nil},
		"a list":                {`["` + hush + `"]`, "import-unknown", nil},
		"another object":        {`{"name":"x"}`, "import-unknown", nil},
		"a service account":     {`{"type":"service_account","private_key":"` + hush + `"}`, "import-unknown", map[string]string{"kind": "service_account"}},
		"a client":              {`{"installed":{"client_id":"x"}}`, "import-client-file", map[string]string{"key": "installed"}},
		"armoured":              {"-----BEGIN PGP MESSAGE-----\n\nxx", "import-encrypted", map[string]string{"kind": "gpg"}},
		"OpenPGP":               {"\x85\x01\x0c\x03\xff\xfe", "import-encrypted", map[string]string{"kind": "gpg"}},
		"OpenPGP, a passphrase": {"\x8c\x0d\x04\x09\x03\x02\xff", "import-encrypted", map[string]string{"kind": "gpg"}},
		"age":                   {"age-encryption.org/v1\n-> X25519 x\n", "import-encrypted", map[string]string{"kind": "age"}},
		"age, armoured":         {"-----BEGIN AGE ENCRYPTED FILE-----\n", "import-encrypted", map[string]string{"kind": "age"}},
		"cut":                   {"{\n\"refresh_token\": \"" + hush, "import-damaged", map[string]string{"line": "2"}},
		"a comma too much":      {"{\n\"refresh_token\": \"" + hush + "\",\n}", "import-damaged", map[string]string{"line": "3"}},
		"no token yet":          {ours(`"refresh_token":""`), "import-no-refresh-token", map[string]string{"key": "refresh_token", "helper": "mutt_oauth2.py"}},
		"null":                  {`{"service":"google","refresh_token":null}`, "import-no-refresh-token", map[string]string{"key": "refresh_token", "helper": "oama"}},
		"before its --init": {`{"scope":"https://mail.google.com/","user":"office@example.com","client_id":"x","client_secret":"y",` +
			`"token_uri":"https://accounts.google.com/o/oauth2/token","auth_uri":"https://accounts.google.com/o/oauth2/auth"}`,
			"import-no-refresh-token", map[string]string{"key": "refresh_token", "helper": "getmail"}},
		"a number":    {ours(`"refresh_token":7`), "import-bad-value", map[string]string{"key": "refresh_token", "helper": "mutt_oauth2.py"}},
		"blanks":      {ours(`"refresh_token":"` + hush + ` two"`), "import-bad-value", map[string]string{"key": "refresh_token", "helper": "mutt_oauth2.py"}},
		"odd scopes":  {`{"service":"google","refresh_token":"` + hush + `","scope":{"a":1}}`, "import-bad-value", map[string]string{"key": "scope", "helper": "oama"}},
		"Microsoft's": {`{"registration":"microsoft","refresh_token":"` + hush + `"}`, "import-other-provider", map[string]string{"provider": "microsoft", "helper": "mutt_oauth2.py"}},
		"Microsoft's endpoint": {`{"refresh_token":"` + hush + `","token_endpoint":"https://login.microsoftonline.com/consumers/oauth2/v2.0/token"}`,
			"import-other-provider", map[string]string{"provider": "login.microsoftonline.com", "helper": "sasl-xoauth2"}},
		"Microsoft's scopes": {`{"refresh_token":"` + hush + `","scope":"https://outlook.office.com/SMTP.Send offline_access"}`,
			"import-other-provider", map[string]string{"provider": "outlook.office.com", "helper": "sasl-xoauth2"}},
		"a name that ends like Google's": {`{"refresh_token":"` + hush + `","token_endpoint":"https://oauth2.notgoogleapis.com/token"}`,
			"import-other-provider", map[string]string{"provider": "oauth2.notgoogleapis.com", "helper": "sasl-xoauth2"}},
	} {
		_, err := adopt.Read([]byte(c.data), "tokens", google.Gmail())
		symptom, ok := errors.AsType[*diagnosis.Symptom](err)
		if !ok || symptom.Where != diagnosis.AtInput || symptom.Code != c.code {
			t.Errorf("%s: Read = %v, want %s", name, err, c.code)
			continue
		}
		want := map[string]string{"file": "tokens"}
		maps.Copy(want, c.facts)
		if diff := cmp.Diff(want, symptom.Facts); diff != "" {
			t.Errorf("%s: facts (-want +got):\n%s", name, diff)
		}
		if strings.Contains(fmt.Sprintf("%v %#v", err, symptom), "sentinel") {
			t.Errorf("%s: Read repeats the secret: %v", name, err)
		}
	}
}

// A token whose endpoint is that of the provider in use is taken, whatever it is.
func TestReadTakesTheProvidersOwn(t *testing.T) {
	p := google.Provider{TokenEndpoint: "https://127.0.0.1:9443/token"}
	data := []byte(`{"refresh_token":"1//x","token_endpoint":"https://127.0.0.1:9443/token"}`)
	if _, err := adopt.Read(data, "f", p); err != nil {
		t.Errorf("Read = %v, want no error", err)
	}
	if _, err := adopt.Read(data, "f", google.Gmail()); err == nil {
		t.Error("Read took a token of another provider")
	}
}

func TestHelpersHaveTheirSource(t *testing.T) {
	data, err := os.ReadFile("helpers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]any
	if err := yaml.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		_, err := time.Parse(time.DateOnly, fmt.Sprint(row["checked"]))
		if row["source"] == nil || err != nil {
			t.Errorf("%v: source %v, checked %v", row["helper"], row["source"], row["checked"])
		}
	}
	if len(rows) < 6 {
		t.Errorf("%d helpers", len(rows))
	}
}

func FuzzRead(f *testing.F) {
	samples, err := filepath.Glob("testdata/*.*")
	if err != nil || len(samples) == 0 {
		f.Fatal(samples, err)
	}
	for _, name := range samples {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		found, err := adopt.Read(data, "f", google.Gmail())
		if err == nil {
			for _, one := range found {
				if one.Refresh.IsZero() || one.Helper == "" {
					t.Errorf("Read(%q) = %+v, want a refresh token and a helper", data, one)
				}
			}
			if len(found) == 0 {
				t.Errorf("Read(%q) gives neither an account nor an error", data)
			}
			return
		}
		if symptom, ok := errors.AsType[*diagnosis.Symptom](err); !ok || symptom.Where != diagnosis.AtInput || symptom.Code == "" {
			t.Errorf("Read(%q) = %v, want a Symptom at input", data, err)
		}
	})
}
