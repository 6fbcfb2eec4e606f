package wizard

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"gmailoauth/internal/playbook"
)

// instructions prints what a person is to do: numbered, each value alone on its
// line so that it can be copied.
func (p *pen) instructions(step playbook.StepState) {
	for _, block := range p.blocks(step) {
		p.printf("%s", block.text)
	}
}

// block is a part of a step's text that stays together.
type block struct {
	text   string
	values []string // in it, to be copied
	number int      // of the instruction, from 1; 0 for what is none
}

// blocks are the page to open, the instructions, and what one sees when it went
// well.
func (p *pen) blocks(step playbook.StepState) []block {
	var blocks []block
	add := func(number int, values []string, draw func(*pen)) {
		blocks = append(blocks, block{p.drawn(draw), values, number})
	}
	n := len(step.Instructions)
	if step.URL != "" && (n > 0 || len(step.Questions) == 0) {
		add(0, nil, func(p *pen) {
			label, between := p.words.Say("wizard.page"), " "
			if lipgloss.Width(label)+1+lipgloss.Width(step.URL) > p.columns() {
				between = "\n  "
			}
			p.printf("\n%s%s%s\n", label, between, p.accent(step.URL))
		})
	}
	for i, instruction := range step.Instructions {
		add(i+1, instruction.Values, func(p *pen) {
			first := "  "
			if n > 1 {
				first = fmt.Sprintf("%2d  ", i+1)
			}
			if i == 0 {
				p.printf("\n")
			}
			p.instruction(first, instruction)
		})
	}
	if step.Sees != "" && n > 0 {
		add(0, nil, func(p *pen) {
			p.printf("\n")
			p.paragraph("", 0, p.words.Say("wizard.sees", "sees", step.Sees), p.faint)
		})
	}
	return blocks
}

func (p *pen) instruction(first string, instruction playbook.Instruction) {
	indent := lipgloss.Width(first)
	p.paragraph(first, indent, instruction.Text, same)
	for _, value := range instruction.Values {
		p.printf("      %s\n", p.accent(value))
	}
	if instruction.Note != "" {
		p.paragraph(strings.Repeat(" ", indent), indent, instruction.Note, p.faint)
	}
}
