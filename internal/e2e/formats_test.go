//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"gmailoauth/internal/account"
	"gmailoauth/internal/sandbox"
	"gmailoauth/internal/words"
)

// proving is a sandbox with three mailboxes that the program knows: one is well,
// the consent of one ends soon, and one was taken back.
type proving struct {
	env []string
	dir string
}

func newProving(t *testing.T) *proving {
	t.Helper()
	box, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Now: time.Now})
	check(t, err)
	t.Cleanup(box.Close)
	p := &proving{dir: t.TempDir()}
	p.env = []string{"HOME=" + p.dir, "GMAILOAUTH_PROVIDER=" + box.ProviderFile()}
	file := p.file(t, "client.json", string(box.ClientJSON(box.NewClient(account.Desktop, nil, "my-mail-123"))))
	for _, row := range [][2]string{{"soon@example.com", "testing-lifetime"}, {"well@example.com"}, {"gone@example.com"}} {
		check(t, box.Use(strings.Fields(row[1])...))
		p.consent(t, box, row[0], file)
	}
	box.Withdraw("gone@example.com")
	anHourOlder(t, p.dir, "gone@example.com")
	return p
}

// consent has the program ask for a consent, and gives it.
func (p *proving) consent(t *testing.T, box *sandbox.Sandbox, email, client string) {
	t.Helper()
	cmd := exec.Command(program(t), "authorize", email, "--client-file", client, "--no-browser")
	cmd.Env = p.env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	address, err := bufio.NewReader(out).ReadString('\n')
	check(t, err)
	check(t, box.Consent(t.Context(), strings.TrimSpace(address), email))
	if err := cmd.Wait(); err != nil {
		t.Fatalf("authorize %s: %v\n%s", email, err, stderr.String())
	}
}

