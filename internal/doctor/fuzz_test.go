package doctor

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/http/httpproxy"
)

// Whatever a server says of the time, and whatever stands in the variables of a
// proxy, a machine is examined to its end, and no password is told.
func FuzzMachine(f *testing.F) {
	f.Add("Sat, 21 Nov 2026 12:00:00 GMT", "http://proxy.example.com:3128", "localhost")
	f.Add("Sat, 21 Nov 2026 11:00:00 GMT", "user:pass-word@proxy:80", "*")
	f.Add("yesterday", "http:/proxy", ".example.com")
	f.Add("", "socks5://[::1]:1080", "")
	f.Add("Mon, 01 Jan 0001 00:00:00 GMT", "%zz", "\x00")
	f.Fuzz(func(t *testing.T, date, proxy, except string) {
		m := whole(t)
		config := &httpproxy.Config{HTTPSProxy: proxy, NoProxy: except}
		find := config.ProxyFunc()
		m.Proxy = func(r *http.Request) (*url.URL, error) { return find(r.URL) }
		m.Env = func(name string) string { return map[string]string{"HTTPS_PROXY": proxy, "NO_PROXY": except}[name] }
		answer := m.HTTP.Transport.(answers)
		m.HTTP = &http.Client{Transport: answers(func(r *http.Request) (*http.Response, error) {
			reply, err := answer(r)
			reply.Header = http.Header{"Date": {date}}
			return reply, err
		})}
		found := Examine(t.Context(), *m)
		if len(found) == 0 {
			t.Fatal("nothing was looked at")
		}
		for _, one := range found {
			if one.Symptom != nil && one.Symptom.Code == "" {
				t.Errorf("%s fails for no reason", one.ID)
			}
			if strings.Contains(proxy, "pass-word@") && (strings.Contains(one.Endpoint+one.Evidence, "pass-word") || one.Symptom != nil && strings.Contains(one.Symptom.Error(), "pass-word")) {
				t.Errorf("%s tells the password of the proxy", one.ID)
			}
		}
	})
}
