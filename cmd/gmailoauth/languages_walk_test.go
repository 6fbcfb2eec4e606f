//go:build !windows

package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/terminal"
	"gmailoauth/internal/terminal/screen"
)

// seedWalk is what somebody answers on the walk for one of the four
// applications whose makers describe it, in one language.
type seedWalk struct {
	target, lang string
	variables    map[string]string // of the target
	kind         account.ClientType
	uris         []string // registered with the client
	withdraw     bool
}

func seedWalks() []seedWalk {
	var walks []seedWalk
	for _, lang := range []string{"en", "fr", "pl", "ro"} {
		const yeti, contoso = "https://crm.example.com/webservice/OAuth/MailAccount/x", "https://contoso.crm.dynamics.com"
		walks = append(walks,
			seedWalk{target: "yetiforce", lang: lang, kind: account.Web, uris: []string{yeti}, withdraw: true,
				variables: map[string]string{"base_url": "https://crm.example.com", "redirect_uri": yeti}},
			seedWalk{target: "nocobase", lang: lang, kind: account.Web, uris: []string{"https://office.example.com/admin/settings/mail/oauth2"},
				variables: map[string]string{"base_url": "https://office.example.com"}},
			seedWalk{target: "dynamics365", lang: lang, kind: account.Web, uris: []string{contoso + "/_grid/cmds/dlg_gmailoauth.aspx"},
				variables: map[string]string{"env_url": contoso}},
			seedWalk{target: "winmentor", lang: lang, kind: account.Desktop})
	}
	return walks
}

// walked is how one walk ended, and all that stood on its screens.
type walked struct {
	face    string
	code    int
	sheet   string
	screens []string
	stuck   error // of the one who answers
}

// The walk of each application, in each language, from the first prompt to the
// green proof: redrawn, in plain lines, and from flags. The same answers give
// the same sheet, and no screen shows English in another language.
func TestEveryWalkInEveryLanguage(t *testing.T) {
	t.Chdir(t.TempDir()) // for the sheets' files
	o := newWorkplace(t)
	walks := seedWalks()
	ends := make([][]walked, len(walks))
	var all sync.WaitGroup
	seats := make(chan struct{}, 4) // more at a time, and the machine is too busy for anybody to get on
	for i, walk := range walks {
		o.who = walk.target + "-" + walk.lang + "@example.com"
		uris := walk.uris
		if walk.kind == account.Web {
			uris = append(uris, "http://127.0.0.1:"+unusedPort(t)+"/")
		}
		_, file := o.client(walk.kind, uris...)
		person := newPerson(t, o.box, walk, o.who, file)
		rich, plain := screen.New(t, 80, 24), screen.New(t, 80, 1000)
		homes := []string{t.TempDir(), t.TempDir(), t.TempDir()}
		if err := os.Mkdir(filepath.Join(homes[1], "Downloads"), 0o700); err != nil { // it is watched, and nothing comes
			t.Fatal(err)
		}
		all.Go(func() { // one after another: the client has one loopback address
			seats <- struct{}{}
			defer func() { <-seats }()
			ends[i] = []walked{person.byFlags(homes[0]), person.inPlainLines(plain, homes[1]), person.onTheScreen(rich, homes[2])}
		})
	}
	all.Wait()
	for i, walk := range walks {
		t.Run(walk.target+" "+walk.lang, func(t *testing.T) {
			first := ends[i][0]
			for _, end := range ends[i] {
				last := end.screens[len(end.screens)-1]
				if end.stuck != nil || end.code != 0 || end.sheet == "" {
					t.Errorf("%s = %d, want 0 and a sheet (%v):\n%s", end.face, end.code, end.stuck, last)
					continue
				}
				if end.sheet != first.sheet {
					t.Errorf("%s: the sheet is not that of %s:\n%s\nbut\n%s", end.face, first.face, end.sheet, first.sheet)
				}
				for _, part := range []string{"GOCSPX-", "1//", "ya29."} {
					if strings.Contains(end.sheet+strings.Join(end.screens, ""), part) {
						t.Errorf("%s: a secret is shown (%s…)", end.face, part)
					}
				}
			}
			looked := leakDetector(t, walk.lang)
			for _, end := range ends[i] {
				for _, leak := range looked.leaks(append(end.screens, end.sheet)...) {
					t.Errorf("%s shows %s", end.face, leak)
				}
			}
		})
	}
}

