//go:build e2e

package e2e

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

var update = flag.Bool("update", false, "take docs/pictures/guide.png again where it is not current")

// The picture of docs/pictures is the guide as Chromium shows it, in the middle
// of the walk. Its source says by which command the page was made, and which
// bytes it had; TestReferenceGuidePicture holds that in every run of the tests.
func TestPictureOfTheGuide(t *testing.T) {
	folder := filepath.Join("..", "..", "docs", "pictures")
	picture, source := filepath.Join(folder, "guide.png"), filepath.Join(folder, "guide.source")
	kept, err := os.ReadFile(source)
	check(t, err)
	command, _, _ := strings.Cut(string(kept), "\n")
	made := run(t, nil, strings.Fields(command)[1:]...)
	if made.exit != 0 {
		t.Fatalf("%s: exit %d\n%s", command, made.exit, made.stderr)
	}
	want := fmt.Sprintf("%s\nsha256 %x\n", command, sha256.Sum256([]byte(made.stdout)))
	taken, err := os.ReadFile(picture)
	current := err == nil && string(kept) == want
	if *update && !current {
		taken = photographed(t, made.stdout)
		check(t, os.WriteFile(picture, taken, 0o644))
		check(t, os.WriteFile(source, []byte(want), 0o644))
	} else if !current {
		t.Errorf("%s is not current, run make docs", picture)
	}
	if len(taken) > 200_000 {
		t.Errorf("%s has %d bytes", picture, len(taken))
	}
}

// photographed shows a guide whose first steps are ticked, at the step in which
// values are pasted.
func photographed(t *testing.T, page string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "guide.html")
	check(t, os.WriteFile(file, []byte(page), 0o644))
	b := openChromium(t)
	b.prefers(t, "light")
	b.do(t, chromedp.EmulateViewport(1280, 860), chromedp.Navigate("file://"+file))
	ticked := see(t, b, chromedp.Evaluate[int](`(() => {
		const steps = [...document.querySelectorAll("main section")], at = steps.findIndex((step) => step.id === "client");
		const boxes = steps.slice(0, at).flatMap((step) => [...step.querySelectorAll("input")]);
		for (const box of [...boxes, ...[...steps[at].querySelectorAll("input")].slice(0, 2)]) box.click();
		document.activeElement.blur();
		steps[at].scrollIntoView();
		return boxes.length;
	})()`))
	if ticked < 20 {
		t.Fatalf("%d instructions come before the client", ticked)
	}
	return see(t, b, chromedp.CaptureScreenshot())
}
