package ahead

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store/layout"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// Two rules for what is fresh, in two rooms that must not know each other.
func TestFreshIsWhatTheAccountSays(t *testing.T) {
	var steps []time.Duration
	for _, around := range []time.Duration{-24 * time.Hour, -time.Minute, 0, time.Minute, Validity, time.Hour, 24 * time.Hour} {
		steps = append(steps, around-time.Second, around-1, around, around+1, around+time.Second)
	}
	found := map[bool]int{}
	for _, access := range []string{"", "ya29.x"} {
		for _, issued := range steps {
			for _, expires := range steps {
				kept := layout.Credentials{AccessToken: access, IssuedAt: noon.Add(issued), ExpiresAt: noon.Add(expires)}
				token := account.Token{Access: secret.New(access), IssuedAt: kept.IssuedAt, Expiry: kept.ExpiresAt}
				want := token.FreshFor(Validity, noon)
				if got := fresh(kept, noon); got != want {
					t.Errorf("fresh(%q, issued %v, expires %v) = %v, the account says %v", access, issued, expires, got, want)
				}
				found[want]++
			}
		}
	}
	if never := (layout.Credentials{AccessToken: "x"}); fresh(never, noon) || found[true] == 0 || found[false] == 0 {
		t.Errorf("%v, want both", found)
	}
}

func TestPlainAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"office@example.com": true, "Office@Example.COM": true, "a.b+c_d-e@sub.example.co": true, "-a@b.c": true, "1@2.3": true,
		"": false, "@": false, "office": false, "office@": false, "@example.com": false, "office@example": false, "office@example.": false,
		"office@.com": false, ".a@b.c": false, "a.@b.c": false, "a..b@c.d": false, "a@b..c": false, "a@-b.c": false, "a@b-.c": false, "a@b.c-": false,
		"a@b@c.d": false, "a@b_c.d": false, "a@b+c.d": false, "ü@b.c": false, "a@ü.c": false, "a b@c.d": false, `"a"@b.c`: false, "../a@b.c": false, "A <a@b.c>": false,
		strings.Repeat("a", 64) + "@b.c": true, strings.Repeat("a", 65) + "@b.c": false,
		"a@" + strings.Repeat("b", 63) + ".c": true, "a@" + strings.Repeat("b", 64) + ".c": false,
		"a@" + strings.Repeat("b.", 126): false, "a@" + strings.Repeat("b.", 125) + "cd": true, "a@" + strings.Repeat("b.", 125) + "cde": false,
	} {
		if got := plain(address); got != want {
			t.Errorf("plain(%q) = %v, want %v", address, got, want)
		}
		isAddress(t, address)
	}
}

// isAddress: what is plain is an address, and kept as lower writes it.
func isAddress(t *testing.T, s string) {
	t.Helper()
	if kept, err := account.CheckEmail(s); plain(s) && (err != nil || kept != lower(s)) {
		t.Errorf("CheckEmail(%q) = %q, %v, want %q", s, kept, err, lower(s))
	}
}

func FuzzPlainIsAnAddress(f *testing.F) {
	for _, s := range []string{"office@example.com", "a.b-c@d-e.f", "a@b.c-", "a.@b.c"} {
		f.Add(s)
	}
	f.Fuzz(isAddress)
}

// filled is a struct with something in each field.
func filled(v reflect.Value) {
	for i := range v.NumField() {
		switch field := v.Field(i); field.Interface().(type) {
		case int, int64:
			field.SetInt(int64(604799 + i))
		case string:
			field.SetString("é " + v.Type().Field(i).Name)
		case bool:
			field.SetBool(true)
		case []string:
			field.Set(reflect.ValueOf([]string{"one", "two"}))
		case time.Time:
			field.Set(reflect.ValueOf(noon.Add(time.Duration(i) * time.Hour)))
		default:
			if field.Kind() == reflect.Pointer {
				field.Set(reflect.New(field.Type().Elem()))
				field = field.Elem()
			}
			filled(field)
		}
	}
}

