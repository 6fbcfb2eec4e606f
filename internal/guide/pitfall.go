package guide

import (
	"cmp"
	"strconv"

	"gmailoauth/internal/google"
)

// pitfalls tells what may go wrong, with what the answers give: the mailbox, the
// project, the client; what is open is a blank of the guide's.
func (d Document) pitfalls(names []string) []pitfall {
	if d.Catalogue == nil {
		return nil
	}
	var list []pitfall
	for _, name := range names {
		if name == "client-of-wrong-type" && d.Book.Target != nil && d.Book.Target.ClientType != "web" {
			continue // only who needs a Web client is refused another
		}
		if e, ok := d.Catalogue.Example(name, d.known(), d.said(), google.Link); ok {
			list = append(list, pitfall{name, e.Error, e.Cause, e.Fix, e.Command})
		}
	}
	return list
}

// known are the facts that a refusal would hold, as far as the answers give them.
func (d Document) known() map[string]string {
	imap := google.Gmail().IMAP // one of the servers that the proof opens
	known := map[string]string{"host": imap.Host, "port": strconv.Itoa(imap.Port)}
	for _, key := range []string{"account", "client_id", "project"} {
		known[key] = d.Answers.Get(key)
	}
	return known
}

// said are words for what is not known, as in the steps.
func (d Document) said() map[string]string {
	said := map[string]string{"project": d.Book.Blank("project"), "client_id": d.Book.Blank("client_id"), "redirect_uri": d.Book.Blank("redirect_uris")}
	if t := d.Book.Target; t != nil {
		said["target"] = t.Title
		if uris := t.Filled(d.Values).RedirectURIs; len(uris) > 0 {
			said["redirect_uri"] = cmp.Or(uris[0], said["redirect_uri"])
		}
	}
	return said
}
