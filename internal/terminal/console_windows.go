package terminal

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

// utf8 is the code page of what we write.
const utf8 = 65001

// Prepare makes consoles show what is written to them: it switches escape
// sequences and UTF-8 on; restore puts back what was. A console that knows no
// escape sequences gets plain lines without colour.
// Source: learn.microsoft.com/windows/console/setconsolemode and
// setconsoleoutputcp (seen 2026-11-21).
func Prepare(t *Terminal) (restore func()) {
	var undo []func()
	for _, stream := range []io.Writer{t.Out, t.Err} {
		file, ok := stream.(*os.File)
		if !ok {
			continue
		}
		console := windows.Handle(file.Fd())
		var mode uint32
		if windows.GetConsoleMode(console, &mode) != nil {
			continue // a file or a pipe
		}
		wanted := mode | windows.ENABLE_PROCESSED_OUTPUT | windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING
		if windows.SetConsoleMode(console, wanted) != nil {
			t.Rich, t.Color = false, false
			continue
		}
		undo = append(undo, func() { _ = windows.SetConsoleMode(console, mode) })
	}
	if t.OutTTY || t.ErrTTY {
		if page, err := windows.GetConsoleOutputCP(); err == nil && page != utf8 && windows.SetConsoleOutputCP(utf8) == nil {
			undo = append(undo, func() { _ = windows.SetConsoleOutputCP(page) })
		}
	}
	return func() {
		for i := len(undo) - 1; i >= 0; i-- {
			undo[i]()
		}
	}
}
