package playbook

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/publicsuffix"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/google"
)

// webPort is where we wait for Google's answer when a Web client has no
// loopback URI registered: product.md §3.
const webPort = "8765"

var projectNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]{6,})-`) })

// Complete gives answers with what can be computed from them, under the keys
//
//	KEY_host, KEY_origin, KEY_domain   of each address among the target's variables
//	redirect_uris, origins, domains    what the application needs registered
//	loopback_uri, register_uris        our own URI for a Web client, and both together
//	client_type, target_title          of the target, if nothing else says so
//	proposed_name                      for the app at Google, as people will read it
//	project                            from a client ID: its number, which Google takes in links
//	mail_scope
//	account_kind                       workspace, when a mailbox belongs to an organisation; else gmail
//	page_domains                       of home page and privacy policy
//	grants                             both, when it is worth asking how the mailboxes are opened
//	delegated_scopes                   what a service account asks for, as the Admin console takes it
//	console_by                         who makes the project: by-hand, gcloud, token; not while that is being asked
//
// An answer that is there is kept. The given map is not changed.
func (p *Playbook) Complete(answers Answers) Answers {
	done := Answers{}
	maps.Copy(done, answers)
	found := func(key string, values ...string) {
		if !done.Has(key) && len(values) > 0 && values[0] != "" {
			done[key] = Answer{Values: values, From: FromFind}
		}
	}
	found("mail_scope", google.MailScope())
	found("account_kind", accountKind(done["account"].Values))
	found("page_domains", distinct([]string{domainOf(done.Get("home_page")), domainOf(done.Get("privacy_policy"))})...)
	found("console_by", consoleBy(done))
	found("grants", p.grantsOffered(done))
	if done.Get("grant") == ByDelegation {
		found("delegated_scopes", strings.Join(DelegatedScopes(done.Get("scope")), ","))
	}
	if m := projectNumber().FindStringSubmatch(done.Get("client_id")); m != nil {
		found("project", m[1])
	}
	if p.Target == nil {
		return done
	}
	found("target", p.Target.Name)
	found("target_title", p.Target.Title)
	found("client_type", p.Target.ClientType)
	found("proposed_name", cmp.Or(p.Target.AppName, strings.ReplaceAll(p.proposed, "{title}", p.Target.Title)))
	for _, v := range p.Target.Variables {
		if u, err := url.Parse(done.Get(v.Key)); err == nil && u.Host != "" {
			found(v.Key+"_host", u.Hostname())
			found(v.Key+"_origin", u.Scheme+"://"+u.Host)
			found(v.Key+"_domain", domainOf(u.String()))
		}
	}
	found("redirect_uris", all(p.Target.RedirectURIs, done)...)
	found("origins", all(p.Target.Origins, done)...)
	found("domains", all(p.Target.Domains, done)...)
	if done.Get("client_type") == "web" {
		found("loopback_uri", loopbackURI(done))
		if uris := done["redirect_uris"].Values; len(uris) > 0 || len(p.Target.RedirectURIs) == 0 {
			found("register_uris", distinct(append(slices.Clone(uris), done.Get("loopback_uri")))...)
		}
	}
	return done
}

// accountKind is "" without accounts.
func accountKind(accounts []string) string {
	kind := ""
	consumer := strings.Fields(google.Known().Domains["consumer"].Value)
	for _, address := range accounts {
		_, domain, _ := strings.Cut(address, "@")
		if !slices.Contains(consumer, strings.ToLower(domain)) {
			return "workspace"
		}
		kind = "gmail"
	}
	return kind
}

// domainOf gives the part of an address's host that one registers, or "".
func domainOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(u.Hostname())
	if err != nil {
		return ""
	}
	return domain
}

// all fills templates; those with a blank that has no value are left out.
func all(templates []string, answers Answers) []string {
	var filled []string
	for _, template := range templates {
		if value, ok := whole(template, answers); ok {
			filled = append(filled, value)
		}
	}
	return distinct(filled)
}

func distinct(values []string) []string {
	var list []string
	for _, v := range values {
		if v != "" && !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}

// loopbackURI is the URI on which we wait with a Web client: one that its file
// lists, byte for byte, else our own.
func loopbackURI(answers Answers) string {
	for _, uri := range answers["client_redirect_uris"].Values {
		u, err := url.Parse(uri)
		if err == nil && u.Scheme == "http" && isLoopback(u.Hostname()) &&
			(!answers.Has("redirect_port") || answers.Get("redirect_port") == u.Port()) {
			return uri
		}
	}
	port := answers.Get("redirect_port")
	if _, err := strconv.Atoi(port); err != nil {
		port = webPort
	}
	return "http://127.0.0.1:" + port + "/"
}

// Missing lists the pending questions of all steps, in order.
func (p *Playbook) Missing(answers Answers) []Question {
	var missing []Question
	for _, step := range p.Resolve(answers, nil) {
		for _, q := range step.Questions {
			if q.Pending {
				missing = append(missing, q.Question)
			}
		}
	}
	return missing
}

// Conflict holds answers against each other: a redirect URI that was copied
// from an application at another address is a Symptom at input.
func (p *Playbook) Conflict(answers Answers) error {
	if p.Target == nil {
		return nil
	}
	for _, v := range p.Target.Variables {
		one, err1 := url.Parse(answers.Get(v.Key))
		other, err2 := url.Parse(answers.Get(v.SameHost))
		if v.SameHost == "" || err1 != nil || err2 != nil || one.Host == "" || other.Host == "" {
			continue
		}
		if !strings.EqualFold(one.Host, other.Host) {
			return &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "addresses-differ", Facts: map[string]string{
				"key": v.Key, "flag": v.Flag, "value": one.Host, "wanted": other.Host, "other": v.SameHost}}
		}
	}
	return nil
}
