package main

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/muesli/cancelreader"
)

// maxPasted is the longest line that is taken, in bytes.
const maxPasted = 128 << 10

// pastedLines gives a function that reads one line from the admin. The reading
// ends with its context, so that it takes nothing from whoever reads next.
func (a *app) pastedLines() func(context.Context) (string, error) {
	var rest []byte
	return func(ctx context.Context) (string, error) {
		reader, err := cancelreader.NewReader(a.term.In)
		if err != nil {
			return "", err
		}
		defer func() { _ = reader.Close() }()
		defer context.AfterFunc(ctx, func() { reader.Cancel() })()
		chunk := make([]byte, 1) // and nothing of the next line, which may be for somebody else
		for {
			if line, after, ok := bytes.Cut(rest, []byte("\n")); ok {
				rest = after
				return string(line), nil
			}
			if len(rest) > maxPasted {
				rest = nil
			}
			n, err := reader.Read(chunk)
			rest = append(rest, chunk[:n]...)
			if errors.Is(err, io.EOF) && len(rest) > 0 {
				line := string(rest)
				rest = nil
				return line, nil
			}
			if err != nil {
				return "", err
			}
		}
	}
}
