package verify

import (
	"testing"
	"time"

	"gmailoauth/internal/finding"
	"gmailoauth/internal/google"
)

func TestRoundtrip(t *testing.T) {
	var taken inbox
	i := serve(t, google.Implicit, fakeIMAP(script{"UID": taken.search(1)}))
	s, second := serve(t, google.Implicit, fakeSMTP(nil, true, &taken)), serve(t, google.STARTTLS, fakeSMTP(nil, false, &taken))
	b := box(&i, []google.Server{s, second}, nil)
	b.SendTest = true
	got := Run(t.Context(), b, tokenOf(goodToken), time.Now)
	f := find(t, got, "mail.roundtrip")
	if f.Status != finding.Pass || f.Facts["uid"] != "77" || len(taken.ids) != 1 || f.Facts["message_id"] != taken.ids[0] {
		t.Errorf("Run: mail.roundtrip = %s %v (%v), want pass with the one message %v", f.Status, f.Facts, f.Symptom, taken.ids)
	}
	if last := got.Findings[len(got.Findings)-1]; last.ID != "mail.roundtrip" {
		t.Errorf("Run: last finding %s, want mail.roundtrip", last.ID)
	}
}

func TestRoundtripFails(t *testing.T) {
	var lost inbox
	never := fakeIMAP(script{"UID": (&inbox{}).search(0)})
	for name, c := range map[string]struct {
		imap, smtp func(*peer)
		want       row
	}{
		"never arrives": {never, fakeSMTP(nil, true, &lost), row{Status: "fail", Where: "mail", Code: "not-arrived"}},
		"refused by SMTP": {never, fakeSMTP(script{"MAIL": says("550 5.4.5 Daily user sending limit exceeded. a640c23a62f3a-123456789 - gsmtp")}, true, nil),
			row{Status: "fail", Where: "smtp", Code: "550 5.4.5"}},
		"IMAP login refused": {fakeIMAP(script{"AUTHENTICATE": says("{tag} NO [ALERT] no")}), fakeSMTP(script{"MAIL": func(p *peer, _, _ string) { panic("sent without an open INBOX") }}, true, nil),
			row{Status: "skip", Reason: "skip.not-authenticated"}},
		"search refused": {fakeIMAP(script{"UID": says("{tag} BAD what")}), fakeSMTP(nil, true, &lost), row{Status: "fail", Where: "imap", Code: "BAD"}},
		"search hangs":   {fakeIMAP(script{"UID": hangAt}), fakeSMTP(nil, true, &lost), row{Status: "fail", Where: "mail", Code: "not-arrived"}},
		"cut at NOOP":    {fakeIMAP(script{"NOOP": cutAt}), fakeSMTP(nil, true, &lost), row{Status: "fail", Where: "connect", Code: "connection-cut"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := serve(t, google.Implicit, c.imap)
			b := box(&i, []google.Server{serve(t, google.Implicit, c.smtp)}, nil)
			b.SendTest, b.Timeout = true, time.Second
			got := Run(t.Context(), b, tokenOf(goodToken), time.Now)
			all := rows(got)
			c.want.ID = "mail.roundtrip"
			if diff := all[len(all)-1]; diff != c.want {
				t.Errorf("Run: %v, want %v", diff, c.want)
			}
		})
	}
}

// Without IMAP the message could not be found, so it is not sent.
func TestRoundtripNeedsBoth(t *testing.T) {
	s := serve(t, google.Implicit, fakeSMTP(script{"MAIL": func(p *peer, _, _ string) { panic("sent without IMAP") }}, true, nil))
	b := box(nil, []google.Server{s}, nil)
	b.SendTest = true
	if f := find(t, Run(t.Context(), b, tokenOf(goodToken), time.Now), "mail.roundtrip"); f.Status != finding.Skip {
		t.Errorf("Run: mail.roundtrip = %s, want skip", f.Status)
	}
	i := serve(t, google.Implicit, fakeIMAP(nil))
	b = box(&i, nil, nil)
	b.SendTest = true
	if f := find(t, Run(t.Context(), b, tokenOf(goodToken), time.Now), "mail.roundtrip"); f.Status != finding.Skip {
		t.Errorf("Run: mail.roundtrip without SMTP = %s, want skip", f.Status)
	}
}
