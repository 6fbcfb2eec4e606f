package account_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/diagnosis"
)

const (
	sampleID     = "815407401234-abcdefghijklmnopqrstuvwxyz012345.apps.googleusercontent.com"
	sampleSecret = "GOCSPX-sentinel-of-the-test"
)

func sample(kind string) string {
	return fmt.Sprintf(`{"%s":{"client_id":"%s","project_id":"my-mail-123","auth_uri":"https://a.example/auth",
"token_uri":"https://a.example/token","client_secret":"%s","redirect_uris":["http://localhost"]}}`, kind, sampleID, sampleSecret)
}

func TestReadClientTakesWhatTheConsoleDownloads(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		want account.Client
	}{
		"desktop": {sample("installed"), account.Client{ID: sampleID, Type: account.Desktop, ProjectID: "my-mail-123", RedirectURIs: []string{"http://localhost"}}},
		"web":     {sample("web"), account.Client{ID: sampleID, Type: account.Web, ProjectID: "my-mail-123", RedirectURIs: []string{"http://localhost"}}},
		"web without URIs, with origins, blanks around": {" \n" + `{"web":{"client_id":" ` + sampleID + ` ","client_secret":"` + sampleSecret + `","javascript_origins":["https://x.example"]}}` + "\n",
			account.Client{ID: sampleID, Type: account.Web, Origins: []string{"https://x.example"}}},
		"byte order mark, null list, unknown keys": {"\xef\xbb\xbf" + `{"installed":{"client_id":"` + sampleID + `","client_secret":"` + sampleSecret + `","redirect_uris":null,"later":{"a":1}},"more":1}`,
			account.Client{ID: sampleID, Type: account.Desktop}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := account.ReadClient([]byte(c.data), "client.json")
			if err != nil {
				t.Fatalf("ReadClient = %v, want no error", err)
			}
			if got.Secret.Reveal() != sampleSecret {
				t.Errorf("ReadClient: the secret is not the file's")
			}
			c.want.Secret = got.Secret
			if diff := cmp.Diff(c.want, got, cmp.Comparer(func(a, b account.Client) bool { return fmt.Sprintf("%#v", a) == fmt.Sprintf("%#v", b) })); diff != "" {
				t.Errorf("ReadClient (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadClientSaysWhatTheFileIsInstead(t *testing.T) {
	for name, c := range map[string]struct {
		data  string
		code  string
		facts map[string]string
	}{
		"empty":                        {"", "empty-file", nil},
		"blanks":                       {" \n\t", "empty-file", nil},
		"only a byte order mark":       {"\xef\xbb\xbf", "empty-file", nil},
		"cut in the middle":            {sample("web")[:250], "truncated-json", map[string]string{"line": "2"}},
		"cut after a key":              {"{\n\"web\":\n", "truncated-json", map[string]string{"line": "2"}},
		"a comma too much":             {"{\"web\":{\n\"client_id\":\"x\",\n}}", "not-json", map[string]string{"line": "3"}},
		"two files in one":             {sample("web") + "\n" + sample("web"), "not-json", map[string]string{"line": "3"}},
		"UTF-16":                       {"\xff\xfe{\x00}\x00", "not-utf8", nil},
		"html":                         {"<!doctype html><title>Sign in</title>", "not-json", map[string]string{"kind": "html", "line": "1"}},
		"a secret":                     {sampleSecret, "not-json", map[string]string{"kind": "client_secret", "line": "1"}},
		"an API key":                   {"\nAIzaSyExample", "not-json", map[string]string{"kind": "api_key", "line": "2"}},
		"a client ID":                  {sampleID, "not-json", map[string]string{"kind": "client_id", "line": "1"}},
		"a private key":                {"-----BEGIN PRIVATE KEY-----", "not-json", map[string]string{"kind": "private_key", "line": "1"}},
		"a refresh token":              {"1//0example", "not-json", map[string]string{"kind": "refresh_token", "line": "1"}},
		"a zip":                        {"PK\x03\x04xx", "not-json", map[string]string{"kind": "zip", "line": "1"}},
		"a list":                       {"[1]", "not-json", map[string]string{"kind": "other", "line": "1"}},
		"a service account":            {`{"type":"service_account","project_id":"p","private_key":"k"}`, "other-kind-of-file", map[string]string{"kind": "service_account"}},
		"gcloud's own":                 {`{"type":"authorized_user","client_id":"a","client_secret":"b","refresh_token":"c"}`, "other-kind-of-file", map[string]string{"kind": "authorized_user"}},
		"an API key object":            {`{"keyString":"AIza"}`, "other-kind-of-file", map[string]string{"kind": "api_key"}},
		"firebase":                     {`{"project_info":{},"client":[]}`, "other-kind-of-file", map[string]string{"kind": "firebase"}},
		"a token cache":                {`{"token":"ya29.x"}`, "other-kind-of-file", map[string]string{"kind": "token"}},
		"a client without its section": {`{"client_id":"a","client_secret":"b"}`, "other-kind-of-file", map[string]string{"kind": "bare_client"}},
		"a nameless service account":   {`{"private_key":"k"}`, "other-kind-of-file", map[string]string{"kind": "service_account"}},
		"something else":               {`{"type":7}`, "other-kind-of-file", map[string]string{"kind": "other"}},
		"both":                         {`{"installed":{},` + "\n" + `"web":{}}`, "both-client-types", map[string]string{"line": "2"}},
		"section is text":              {`{"web":"x"}`, "wrong-json-type", map[string]string{"key": "web", "wanted": "object", "line": "1"}},
		"section is null":              {`{"web":null}`, "wrong-json-type", map[string]string{"key": "web", "wanted": "object", "line": "1"}},
		"URIs are text":                {"{\"web\":{\n\"redirect_uris\":\"http://localhost\"}}", "wrong-json-type", map[string]string{"key": "redirect_uris", "wanted": "list of texts", "line": "2"}},
		"secret is a number":           {`{"web":{"client_id":"a","client_secret":7}}`, "wrong-json-type", map[string]string{"key": "client_secret", "wanted": "text", "line": "1"}},
		"blank inside the ID":          {`{"web":{"client_id":"a b","client_secret":"c"}}`, "bad-value", map[string]string{"key": "client_id", "line": "1"}},
		"no ID":                        {`{"web":{"client_secret":"c"}}`, "no-client-id", map[string]string{"key": "client_id", "client_type": "web"}},
		"no secret":                    {`{"installed":{"client_id":"` + sampleID + `"}}`, "no-client-secret", map[string]string{"key": "client_secret", "client_type": "desktop", "client_id": sampleID, "project": "815407401234"}},
		"large":                        {strings.Repeat(" ", 1<<20) + "{}", "file-too-large", map[string]string{"limit": "1 MiB"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := account.ReadClient([]byte(c.data), "c.json")
			symptom, ok := errors.AsType[*diagnosis.Symptom](err)
			if !ok {
				t.Fatalf("ReadClient = %v, want a Symptom", err)
			}
			want := map[string]string{"file": "c.json"}
			maps.Copy(want, c.facts)
			if symptom.Where != diagnosis.AtClient || symptom.Code != c.code {
				t.Errorf("ReadClient = %s %s, want client %s", symptom.Where, symptom.Code, c.code)
			}
			if diff := cmp.Diff(want, symptom.Facts); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
			if strings.Contains(fmt.Sprintf("%v %#v", err, symptom), "sentinel") {
				t.Errorf("ReadClient repeats the secret: %v", err)
			}
		})
	}
}

func FuzzReadClient(f *testing.F) {
	for _, seed := range []string{sample("web"), sample("installed")[:90], `{"web":null}`, "\xef\xbb\xbf{}", "[", sampleID} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		client, err := account.ReadClient(data, "f")
		if err == nil {
			if client.ID == "" || client.Secret.IsZero() || client.Type == "" {
				t.Errorf("ReadClient(%q) = %+v, want ID, secret and type", data, client)
			}
			return
		}
		if symptom, ok := errors.AsType[*diagnosis.Symptom](err); !ok || symptom.Where != diagnosis.AtClient || symptom.Code == "" {
			t.Errorf("ReadClient(%q) = %v, want a Symptom at client", data, err)
		}
	})
}

func TestClientIDProject(t *testing.T) {
	for id, want := range map[string]string{
		sampleID: "815407401234", "": "", "abc-def": "", "123-x": "", "815407401234": "", "-x": "", "81540740123a-x": "",
	} {
		if got := account.ClientIDProject(id); got != want {
			t.Errorf("ClientIDProject(%q) = %q, want %q", id, got, want)
		}
	}
	if got := (account.Client{ID: sampleID, ProjectID: "p"}).Project(); got != "p" {
		t.Errorf("Project() = %q, want the ID before the number", got)
	}
}

func TestCheckEmail(t *testing.T) {
	for in, want := range map[string]string{
		"office@example.com":           "office@example.com",
		" Office.Mail+x@Example.COM\n": "office.mail+x@example.com",
		"biuro@żółw.pl":                "biuro@żółw.pl",
		"o'neil@sub.example.co.uk":     "o'neil@sub.example.co.uk",
	} {
		if got, err := account.CheckEmail(in); got != want || err != nil {
			t.Errorf("CheckEmail(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	long := strings.Repeat("a", 65)
	for in, fact := range map[string]string{
		"": "", "office": "", "office@example": "office@example", "Office <office@example.com>": "Office <office@example.com>",
		"a@b@example.com": "a@b@example.com", `"a b"@example.com`: `"a b"@example.com`, "a@[127.0.0.1]": "a@[127.0.0.1]",
		"a@-x.com": "a@-x.com", "a@x..com": "a@x..com", "a\x01@example.com": "", "a..b@example.com": "a..b@example.com",
		long + "@example.com": long + "@example.com", "a@" + strings.Repeat("b", 64) + ".com": "a@" + strings.Repeat("b", 64) + ".com",
		"a@exa_mple.com": "a@exa_mple.com", strings.Repeat("s", 200) + "@x": "",
	} {
		_, err := account.CheckEmail(in)
		symptom, ok := errors.AsType[*diagnosis.Symptom](err)
		if !ok || symptom.Where != diagnosis.AtInput {
			t.Errorf("CheckEmail(%q) = %v, want a Symptom at input", in, err)
			continue
		}
		if got := symptom.Facts["value"]; got != fact {
			t.Errorf("CheckEmail(%q) names the value %q, want %q", in, got, fact)
		}
	}
}
