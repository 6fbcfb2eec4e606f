package fleet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// column is what a column of a table is for.
type column string

const (
	columnAccount   column = "account"
	columnTarget    column = "target"
	columnStore     column = "store"
	columnProtocols column = "protocols"
	columnForeign   column = ""
)

// columnOf reads a heading. The last spelling of the account's is that of the
// table of users that the Admin console exports.
func columnOf(heading string) (column, bool) {
	switch strings.ToLower(strings.TrimSpace(heading)) {
	case "account", "email", "mailbox", exported:
		return columnAccount, true
	case "target":
		return columnTarget, true
	case "store":
		return columnStore, true
	case "protocols", "protocol":
		return columnProtocols, true
	}
	if key := strings.ToLower(strings.TrimSpace(heading)); isAccess(key) {
		return column(key), true
	}
	return columnForeign, false
}

// exported is the heading by which the Admin console's own table is known: its
// other columns are none of ours.
const exported = "email address [required]"

// readTable reads a table: a heading that names the columns, a mailbox in each
// row.
func (f *file) readTable(data []byte) error {
	table := csv.NewReader(bytes.NewReader(data))
	table.Comma = separatorOf(data)
	table.Comment = '#'
	table.TrimLeadingSpace = true
	table.FieldsPerRecord = -1 // spreadsheets leave out empty cells at the end
	table.ReuseRecord = true
	heading, err := table.Read()
	if err != nil {
		return f.damaged(err)
	}
	columns, err := f.columns(heading)
	if err != nil {
		return err
	}
	for {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return f.damaged(err)
		}
		line, _ := table.FieldPos(0)
		if err := f.row(line, columns, row); err != nil {
			return err
		}
	}
}

// separatorOf is the separator that the heading has most of.
func separatorOf(data []byte) rune {
	for line := range strings.Lines(string(data)) {
		if text := strings.TrimSpace(line); text == "" || text[0] == '#' {
			continue
		}
		best, most := ',', strings.Count(line, ",")
		for _, r := range ";\t" {
			if n := strings.Count(line, string(r)); n > most {
				best, most = r, n
			}
		}
		return best
	}
	return ','
}

func (f *file) columns(heading []string) ([]column, error) {
	columns := make([]column, len(heading))
	seen := map[column]bool{}
	foreign, isExport := "", false
	for i, name := range heading {
		own, known := columnOf(name)
		isExport = isExport || strings.EqualFold(strings.TrimSpace(name), exported)
		if known && seen[own] {
			return nil, wrong("fleet-unknown-key", f.name, 1, "key", strings.TrimSpace(name), "wanted", tableKeys)
		}
		if !known && foreign == "" && strings.TrimSpace(name) != "" {
			foreign = strings.TrimSpace(name)
		}
		columns[i], seen[own] = own, true
	}
	if !seen[columnAccount] {
		return nil, wrong("fleet-no-column", f.name, 1)
	}
	if foreign != "" && !isExport {
		return nil, f.unknownKey(foreign, tableKeys, 1)
	}
	return columns, nil
}

const tableKeys = "account, target, store, protocols, " + accessKeys

func (f *file) row(line int, columns []column, row []string) error {
	e := Entry{Line: line}
	var err error
	blank := true
	for i, text := range row {
		text = strings.TrimSpace(text)
		if i >= len(columns) || text == "" {
			continue
		}
		blank = false
		switch columns[i] {
		case columnAccount:
			e.Account = text
		case columnTarget:
			e.Target = text
		case columnStore:
			e.Store = text
		case columnProtocols:
			if e.Protocols, err = f.protocols(line, strings.FieldsFunc(text, isBetween)); err != nil {
				return err
			}
		case columnForeign:
		default:
			if err := f.setAccess(&e, string(columns[i]), text, line); err != nil {
				return err
			}
		}
	}
	if blank {
		return nil
	}
	return f.add(e, Access{}, func(string) int { return line })
}

// isBetween reports what may stand between protocols in one cell.
func isBetween(r rune) bool { return strings.ContainsRune(" ,;+/|", r) }

func (f *file) damaged(err error) error {
	line := 1
	if failed, ok := errors.AsType[*csv.ParseError](err); ok {
		line = failed.Line
	}
	symptom := wrong("fleet-damaged", f.name, line)
	symptom.Err = err
	return symptom
}
