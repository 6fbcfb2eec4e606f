//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"gmailoauth/internal/playbook"
	"gmailoauth/internal/words"
)

// Every guide, in every language, as a page: it fits a phone, remembers what
// was ticked, copies what is to be pasted, asks nobody for anything, and axe
// finds nothing that would keep somebody from using it.
func TestGuideInChromium(t *testing.T) {
	b := openChromium(t)
	seen := b.watch(t)
	b.prefers(t, "light")
	for _, target := range append([]string{""}, playbook.Targets()...) {
		for _, lang := range words.Languages() {
			t.Run(strings.TrimPrefix(target+" in "+lang, " "), func(t *testing.T) {
				file := htmlGuide(t, target, lang)
				b.readsWell(t, seen, file, lang, fmt.Sprintf("guide %s %s", target, lang), func() {
					b.remembersTicks(t)
					b.copies(t)
				})
			})
		}
	}
}

// readsWell looks at a page of ours that is a file: it says its language, fits a
// phone and a screen, asks nobody for anything also while it is used, has no
// serious finding of axe in either scheme, and prints.
func (b *chromium) readsWell(t *testing.T, seen *watched, file, lang, name string, use func()) {
	t.Helper()
	seen.forget()
	b.do(t, chromedp.Navigate("file://"+file))
	if got := see(t, b, chromedp.Evaluate[string]("document.documentElement.lang")); got != lang {
		t.Errorf("the page says that it speaks %q, want %q", got, lang)
	}
	for _, width := range []int64{375, 1280} {
		b.fitsAt(t, width)
	}
	b.headingsInOrder(t)
	use()
	for _, request := range seen.all() {
		if request != "file://"+file {
			t.Errorf("the page causes %s", request)
		}
	}
	for _, scheme := range []string{"light", "dark"} {
		b.axe(t, scheme)
		b.look(t, name+" "+scheme)
	}
	b.prints(t, name)
}

// htmlGuide has the program write a guide, half of it with values of an admin's own.
func htmlGuide(t *testing.T, target, lang string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "guide.html")
	args := []string{"guide", "--format", "html", "--output", file, "--lang", lang, "--account", office, "--project", "a-project-with-a-long-name-123"}
	if target != "" {
		args = append(args, "--target", target)
	}
	cmd := exec.Command(program(t), args...)
	cmd.Env = []string{"HOME=" + t.TempDir()}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("gmailoauth %q: %v\n%s", args, err, out)
	}
	return file
}

// watched is what a page asked for and complained about.
type watched struct {
	sync.Mutex
	events []string
}

func (w *watched) add(event any) {
	w.Lock()
	defer w.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.events = append(w.events, e.Request.URL)
	case *log.EventEntryAdded:
		w.events = append(w.events, "a message: "+e.Entry.Text)
	case *runtime.EventConsoleAPICalled:
		w.events = append(w.events, "a message of its script: "+string(e.Type))
	case *runtime.EventExceptionThrown:
		w.events = append(w.events, "an exception: "+e.ExceptionDetails.Text)
	}
}

func (w *watched) forget() {
	w.Lock()
	defer w.Unlock()
	w.events = nil
}

func (w *watched) all() []string {
	w.Lock()
	defer w.Unlock()
	return append([]string(nil), w.events...)
}

