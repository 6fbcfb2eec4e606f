package doctor

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/finding"
)

// authorities looks for the machine's own list. With that of a provider file
// alone, the provider is reached, and nobody else.
func (m *Machine) authorities() finding.Finding {
	roots, err := m.Roots()
	if err == nil && !roots.Equal(x509.NewCertPool()) {
		return finding.Finding{ID: "ca", Status: finding.Pass}
	}
	f := finding.Finding{ID: "ca", Status: finding.Fail,
		Symptom: &diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "no-authorities", Err: err}}
	if m.Provider.CAFile != "" {
		f.Status = finding.Warn
	}
	return f
}

func (m *Machine) browser() finding.Finding {
	program, err := m.Browser()
	if err != nil {
		return warning("browser", "", &diagnosis.Symptom{Where: diagnosis.AtConnect, Code: "no-browser", Err: err})
	}
	return finding.Finding{ID: "browser", Status: finding.Pass, Evidence: program}
}

// stores opens each place of secrets, one after the other: some ask a person.
func (m *Machine) stores(ctx context.Context) []finding.Finding {
	var found []finding.Finding
	for _, s := range m.Stores {
		if s.Keyring {
			found = append(found, m.store(ctx, "keyring", s))
		}
	}
	if len(found) == 0 {
		found = append(found, skipped("keyring", "", "keyring-unused"))
	}
	if others := slices.ContainsFunc(m.Stores, func(s Store) bool { return !s.Keyring }); !others {
		return append(found, skipped("store", "", "store-unused"))
	}
	for _, s := range m.Stores {
		if !s.Keyring {
			found = append(found, m.store(ctx, "store", s))
		}
	}
	return found
}

func (m *Machine) store(ctx context.Context, id string, s Store) finding.Finding {
	return m.check(ctx, id, s.Spec, func(ctx context.Context) (string, map[string]string, error) {
		err := s.Open(ctx)
		if _, ok := errors.AsType[*diagnosis.Symptom](err); err != nil && !ok {
			err = &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "read-failed", Text: err.Error(), Err: err}
		}
		return s.Spec, nil, err
	})
}
