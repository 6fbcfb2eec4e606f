package main

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"gmailoauth/internal/account"
	"gmailoauth/internal/export"
	"gmailoauth/internal/finding"
	"gmailoauth/internal/playbook"
)

var schemas = filepath.Join("..", "..", "docs", "reference", "schema")

// loaded reads the schemas of docs/reference/schema. Here they allow no key that
// they do not name: what the program adds must be written down.
func loaded(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(schemas, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no schemas: ", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		closeObjects(document)
		if err := compiler.AddResource("schema:///"+filepath.Base(file), document); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	all := map[string]*jsonschema.Schema{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		if all[name], err = compiler.Compile("schema:///" + name + ".json"); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// closeObjects forbids what an object's schema does not name.
func closeObjects(schema any) {
	switch schema := schema.(type) {
	case map[string]any:
		_, open := schema["additionalProperties"]
		if _, named := schema["properties"]; named && schema["type"] != nil && !open {
			schema["additionalProperties"] = false
		}
		for _, inner := range schema {
			closeObjects(inner)
		}
	case []any:
		for _, inner := range schema {
			closeObjects(inner)
		}
	}
}

// schooled is a workplace whose answers are held against the schemas.
type schooled struct {
	*workplace
	schemas map[string]*jsonschema.Schema
	seen    map[string][]any // valid documents of each schema
}

// valid runs a command, and holds each line of JSON, or all of it, against a schema.
func (s *schooled) valid(schema string, args ...string) {
	s.t.Helper()
	s.hold(schema, strings.Join(args, " "), s.answer(args))
}

func (s *schooled) hold(schema, command, out string) {
	s.t.Helper()
	texts := []string{out}
	if schema == "verify-line" {
		texts = strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	}
	for _, text := range texts {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err == nil {
			err = s.schemas[schema].Validate(document)
		}
		if err != nil {
			s.t.Errorf("gmailoauth %s is not as %s.json says: %v\n%.3000s", command, schema, err, text)
			continue
		}
		s.seen[schema] = append(s.seen[schema], document)
	}
}

// answer is what a command says on stdout. That of token is a secret, and run
// minds those.
func (s *schooled) answer(args []string) string {
	s.t.Helper()
	if args[0] != "token" {
		_, out, _ := s.run(args...)
		return out
	}
	var out string
	s.let(func(a *app) int {
		told := new(strings.Builder)
		a.term.Out = told
		code := a.run(s.t.Context(), args)
		out = told.String()
		return code
	})
	return out
}

// What the program says in JSON is as the schemas say, in good days and bad.
func TestSchemas(t *testing.T) {
	s := &schooled{newWorkplace(t), loaded(t), map[string][]any{}}
	client := s.file(t)
	verify := []string{"verify", "--protocol", "imap,smtp,pop3", "--sasl", "both", "--format", "json"}
	for _, scene := range []string{"testing-lifetime", ""} {
		s.use(strings.Fields(scene)...)
		s.connect()
		s.valid("verify", verify...)
		s.valid("accounts", "accounts", "list", "--format", "json")
	}
	s.valid("accounts", "accounts", "show", s.who, "--format", "json")
	s.valid("token", "token", s.who, "--format", "json")
	s.valid("verify", "client", "check", "--client-file", client, "--format", "json")
	s.valid("verify-line", "client", "check", "--client-file", client, "--format", "jsonl")
	s.valid("verify", "doctor", "--format", "json")
	s.valid("verify-line", "doctor", "--format", "jsonl")
	for _, scene := range []string{"imap-off-for-domain", "smtp-refused", "starttls-not-advertised", "imap-unavailable"} {
		s.use(scene)
		s.valid("verify", verify...)
		s.valid("verify-line", append(slices.Clone(verify[:len(verify)-1]), "jsonl")...)
	}
	s.use()
	s.shards()
	s.later(2 * time.Hour)
	s.box.Withdraw("")
	s.valid("verify", verify...)
	s.valid("error", "token", s.who, "--format", "json")
	s.valid("error", "verify", "nobody@example.com", "--format", "json")
	s.valid("error", "verify", "--format", "json", "--no-such-flag")
	s.valid("verify-line", "verify", "nobody@example.com", "--format", "jsonl")
	s.interrupted()
	s.applied()
	s.documents(client)
	s.valid("explain", "explain", "--format", "json")
	s.valid("explain", "explain", "imap-disabled-by-user", "--format", "json")
	s.valid("accounts-move", "accounts", "move", "--to", "file:"+s.t.TempDir(), "--format", "json")
	if len(s.seen) != len(s.schemas)-1 { // diagnosis is part of others
		t.Errorf("documents of %v were seen, want all of %v", slices.Sorted(maps.Keys(s.seen)), slices.Sorted(maps.Keys(s.schemas)))
	}
	s.refuseTheRest()
}

// shards are parts of a run, and what joins them.
func (s *schooled) shards() {
	s.t.Helper()
	dir := s.t.TempDir()
	boxes := filepath.Join(dir, "boxes.txt")
	if err := os.WriteFile(boxes, []byte(s.who+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	merge := []string{"report", "merge"}
	for _, shard := range []string{"1/2", "2/2"} {
		args := []string{"verify", "--fleet", boxes, "--shard", shard, "--format", "json"}
		s.valid("verify", args...)
		s.valid("verify-line", append(args, "--format", "jsonl")...)
		part := filepath.Join(dir, shard[:1])
		s.run(append(args, "--output", part)...)
		merge = append(merge, part)
	}
	s.valid("verify", merge...)
}

// interrupted is a proof that Ctrl-C ends behind its first mailbox.
func (s *schooled) interrupted() {
	s.t.Helper()
	for schema, format := range map[string]string{"verify": "json", "verify-line": "jsonl"} {
		code, out, _ := s.let(func(a *app) int {
			a.flags.format = format
			p, err := a.newProof("verify", proofFlags{})
			if err == nil {
				err = p.box(finding.Mailbox{Account: s.who})
			}
			if err != nil {
				s.t.Fatal(err)
			}
			stopped, cancel := context.WithCancel(s.t.Context())
			cancel()
			return a.fail(stopped, "verify", nil, p.end(stopped))
		})
		if code != 130 {
			s.t.Errorf("interrupted, verify exits %d", code)
		}
		s.hold(schema, "verify, interrupted", out)
	}
}

// documents are the answers that need no server.
func (s *schooled) documents(client string) {
	s.t.Helper()
	s.valid("export", "export", "--format", "json")
	for _, name := range export.Formats() {
		s.valid("export", "export", name, s.who, "--format", "json")
	}
	s.valid("export", "export", "generic-desktop", s.who, "--format", "json")
	s.valid("export", "export", "dynamics365", s.who, "--format", "json", "--set", "env_url=https://contoso.crm.dynamics.com")
	s.valid("targets", "targets", "list", "--format", "json")
	bad := filepath.Join(s.t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("nam: x\ntitle: 3\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.valid("targets", "targets", "check", bad, "--format", "json")
	for _, name := range playbook.Targets() {
		s.valid("targets", "targets", "show", name, "--format", "json")
		s.valid("targets", "targets", "check", name, "--format", "json")
		s.valid("plan", "plan", "--target", name, "--format", "json")
	}
	s.valid("plan", "plan", "--target", "generic-desktop", "--audience", "external", "--client-file", client, "--account", s.who, "--format", "json")
}

// refuseTheRest takes away each key of each document, and puts another kind of
// value in its place: a schema that minds neither says nothing of that key.
func (s *schooled) refuseTheRest() {
	s.t.Helper()
	for name, documents := range s.seen {
		schema := s.schemas[name]
		minded := map[string]bool{} // paths, without the places in lists
		for _, document := range documents {
			spoil(document, "", func(path string) {
				minded[path] = minded[path] || schema.Validate(document) != nil
			})
		}
		for path, ok := range minded {
			if !ok {
				s.t.Errorf("%s.json does not mind what %s is", name, path)
			}
		}
	}
}

// spoil puts a value of another kind in place of each value of a document, one at
// a time, and looks.
func spoil(document any, path string, look func(path string)) {
	switch document := document.(type) {
	case map[string]any:
		for key, value := range document {
			document[key] = []any{map[string]any{"spoilt": true}}
			look(path + "/" + key)
			document[key] = value
			spoil(value, path+"/"+key, look)
		}
	case []any:
		for _, value := range document {
			spoil(value, path, look)
		}
	}
}

// file keeps the JSON of a client of this workplace.
func (s *schooled) file(t *testing.T) string {
	t.Helper()
	_, file := s.client(account.Desktop)
	return file
}

// The examples of the topic json are as the schemas say, but that they are short.
func TestTopicNamesTheKeysOfTheSchemas(t *testing.T) {
	topic, err := topicFiles.ReadFile("topics/json.md")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(schemas, "verify.json"))
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties map[string]any
		Defs       map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	keys := slices.Collect(maps.Keys(schema.Properties))
	for _, def := range schema.Defs {
		keys = slices.AppendSeq(keys, maps.Keys(def.Properties))
	}
	for _, key := range keys {
		if !strings.Contains(string(topic), `"`+key+`"`) {
			t.Errorf("gmailoauth help json does not name %q", key)
		}
	}
}
