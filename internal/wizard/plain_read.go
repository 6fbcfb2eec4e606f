package wizard

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"gmailoauth/internal/playbook"
)

// value reads what was typed; nothing is the default. The problem is told when
// it is none of the choices.
func (f *plain) value(q playbook.QuestionState, typed string) (value, problem string) {
	if typed == "" && q.Kind != playbook.KindConfirm {
		return q.Value, ""
	}
	switch q.Kind {
	case playbook.KindChoice:
		if n, err := strconv.Atoi(typed); err == nil && n >= 1 && n <= len(q.Choices) {
			return q.Choices[n-1].Value, ""
		}
		for _, choice := range q.Choices {
			if strings.EqualFold(choice.Value, typed) || strings.EqualFold(choice.Label, typed) {
				return choice.Value, ""
			}
		}
		return "", f.Words.Say("wizard.plain-number", "n", len(q.Choices))
	case playbook.KindConfirm:
		low := strings.ToLower(typed)
		yes, no := f.Words.Say("wizard.yes-word"), f.Words.Say("wizard.no-word")
		switch {
		case low == "":
			return yesNo(q.Value), ""
		case strings.HasPrefix(yes, low):
			return "yes", ""
		case strings.HasPrefix(no, low):
			return "no", ""
		}
		return "", f.Words.Say("wizard.plain-yes-no")
	}
	return typed, ""
}

// errAgain asks for the same line once more.
var errAgain = errors.New("again")

// typed reads a line and answers b and ? itself. A pasted JSON goes on until
// its braces are closed.
func (f *plain) typed(ctx context.Context, view playbook.View, help string) (string, error) {
	text, err := f.lines.read(ctx)
	if err != nil {
		return "", f.ended(err)
	}
	text = strings.TrimSpace(text)
	switch text {
	case "b", "B":
		if !view.First {
			return "", errBack
		}
		f.pen.printf("%s\n", f.Words.Say("wizard.first"))
		return "", errAgain
	case "?":
		f.more(view.Step, help)
		return "", errAgain
	}
	for strings.HasPrefix(text, "{") && strings.Count(text, "{") > strings.Count(text, "}") && len(text) < longestLine {
		next, err := f.lines.read(ctx)
		if err != nil {
			return "", f.ended(err)
		}
		text += "\n" + next
	}
	return text, nil
}

func (f *plain) hidden(ctx context.Context, prompt func()) (string, error) {
	text, err := f.lines.secret(ctx, prompt)
	f.pen.printf("\n")
	if err != nil {
		return "", f.ended(err)
	}
	return strings.TrimSpace(text), nil
}

// ended makes the end of the input an error that tells.
func (f *plain) ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) {
		f.pen.printf("\n")
		return errEnded()
	}
	return err
}
