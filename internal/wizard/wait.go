package wizard

import (
	"context"
	"fmt"
	"time"
)

// Wait carries out do. When that takes longer than a second, a line says what
// is waited for, how long it has been and how long it may be; it goes away
// afterwards. Plain lines say it once. do gets a context that ends at the limit.
func (w *Wizard) Wait(ctx context.Context, what string, limit time.Duration, do func(context.Context) error) error {
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	done, shown := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(shown)
		w.waitingLine(what, limit, done)
	}()
	err := do(ctx)
	close(done)
	<-shown
	return err
}

// waitingLine draws until done is closed.
func (w *Wizard) waitingLine(what string, limit time.Duration, done <-chan struct{}) {
	begun := w.Now()
	patience := time.NewTimer(time.Second)
	defer patience.Stop()
	select {
	case <-done:
		return
	case <-patience.C:
	}
	if !w.Terminal.Rich {
		id := "wizard.waiting-plain"
		if limit > 0 {
			id += "-limit"
		}
		w.pen.printf("%s\n", w.Words.Say(id, "what", what, "limit", clock(limit)))
		<-done
		return
	}
	tick := time.NewTicker(spinnerStep)
	defer tick.Stop()
	frames := []rune(spinner)
	for i := 0; ; i++ {
		id := "wizard.waiting"
		if limit > 0 {
			id += "-limit"
		}
		line := w.Words.Say(id, "what", what, "spent", clock(w.Now().Sub(begun)), "limit", clock(limit))
		w.pen.printf("\r\x1b[2K%s %s", w.pen.accent(string(frames[i%len(frames)])), cut(line, w.pen.columns()-3))
		select {
		case <-done:
			w.pen.printf("\r\x1b[2K")
			return
		case <-tick.C:
		}
	}
}

// clock is minutes and seconds: 1:12.
func clock(d time.Duration) string {
	seconds := int(d.Round(time.Second) / time.Second)
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

// middle shortens a line in the middle, since its end tells most.
func middle(line string, width int) string {
	runes := []rune(line)
	if len(runes) <= width || width < 4 {
		return line
	}
	end := width * 2 / 5
	return string(runes[:width-end-1]) + "…" + string(runes[len(runes)-end:])
}

// cut shortens a line, so that it stays one.
func cut(line string, width int) string {
	runes := []rune(line)
	if len(runes) <= width || width < 2 {
		return line
	}
	return string(runes[:width-1]) + "…"
}
