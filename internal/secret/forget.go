package secret

import "slices"

// Forget ends what Hide began, for secrets of which nothing can be written any
// more: a run over many mailboxes would otherwise need more memory with each. A
// secret that was hidden twice is forgotten all the same. What has the shape of
// a secret is found as before.
func (r *Redactor) Forget(texts ...Text) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range texts {
		if t.IsZero() {
			continue
		}
		text := t.Reveal()
		r.told = slices.DeleteFunc(r.told, func(told string) bool { return told == text })
		if !r.known[text] {
			continue
		}
		if len(text) < tail {
			delete(r.known, text)
			r.short = slices.DeleteFunc(r.short, func(short string) bool { return short == text })
		}
		for _, s := range spellings(text) {
			if len(s.text) >= tail && r.known[s.text] {
				delete(r.known, s.text)
				r.index.remove(s.text)
			}
		}
	}
}

// remove takes a spelling out. The filter keeps its bit, which others may need,
// until so many are gone that it is worth making it anew.
func (x *index) remove(text string) {
	key := tailOf(text)
	rest := slices.DeleteFunc(x.byTail[key], func(s spelling) bool { return s.text == text })
	if len(rest) > 0 {
		x.byTail[key] = rest
	} else {
		delete(x.byTail, key)
	}
	if x.gone++; x.gone <= 1024+len(x.byTail) {
		return
	}
	x.gone = 0
	x.filter = [len(x.filter)]uint64{}
	for key := range x.byTail {
		h := hash(key)
		x.filter[h>>6] |= 1 << (h & 63)
	}
}
