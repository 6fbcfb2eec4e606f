package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The transcripts in testdata/script are the manual: each tells a story of
// commands and what they answer. Their verbs, beside those of testscript:
//
//	exits CODE gmailoauth ARGS…  runs the program, which must exit with CODE, and show no secret
//	                             on stderr; nor on stdout, but for token and completion
//	sandbox [SCENARIO…]          starts the Gmail look-alike and names its provider file in
//	                             GMAILOAUTH_PROVIDER; later: these scenarios in place of the last
//	offline                      ends the look-alike: nothing answers at its addresses any more
//	client KIND FILE [URI…]      makes a client on the console page (desktop or web, redirect
//	                             URIs) and downloads its JSON; CLIENT_ID and CLIENT_SECRET are set
//	publishing STATUS            testing or production, for what is granted from now on
//	consents EMAIL               from now on it is EMAIL who sits at the browser, and allows
//	connect EMAIL                a client, a consent and authorize, for stories that begin later
//	grant EMAIL FILE [SCOPE…]    a refresh token for the last client, made elsewhere, in FILE
//	tokens EMAIL FILE [SCOPE…]   the same, laid into the blanks of FILE, the token file of another helper
//	credentials FILE [EMAIL]       a credential configuration file of workload identity federation, as a service account;
//	service-account FILE [SCOPE…] a service account to which example.com delegates scopes, its key in FILE;
//	                             SERVICE_ACCOUNT and SERVICE_ACCOUNT_ID are set
//	withdraw EMAIL               the user removes our access at Google
//	vault [revoke]               starts a look-alike of Vault, and sets the variables for it; revoke: it
//	                             no longer knows its token
//	later DURATION               lets time pass
//	asked                        waits until the program has started the browser
//	mode MODE FILE…              the files have this mode
//	decoded PATTERN              what stdout holds in base64 matches
//
// and programs: the-admin CMD… opens the address that CMD prints on stdout;
// exits-with CODE CMD… is exits for programs in the background.
func TestTranscripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                "../../testdata/script",
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			s := &story{called: make(chan struct{}, 16)}
			s.desk = httptest.NewServer(http.HandlerFunc(s.browse))
			env.Values[storyKey{}] = s
			env.Defer(s.end)
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("HOME", home)
			env.Setenv("BROWSER", "the-browser")
			env.Setenv(browserDesk, s.desk.URL)
			return os.Mkdir(home, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":           verb(2, func(_ *story, ts *testscript.TestScript, args []string) { exits(ts, args) }),
			"mode":            verb(2, func(_ *story, ts *testscript.TestScript, args []string) { mode(ts, args) }),
			"decoded":         verb(1, func(_ *story, ts *testscript.TestScript, args []string) { decodedStdout(ts, args[0]) }),
			"sandbox":         verb(0, (*story).sandbox),
			"offline":         verb(0, (*story).offline),
			"client":          verb(2, (*story).client),
			"publishing":      verb(1, (*story).publishing),
			"consents":        verb(1, func(s *story, _ *testscript.TestScript, args []string) { s.who.Store(&args[0]) }),
			"connect":         verb(1, (*story).connect),
			"grant":           verb(2, (*story).grant),
			"tokens":          verb(2, (*story).tokens),
			"service-account": verb(1, (*story).serviceAccount),
			"credentials":     verb(1, (*story).credentials),

			"withdraw": verb(1, func(s *story, _ *testscript.TestScript, args []string) { s.box.Withdraw(args[0]) }),
			"vault":    verb(0, (*story).runVault),
			"later":    verb(1, (*story).later),
			"asked":    verb(0, (*story).asked),
		},
	})
}

// verb is a command of a transcript that takes so many arguments at least.
func verb(least int, do func(*story, *testscript.TestScript, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, negated bool, args []string) {
		if negated || len(args) < least {
			ts.Fatalf("this verb takes %d arguments at least, and no !", least)
		}
		do(ts.Value(storyKey{}).(*story), ts, args)
	}
}
