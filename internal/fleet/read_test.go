package fleet

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/diagnosis"
)

func TestRead(t *testing.T) {
	office := Entry{Account: "office@example.com", Line: 1}
	for name, c := range map[string]struct {
		text string
		want []Entry
	}{
		"a line each":        {"office@example.com\r\n\n# rest\n Sales@Example.com # theirs\n", []Entry{office, {Account: "sales@example.com", Line: 4}}},
		"with a mark before": {"\uFEFFoffice@example.com", []Entry{office}},
		"a list":             {"- office@example.com\n- {account: sales@example.com, protocols: [POP3, pop3]}", []Entry{office, {Account: "sales@example.com", Protocols: []string{"pop3"}, Line: 2}}},
		"a mapping, with what holds for all below": {
			"mailboxes:\n  - office@example.com\n  - account: sales@example.com\n    target: nocobase\nstore: keyring\nprotocols: [imap]\ntarget: yetiforce\n",
			[]Entry{
				{Account: "office@example.com", Target: "yetiforce", Store: "keyring", Protocols: []string{"imap"}, Line: 2},
				{Account: "sales@example.com", Target: "nocobase", Store: "keyring", Protocols: []string{"imap"}, Line: 3},
			},
		},
		"JSON is YAML": {`{"mailboxes": ["office@example.com"]}`, []Entry{office}},
		"a table": {
			"account,target,protocols,store\noffice@example.com,yetiforce,imap smtp,file\n\nsales@example.com\n",
			[]Entry{{Account: "office@example.com", Target: "yetiforce", Protocols: []string{"imap", "smtp"}, Store: "file", Line: 2}, {Account: "sales@example.com", Line: 4}},
		},
		"a table with semicolons": {"Email;Protocols\r\noffice@example.com;\"imap;smtp\"\r\n", []Entry{{Account: "office@example.com", Protocols: []string{"imap", "smtp"}, Line: 2}}},
		"a table of one column":   {"Email\noffice@example.com\n", []Entry{{Account: "office@example.com", Line: 2}}},
		"as the Admin console exports": {
			"First Name [Required],Last Name [Required],Email Address [Required],Org Unit Path [Required]\nAnn,Lee,office@example.com,/\n",
			[]Entry{{Account: "office@example.com", Line: 2}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read([]byte(c.text), "fleet")
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("Read: %v\n%s", err, diff)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, code, line, key string }{
		"nothing":                     {"# later\n", "fleet-empty", "", ""},
		"no mailbox":                  {"target: yetiforce\nmailboxes:\n", "fleet-empty", "", ""},
		"an empty document":           {"---\n", "fleet-empty", "", ""},
		"no address":                  {"office@example.com\noffice\n", "fleet-bad-value", "2", "account"},
		"twice, in another spelling":  {"office@example.com\n\nOffice@example.com\n", "fleet-twice", "3", ""},
		"not UTF-8":                   {"office@example.com\n\xff\n", "fleet-damaged", "2", ""},
		"not YAML":                    {"mailboxes:\n  - a: [b\n", "fleet-damaged", "1", ""},
		"two documents":               {"- office@example.com\n---\n- sales@example.com\n", "fleet-damaged", "1", ""},
		"a text":                      {"--- office\n", "fleet-damaged", "1", ""},
		"a key of the file's unknown": {"mailboxes: [office@example.com]\nprotocol: [imap]\n", "fleet-unknown-key", "2", "protocol"},
		"a key twice":                 {"mailboxes: [office@example.com]\nmailboxes: [sales@example.com]\n", "fleet-unknown-key", "2", "mailboxes"},
		"a key of a box's unknown":    {"- account: office@example.com\n  targt: yetiforce\n", "fleet-unknown-key", "2", "targt"},
		"a box without an account":    {"- target: yetiforce\n", "fleet-bad-value", "1", "account"},
		"a list for a text":           {"- account: [office@example.com]\n", "fleet-bad-value", "1", "account"},
		"a text for a list":           {"mailboxes: office@example.com\n", "fleet-bad-value", "1", "mailboxes"},
		"a list in the list":          {"- [office@example.com]\n", "fleet-bad-value", "1", "mailboxes"},
		"an unknown protocol":         {"- account: office@example.com\n  protocols: [imap, nntp]\n", "fleet-bad-value", "2", "protocols"},
		"a table without an account":  {"target,store\nyetiforce,file\n", "fleet-no-column", "1", ""},
		"an unknown column":           {"account,targt\noffice@example.com,x\n", "fleet-unknown-key", "1", "targt"},
		"a column twice":              {"account,email\noffice@example.com,x\n", "fleet-unknown-key", "1", "email"},
		"a table's protocol":          {"account,protocols\noffice@example.com,nntp\n", "fleet-bad-value", "2", "protocols"},
		"a quote left open":           {"account,store\n\"office@example.com,file\n", "fleet-damaged", "2", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read([]byte(c.text), "boxes.yaml")
			symptom, ok := errors.AsType[*diagnosis.Symptom](err)
			if !ok || got != nil {
				t.Fatalf("Read = %v, %v; want a Symptom", got, err)
			}
			if symptom.Code != c.code || symptom.Facts["line"] != c.line || symptom.Facts["key"] != c.key || symptom.Facts["file"] != "boxes.yaml" {
				t.Errorf("Read: %s %v, want %s in line %s of key %s", symptom.Code, symptom.Facts, c.code, c.line, c.key)
			}
		})
	}
	_, err := Read([]byte("office@example.com\nsales@example.com\noffice@example.com"), "f")
	if facts := diagnosis.SymptomOf(err).Facts; facts["account"] != "office@example.com" || facts["first"] != "1" {
		t.Errorf("a mailbox twice: %v, want who and where first", facts)
	}
}

// Whatever is read, what comes out are addresses, each once.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"office@example.com\n", "- account: a@b.cd\n", "account;store\na@b.cd;file\n", "mailboxes: {a: &a [*a]}", "? [a]\n: b", "- !!binary =\n", "\"\n\",a",
		"client: c\nrefresh_token_file: '{account}'\nmailboxes: [a@b.cd]", "- {account: a@b.cd, grant: delegation, service_account_file: k, scope: both}",
		"account,client,grant\na@b.cd,c,consent", "service_account: a@b.iam.gserviceaccount.com\nmailboxes: [a@b.cd]"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := Read(data, "fleet")
		if err != nil {
			if _, ok := errors.AsType[*diagnosis.Symptom](err); !ok || entries != nil {
				t.Fatalf("Read = %v, %v", entries, err)
			}
			return
		}
		seen := map[string]bool{}
		for _, e := range entries {
			if seen[e.Account] || !strings.Contains(e.Account, "@") || e.Line < 1 {
				t.Fatalf("Read: entry %+v", e)
			}
			seen[e.Account] = true
			consents, delegates := e.Access.Client+e.Access.RefreshToken != "", e.Access.ServiceKey+e.Access.ServiceAccount != ""
			if consents != (e.Access.Grant == Consent && consents) || delegates != (e.Access.Grant == Delegation) || e.Access.RefreshToken != "" && e.Access.Client == "" {
				t.Fatalf("Read: access %+v", e.Access)
			}
		}
	})
}

