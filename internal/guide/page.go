package guide

// page is a document in the words of its language, as both formats show it.
type page struct {
	Lang, Title, Lead string
	Facts             []pair
	Command           string
	Key               string // of what a browser remembers: the same in every language
	Steps             []step
	Forms             []form
	Application       string
	Before, Remember  []string
	Sources           []source
}

type pair struct{ Label, Value string }

type step struct {
	ID, Stage, Title, If, Why, URL, Sees, Checks string
	More                                         []string // paragraphs
	Number                                       int
	Done                                         bool
	Choices                                      []choices
	Groups                                       []group
	Pitfalls                                     []pitfall
	Answers                                      []answer
}

// group is a run of instructions under the same condition.
type group struct {
	If    string
	First int // number of the first instruction within its step
	Lines []line
}

type line struct {
	ID, Text, Note string
	Values         []value
}

type value struct {
	Text  string
	Blank bool
}

type pitfall struct{ Name, Error, Cause, Fix, Command string } // Fix holds Command, if there is one

type form struct {
	ID, Title, Menu, Note string
	Fields                []field
}

type field struct {
	Label, Note string
	Value       value
	Words       bool // the value is told, not pasted
}

type source struct{ What, Where, Checked string }
