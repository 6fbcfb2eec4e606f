package wizard

import (
	"context"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"

	"gmailoauth/internal/playbook"
)

// end is how a stage ended.
type end int

const (
	endNone end = iota
	endForward
	endBack
	endMore
	endLeave
	endFound
)

// stage is the part of the screen that is redrawn: the form and the line of
// keys. It looks at each key before the form does.
type stage struct {
	canvas
	ctx    context.Context //nolint:containedctx // of the one program that this model is
	wizard *Wizard
	asks   playbook.View
	fields []*field
	form   *huh.Form
	end    end
	values []string // to copy
	copied int
	said   string
	watch  *watched // nil: nothing is waited for
	found  *Found   // that ended it
	turn   int      // of the spinner
	over   chan struct{}
	caught chan *Found
}

// foundMsg says that a file has been caught.
type foundMsg struct{}

// leaveMsg ends the stage.
type leaveMsg struct{}

// saidMsg is a line to show below the form.
type saidMsg string

func newStage(ctx context.Context, w *Wizard, view playbook.View, values []string, fields []*field) *stage {
	s := &stage{ctx: ctx, wizard: w, asks: view, fields: fields, values: values, over: make(chan struct{}), caught: make(chan *Found, 1)}
	if fields[0].q.Key != ownQuestion {
		s.watch = w.watched
	}
	widgets := make([]huh.Field, 0, len(fields))
	for _, f := range fields {
		widgets = append(widgets, f.widget())
	}
	keys := huh.NewDefaultKeyMap()
	keys.Select.Filter.SetEnabled(false)
	keys.Quit.SetEnabled(false) // the stage's own
	s.form = huh.NewForm(huh.NewGroup(widgets...)).
		WithAccessible(false). // TERM=dumb has the other face
		WithShowHelp(false).WithKeyMap(keys).
		WithTheme(huh.ThemeFunc(theme)).WithWidth(w.pen.columns())
	return s
}

// theme marks the focused field by bold letters and one accent, in colours of
// the terminal's own palette: they suit a light screen and a dark one alike.
func theme(isDark bool) *huh.Styles {
	t := huh.ThemeBase(isDark)
	accent := lipgloss.NewStyle().Foreground(lipgloss.Cyan)
	for _, style := range []*huh.FieldStyles{&t.Focused, &t.Blurred} {
		style.Base = lipgloss.NewStyle()
		style.Description = lipgloss.NewStyle().Faint(true)
		style.SelectSelector = accent.SetString("> ")
		style.SelectedOption = accent
		style.TextInput.Prompt = accent
		style.TextInput.Cursor = accent
		style.TextInput.Placeholder = lipgloss.NewStyle().Faint(true)
		style.FocusedButton = lipgloss.NewStyle().Reverse(true).Padding(0, 2).MarginRight(1)
		style.BlurredButton = lipgloss.NewStyle().Padding(0, 2).MarginRight(1)
		style.ErrorIndicator = lipgloss.NewStyle().SetString(" " + markBad).Foreground(lipgloss.Red)
		style.ErrorMessage = lipgloss.NewStyle().SetString(markBad).Foreground(lipgloss.Red)
	}
	t.Focused.Title = lipgloss.NewStyle().Bold(true)
	t.Blurred.SelectSelector = lipgloss.NewStyle().SetString("  ")
	return t
}

// Init is the form's.
func (s *stage) Init() tea.Cmd { return s.form.Init() }

// Update takes the keys that leave the form, and gives the rest to it.
func (s *stage) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case leaveMsg:
		return s.finish(endLeave)
	case tea.WindowSizeMsg:
		s.rows = msg.Height
	case saidMsg:
		s.said = string(msg)
		return s, nil
	case tickMsg:
		s.turn++
		return s, nil
	case foundMsg:
		s.found = <-s.caught
		return s.finish(endFound)
	case tea.KeyPressMsg:
		if cmd, taken := s.key(msg.String()); taken {
			return s, cmd
		}
	}
	model, cmd := s.form.Update(msg)
	if form, ok := model.(*huh.Form); ok {
		s.form = form
	}
	if s.form.State == huh.StateCompleted {
		return s.finish(endForward)
	}
	return s, cmd
}

func (s *stage) finish(how end) (tea.Model, tea.Cmd) {
	s.end = how
	return s, tea.Quit
}

// key carries out a key of the stage. Where letters are typed, only those with
// ctrl are, and a question mark as the first one.
func (s *stage) key(name string) (tea.Cmd, bool) {
	typing, empty := s.typing()
	letters := !typing
	quit := func(how end) (tea.Cmd, bool) {
		_, cmd := s.finish(how)
		return cmd, true
	}
	switch {
	case name == "ctrl+c":
		return quit(endLeave)
	case name == "esc" || letters && (name == "b" || name == "left" && !s.confirming()):
		if s.asks.First {
			s.said = s.wizard.Words.Say("wizard.first")
			return nil, true
		}
		return quit(endBack)
	case name == "?" && (letters || empty) && s.asks.Step.ID != "":
		return quit(endMore)
	case s.asks.Step.URL != "" && (name == "ctrl+o" || letters && name == "o"):
		return s.open(), true
	case len(s.values) > 0 && (name == "ctrl+y" || letters && name == "c"):
		return s.copy(), true
	}
	return nil, false
}

// typing reports whether the focused field takes letters, and has none yet.
func (s *stage) typing() (typing, empty bool) {
	focused := s.form.GetFocusedField()
	if _, ok := focused.(*huh.Input); !ok {
		return false, false
	}
	text, _ := focused.GetValue().(string)
	return true, text == ""
}

func (s *stage) confirming() bool {
	_, ok := s.form.GetFocusedField().(*huh.Confirm)
	return ok
}

// open shows the step's page in the browser, beside the program's loop.
func (s *stage) open() tea.Cmd {
	address := s.asks.Step.URL
	return func() tea.Msg { return saidMsg(s.wizard.opened(s.ctx, address)) }
}

// copy puts the next value on the clipboard, by OSC 52: over SSH too, where the
// terminal allows it.
func (s *stage) copy() tea.Cmd {
	value := s.values[s.copied%len(s.values)]
	s.copied++
	s.said = s.wizard.Words.Say("wizard.copied", "value", value)
	return tea.SetClipboard(value)
}
