package vault_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var rule = regexp.MustCompile(`(?s)path "([^"]+)" \{\s*capabilities = \[([^\]]+)\]`)

// The policy in docs is all that is needed, and no less.
func TestThePolicyInTheDocsIsEnough(t *testing.T) {
	page, err := os.ReadFile("../../../docs/stores/vault-policy.hcl")
	if err != nil {
		t.Fatal(err)
	}
	s, env := server(t)
	s.Mount("", "secret")
	var pairs []string
	for _, m := range rule.FindAllStringSubmatch(string(page), -1) {
		pairs = append(pairs, m[1], strings.NewReplacer(`"`, "", ",", " ").Replace(m[2]))
	}
	if len(pairs) != 4 {
		t.Fatalf("%d rules in the policy, want 2", len(pairs)/2)
	}
	works := func(pairs ...string) bool {
		s.Allow("hvs.owner", pairs...)
		k := keeper(t, "secret/gmailoauth", env)
		for range 2 { // new, and replaced
			if k.Write(t.Context(), "a", []byte(text)) != nil {
				return false
			}
		}
		_, err := k.Read(t.Context(), "a")
		return err == nil && k.Remove(t.Context(), "a") == nil
	}
	if !works(pairs...) {
		t.Error("the policy is not enough")
	}
	for i := 1; i < len(pairs); i += 2 {
		for capability := range strings.FieldsSeq(pairs[i]) {
			less := append([]string(nil), pairs...)
			less[i] = strings.Replace(less[i], capability, "", 1)
			if works(less...) {
				t.Errorf("the policy allows %s on %s, which nothing needs", capability, pairs[i-1])
			}
			s.Owner("hvs.owner", "secret", "gmailoauth")
			if err := keeper(t, "secret/gmailoauth", env).Remove(t.Context(), "a"); err != nil {
				t.Fatal(err)
			}
		}
	}
}
