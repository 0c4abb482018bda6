package bot

// Command is one flat command that works without any option.
type Command struct {
	Name    string // without the slash
	Help    string // one line
	Fields  []Field
	Private bool     // the answer is whispered
	Page    string   // label of the button that opens it bare, after words it doesn't know; "" for none
	Aliases []string // other words understood in typed text
	Message bool     // a shortcut on a message instead of a typed command; Name is its label
}

// Form asks for several values at once.
type Form struct {
	Title  string
	Submit string // label of the button that sends it
	Action string // the path to route when it is sent
	Intro  Text   // words above the fields
	Fields []Field
}

// Field is one value of a command or a form. Values reach handlers as text in
// the form that each kind names.
type Field struct {
	Name        string // key in [Values]
	Label       string // without a word that it may stay empty: every platform says that itself
	Kind        FieldKind
	Help        string
	Placeholder string
	Required    bool
	Initial     []string // prefilled value or values
	Options     []Option // of OneOf and AnyOf
	Suggest     string   // path of the [Suggester] that completes it; "" for none
	After       string   // of Line and Zone: it takes typed words without its name only beside this value of another field
	Min, Max    int      // characters of Line and Paragraph, size of Number, count of AnyOf, Max the bytes of FileField; 0: no bound, or [LimitFile]
}

// FieldKind says what a field holds and how its value is written.
type FieldKind int

// The kinds of fields.
const (
	Line          FieldKind = iota // one line of text
	Paragraph                      // several lines
	Number                         // digits, with an optional sign and decimal point
	Date                           // 2006-01-02
	Time                           // 15:04
	Zone                           // what a person calls their time zone
	Bool                           // "true" or "false"
	Person                         // a UserID
	Channel                        // a ChannelID
	OneOf                          // the value of one option
	AnyOf                          // the values of any options
	FileField                      // a file, in Interaction.Files
	AudienceField                  // an AudienceID
)

// Values holds what was filled in, by field name.
type Values map[string][]string

// Get is the first value of a field, or "".
func (v Values) Get(name string) string {
	if len(v[name]) == 0 {
		return ""
	}
	return v[name][0]
}
