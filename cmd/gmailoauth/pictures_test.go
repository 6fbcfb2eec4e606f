//go:build !windows

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
	"gmailoauth/internal/terminal"
	"gmailoauth/internal/terminal/screen"
)

// The pictures of docs/pictures are screens of the program as it runs: what is
// drawn is what it wrote to a terminal of 80 columns. They are current, byte by
// byte, or this fails; make docs draws them again.
func TestReferencePictures(t *testing.T) {
	for _, row := range []struct {
		name, title string
		rows        int
		show        func(*onlooker)
	}{
		{"wizard-audience", "gmailoauth setup asks who may sign in, and says what each answer leads to", 27, toAudience},
		{"wizard-client", "gmailoauth setup says what to paste on Google's page for the OAuth client, and watches for its file", 24, toClient},
		{"proof", "gmailoauth verify: the mailbox opens over IMAP and SMTP; POP3 is refused, with cause and fix", 24, toProof},
		{"sheet", "the hand-over sheet for Dynamics 365: what to paste where", 64, toSheet},
		{"plain", "gmailoauth setup --accessible asks the same line by line, for a screen reader", 24, toPlain},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := lookOn(t, row.rows)
			row.show(s)
			picture := s.picture(row.title)
			file := filepath.Join(s.pictures, row.name+".svg")
			if *update {
				if err := errors.Join(os.MkdirAll(s.pictures, 0o755), os.WriteFile(file, []byte(picture), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			kept, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v: run make docs", err)
			}
			if diff := cmp.Diff(string(kept), picture); diff != "" {
				t.Errorf("%s is not current, run make docs (-kept +now):\n%s\nthe screen:\n%s", file, diff, s.screen)
			}
		})
	}
}

// onlooker is somebody who sees a terminal.
type onlooker struct {
	*workplace
	screen   *screen.Screen
	pictures string // the folder of them
	end      chan int
}