func (b *chromium) watch(t *testing.T) *watched {
	t.Helper()
	w := new(watched)
	check(t, chromedp.Listen(b.ctx, w.add))
	_, err := chromedp.Call(b.ctx, network.Enable, network.EnableParams{})
	check(t, err)
	// It sees what is forbidden, or this test would see nothing.
	see(t, b, chromedp.Evaluate[int](`console.log("seen"); new Image().src = "http://127.0.0.1:9/seen.png"; 1`))
	for range 100 {
		if len(w.all()) > 1 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if all := strings.Join(w.all(), "\n"); !strings.Contains(all, "message of its script") || !strings.Contains(all, "127.0.0.1:9") {
		t.Fatalf("of a page that logs and loads, the browser tells %q", all)
	}
	return w
}

func (b *chromium) fitsAt(t *testing.T, width int64) {
	t.Helper()
	b.do(t, chromedp.EmulateViewport(width, 800))
	b.drawnAt(t, width)
	got := see(t, b, chromedp.Evaluate[int64](`(() => {
		for (const d of document.querySelectorAll("details")) d.open = true;
		const width = document.documentElement.scrollWidth;
		for (const d of document.querySelectorAll("details")) d.open = false;
		return width;
	})()`))
	if dir := os.Getenv("E2E_PICTURES"); dir != "" {
		b.look(t, strings.ReplaceAll(t.Name(), "/", "_")+fmt.Sprint("_", width))
	}
	if got > width {
		t.Errorf("the page is %d pixels wide on a screen of %d", got, width)
	}
}

// drawnAt waits until the page is drawn at a width: what is clicked before that
// moves away before the click comes.
func (b *chromium) drawnAt(t *testing.T, width int64) {
	t.Helper()
	see(t, b, chromedp.Evaluate[bool](fmt.Sprintf(`new Promise((done) => { const look = () => innerWidth === %d
		? requestAnimationFrame(() => requestAnimationFrame(() => done(true))) : setTimeout(look, 10); look(); })`, width), chromedp.EvalAwaitPromise))
}

func (b *chromium) headingsInOrder(t *testing.T) {
	t.Helper()
	levels := see(t, b, chromedp.Evaluate[string](`[...document.querySelectorAll("h1, h2, h3, h4")].map(h => h.localName[1]).join("")`))
	if !strings.HasPrefix(levels, "1") || strings.Count(levels, "1") != 1 || strings.Contains(levels, "13") || strings.Contains(levels, "24") {
		t.Errorf("the levels of the headings are %s: want one h1, and none left out", levels)
	}
}

// remembersTicks ticks an instruction and a step, loads the page again, and
// takes both back.
func (b *chromium) remembersTicks(t *testing.T) {
	t.Helper()
	const state = `["project.open", "project.seen", "client.seen"].map(id => document.getElementById(id).checked).join() + " " +
		document.getElementById("progress").textContent.match(/\d+/)[0]`
	for _, row := range []struct{ about, want string }{
		{"before", "false,false,false 0"}, {"ticked", "true,true,false 1"}, {"taken back", "false,false,false 0"},
	} {
		if row.about != "before" {
			b.do(t, chromedp.Click(`[id="project.open"]`), chromedp.Click(`[id="project.seen"]`))
		}
		b.do(t, chromedp.Reload())
		if got := see(t, b, chromedp.Evaluate[string](state)); got != row.want {
			t.Errorf("%s, loaded again: %s, want %s", row.about, got, row.want)
		}
	}
}

// copies presses the button beside the mail scope, first with a clipboard that
// takes it, then with one that refuses, where the page selects the value.
func (b *chromium) copies(t *testing.T) {
	t.Helper()
	const button = `[id="scope"] .value button`
	const scope = "https://mail.google.com/"
	for _, row := range []struct{ about, stub, heard string }{
		{"a clipboard", `navigator.clipboard.writeText = text => { window.heard = text; return Promise.resolve(); }; 1`, "window.heard"},
		{"no clipboard", `navigator.clipboard.writeText = () => Promise.reject(new Error("no"));
			document.execCommand = () => { window.heard = getSelection().toString(); return true; }; window.heard = ""; 1`, "window.heard"},
		{"nothing that copies", `document.execCommand = () => false; 1`, "getSelection().toString()"},
	} {
		see(t, b, chromedp.Evaluate[int](row.stub+"; document.querySelector('[role=status]').textContent = ''; 1"))
		b.do(t, chromedp.Click(button))
		said := see(t, b, chromedp.Evaluate[string](`new Promise((done) => { let n = 0; const look = () => {
			const said = document.querySelector("[role=status]").textContent; said || n++ > 100 ? done(said) : setTimeout(look, 20); }; look(); })`, chromedp.EvalAwaitPromise))
		if heard := see(t, b, chromedp.Evaluate[string](row.heard)); heard != scope {
			t.Errorf("%s: copied %q, want %q", row.about, heard, scope)
		}
		if said == "" || strings.Contains(said, scope) != (row.about != "nothing that copies") {
			t.Errorf("%s: the page says %q", row.about, said)
		}
	}
	if name := see(t, b, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector(%q).getAttribute("aria-label")`, button))); !strings.Contains(name, scope) {
		t.Errorf("the button is called %q: want the value in it", name)
	}
}

// prefers makes the browser prefer a colour scheme, and no motion: what moves
// is not hit by a click.
func (b *chromium) prefers(t *testing.T, scheme string) {
	t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	check(t, err)
}

// axe looks for what would keep somebody from using the page, with everything unfolded.
func (b *chromium) axe(t *testing.T, scheme string) {
	t.Helper()
	path := os.Getenv("E2E_AXE")
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("E2E_AXE: %v: make e2e installs axe-core and names it there", err)
	}
	b.prefers(t, scheme)
	see(t, b, chromedp.Evaluate[int](`for (const d of document.querySelectorAll("details")) d.open = true; 1`))
	see(t, b, chromedp.Evaluate[int](string(source)+"\n;1"))
	got := see(t, b, chromedp.Evaluate[string](`axe.run().then(found => found.passes.length < 15 ? "only " + found.passes.length + " rules passed" :
		found.violations.filter(v => v.impact === "serious" || v.impact === "critical" || v.impact === "moderate")
			.map(v => v.impact + " " + v.id + ": " + v.nodes.slice(0, 3).map(n => n.target + " " + n.failureSummary).join("; ")).join("\n"))`, chromedp.EvalAwaitPromise))
	if got != "" {
		t.Errorf("axe, in the %s scheme:\n%s", scheme, got)
	}
}

// prints keeps the page as paper where E2E_PICTURES says.
func (b *chromium) prints(t *testing.T, name string) {
	t.Helper()
	pdf := see(t, b, chromedp.PrintToPDF())
	if len(pdf) < 10_000 {
		t.Errorf("printed, the page is %d bytes", len(pdf))
	}
	if dir := os.Getenv("E2E_PICTURES"); dir != "" {
		check(t, os.WriteFile(filepath.Join(dir, name+".pdf"), pdf, 0o644))
	}
}