// appOn is the program on a terminal; what it answers goes to the file out.
func (p *person) appOn(term *terminal.Terminal, home string, env map[string]string) *app {
	variables := map[string]string{"HOME": home, "GMAILOAUTH_PROVIDER": p.box.ProviderFile(), "GMAILOAUTH_LANG": p.walk.lang}
	maps.Copy(variables, env)
	return &app{
		term:      term,
		now:       time.Now,
		lookupEnv: func(name string) (string, bool) { v, ok := variables[name]; return v, ok },
		openBrowser: func(ctx context.Context, address string, _ terminal.Env) error {
			_ = p.box.Consent(ctx, address, p.who)
			return nil
		},
		hide: new(secret.Redactor),
	}
}

func (p *person) byFlags(home string) walked {
	var out, said strings.Builder
	args := []string{"setup", "--no-input", "--target", p.walk.target, "--project", p.answers["project"], "--account", p.who,
		"--audience", p.answers["audience"], "--publishing", p.answers["publishing"], "--client-file", p.answers["client_file"]}
	for key, value := range p.walk.variables {
		args = append(args, "--set", key+"="+value)
	}
	if p.walk.withdraw {
		args = append(args, "--withdraw")
	}
	a := p.appOn(&terminal.Terminal{In: strings.NewReader(""), Out: &out, Err: &said, Width: 80}, home, nil)
	code := a.run(p.ctx, args)
	return walked{face: "by flags", code: code, sheet: out.String(), screens: []string{said.String()}}
}

func (p *person) inPlainLines(s *screen.Screen, home string) walked {
	return p.at(s, home, "in plain lines", map[string]string{"ACCESSIBLE": "1"}, p.plainLine)
}

func (p *person) onTheScreen(s *screen.Screen, home string) walked {
	return p.at(s, home, "on the screen", nil, p.page)
}

// at has somebody sit at a terminal and answer what next finds to be asked.
func (p *person) at(s *screen.Screen, home, face string, env map[string]string, next func(*sitting) error) walked {
	ctx, leave := context.WithTimeout(p.ctx, 3*time.Minute)
	defer leave()
	end := walked{face: face, code: -1, screens: []string{""}}
	out, err := os.CreateTemp(home, "sheet")
	if err != nil {
		end.stuck = err
		return end
	}
	defer func() { _ = out.Close() }()
	term := terminal.Open(s.TTY, out, s.TTY, func(name string) string { return env[name] })
	a := p.appOn(term, home, env)
	code := make(chan int, 1)
	go func() { code <- a.run(ctx, []string{"setup"}) }()
	sits := &sitting{screen: s, asked: map[string]int{}}
	closing := time.Now().Add(170 * time.Second)
	for running := true; running; {
		select {
		case end.code = <-code:
			running = false
		case <-time.After(10 * time.Millisecond):
			if end.stuck == nil {
				if end.stuck = next(sits); end.stuck == nil && time.Now().After(closing) {
					end.stuck = fmt.Errorf("it takes too long; the screen is:\n%s\nand was last answered as:\n%s", s, sits.last)
				}
				if end.stuck != nil {
					leave()
				}
			}
		}
	}
	end.screens = append(sits.screens, s.Settled())
	sheet, err := os.ReadFile(out.Name())
	if err != nil && end.stuck == nil {
		end.stuck = err
	}
	end.sheet = string(sheet)
	return end
}
