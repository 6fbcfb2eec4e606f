package adopt_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/adopt"
	"gmailoauth/internal/adopt/adopttest"
	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
)

const googleToken, microsoftToken = "https://oauth2.googleapis.com/token", "https://login.microsoftonline.com/common/oauth2/v2.0/token"

func TestReadTakesADumpOfPizauth(t *testing.T) {
	scope := google.MailScope()
	got, err := adopt.Read(adopttest.Dump(1,
		adopttest.Account{Name: "work", LoginHint: "Office@example.com", ClientSecret: "GOCSPX-sample", Scope: scope, TokenURI: googleToken, RefreshToken: "1//sample-office", Active: true, ClientID: sampleID},
		adopttest.Account{Name: "outlook", LoginHint: "x@example.com", Scope: "https://outlook.office365.com/SMTP.Send", TokenURI: microsoftToken, RefreshToken: "M.sample", Active: true, ClientID: sampleID},
		adopttest.Account{Name: "boss@example.com", Scope: scope, TokenURI: googleToken, RefreshToken: "1//sample-boss", Active: true, ClientID: sampleID},
		adopttest.Account{Name: "not yet", ClientSecret: "GOCSPX-sample", Scope: scope, TokenURI: googleToken, ClientID: sampleID},
		adopttest.Account{Name: "no refresh token", ClientSecret: "GOCSPX-sample", Scope: scope, TokenURI: googleToken, Active: true, ClientID: sampleID},
		adopttest.Account{Name: "nameless", ClientSecret: "GOCSPX-sample", Scope: scope, TokenURI: googleToken, RefreshToken: "1//sample-nameless", Active: true, ClientID: sampleID},
	), "-", google.Gmail())
	if err != nil {
		t.Fatal(err)
	}
	want := []seen{
		{"pizauth", "", sampleID, "GOCSPX-sample", "1//sample-nameless", []string{scope}},
		{"pizauth", "boss@example.com", sampleID, "", "1//sample-boss", []string{scope}},
		{"pizauth", "office@example.com", sampleID, "GOCSPX-sample", "1//sample-office", []string{scope}},
	}
	if diff := cmp.Diff(want, look(got)); diff != "" {
		t.Errorf("Read (-want +got):\n%s", diff)
	}
}

func TestDumpsThatHoldNothingForUs(t *testing.T) {
	scope := google.MailScope()
	good := adopttest.Account{Name: "work", LoginHint: "office@example.com", ClientSecret: "GOCSPX-sample", Scope: scope, TokenURI: googleToken, RefreshToken: "1//sample", Active: true, ClientID: sampleID}
	outlook, idle := good, good
	outlook.TokenURI, idle.Active = microsoftToken, false
	for name, c := range map[string]struct {
		data []byte
		code string
	}{
		"empty":              {adopttest.Dump(1), "import-no-refresh-token"},
		"not authorized":     {adopttest.Dump(1, idle), "import-no-refresh-token"},
		"of Microsoft":       {adopttest.Dump(1, outlook), "import-other-provider"},
		"of a later version": {adopttest.Dump(2, good), "import-unknown"},
		"changed":            {append(slices.Clone(adopttest.Dump(1, good)), 0), "import-unknown"},
		"cut":                {adopttest.Dump(1, good)[:60], "import-unknown"},
	} {
		_, err := adopt.Read(c.data, "dump", google.Gmail())
		symptom, ok := errors.AsType[*diagnosis.Symptom](err)
		if !ok || symptom.Code != c.code {
			t.Errorf("%s: Read = %v, want %s", name, err, c.code)
		}
	}
}

// Any bytes may stand in a dump: whoever can read pizauth's source can seal them.
func FuzzDump(f *testing.F) {
	aead := adopttest.Seal()
	nonce := make([]byte, aead.NonceSize())
	sealed := adopttest.Dump(1, adopttest.Account{Name: "work", LoginHint: "office@example.com", ClientSecret: "GOCSPX-sample", Scope: google.MailScope(), TokenURI: googleToken, RefreshToken: "1//sample", Active: true, ClientID: sampleID})
	text, err := aead.Open(nil, nonce, sealed[len(nonce):], nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(text[:len(text)-3])
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, text []byte) {
		found, err := adopt.Read(aead.Seal(slices.Clone(nonce), nonce, text, nil), "f", google.Gmail())
		if err == nil && (len(found) == 0 || found[0].Refresh.IsZero()) {
			t.Errorf("Read(%q) = %+v, want a refresh token", text, found)
		}
		if _, ok := errors.AsType[*diagnosis.Symptom](err); err != nil && !ok {
			t.Errorf("Read(%q) = %v, want a Symptom", text, err)
		}
	})
}
