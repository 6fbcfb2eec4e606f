package ahead

// plain reports whether an address is of the common kind, which needs no parser
// of addresses: words with dots between them, @, and a domain of two labels at
// least, all in ASCII. account.CheckEmail takes each of them, and more.
func plain(address string) bool {
	dots, word, local := 0, 0, -1 // of this half so far; bytes of this word; bytes before the @
	for i := range len(address) {
		c := address[i]
		switch {
		case c == '@' && local < 0 && word > 0:
			dots, word, local = 0, 0, i
		case c == '.' && word > 0 && (local < 0 || address[i-1] != '-'):
			dots, word = dots+1, 0
		case isAlnum(c), local < 0 && (c == '_' || c == '+' || c == '-'), local >= 0 && c == '-' && word > 0:
			word++
		default:
			return false
		}
		if local >= 0 && word > 63 {
			return false
		}
	}
	return local > 0 && local <= 64 && dots > 0 && word > 0 && address[len(address)-1] != '-' && len(address) <= 254
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// lower is a text with the letters of ASCII in lower case.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}
