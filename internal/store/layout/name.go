package layout

// NameLimit is how long a name may be. 255 bytes is the limit of most file
// systems, and ours add a few.
const NameLimit = 180

// Name is a name that every file system takes, and that a person recognises,
// for an address in lower case: bytes other than the usual ones are
// percent-encoded. fits is false if it is longer than [NameLimit]: then it is no
// name yet.
func Name(lower string) (name string, fits bool) {
	const digits = "0123456789ABCDEF"
	spelled := make([]byte, 0, 64)
	for i, c := range []byte(lower) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '@', c == '_', c == '-', c == '+', c == '.' && i > 0:
			spelled = append(spelled, c)
		default:
			spelled = append(spelled, '%', digits[c>>4], digits[c&15])
		}
	}
	return string(spelled), len(spelled) <= NameLimit
}