func lookOn(t *testing.T, rows int) *onlooker {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join("..", "..", "docs", "pictures"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	return &onlooker{workplace: newWorkplace(t, "pop3-off-for-user"), screen: screen.New(t, 80, rows), pictures: folder, end: make(chan int, 1)}
}

// types runs a command line, which stands on the screen as it was typed.
func (s *onlooker) types(line string) {
	_, _ = fmt.Fprintf(s.screen.TTY, "\x1b[2m$\x1b[0m %s\r\n", line)
	s.runs(line)
}

// runs runs a command line.
func (s *onlooker) runs(line string) {
	tty, env := s.screen.TTY, func(name string) string { return s.env[name] }
	a := &app{
		term:        terminal.Open(tty, tty, tty, env),
		now:         time.Now,
		lookupEnv:   func(name string) (string, bool) { v, ok := s.env[name]; return v, ok },
		openBrowser: func(context.Context, string, terminal.Env) error { return terminal.ErrNoBrowser },
		hide:        new(secret.Redactor),
	}
	if s.env["GMAILOAUTH_PROVIDER"] == "" {
		a.sharedHTTP, a.web = unreachable(s.t), unreachable(s.t)
	}
	args := strings.Fields(line)[1:]
	go func() { s.end <- a.run(s.t.Context(), args) }()
}

// unreachable fails on whatever would leave this machine.
func unreachable(t *testing.T) *http.Client {
	return &http.Client{Transport: onTheWay(func(r *http.Request) (*http.Response, error) {
		t.Errorf("%s %s is asked for", r.Method, r.URL.Host)
		return nil, errors.New("nobody is asked")
	})}
}

type onTheWay func(*http.Request) (*http.Response, error)

func (f onTheWay) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// leaves ends a walk, once the picture was taken.
func (s *onlooker) leaves() {
	s.t.Cleanup(func() {
		s.screen.Press(screen.CtrlC)
		<-s.end
	})
}

// exits waits for the end of the command.
func (s *onlooker) exits(code int) { endsOn(s.t, s.screen, s.end, code) }

// endsOn waits for the end of a command on a screen.
func endsOn(t *testing.T, seen *screen.Screen, end <-chan int, code int) {
	t.Helper()
	select {
	case got := <-end:
		if got != code {
			t.Fatalf("exit %d, want %d; the screen is:\n%s", got, code, seen)
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("it does not end; the screen is:\n%s", seen)
	}
}

// steadied puts something else in the place of what differs from run to run, in
// the same width: the ports of the sandbox, of which the system chose any free
// ones, how long something took, and the turn of the sign that one waits.
func (s *onlooker) steadied() func(string) string {
	replace := []string{}
	p := s.box.Provider()
	for port, becomes := range map[int]string{p.IMAP.Port: "40993", p.SMTP[0].Port: "40465", p.SMTP[1].Port: "40587", p.POP3.Port: "40995"} {
		replace = append(replace, fmt.Sprintf(":%d ", port), ":"+becomes+" ")
	}
	for _, turn := range "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" {
		replace = append(replace, string(turn), "⠹")
	}
	same, took := strings.NewReplacer(replace...), regexp.MustCompile(`[ \d]{3}\d ms| \d\.\d\d s `)
	return func(row string) string {
		return strings.TrimSuffix(took.ReplaceAllStringFunc(same.Replace(row)+" ", func(took string) string {
			if strings.HasSuffix(took, "ms") {
				return "  18 ms"
			}
			return " 0.05 s "
		}), " ")
	}
}

// picture is the screen once it stands still.
func (s *onlooker) picture(title string) string {
	s.t.Helper()
	last, steadied := "", s.steadied()
	for same := 0; same < 4; {
		picture := s.screen.Picture(title, steadied)
		if same++; picture != last {
			last, same = picture, 0
		}
		select {
		case <-s.t.Context().Done():
			s.t.Fatal(s.t.Context().Err())
		case <-time.After(75 * time.Millisecond):
		}
	}
	return last
}

// toWalk begins a walk that knows all that comes before the steps to be shown:
// against Google's own addresses, none of which it has a reason to ask.
func (s *onlooker) toWalk(more string) {
	s.t.Helper()
	s.env = map[string]string{"HOME": s.t.TempDir(), "ACCESSIBLE": s.env["ACCESSIBLE"]}
	s.runs("gmailoauth setup --target dynamics365 --set env_url=https://contoso.crm.dynamics.com --account sales@contoso.com " +
		"--project my-mail-123 --automation by-hand --app-name Dynamics-mail --ack console,gmail-api,branding" + more)
	s.leaves()
}

func toAudience(s *onlooker) {
	s.toWalk("")
	s.screen.Until("ctrl+c leave")
}

func toClient(s *onlooker) {
	s.toWalk(",audience,scope --audience internal")
	s.screen.Until("ctrl+c leave")
	s.screen.Press(screen.Enter)
	s.screen.Until("Create")
	s.screen.Until("ctrl+c leave")
}

func toPlain(s *onlooker) {
	s.env["ACCESSIBLE"] = "1"
	s.toWalk("")
	s.screen.Until("Choose")
}

func toProof(s *onlooker) {
	_, file := s.client(account.Desktop)
	if code, _, said := s.run("authorize", s.who, "--client-file", file); code != 0 {
		s.t.Fatalf("authorize: exit %d\n%s", code, said)
	}
	s.types("gmailoauth verify --protocol imap,smtp,pop3")
	s.exits(4)
}

func toSheet(s *onlooker) {
	home := s.t.TempDir()
	s.env = map[string]string{"HOME": home}
	paths := store.Paths{Config: filepath.Join(home, ".config/gmailoauth"), Data: filepath.Join(home, ".local/share/gmailoauth")}
	if err := store.NewAccounts(paths).Put(account.Account{Email: "sales@contoso.com", ProjectID: "my-mail-123",
		ClientID: "815407401234-abcdefghijklmnopqrstuvwxyz123456.apps.googleusercontent.com"}); err != nil {
		s.t.Fatal(err)
	}
	s.types("gmailoauth export dynamics365 sales@contoso.com --set env_url=https://contoso.crm.dynamics.com")
	s.exits(0)
}
