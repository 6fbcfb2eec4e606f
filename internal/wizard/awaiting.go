package wizard

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"gmailoauth/internal/playbook"
)

// spinner is drawn a sign at a time, each so long.
const (
	spinner     = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
	spinnerStep = 120 * time.Millisecond
)

// awaiting is the running clock, with the keys for what may go wrong. Letters
// that are no key of it begin a pasted line: not every terminal says that it
// pastes.
type awaiting struct {
	canvas
	ctx    context.Context //nolint:containedctx // of the one program that this model is
	wizard *Wizard
	away   Away
	end    end
	turn   int    // of the spinner
	typing bool   // a line is being pasted
	typed  string // so far
	said   string
}

type tickMsg struct{}

func nextTick() tea.Cmd { return tea.Tick(spinnerStep, func(time.Time) tea.Msg { return tickMsg{} }) }

// await is the clock, the list of pages, and the clock again, until there is
// something to say.
func (f *rich) await(ctx context.Context, away Away) (string, *playbook.Page, error) {
	typing := false
	for {
		f.pen.printf("\n")
		a := &awaiting{ctx: ctx, wizard: f.Wizard, away: away, typing: typing}
		if err := f.program(ctx, a, a.erased); err != nil {
			return "", nil, err
		}
		switch a.end {
		case endForward:
			return a.typed, nil, nil
		case endMore:
			page, address, err := f.choose(ctx, away)
			if err != nil || page != nil {
				return "", page, err
			}
			typing = address
		case endNone:
			return "", nil, errEnded()
		default:
			return "", nil, context.Canceled
		}
	}
}

// Init starts the clock.
func (a *awaiting) Init() tea.Cmd { return nextTick() }

// Update takes keys, pasted text and ticks.
func (a *awaiting) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case leaveMsg:
		return a.finish(endLeave)
	case tea.WindowSizeMsg:
		a.rows = msg.Height
	case tickMsg:
		a.turn++
		return a, nextTick()
	case saidMsg:
		a.said = string(msg)
	case tea.PasteMsg:
		a.typing = true
		a.typed += strings.NewReplacer("\r", " ", "\n", " ").Replace(msg.Content)
	case tea.KeyPressMsg:
		if a.typing {
			return a.letter(msg)
		}
		return a.key(msg)
	}
	return a, nil
}

func (a *awaiting) canOpen() bool { return a.away.Address != "" && a.wizard.Open != nil }

func (a *awaiting) finish(how end) (tea.Model, tea.Cmd) {
	a.end = how
	return a, tea.Quit
}

func (a *awaiting) key(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	switch name := msg.String(); {
	case name == "ctrl+c":
		return a.finish(endLeave)
	case name == "w" && len(a.away.Pages) > 0:
		return a.finish(endMore)
	case name == "p":
		a.typing = true
	case name == "o" && a.canOpen():
		return a, func() tea.Msg { return saidMsg(a.wizard.opened(a.ctx, a.away.Address)) }
	case name == "c" && a.away.Address != "":
		a.said = a.wizard.Words.Say("wizard.copied-address")
		return a, tea.SetClipboard(a.away.Address)
	case strings.TrimSpace(msg.Text) != "":
		a.typing = true
		return a.letter(msg)
	}
	return a, nil
}

// letter is a key while a line is pasted.
func (a *awaiting) letter(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	switch name := msg.String(); name {
	case "ctrl+c":
		return a.finish(endLeave)
	case "esc", "ctrl+u":
		a.typing, a.typed = name == "ctrl+u", ""
	case "enter", "ctrl+j":
		if strings.TrimSpace(a.typed) != "" {
			return a.finish(endForward)
		}
		a.typing = false
	case "backspace":
		if runes := []rune(a.typed); len(runes) > 0 {
			a.typed = string(runes[:len(runes)-1])
		}
	default:
		if len(a.typed) < longestLine {
			a.typed += msg.Text
		}
	}
	return a, nil
}

// View is the clock, what is pasted, what was said last, and the keys.
func (a *awaiting) View() tea.View {
	pen, say := a.wizard.pen, a.wizard.Words.Say
	frames := []rune(spinner)
	id := "wizard.waiting"
	if a.away.Limit > 0 {
		id += "-limit"
	}
	line := say(id, "what", a.away.What, "spent", clock(a.wizard.Now().Sub(a.away.Begun)), "limit", clock(a.away.Limit))
	parts := []string{pen.accent(string(frames[a.turn%len(frames)])) + " " + cut(line, pen.columns()-3)}
	if a.typing {
		prompt := strings.TrimRight(say("wizard.plain-address"), " ") + " "
		room := max(8, pen.columns()-len([]rune(prompt))-2)
		parts = append(parts, "", pen.bold(prompt)+tail(a.typed, room)+"█")
	}
	if a.said != "" {
		parts = append(parts, wrap(a.said, pen.columns()))
	}
	return a.view(strings.Join(append(parts, "", pen.items(a.keys(), " · ", pen.faint)), "\n"))
}

func (a *awaiting) keys() []string {
	say := a.wizard.Words.Say
	if a.typing {
		return []string{say("wizard.keys-enter"), say("wizard.keys-back"), say("wizard.keys-leave-bare")}
	}
	var list []string
	if len(a.away.Pages) > 0 {
		list = append(list, say("wizard.keys-page"))
	}
	list = append(list, say("wizard.keys-paste"))
	if a.canOpen() {
		list = append(list, say("wizard.keys-open"))
	}
	if a.away.Address != "" {
		list = append(list, say("wizard.keys-copy-address"))
	}
	return append(list, say("wizard.keys-leave-bare"))
}

// tail is the end of a text, as much as fits.
func tail(text string, width int) string {
	runes := []rune(text)
	if len(runes) <= width {
		return text
	}
	return "…" + string(runes[len(runes)-width+1:])
}
