package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// What doctor says of a machine, whole or not, is in the language; what name
// servers and certificates say is theirs.
func TestNoEnglishInTheMachine(t *testing.T) {
	rows := doctorRows()
	rows["whole"] = func(o *workplace) told { return o.doctors(nil) }
	rows["connected"] = func(o *workplace) told {
		o.connect()
		return o.doctors(nil)
	}
	inEachLanguage(t, func(r *reader) {
		for _, name := range slices.Sorted(maps.Keys(rows)) {
			o := newWorkplace(r.t)
			o.env["GMAILOAUTH_LANG"] = r.lang
			got := rows[name](o)
			if got.cannot != "" {
				continue
			}
			r.reads("doctor, "+name, evidenceIn(r.t, got.out).Replace(got.err))
			if last := o.said(r.lang).Say("report.machine"); !strings.Contains(got.err, "\n"+last) {
				r.t.Errorf("%s: %s: no last line that begins with %q:\n%s", r.lang, name, last, got.err)
			}
		}
	})
}
