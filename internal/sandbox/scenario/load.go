package scenario

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed scenarios/*.yaml
var files embed.FS

// points are all places at which a server asks; an entry that names another one
// would never be spoken.
func points() []string {
	return []string{
		OAuthTLS, Authorize, Consent, Redirect, GrantPoint, TokenCode, TokenRefresh,
		Tokeninfo, Userinfo, Revoke, Introspect, GmailProfile,
		CloudProject, CloudOrganizations, CloudCreate, CloudOperation, CloudService, CloudEnable, CloudEnabling,
		DelegationToken, DelegationAccount, DelegationCreate, DelegationKey, DelegationSign,
		FederationSubject, FederationExchange, FederationImpersonate,
		IMAPTLS, IMAPGreeting, IMAPCapability, IMAPAuth, IMAPExamine,
		SMTPTLS, SMTPGreeting, SMTPEHLO, SMTPSTARTTLS, SMTPAuth, SMTPMail, SMTPData,
		POP3TLS, POP3Greeting, POP3CAPA, POP3Auth, POP3Stat,
	}
}

// Load gives all scenarios, sorted by name. They are read once; do not change
// them. An error names file and scenario.
func Load() ([]Scenario, error) { return loaded() }

var loaded = sync.OnceValues(func() ([]Scenario, error) { return read(files) })

// Named gives one scenario.
func Named(name string) (Scenario, bool) {
	all, err := Load()
	if err != nil {
		return Scenario{}, false
	}
	i := slices.IndexFunc(all, func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return Scenario{}, false
	}
	return all[i], true
}

func read(fsys fs.FS) ([]Scenario, error) {
	names, err := fs.Glob(fsys, "scenarios/*.yaml")
	if err != nil {
		return nil, err
	}
	var all []Scenario
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		some, err := parse(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b Scenario) int { return strings.Compare(a.Name, b.Name) })
	for i := range all {
		if i > 0 && all[i].Name == all[i-1].Name {
			return nil, fmt.Errorf("%s: two scenarios have this name", all[i].Name)
		}
	}
	return all, nil
}

// parse reads one file: a list of scenarios. Unknown keys are errors.
func parse(data []byte) ([]Scenario, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	var some []Scenario
	if err := decoder.Decode(&some); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for _, s := range some {
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return some, nil
}

var kebab = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`) })

func (s Scenario) check() error {
	switch {
	case !kebab().MatchString(s.Name):
		return errors.New("the name is not in kebab-case")
	case s.About == "":
		return errors.New("about is missing")
	case s.Source == "":
		return errors.New("source is missing")
	case len(s.Effects) == 0:
		return errors.New("no effects")
	}
	known := points()
	for _, effect := range s.Effects {
		if !slices.Contains(known, effect.At) {
			return fmt.Errorf("no server asks at the point %q", effect.At)
		}
		if _, err := effect.GrantLifetime(); err != nil {
			return err
		}
	}
	return nil
}
