//go:build !windows

package screen_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"gmailoauth/internal/terminal/screen"
)

func TestScreenShowsWhatIsWrittenAndSendsWhatIsTyped(t *testing.T) {
	s := screen.New(t, 20, 4)
	if _, err := io.WriteString(s.TTY, "\x1b[?1u\x1b[1mbold\x1b[0m & \x1b[31mred\x1b[0m\r\n\x1b[7m on \x1b[0m"); err != nil {
		t.Fatal(err)
	}
	s.Until(" on")
	if got, want := s.Settled(), "bold & red\n on"; got != want {
		t.Errorf("the screen is %q, want %q", got, want)
	}
	s.Type("ab")
	s.Press(screen.Enter)
	line := make([]byte, 8)
	if n, err := s.TTY.Read(line); err != nil || string(line[:n]) != "ab\n" {
		t.Errorf("the program reads %q, %v; want ab", line[:n], err)
	}
}

func TestPictureIsAnImageOfTheScreen(t *testing.T) {
	s := screen.New(t, 20, 4)
	if _, err := io.WriteString(s.TTY, "\x1b[1mbold\x1b[0m & \x1b[31mred\x1b[0m \x1b[2mgrey\x1b[0m\r\n\x1b[7m on \x1b[0m  a b   c1"); err != nil {
		t.Fatal(err)
	}
	s.Until("c1")
	picture := s.Picture(`a "screen"`, func(row string) string { return strings.Replace(row, "c1", "c2", 1) })
	for _, want := range []string{`font-weight="bold">bold`, "&amp;", `fill="#e06c75">red`, `fill="#8e97a8">grey`, `aria-label="a &#34;screen&#34;"`, `height="78"`,
		`<text x="74" y="53" textLength="27">a b<`, `<text x="128" y="53" textLength="18">c2<`} {
		if !strings.Contains(picture, want) {
			t.Errorf("the picture lacks %q:\n%s", want, picture)
		}
	}
	reader := xml.NewDecoder(strings.NewReader(picture))
	for {
		_, err := reader.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the picture is no XML: %v\n%s", err, picture)
		}
	}
}
