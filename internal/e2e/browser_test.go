//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"gmailoauth/internal/sandbox"
)

// Chromium sits where the admin sits: it makes a client on the sandbox's
// console page, downloads its JSON, consents, and reads the page that the
// program answers with.
func TestChromium(t *testing.T) {
	box, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: time.Now, PlainPages: true})
	check(t, err)
	defer box.Close()
	b := openChromium(t)
	redirect := fmt.Sprintf("http://127.0.0.1:%d/callback", freePort(t))
	var web string
	t.Run("the console makes a Web client and downloads its JSON", func(t *testing.T) {
		web = b.createClient(t, box.ConsoleURL(), "web", redirect)
		b.look(t, "console")
		b.fits(t)
	})
	desktop := b.createClient(t, box.ConsoleURL(), "desktop", "")

	for _, row := range []struct {
		about, client string
		steps         []chromedp.Action[chromedp.Void]
		exit          int
		page, stderr  string
	}{
		{"a Web client, consent, the page that says go back", web, press("#next", "#allow"), 0, "close this page", ""},
		{"a Desktop client, any port", desktop, press("#next", "#allow"), 0, "close this page", ""},
		{"Cancel comes back and is explained on the page as in the terminal", desktop, press("#next", "#cancel"), 4, "", "explain"},
		{"a mail box left unticked is a failure, not a token", desktop, press("#next", "#scope-0", "#allow"), 4, "", "mail"},
		{"another account is told", desktop, append([]chromedp.Action[chromedp.Void]{chromedp.SetValue("#email", sales)}, press("#next", "#allow")...), 4, "", sales},
	} {
		t.Run(row.about, func(t *testing.T) {
			page, out := b.consent(t, box, row.client, row.steps)
			if out.exit != row.exit {
				t.Errorf("gmailoauth authorize exits %d, want %d\n%s", out.exit, row.exit, out.stderr)
			}
			if !strings.Contains(page, row.page) || page == "" {
				t.Errorf("the last page says %q, want %q in it", page, row.page)
			}
			if !strings.Contains(out.stderr, row.stderr) {
				t.Errorf("stderr is %q, want %q in it", out.stderr, row.stderr)
			}
			b.look(t, "callback "+row.about)
			b.fits(t)
		})
	}
	t.Run("a page that Google never redirects from: nothing comes back, and the page says why", func(t *testing.T) {
		check(t, box.Use("org-internal"))
		defer func() { check(t, box.Use()) }()
		address, program := b.authorize(t, box, desktop)
		b.do(t, chromedp.Navigate(address), chromedp.Click("#next"), chromedp.WaitVisible("#code"))
		if text := b.text(t); !strings.Contains(text, "org_internal") {
			t.Errorf("the error page says %q, want org_internal", text)
		}
		check(t, program.cmd.Process.Signal(os.Interrupt))
		if out := program.wait(t); out.exit != 130 {
			t.Errorf("interrupted, gmailoauth authorize exits %d, want 130\n%s", out.exit, out.stderr)
		}
	})
}

func press(selectors ...string) []chromedp.Action[chromedp.Void] {
	var actions []chromedp.Action[chromedp.Void]
	for _, s := range selectors {
		actions = append(actions, chromedp.Click(s, chromedp.NodeVisible))
	}
	return actions
}

// chromium is one headless browser with one page.
type chromium struct {
	ctx       context.Context
	downloads string
}

func openChromium(t *testing.T) *chromium {
	t.Helper()
	path, err := exec.LookPath("chromium")
	check(t, err)
	version, err := exec.Command(path, "--version").Output()
	check(t, err)
	t.Logf("%s", bytes.TrimSpace(version))
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()))
	alloc, stop := chromedp.NewExecAllocator(t.Context(), options...)
	ctx, closeTab := chromedp.NewContext(alloc)
	t.Cleanup(func() { closeTab(); stop() })
	b := &chromium{ctx: ctx, downloads: t.TempDir()}
	// The tab lives as long as the context in which it is first used.
	_, err = chromedp.Run(ctx, chromedp.Steps())
	check(t, err)
	_, err = chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: b.downloads})
	check(t, err)
	return b
}

func (b *chromium) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Steps(actions...)); err != nil {
		ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
		defer cancel()
		at, _ := chromedp.Run(ctx, chromedp.Location())
		text, _ := chromedp.Run(ctx, chromedp.Text("body"))
		t.Fatalf("in the browser: %v\nat %s\n%s", err, strings.SplitN(at, "?", 2)[0], text)
	}
}

func (b *chromium) text(t *testing.T) string {
	t.Helper()
	return see(t, b, chromedp.Text("body"))
}

