package bot

import "strings"

// Message is what a bot says: a line for notifications and screen readers, and
// usually a card.
type Message struct {
	Text  Text   // the notification and fallback line; carries nothing private
	Card  *Card  // the message itself; nil: Text is the message
	Files []File // attachments
	Key   string // a delivery's identity, by which [Finder] finds the message again; "" for replies
	// Ping is who is notified when the message is sent, where that is of the
	// channel's platform and the adapter is an [Audiencer]; "" for nobody. Replies
	// and edits notify nobody.
	Ping AudienceID
}

// Card is a message's content, from top to bottom. Renderers show what their
// platform can and repeat in words whatever they can't; meaning never depends
// on tone, image or layout alone.
type Card struct {
	Title    Text   // one line
	Body     Text   // paragraphs, separated by line breaks
	Table    *Table // a small table; read as lines where there are no tables
	Image    *Image // a picture with words for those who don't see it
	Facts    []Fact // short label and value pairs
	Footer   Text   // small lines under everything else
	Tone     Tone   // a hint for colour
	Controls []Row  // buttons, menus and links
}

// Row is one line of controls: up to five buttons and links, or one menu.
type Row []Control

// Control is a [Button], a [Menu] or a [Link].
type Control interface{ isControl() }

// Button sends its Action when pressed.
type Button struct {
	Label      string // what is shown
	Action     string // the path to route, such as "answer/4kq/b"
	Accessible string // what screen readers say instead of Label, where the platform allows
	Style      Style
}

// Menu offers options of which one is chosen; its interaction's action is
// Action, a slash, and the option's value.
type Menu struct {
	Placeholder string
	Action      string
	Options     []Option
}

// Link opens an address.
type Link struct{ Label, URL string }

func (Button) isControl() {}
func (Menu) isControl()   {}
func (Link) isControl()   {}

// Option is one choice of a menu, of a field, or of a suggestion.
type Option struct{ Label, Value string }

// Style is the weight of a button.
type Style int

// The weights. Choices of equal rank are all Plain; at most one Primary a card.
const (
	Plain Style = iota
	Primary
	Danger
)

// Tone colours a card where the platform has colours.
type Tone int

// The tones.
const (
	Neutral Tone = iota
	Good
	Attention
)

// Fact is a label and its value.
type Fact struct{ Label, Value Text }

// Table is a header and rows of as many cells.
type Table struct {
	Header []Text
	Rows   [][]Text
}

// Image is a picture and the words that say the same.
type Image struct {
	Name string // file name with extension
	Data []byte // PNG or JPEG
	Alt  string
}

// File is an attachment.
type File struct {
	Name string
	MIME string
	Data []byte
}

// Plain is the whole card in words, as a screen reader or a plain text client
// would give it: every option, fact and next step without buttons or colour.
func (c *Card) Plain() string {
	var lines []string
	add := func(s string) {
		if s != "" {
			lines = append(lines, s)
		}
	}
	add(c.Title.Plain())
	add(c.Body.Plain())
	if c.Table != nil {
		for _, row := range c.Table.Lines() {
			add(row.Plain())
		}
	}
	if c.Image != nil {
		add(c.Image.Alt)
	}
	for _, f := range c.Facts {
		add(f.Label.Plain() + ": " + f.Value.Plain())
	}
	add(c.Footer.Plain())
	for _, row := range c.Controls {
		add(row.Plain())
	}
	return strings.Join(lines, "\n")
}

// Plain is the row's labels in square brackets.
func (r Row) Plain() string {
	var labels []string
	for _, control := range r {
		switch c := control.(type) {
		case Button:
			labels = append(labels, "["+c.Label+"]")
		case Link:
			labels = append(labels, "["+c.Label+"]")
		case Menu:
			var options []string
			for _, o := range c.Options {
				options = append(options, o.Label)
			}
			labels = append(labels, "["+c.Placeholder+": "+strings.Join(options, " | ")+"]")
		}
	}
	return strings.Join(labels, " ")
}

// Lines reads the table as one line a row, for platforms without tables:
// "first cell, second cell"; the header names what each cell is.
func (t *Table) Lines() []Text {
	var lines []Text
	for _, row := range t.Rows {
		var cells []string
		for i, cell := range row {
			if i > 0 && i < len(t.Header) && t.Header[i] != "" {
				cell = t.Header[i] + " " + cell
			}
			cells = append(cells, string(cell))
		}
		lines = append(lines, Text(strings.Join(cells, ", ")))
	}
	return lines
}
