package fleet

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/diagnosis"
)

// What a mailbox says goes before what stands beside mailboxes, and takes only
// what fits from there.
func TestReadAccess(t *testing.T) {
	const robot = "mail@my-mail-123.iam.gserviceaccount.com"
	for name, c := range map[string]struct {
		text string
		want Access
	}{
		"nothing is said":             {"- office@example.com", Access{}},
		"a client is a consent":       {"- {account: office@example.com, client: c.json}", Access{Grant: Consent, Client: "c.json"}},
		"a client for all":            {"client: c.json\nmailboxes: [office@example.com]", Access{Grant: Consent, Client: "c.json"}},
		"a key is a delegation":       {"service_account_file: k.json\nmailboxes: [office@example.com]", Access{Grant: Delegation, ServiceKey: "k.json"}},
		"a service account without":   {"- {account: office@example.com, service_account: " + strings.ToUpper(robot) + ", scope: both}", Access{Grant: Delegation, ServiceAccount: robot, Scope: "both"}},
		"both for all, consent wins":  {"client: c.json\nservice_account_file: k.json\nmailboxes: [office@example.com]", Access{Grant: Consent, Client: "c.json"}},
		"both for all, one delegated": {"client: c.json\nservice_account_file: k.json\nscope: mail\nmailboxes:\n- {account: office@example.com, grant: delegation}", Access{Grant: Delegation, ServiceKey: "k.json", Scope: "mail"}},
		"delegation for all, but one": {"grant: delegation\nservice_account_file: k.json\nmailboxes:\n- {account: office@example.com, client: c.json}", Access{Grant: Consent, Client: "c.json"}},
		"another key than all":        {"service_account_file: k.json\nmailboxes:\n- {account: office@example.com, service_account: " + robot + "}", Access{Grant: Delegation, ServiceAccount: robot}},
		"a token, the client of all":  {"client: c.json\nmailboxes:\n- {account: office@example.com, refresh_token_file: t.txt}", Access{Grant: Consent, Client: "c.json", RefreshToken: "t.txt"}},
		"tokens for all":              {"client: c.json\nrefresh_token_file: tokens/{account}.txt\nmailboxes: [Office@Example.com]", Access{Grant: Consent, Client: "c.json", RefreshToken: "tokens/office@example.com.txt"}},
		"a table":                     {"account;Client;refresh_token_file\noffice@example.com;c.json;t.txt", Access{Grant: Consent, Client: "c.json", RefreshToken: "t.txt"}},
		"a table of delegations":      {"account,grant,service_account_file\noffice@example.com,delegation,k.json", Access{Grant: Delegation, ServiceKey: "k.json"}},
		"an empty cell says nothing":  {"account,grant,client\noffice@example.com,,", Access{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read([]byte(c.text), "fleet")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got[0].Access); diff != "" {
				t.Errorf("Read (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadAccessRefuses(t *testing.T) {
	const token = "1//0gAbCdEfGhIjKlMnOpQrStUv"
	for name, c := range map[string]struct{ text, code, line, key string }{
		"a grant that is none":          {"- account: office@example.com\n  grant: robot\n", "fleet-bad-value", "2", "grant"},
		"a scope that is none":          {"- account: office@example.com\n  service_account_file: k.json\n  scope: all\n", "fleet-bad-value", "3", "scope"},
		"an address of a person":        {"- account: office@example.com\n  service_account: sales@example.com\n", "fleet-bad-value", "2", "service_account"},
		"an empty path":                 {"- account: office@example.com\n  client:\n", "fleet-bad-value", "2", "client"},
		"a list of clients":             {"- account: office@example.com\n  client: [a, b]\n", "fleet-bad-value", "2", "client"},
		"a client and a delegation":     {"- account: office@example.com\n  grant: delegation\n  client: c.json\n", "fleet-contradiction", "3", "client"},
		"a token and a key":             {"- account: office@example.com\n  service_account_file: k.json\n  refresh_token_file: t\n", "fleet-contradiction", "3", "refresh_token_file"},
		"a consent and a key":           {"- account: office@example.com\n  service_account_file: k.json\n  grant: consent\n", "fleet-contradiction", "2", "service_account_file"},
		"a scope and a client":          {"client: c.json\nmailboxes:\n- account: office@example.com\n  scope: mail\n", "fleet-contradiction", "4", "scope"},
		"a key and none":                {"- account: office@example.com\n  service_account_file: k.json\n  service_account: a@b.iam.gserviceaccount.com\n", "fleet-contradiction", "3", "service_account"},
		"the same for all":              {"mailboxes: [office@example.com]\nservice_account: a@b.iam.gserviceaccount.com\nservice_account_file: k.json\n", "fleet-contradiction", "2", "service_account"},
		"a delegation to nobody":        {"mailboxes:\n- account: office@example.com\n  grant: delegation\n", "fleet-incomplete", "3", "grant: delegation"},
		"delegation for all, to nobody": {"grant: delegation\nmailboxes:\n- office@example.com\n", "fleet-incomplete", "3", "grant: delegation"},
		"a token without a client":      {"- account: office@example.com\n  refresh_token_file: t\n", "fleet-incomplete", "2", "refresh_token_file"},
		"one token for all":             {"client: c.json\nrefresh_token_file: t\nmailboxes: [office@example.com]\n", "fleet-bad-value", "2", "refresh_token_file"},
		"a token in the file":           {"- account: office@example.com\n  refresh_token_file: " + token + "\n", "fleet-secret", "2", "refresh_token_file"},
		"a token under its own name":    {"- account: office@example.com\n  refresh_token: x\n", "fleet-secret", "2", "refresh_token"},
		"a client's secret":             {"client_secret: GOCSPX-abcdefghijklmnop\nmailboxes: [office@example.com]\n", "fleet-secret", "1", "client_secret"},
		"a token as a key":              {"- account: office@example.com\n  " + token + ": x\n", "fleet-secret", "2", ""},
		"a key in the file":             {"- account: office@example.com\n  service_account_file: |\n    -----BEGIN PRIVATE KEY-----\n    abc\n", "fleet-secret", "2", "service_account_file"},
		"a client's JSON in the file":   {"- account: office@example.com\n  client: '{\"installed\": {}}'\n", "fleet-secret", "2", "client"},
		"a token in a table":            {"account,client,refresh_token_file\noffice@example.com,c.json," + token + "\n", "fleet-secret", "2", "refresh_token_file"},
		"a column of tokens":            {"account,refresh_token\noffice@example.com,x\n", "fleet-secret", "1", "refresh_token"},
		"a contradiction in a table":    {"account,grant,client\noffice@example.com,delegation,c.json\n", "fleet-contradiction", "2", "client"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read([]byte(c.text), "boxes.yaml")
			symptom, ok := errors.AsType[*diagnosis.Symptom](err)
			if !ok || got != nil {
				t.Fatalf("Read = %v, %v; want a Symptom", got, err)
			}
			if symptom.Code != c.code || symptom.Facts["line"] != c.line || symptom.Facts["key"] != c.key {
				t.Errorf("Read: %s %v, want %s in line %s of key %s", symptom.Code, symptom.Facts, c.code, c.line, c.key)
			}
			for _, value := range symptom.Facts {
				if strings.Contains(value, "0gAbCdEf") || strings.Contains(value, "GOCSPX") || strings.Contains(value, "BEGIN") {
					t.Errorf("the refusal shows the secret: %v", symptom.Facts)
				}
			}
		})
	}
}

func TestPathsAreThoseOfTheFile(t *testing.T) {
	absolute := filepath.Join(t.TempDir(), "k.json")
	e := Entry{Access: Access{Client: "c.json", RefreshToken: "../t.txt", ServiceKey: absolute}}
	got := e.Within("fleets").Access
	want := Access{Client: filepath.Join("fleets", "c.json"), RefreshToken: "t.txt", ServiceKey: absolute}
	if got != want || e.Access.Client != "c.json" {
		t.Errorf("Within = %+v, want %+v", got, want)
	}
	if got := (Entry{}).Within("fleets"); got.Access != (Access{}) {
		t.Errorf("Within makes paths of nothing: %+v", got.Access)
	}
}
