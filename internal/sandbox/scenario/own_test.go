package scenario

import "testing"

func TestMailboxHasItsOwn(t *testing.T) {
	effect := func(name, at string) Scenario { return Scenario{Name: name, Effects: []Effect{{At: at, Error: name}}} }
	set := new(Set)
	set.Use(effect("all", IMAPAuth))
	set.UseFor("Office@example.com", 2, effect("office", IMAPAuth))
	set.UseFor("sales@example.com", 0, effect("sales", SMTPAuth))
	for i, want := range []struct{ at, email, name string }{
		{IMAPAuth, "other@example.com", "all"}, {IMAPAuth, "", "all"}, {SMTPAuth, "office@example.com", ""},
		{IMAPAuth, "office@example.com", "office"}, {IMAPAuth, "office@example.com", "office"}, {IMAPAuth, "office@example.com", "all"},
		{SMTPAuth, "sales@example.com", "sales"}, {SMTPAuth, "SALES@example.com", "sales"}, {IMAPAuth, "sales@example.com", "all"},
	} {
		got := ""
		if e := set.AtFor(want.at, want.email); e != nil {
			got = e.Error
		}
		if got != want.name {
			t.Errorf("%d: AtFor(%s, %q) = %q, want %q", i, want.at, want.email, got, want.name)
		}
	}
}
