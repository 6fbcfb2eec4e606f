package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// docs/pictures/guide.png is the guide as a browser shows it. What a browser
// draws differs from machine to machine; which page it drew does not: its source
// holds the command and the sum of the page. make docs takes it again, where
// Chromium is installed.
func TestReferenceGuidePicture(t *testing.T) {
	folder := filepath.Join("..", "..", "docs", "pictures")
	kept, err := os.ReadFile(filepath.Join(folder, "guide.source"))
	if err != nil {
		t.Fatal(err)
	}
	command, _, _ := strings.Cut(string(kept), "\n")
	out, stderr := new(bytes.Buffer), new(bytes.Buffer)
	if code := plainApp(out, stderr).run(t.Context(), strings.Fields(command)[1:]); code != 0 {
		t.Fatalf("%s: exit %d\n%s", command, code, stderr)
	}
	if *update {
		return // TestPictureOfTheGuide in internal/e2e takes it and writes its source
	}
	if want := fmt.Sprintf("%s\nsha256 %x\n", command, sha256.Sum256(out.Bytes())); string(kept) != want {
		t.Errorf("docs/pictures/guide.png shows another page than %s now writes: run make docs where Chromium is installed", command)
	}
	picture, err := os.ReadFile(filepath.Join(folder, "guide.png"))
	if err != nil {
		t.Fatal(err)
	}
	shown, err := png.DecodeConfig(bytes.NewReader(picture))
	if err != nil || shown.Width < 1000 || shown.Height < 600 || len(picture) > 200_000 {
		t.Errorf("docs/pictures/guide.png: %v, %d × %d, %d bytes", err, shown.Width, shown.Height, len(picture))
	}
}
