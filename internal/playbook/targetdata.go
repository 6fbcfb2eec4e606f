package playbook

// targetData is target.yaml: all of an application but its words.
type targetData struct {
	Support       string                `yaml:"support"`
	ClientType    string                `yaml:"client_type"`
	GmailAPI      string                `yaml:"gmail_api"`
	PromptConsent string                `yaml:"prompt_consent"`
	Order         string                `yaml:"order"`
	PerProfile    int                   `yaml:"mailboxes_per_profile"`
	Protocols     []string              `yaml:"protocols"`
	Optional      []string              `yaml:"optional_protocols"`
	Scopes        []string              `yaml:"scopes"`
	RedirectURIs  []string              `yaml:"redirect_uris"`
	Origins       []string              `yaml:"origins"`
	Domains       []string              `yaml:"domains"`
	Variables     []questionData        `yaml:"variables"`
	Before        []instructionData     `yaml:"before"`
	After         []instructionData     `yaml:"after"`
	Forms         []formData            `yaml:"forms"`
	Warnings      []string              `yaml:"warnings"`
	Limits        []string              `yaml:"limits"`
	Sources       []Source              `yaml:"sources"`
	Text          map[string]targetText `yaml:"text"` // by language: for a target that is one file
}

type formData struct {
	ID     string      `yaml:"id"`
	Fields []fieldData `yaml:"fields"`
}

type fieldData struct {
	Key    string `yaml:"key"`
	Value  string `yaml:"value"`
	Secret bool   `yaml:"secret"`
}

// targetText is text.<lang>.yaml of a target.
type targetText struct {
	Title     string                     `yaml:"title"`
	Summary   string                     `yaml:"summary"`
	AppName   string                     `yaml:"app_name"`
	Variables map[string]questionText    `yaml:"variables"`
	Before    map[string]instructionText `yaml:"before"`
	After     map[string]instructionText `yaml:"after"`
	Forms     map[string]formText        `yaml:"forms"`
	Warnings  map[string]string          `yaml:"warnings"`
	Limits    map[string]string          `yaml:"limits"`
}

type formText struct {
	Title  string               `yaml:"title"`
	Menu   []string             `yaml:"menu"`
	Note   string               `yaml:"note"`
	Fields map[string]fieldText `yaml:"fields"`
}

type fieldText struct {
	Label string `yaml:"label"`
	Value string `yaml:"value"` // where the value is a word of the form itself
	Note  string `yaml:"note"`
}