func (p *proving) file(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(p.dir, name)
	check(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func (p *proving) run(t *testing.T, args ...string) outcome {
	t.Helper()
	return run(t, p.env, args...)
}

// reader runs a program that is not ours on a file, and gives what it says.
func reader(t *testing.T, wants int, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if code := exitCode(err); code != wants {
		t.Fatalf("%s %.200q exits %d, want %d\n%s", name, args, code, wants, out)
	}
	return string(out)
}

func exitCode(err error) int {
	if err == nil {
		return 0
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return -1
}

// Every format is read by a program or a library that is not ours and was made
// for it, which finds in it what is there. The runner of GitHub cannot be had
// alone: its rules are told again in readers/github.mjs.
func TestReadersOfFormats(t *testing.T) {
	p := newProving(t)
	scripts, err := filepath.Abs("../../testdata/e2e/readers")
	check(t, err)
	for _, row := range []struct {
		format string
		exit   int // of verify
		wants  int // exit code of the reader
		read   func(file string) []string
		says   []string
	}{
		{"json", 4, 0, func(file string) []string {
			return []string{"jq", "-r", `[.format, .summary.accounts, .summary.failed, (.accounts[] | select(.status == "fail") | .account)] | join(" ")`, file}
		}, []string{"1 3 1 gone@example.com"}},
		{"jsonl", 4, 0, func(file string) []string {
			return []string{"jq", "-r", "-s", `[length, (map(select(.account)) | length), .[-1].summary.failed] | join(" ")`, file}
		}, []string{"4 3 1"}},
		{"junit", 4, 0, func(file string) []string {
			return []string{"xmllint", "--noout", "--schema", filepath.Join(scripts, "junit.xsd"), file}
		}, []string{"validates"}},
		{"junit", 4, 0, func(file string) []string {
			return []string{"/usr/bin/python3", filepath.Join(scripts, "junit.py"), file}
		},
			[]string{"failure gone@example.com token.refresh refresh-token-revoked-or-expired", "tests "}},
		{"tap", 4, 1, func(file string) []string { return []string{"prove", "-v", file} },
			[]string{"Failed test:", "Failed: 1"}},
		{"tap", 4, 0, func(file string) []string { return []string{"perl", filepath.Join(scripts, "tap.pl"), file} },
			[]string{"diagnosis refresh-token-revoked-or-expired", "skipped not tried, since there is no token to try it with", "plan kept"}},
		{"openmetrics", 4, 0, func(file string) []string {
			return []string{"/usr/bin/python3", filepath.Join(scripts, "openmetrics.py"), file}
		},
			[]string{"gmailoauth_mailbox_up well@example.com 1", "gmailoauth_mailbox_up gone@example.com 0", "problem gone@example.com refresh-token-revoked-or-expired"}},
		{"nagios", 2, 0, func(file string) []string { return []string{"perl", filepath.Join(scripts, "nagios.pl"), file} },
			[]string{"GMAILOAUTH CRITICAL - 3 mailboxes: ", "mailboxes=3 ", "failed=1 critical above 0", "time in s"}},
		{"github", 4, 0, func(file string) []string { return []string{"node", filepath.Join(scripts, "github.mjs"), file} },
			[]string{"error gmailoauth: gone@example.com token.refresh", "commands: 2", "fix: "}},
	} {
		command := row.read("FILE")[0]
		t.Run(row.format+" by "+filepath.Base(command), func(t *testing.T) {
			file := filepath.Join(p.dir, "proof."+row.format)
			if out := p.run(t, "verify", "--format", row.format, "--output", file); out.exit != row.exit {
				t.Fatalf("verify exits %d, want %d\n%s%s", out.exit, row.exit, out.stdout, out.stderr)
			}
			args := row.read(file)
			said := reader(t, row.wants, args[0], args[1:]...)
			for _, want := range row.says {
				if !strings.Contains(said, want) {
					t.Errorf("%s does not say %q:\n%s", args[0], want, said)
				}
			}
		})
	}
	t.Run("a reader refuses what is broken", p.readersMind)
}

// readersMind spoils a file of each format: a reader that takes it proves nothing.
func (p *proving) readersMind(t *testing.T) {
	scripts, err := filepath.Abs("../../testdata/e2e/readers")
	check(t, err)
	for _, row := range []struct {
		format, old, now string
		read             []string
	}{
		{"junit", "classname=", "klassname=", []string{"xmllint", "--noout", "--schema", filepath.Join(scripts, "junit.xsd")}},
		{"junit", "failures=\"1\"", "failures=\"2\"", []string{"/usr/bin/python3", filepath.Join(scripts, "junit.py")}},
		{"tap", "\n1..", "\n1..9", []string{"perl", filepath.Join(scripts, "tap.pl")}},
		{"openmetrics", "# EOF\n", "", []string{"/usr/bin/python3", filepath.Join(scripts, "openmetrics.py")}},
		{"nagios", "mailboxes=3", "mailboxes=three", []string{"perl", filepath.Join(scripts, "nagios.pl")}},
	} {
		out := p.run(t, "verify", "--format", row.format)
		spoilt := strings.Replace(out.stdout, row.old, row.now, 1)
		if spoilt == out.stdout {
			t.Errorf("%s: %q is not in it", row.format, row.old)
		}
		args := append(row.read, p.file(t, "spoilt."+row.format, spoilt))
		if said, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err == nil {
			t.Errorf("%s takes %s with %q for %q:\n%s", args[0], row.format, row.now, row.old, said)
		}
	}
}

// The proof as a page, in every language: it fits a phone, sorts, filters, asks
// nobody for anything, and axe finds nothing that would keep somebody from using it.
func TestReportInChromium(t *testing.T) {
	p := newProving(t)
	b := openChromium(t)
	seen := b.watch(t)
	for _, lang := range words.Languages() {
		t.Run(lang, func(t *testing.T) {
			b.prefers(t, "light")
			file := filepath.Join(p.dir, "proof-"+lang+".html")
			if out := p.run(t, "verify", "--protocol", "imap,smtp,pop3", "--format", "html", "--output", file, "--lang", lang); out.exit != 4 {
				t.Fatalf("verify exits %d\n%s", out.exit, out.stderr)
			}
			b.readsWell(t, seen, file, lang, "report "+lang, func() {
				b.sorts(t)
				b.filters(t)
			})
		})
	}
}

const accountsShown = `[...document.querySelectorAll("tbody tr")].filter(row => !row.hidden).map(row => row.dataset.account.split("@")[0]).join(" ")`

// sorts presses the heads of the columns, twice each.
func (b *chromium) sorts(t *testing.T) {
	t.Helper()
	if got := see(t, b, chromedp.Evaluate[string](accountsShown)); got != "gone soon well" {
		t.Errorf("at first %q are shown", got)
	}
	for _, row := range []struct{ key, up, down string }{
		{"account", "gone soon well", "well soon gone"}, {"rank", "gone soon well", "well soon gone"},
	} {
		button := fmt.Sprintf(`th[data-key=%q] button`, row.key)
		for _, want := range []string{row.up, row.down} {
			b.do(t, chromedp.Click(button))
			sorted := see(t, b, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector('th[data-key=%q]').getAttribute("aria-sort")`, row.key)))
			if got := see(t, b, chromedp.Evaluate[string](accountsShown)); got != want || (sorted == "ascending") != (want == row.up) {
				t.Errorf("by %s, %s: %q, want %q", row.key, sorted, got, want)
			}
		}
	}
	b.do(t, chromedp.Click(`th[data-key="took"] button`))
	if ascend := see(t, b, chromedp.Evaluate[bool](`(() => { const took = [...document.querySelectorAll("tbody tr")].map(row => +row.dataset.took);
		return took.every((t, i) => i === 0 || took[i - 1] <= t); })()`)); !ascend {
		t.Error("by time, the times do not ascend")
	}
	b.do(t, chromedp.Click(`th[data-key="account"] button`))
}

// filters presses what failed, searches, and takes both back.
func (b *chromium) filters(t *testing.T) {
	t.Helper()
	press := func(status string) { b.do(t, chromedp.Click(fmt.Sprintf(`#tools button[data-status=%q]`, status))) }
	search := func(text string) {
		see(t, b, chromedp.Evaluate[int](fmt.Sprintf(`(() => { const i = document.querySelector("#tools input"); i.value = %q; i.dispatchEvent(new Event("input")); return 1; })()`, text)))
	}
	for _, row := range []struct {
		do   func()
		want string
	}{
		{func() { press("fail") }, "gone"}, {func() { press("warn") }, "soon"}, {func() { press("pass") }, "well"}, {func() { press("") }, "gone soon well"},
		{func() { search("SOON@") }, "soon"}, {func() { press("fail") }, ""}, {func() { search(""); press("") }, "gone soon well"},
	} {
		row.do()
		if got := see(t, b, chromedp.Evaluate[string](accountsShown)); got != row.want {
			t.Errorf("%q are shown, want %q", got, row.want)
		}
		shown := see(t, b, chromedp.Evaluate[string](`document.getElementById("shown").textContent`))
		if want := fmt.Sprint(len(strings.Fields(row.want))); !strings.Contains(shown, want) {
			t.Errorf("the page says %q, want %s in it", shown, want)
		}
	}
}
