package words

// Colon joins what is told of and what is told of it, as the language writes a
// colon: French puts a no-break space before it.
func (w *Words) Colon(of, text string) string { return w.Say("joined.colon", "of", of, "text", text) }

// Semicolon joins two clauses of one line.
func (w *Words) Semicolon(first, second string) string {
	return w.Say("joined.semicolon", "first", first, "second", second)
}
