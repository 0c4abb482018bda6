package slack

import (
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"studyhall/bot"
)

// maxFooterLines is how many lines of a footer get a context block of their
// own; what follows shares one, so that no footer exhausts a message's blocks.
const maxFooterLines = 8

// linkPrefix begins the action_id of a link. Slack reports a press on a link
// too; no path begins with a tilde, so the report is recognised and ignored.
const linkPrefix = "~link/"

func dateToken(p bot.Part) string {
	safe := strings.NewReplacer("|", "/", "^", "").Replace(p.Literal)
	return "<!date^" + strconv.FormatInt(p.Time.Unix(), 10) + "^" + dateFormat + "|" + escape(safe) + ">"
}

// surface is where blocks appear.
type surface int

const (
	inMessage surface = iota
	inView            // home pages and modals have no table block
)

// message turns a message into blocks. image is the identifier of the card's
// uploaded image; without one the image is given in words.
func (w writer) message(m bot.Message, image string) []slack.Block {
	if m.Card == nil {
		return []slack.Block{section(w.rich(m.Text, nil))}
	}
	return w.card(m.Card, inMessage, image)
}

// card turns a card into blocks, from top to bottom.
func (w writer) card(c *bot.Card, where surface, image string) []slack.Block {
	var blocks []slack.Block
	add := func(b slack.Block) {
		if b != nil {
			blocks = append(blocks, b)
		}
	}
	add(w.title(c.Title))
	add(section(w.rich(c.Body, nil)))
	if c.Table != nil {
		if where == inMessage {
			add(w.table(c.Table))
		} else {
			add(section(w.rich(joined(c.Table.Lines()), nil)))
		}
	}
	if c.Image != nil {
		if image == "" {
			add(section(w.rich(bot.Textf("%s", c.Image.Alt), &slack.RichTextSectionTextStyle{Italic: true})))
		} else {
			add(slack.NewImageBlockSlackFile(&slack.SlackFileObject{ID: image}, c.Image.Alt, "", nil))
		}
	}
	add(w.facts(c.Facts))
	blocks = append(blocks, w.footer(c.Footer)...)
	links := 0
	for _, row := range c.Controls {
		add(controls(row, &links))
	}
	return blocks
}

func (w writer) title(t bot.Text) slack.Block {
	if strings.TrimSpace(t.Plain()) == "" {
		return nil
	}
	if showsPlainly(t) {
		return slack.NewHeaderBlock(plain(t.Plain()))
	}
	return section(w.rich(t, &slack.RichTextSectionTextStyle{Bold: true}))
}

// section is a rich text block, nil when there is nothing to say.
func section(elements []slack.RichTextSectionElement) slack.Block {
	if len(elements) == 0 {
		return nil
	}
	return slack.NewRichTextBlock("", slack.NewRichTextSection(elements...))
}

func joined(lines []bot.Text) bot.Text {
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(string(l))
	}
	return bot.Text(b.String())
}

// table makes every cell rich text, which unlike a raw cell can hold tokens and
// certainly shows its characters as they are.
func (w writer) table(t *bot.Table) slack.Block {
	table := slack.NewTableBlock("")
	row := func(cells []bot.Text, style *slack.RichTextSectionTextStyle) {
		var out []slack.TableCell
		for _, cell := range cells {
			elements := w.rich(cell, style)
			if len(elements) == 0 { // an empty cell has to hold something
				elements = w.rich(" ", nil)
			}
			out = append(out, slack.NewTableRichTextCell(slack.NewRichTextSection(elements...)))
		}
		table.Rows = append(table.Rows, out)
	}
	row(t.Header, &slack.RichTextSectionTextStyle{Bold: true})
	for _, cells := range t.Rows {
		row(cells, nil)
	}
	for range t.Header {
		table.ColumnSettings = append(table.ColumnSettings, slack.ColumnSetting{Align: slack.ColumnAlignmentLeft, IsWrapped: true})
	}
	return table
}

func (w writer) facts(facts []bot.Fact) slack.Block {
	var elements []slack.RichTextSectionElement
	for i, f := range facts {
		if i > 0 {
			elements = append(elements, w.rich("\n", nil)...)
		}
		elements = append(elements, w.rich(f.Label+":", &slack.RichTextSectionTextStyle{Bold: true})...)
		elements = append(elements, w.rich(" "+f.Value, nil)...)
	}
	return section(elements)
}

func (w writer) footer(t bot.Text) []slack.Block {
	var lines []bot.Text
	for line := range strings.SplitSeq(string(t), "\n") {
		if strings.TrimSpace(bot.Text(line).Plain()) != "" {
			lines = append(lines, bot.Text(line))
		}
	}
	var blocks []slack.Block
	for i, line := range lines {
		if i == maxFooterLines && len(lines) > maxFooterLines+1 {
			rest := joined(lines[i:]).Plain()
			return append(blocks, slack.NewContextBlock("", plain(rest)))
		}
		blocks = append(blocks, slack.NewContextBlock("", w.small(line)...))
	}
	return blocks
}

// controls makes one row; links counts those of the whole message.
func controls(row bot.Row, links *int) slack.Block {
	var elements []slack.BlockElement
	for _, control := range row {
		switch c := control.(type) {
		case bot.Button:
			b := slack.NewButtonBlockElement(c.Action, "", plain(c.Label))
			b.AccessibilityLabel = c.Accessible
			switch c.Style {
			case bot.Primary:
				b.Style = slack.StylePrimary
			case bot.Danger:
				b.Style = slack.StyleDanger
			}
			elements = append(elements, b)
		case bot.Link:
			b := slack.NewButtonBlockElement(linkPrefix+strconv.Itoa(*links), "", plain(c.Label))
			b.URL = c.URL
			*links++
			elements = append(elements, b)
		case bot.Menu:
			elements = append(elements, slack.NewOptionsSelectBlockElement(
				slack.OptTypeStatic, plain(c.Placeholder), c.Action, options(c.Options)...))
		}
	}
	if len(elements) == 0 {
		return nil
	}
	return slack.NewActionBlock("", elements...)
}

func options(all []bot.Option) []*slack.OptionBlockObject {
	var out []*slack.OptionBlockObject
	for _, o := range all {
		out = append(out, slack.NewOptionBlockObject(o.Value, plain(o.Label), nil))
	}
	return out
}
