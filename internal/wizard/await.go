package wizard

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gmailoauth/internal/playbook"
)

// Away is what a person does in their browser, while we wait for it.
type Away struct {
	What    string          // is waited for
	Begun   time.Time       // the waiting
	Limit   time.Duration   // of it; 0: none
	Address string          // of the page, to be opened again and copied; may be ""
	Pages   []playbook.Page // on which they may end instead
}

// Await shows that it waits, and blocks until the person pastes a line, or says
// which page they see: then page is not nil. The end of ctx, which is the good
// end, gives its error; leaving gives context.Canceled.
func (w *Wizard) Await(ctx context.Context, away Away) (pasted string, page *playbook.Page, err error) {
	return w.face.await(ctx, away)
}

// valueAddress is the choice after all pages: the page's address tells.
const valueAddress = "address"

// which is the question which of the pages it is.
func (w *Wizard) which(away Away) playbook.View {
	q := playbook.Question{Key: ownQuestion, Kind: playbook.KindChoice, Required: true, Label: w.Words.Say("wizard.which-page")}
	for i, page := range away.Pages {
		q.Choices = append(q.Choices, playbook.Choice{Value: strconv.Itoa(i), Label: page.Words, Help: page.Gloss})
	}
	q.Choices = append(q.Choices, playbook.Choice{Value: valueAddress, Label: w.Words.Say("wizard.page-address"), Help: w.Words.Say("wizard.page-address-help")})
	return playbook.View{Questions: []playbook.QuestionState{{Question: q, Pending: true}}}
}

// choose asks which page it is. Neither a page nor address: they went back.
func (w *Wizard) choose(ctx context.Context, away Away) (page *playbook.Page, address bool, err error) {
	reply, err := w.face.form(ctx, w.which(away))
	if err != nil || reply.Move == playbook.Back {
		return nil, false, err
	}
	value := reply.Answers.Get(ownQuestion)
	if value == valueAddress {
		return nil, true, nil
	}
	i, err := strconv.Atoi(value)
	if err != nil {
		return nil, false, err
	}
	return &away.Pages[i], false, nil
}

// await is a line at a time: what was pasted, or a letter.
func (f *plain) await(ctx context.Context, away Away) (string, *playbook.Page, error) {
	for {
		typed, err := f.lines.read(ctx)
		if err != nil {
			return "", nil, err
		}
		switch strings.ToLower(strings.TrimSpace(typed)) {
		case "":
		case "o":
			f.pen.printf("%s\n", f.opened(ctx, away.Address))
		case "w":
			page, address, err := f.choose(ctx, away)
			switch {
			case err != nil || page != nil:
				return "", page, err
			case address:
				f.pen.printf("%s ", strings.TrimRight(f.Words.Say("wizard.plain-address"), " "))
			default:
				f.pen.printf("%s\n", f.Words.Say("wizard.waiting-plain", "what", away.What))
			}
		default:
			return typed, nil, nil
		}
	}
}

// opened shows a page in the browser, and says whether that went well.
func (w *Wizard) opened(ctx context.Context, address string) string {
	id := "wizard.opened"
	if w.Open == nil || w.Open(ctx, address) != nil {
		id = "wizard.not-opened"
	}
	return w.Words.Say(id, "url", address)
}