func TestShard(t *testing.T) {
	kubernetes := map[string]string{"JOB_COMPLETION_INDEX": "0"}
	gitlab := map[string]string{"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"}
	for _, c := range []struct {
		text string
		env  map[string]string
		want string // or the code of the refusal
	}{
		{"", kubernetes, ""}, {"1/3", nil, "1/3"}, {" 3/3 ", nil, "3/3"}, {"0/3", nil, "3/3"}, {"1/1", nil, "1/1"}, {"0/1", nil, "1/1"},
		{"auto/10", kubernetes, "1/10"}, {"auto", gitlab, "2/3"}, {"auto/5", gitlab, "2/5"},
		{"auto", kubernetes, "fleet-shard-count"}, {"auto/3", nil, "fleet-shard-index"}, {"auto", nil, "fleet-shard-index"},
		{"4/3", nil, "bad-value"}, {"-1/3", nil, "bad-value"}, {"1/0", nil, "bad-value"}, {"1", nil, "bad-value"}, {"a/b", nil, "bad-value"}, {"1/1000000", nil, "bad-value"},
		{"auto/3", map[string]string{"JOB_COMPLETION_INDEX": "3"}, "bad-value"},
	} {
		got, err := ParseShard(c.text, func(name string) string { return c.env[name] })
		told := got.String()
		if err != nil {
			told = diagnosis.SymptomOf(err).Code
		}
		if told != c.want {
			t.Errorf("ParseShard(%q) with %v = %s, want %s", c.text, c.env, told, c.want)
		}
	}
}

// Each mailbox belongs to one share, whether shares are counted from 0 or from 1.
func TestShardsAreAll(t *testing.T) {
	var entries []Entry
	for i := range 11 {
		entries = append(entries, Entry{Line: i + 1})
	}
	for _, shares := range [][]string{{"1/4", "2/4", "3/4", "4/4"}, {"0/4", "1/4", "2/4", "3/4"}} {
		count := map[int]int{}
		for _, text := range shares {
			s, err := ParseShard(text, nil)
			if err != nil {
				t.Fatal(err)
			}
			own := Share(s, entries)
			if len(own) < 2 || len(own) > 3 {
				t.Errorf("%s of 11: %d", text, len(own))
			}
			for _, e := range own {
				count[e.Line]++
			}
		}
		for _, e := range entries {
			if count[e.Line] != 1 {
				t.Errorf("%v: entry %d is in %d shares", shares, e.Line, count[e.Line])
			}
		}
	}
	if all := Share(Shard{}, entries); len(all) != 11 {
		t.Errorf("no shard: %d entries, want all", len(all))
	}
	if none := Share(Shard{3, 3}, entries[:1]); len(none) != 0 {
		t.Errorf("a share of a smaller fleet: %v", none)
	}
}