// Every key that the store writes is known here: a new one that is not would
// send each mail program the long way.
func TestEveryKeyIsRead(t *testing.T) {
	var a layout.Account
	filled(reflect.ValueOf(&a).Elem())
	a.Format = layout.Format
	data, err := json.MarshalIndent(a, "", "  ")
	if got, ok := readAccount(data); err != nil || !ok || got.Account != a.Account || got.Store != a.Store {
		t.Errorf("readAccount(%s) = %+v, %v, want all of it read", data, got, ok)
	}
	var c layout.Credentials
	filled(reflect.ValueOf(&c).Elem())
	c.Format = layout.Format
	data, err = json.Marshal(c)
	got, ok := readCredentials(data)
	if err != nil || !ok || got.Account != c.Account || got.AccessToken != c.AccessToken || !got.IssuedAt.Equal(c.IssuedAt) || !got.ExpiresAt.Equal(c.ExpiresAt) {
		t.Errorf("readCredentials(%s) = %+v, %v, want all of it read", data, got, ok)
	}
}

func TestWhatIsNotPlainIsLeftToOthers(t *testing.T) {
	const good = `{"format":1,"account":"a@b.c"}`
	if _, ok := readAccount([]byte(good)); !ok {
		t.Fatalf("readAccount(%s) = false", good)
	}
	for _, text := range []string{
		``, ` `, `{}`, `[]`, `null`, `1`, good + `x`, good + `{}`, good + "\x00", "\x00" + good, "\ufeff" + good, good[:len(good)-1],
		`{"format":2,"account":"a"}`, `{"format":01}`, `{"format":1.0}`, `{"format":1e0}`, `{"format":-1}`, `{"format":"1"}`, `{"format":null}`, "{\"format\":\x001}",
		`{"format":1,}`, `{"format":1 "account":"a"}`, `{"format" 1}`, `{format:1}`, `{"format":1,"account":a}`, `{"format":1,"account":"a}`,
		`{"format":1,"account":"\u0061"}`, "{\"format\":1,\"account\":\"a\n\"}", "{\"format\":1,\"account\":\"\xff\"}", `{"format":1,"Account":"a"}`, `{"format":1,"new":1}`,
		`{"format":1,"published_at":"yesterday"}`, `{"format":1,"published_at":"2026-11-21T12:00:00"}`, `{"format":1,"published_at":1}`,
		`{"format":1,"redirect_uris":["a",]}`, `{"format":1,"redirect_uris":["a" "b"]}`, `{"format":1,"redirect_uris":[1]}`, `{"format":1,"redirect_uris":"a"}`, `{"format":1,"redirect_uris":["a"`,
		`{"format":1,"grant":{"new":1}}`, `{"format":1,"grant":{"lifetime_seconds":1.5}}`, `{"format":1,"grant":{"lifetime_seconds":12345678901}}`, `{"format":1,"grant":{"adopted":"true"}}`,
		`{"format":1,"grant":{"adopted":truest}}`, `{"format":1,"grant":[]}`,
	} {
		if got, ok := readAccount([]byte(text)); ok {
			t.Errorf("readAccount(%q) = %+v, want it left to encoding/json", text, got)
		}
		readAlike(t, []byte(text))
	}
}

// readAlike: what is read here reads the same with encoding/json.
func readAlike(t *testing.T, data []byte) {
	t.Helper()
	if got, ok := readAccount(data); ok {
		var want layout.Account
		if err := json.Unmarshal(data, &want); err != nil || want.Format != got.Format || want.Account != got.Account || want.Store != got.Store {
			t.Errorf("account %q: got %+v, encoding/json %+v, %v", data, got, want, err)
		}
	}
	if got, ok := readCredentials(data); ok {
		var want layout.Credentials
		if err := json.Unmarshal(data, &want); err != nil || want.Format != got.Format || want.Account != got.Account || want.AccessToken != got.AccessToken ||
			!want.IssuedAt.Equal(got.IssuedAt) || !want.ExpiresAt.Equal(got.ExpiresAt) {
			t.Errorf("credentials %q: got %+v, encoding/json %+v, %v", data, got, want, err)
		}
	}
}

func FuzzReadsAsJSON(f *testing.F) {
	for _, text := range []string{
		`{"format": 1, "account": "a@b.c", "store": "file:/x", "grant": {"issued_at": "2026-11-21T12:00:00Z", "lifetime_seconds": 604799, "adopted": true, "scopes": ["a"]}}`,
		`{"format":1,"account":"a","access_token":"ya29","issued_at":"2026-11-21T12:00:00Z","expires_at":"2026-11-21T13:00:00+01:00","refresh_token_expires_in":0,"scopes":[]}`,
		`{"format":1,"account":"a","account":"b","published_at":"0001-01-01T00:00:00Z"}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(readAlike)
}
