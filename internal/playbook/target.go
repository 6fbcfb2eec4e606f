package playbook

// Target is an application that is to be connected: target.yaml of its folder,
// with its words in one language. Texts may hold blanks.
type Target struct {
	Name          string
	Title         string // as its makers write it
	Summary       string
	AppName       string     // proposed for the app at Google; empty: made of Title
	Support       string     // full, partial or none
	ClientType    string     // web or desktop
	RedirectURIs  []string   // to register: templates over the target's variables
	Origins       []string   // JavaScript origins to register
	Domains       []string   // authorized domains
	Scopes        []string   // what the application asks for, beside what we ask for
	Protocols     []string   // what it needs of imap, smtp, pop3; empty: it uses the Gmail API, we prove imap and smtp
	Optional      []string   // protocols it can use as well
	GmailAPI      string     // required, advised or unneeded
	PromptConsent string     // true: its own consent asks for prompt=consent, or it lives on our token; false; unknown
	Variables     []Question // the target's own; Flag is "--set KEY"
	Order         string     // "target": something is made there first; "google"
	Before        []Instruction
	After         []Instruction
	Forms         []Form
	Warnings      []string // to read before connecting
	Limits        []string // to remember afterwards
	Sources       []Source

	// MailboxesPerProfile is how many mailboxes one set of its mail settings, with
	// one client, serves; 0: any number.
	MailboxesPerProfile int
}

// Form is a form of the application, field by field.
type Form struct {
	ID     string
	Title  string
	Menu   []string // where it is: Settings, Email, Server profiles
	Fields []Field
	Note   string
}

// Field is one field of a form.
type Field struct {
	Key    string
	Label  string
	Value  string // template: {client_id}, {client_secret}, {account}, {imap_host}, …
	Secret bool   // shown as a reference unless revealed
	Note   string
}

// Source is where a fact of a target was read.
type Source struct {
	What    string
	Where   string
	Checked string // YYYY-MM-DD
}

// Playbook is the whole walk for one target, in one language.
type Playbook struct {
	Lang   string
	Target *Target // nil while it is not chosen
	Steps  []Step

	blanks   map[string]string // words for blanks that have no value yet
	proposed string            // what to call the app at Google: "{title} mail"
}