// see runs an action that gives something.
func see[T any](t *testing.T, b *chromium, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 30*time.Second)
	defer cancel()
	seen, err := chromedp.Run(ctx, action)
	check(t, err)
	return seen
}

// createClient does what the guide tells an admin to do, and gives the path of
// the file that landed.
func (b *chromium) createClient(t *testing.T, console, kind, redirect string) string {
	t.Helper()
	b.do(t, chromedp.Navigate(console), chromedp.Click(`nav a[href*="/auth/clients"]`), chromedp.Click("#create-client"),
		chromedp.WaitVisible("#create"), chromedp.SetValue("#type", kind), chromedp.SetValue("#name", "e2e "+kind))
	if redirect != "" {
		b.do(t, chromedp.SetValue("#uri-1", redirect))
	}
	b.do(t, chromedp.Click("#create"), chromedp.WaitVisible("#download"))
	before, err := filepath.Glob(filepath.Join(b.downloads, "client_secret_*.json"))
	check(t, err)
	b.do(t, chromedp.Click("#download"))
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		now, err := filepath.Glob(filepath.Join(b.downloads, "client_secret_*.json"))
		check(t, err)
		for _, file := range now {
			if !strings.Contains(strings.Join(before, "\n"), file) {
				return file
			}
		}
	}
	t.Fatal("no client_secret_….json landed in the downloads")
	return ""
}

// consent runs gmailoauth authorize, walks the pages, and gives the last page.
func (b *chromium) consent(t *testing.T, box *sandbox.Sandbox, client string, steps []chromedp.Action[chromedp.Void]) (string, outcome) {
	t.Helper()
	address, program := b.authorize(t, box, client)
	b.do(t, chromedp.Navigate(address), chromedp.WaitVisible("#next"))
	b.do(t, steps...)
	out := program.wait(t)
	return b.text(t), out
}

// running is the program while it waits for consent.
type running struct {
	cmd            *exec.Cmd
	stdout, stderr *bytes.Buffer
	read           chan struct{}
}

func (r *running) wait(t *testing.T) outcome {
	t.Helper()
	timer := time.AfterFunc(30*time.Second, func() { _ = r.cmd.Process.Kill() })
	defer timer.Stop()
	<-r.read
	_ = r.cmd.Wait()
	return outcome{r.stdout.String(), r.stderr.String(), r.cmd.ProcessState.ExitCode()}
}

// authorize starts the program with --no-browser and reads the address, which
// is the only line of stdout that begins with http.
func (b *chromium) authorize(t *testing.T, box *sandbox.Sandbox, client string) (string, *running) {
	t.Helper()
	r := &running{stdout: new(bytes.Buffer), stderr: new(bytes.Buffer), read: make(chan struct{})}
	r.cmd = exec.Command(program(t), "authorize", office, "--client-file", client, "--no-browser")
	r.cmd.Env = []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "GMAILOAUTH_PROVIDER=" + box.ProviderFile()}
	r.cmd.Stderr = r.stderr
	pipe, err := r.cmd.StdoutPipe()
	check(t, err)
	check(t, r.cmd.Start())
	address := make(chan string, 1)
	go func() {
		defer close(r.read)
		lines := bufio.NewScanner(pipe)
		for lines.Scan() {
			r.stdout.WriteString(lines.Text() + "\n")
			if strings.HasPrefix(lines.Text(), "http") {
				address <- lines.Text()
			}
		}
	}()
	select {
	case a := <-address:
		return a, r
	case <-r.read:
	case <-time.After(20 * time.Second):
		_ = r.cmd.Process.Kill()
	}
	out := r.wait(t)
	t.Fatalf("gmailoauth authorize prints no address: exit %d\n%s%s", out.exit, out.stdout, out.stderr)
	return "", nil
}

// fits fails when the page cannot be read on a phone without moving sideways.
func (b *chromium) fits(t *testing.T) {
	t.Helper()
	b.do(t, chromedp.EmulateViewport(375, 667, chromedp.EmulateMobile))
	width := see(t, b, chromedp.Evaluate[int]("document.documentElement.scrollWidth"))
	b.do(t, chromedp.ResetViewport())
	if width > 375 {
		t.Errorf("the page is %d pixels wide on a screen of 375", width)
	}
}

// look keeps a picture where E2E_PICTURES says.
func (b *chromium) look(t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("E2E_PICTURES")
	if dir == "" {
		return
	}
	check(t, os.WriteFile(filepath.Join(dir, name+".png"), see(t, b, chromedp.FullScreenshot(100)), 0o644))
}
