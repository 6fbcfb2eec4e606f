package playbook

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"gmailoauth/internal/targets"
)

// seed is one instruction of a maker's guide, and what carries it here.
type seed struct {
	At       string `yaml:"at"`
	Gist     string `yaml:"gist"`
	Step     string `yaml:"step"`
	Do       string `yaml:"do"`
	Question string `yaml:"question"`
	Target   string `yaml:"target"`
	Outdated string `yaml:"outdated"`
	Instead  string `yaml:"instead"`
}

type seedGuide struct {
	Target       string `yaml:"target"`
	Instructions []seed `yaml:"instructions"`
}

// Each instruction of the makers' guides is carried by something that exists, or
// is outdated for a reason, with what is said in its place.
func TestSeedsAreCarried(t *testing.T) {
	data, err := os.ReadFile("testdata/seeds.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Guides []seedGuide `yaml:"guides"`
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(data)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	counts := map[string][2]int{}
	for _, guide := range file.Guides {
		carriers := carriersOf(t, guide.Target)
		places := map[string]bool{}
		count := counts[guide.Target]
		for _, s := range guide.Instructions {
			if places[s.At] || s.At == "" || s.Gist == "" {
				t.Errorf("%s: place %q stands twice, or %q says nothing", guide.Target, s.At, s.Gist)
			}
			places[s.At] = true
			by := s.carrier()
			if !carriers[by] {
				t.Errorf("%s %s, %s: carried by %q, which does not exist", guide.Target, s.At, s.Gist, by)
			}
			if (s.Outdated == "") != (s.Instead == "") {
				t.Errorf("%s %s: outdated %q, instead %q: want both or none", guide.Target, s.At, s.Outdated, s.Instead)
			}
			count[0]++
			if s.Outdated != "" {
				count[1]++
			}
		}
		counts[guide.Target] = count
	}
	// How many there are in each guide, and how many of them are outdated.
	want := map[string][2]int{"yetiforce": {36, 11}, "nocobase": {44, 16}, "dynamics365": {44, 8}, "winmentor": {15, 6}}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("instructions and outdated ones of each guide (-want +got):\n%s", diff)
	}
}

// carrier names what carries a seed: one thing, or "" when it is none or several.
func (s seed) carrier() string {
	var list []string
	switch {
	case s.Do != "":
		list = append(list, "step "+s.Step+"."+s.Do)
	case s.Step != "":
		list = append(list, "step "+s.Step)
	}
	if s.Question != "" {
		list = append(list, "question "+s.Question)
	}
	if s.Target != "" {
		list = append(list, "target "+s.Target)
	}
	if len(list) != 1 {
		return ""
	}
	return list[0]
}

// canMeet reports whether a condition can hold for an application: what its kind
// of client and its addresses rule out does not.
func canMeet(t *Target, when Condition) bool {
	for key, has := range map[string]bool{"origins": len(t.Origins) > 0, "domains": len(t.Domains) > 0} {
		if _, asks := when[key]; asks && !has {
			return false
		}
	}
	for key, have := range map[string]string{"client_type": t.ClientType, "target.gmail_api": t.GmailAPI} {
		if wanted, asks := when[key]; asks && !slices.Contains(wanted, have) {
			return false
		}
	}
	return true
}

// carriersOf lists what the walk and an application have that can carry an
// instruction.
func carriersOf(t *testing.T, name string) map[string]bool {
	t.Helper()
	target, err := LoadTarget(name, "en")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Load("en", target)
	if err != nil {
		t.Fatal(err)
	}
	carriers := map[string]bool{}
	for _, s := range p.Steps {
		if s.Action != "" {
			carriers["step "+s.ID] = true
		}
		for _, i := range s.Instructions {
			carriers["step "+s.ID+"."+i.ID] = canMeet(target, i.When)
		}
		for _, q := range s.Questions {
			carriers["question "+q.Key] = true
		}
	}
	add := func(ok bool, what string) { carriers["target "+what] = ok }
	for _, i := range target.Before {
		add(true, "before."+i.ID)
	}
	for _, i := range target.After {
		add(true, "after."+i.ID)
	}
	for _, v := range target.Variables {
		add(true, "variable."+v.Key)
	}
	for _, f := range target.Forms {
		add(len(f.Menu) > 0, "form."+f.ID)
		for _, field := range f.Fields {
			add(true, "form."+f.ID+"."+field.Key)
		}
	}
	add(len(target.RedirectURIs) > 0, "redirect_uris")
	add(len(target.Origins) > 0, "origins")
	add(len(target.Domains) > 0, "domains")
	add(target.ClientType != "", "client_type")
	add(target.GmailAPI != "", "gmail_api")
	var d targetData // warnings and limits have ids in the data only
	data, err := targets.FS.ReadFile(name + "/target.yaml")
	if err == nil {
		err = yaml.Unmarshal(data, &d)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range d.Warnings {
		add(true, "warning."+id)
	}
	for _, id := range d.Limits {
		add(true, "limit."+id)
	}
	return carriers
}
