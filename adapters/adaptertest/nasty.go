package adaptertest

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"time"

	"studyhall/bot"
)

// HostileTexts are what people type to format, to ping or to break something,
// by name, and names as they are written around the world. Each must be read on
// every platform exactly as it stands here.
func HostileTexts() map[string]string {
	return map[string]string{
		"slack-pings":     "<!channel> <!here> <!everyone> <@U1> <#C1|general> <!subteam^S1>",
		"discord-pings":   "@everyone @here @Everyone <@1> <@!1> <@&1> <#1>",
		"entities":        "R&D &amp; &lt;b&gt; <b> a<b >c",
		"emphasis":        "*bold* _it_ **b** __u__ ~s~ ~~s~~ ***x*** snake_case_name",
		"code":            "`code` ```go\nfmt``` ``two``",
		"spoiler":         "||the answer is B|| |one|",
		"link":            "[x](http://y.example) [a] (b) <http://z.example|z> https://a.example/x_y_z*w?q=1&r=2",
		"headings":        "# one\n## two\n### three\n #four\n-# small",
		"quotes":          "> quote\n>>> quotes\n  > indented",
		"lists":           "- list\n* star\n+ plus\n1. one\n12. twelve\n 3. indented\n-5 °C\n- - -\n---\n+3",
		"emoji":           ":tada: :+1: a:b:c 7:30:15 :) 😀 <:blob:1> <a:blob:1>",
		"tokens":          "<t:0:F> <!date^0^{date}|x> </cmd:1> <id:home>",
		"backslashes":     `\ \* \\ C:\temp\n \_ trailing \`,
		"shrug":           `¯\_(ツ)_/¯`,
		"right-to-left":   "שלום * עולם _ مرحبا",
		"controls":        "a\u202eb\u2066c\x02m\x1fslack:T1/U1\x1fx\x03d\x00e",
		"separators":      "a\u2028# b\u2029- c",
		"name-latin":      "José Ñandú-O’Brien",
		"name-greek":      "Ἑλένη Παπαδοπούλου",
		"name-japanese":   "山田 太郎",
		"name-arabic":     "محمد الأحمد",
		"name-cyrillic":   "Ёлка Жукова",
		"json":            `{"a":"\u0041"} </script>`,
		"template":        "{date} %s %d {{.X}} $1",
		"blank-lines":     "one\n\n\ntwo",
		"punctuation":     "a (b) c. d, e; f: g! h? i-j + k = l / m # n",
		"mixed-nesting":   "*_~`||x||`~_* **__~~y~~__**",
		"unclosed":        "*a _b ~~c `d ||e [f](g",
		"math":            "2*3*4 = 24, a_1 + b_2 < 3 > 1, 5 % & 10 µA ±2 Ω",
		"windows-path":    `\\server\share\*_old_*`,
		"phone-and-mails": "+1 (555) 010-0100 ann@example.com mailto:x@y.example",
	}
}

// nastyCards stretch a renderer: hostile text in every place, every kind of
// content, and the limits.
func nastyCards() []Card {
	var all []string
	for _, name := range []string{"slack-pings", "discord-pings", "emphasis", "code", "spoiler", "link", "headings", "quotes", "lists", "emoji", "tokens", "backslashes"} {
		all = append(all, HostileTexts()[name])
	}
	return append(contentCards(), []Card{
		{"nasty-markup", HostileCard(strings.Join(all, "\n"))},
		{"nasty-title", bot.Message{Text: "# *x* <!channel>", Card: &bot.Card{Title: "# *x* <!channel> :tada: R&D", Body: "b"}}},
		{"nasty-names", bot.Message{Text: "Names", Card: &bot.Card{
			Title: bot.Textf("Welcome, %s", "山田 太郎"),
			Body:  bot.Textf("%s\n%s\n%s\n%s\n%s", "José Ñandú-O’Brien", "Ἑλένη Παπαδοπούλου", "山田 太郎", "محمد الأحمد", "*Ann* <!channel>"),
		}}},
		{"nasty-tokens", bot.Message{Text: bot.Textf("Due %s", tuesday()), Key: "t34k2m4q9x1c3v5b", Card: &bot.Card{
			Title:    bot.Textf("Opens %s", tuesday()),
			Body:     bot.Textf("%s, %s, %s and %s until %s", bot.Mention("slack:T1/U1", "Ann *A*"), bot.Mention("discord:42", "Bob _B_"), bot.Mention("browser:eve", "<!channel>"), bot.Mention("", "Nobody"), tuesday()),
			Facts:    []bot.Fact{{Label: bot.Textf("Due %s", tuesday()), Value: bot.Mention("slack:T1/U2", "Cy")}},
			Footer:   bot.Textf("By %s, open until %s · *literal*", bot.Mention("discord:43", "Di"), tuesday()),
			Controls: []bot.Row{row("Go", "go")},
		}}},
		{"nasty-many-tokens", bot.Message{Text: "Many", Card: &bot.Card{
			Body:   "b",
			Footer: bot.Text(strings.Repeat(string(tuesday())+" · ", 12)) + "end",
		}}},
		{"nasty-long", bot.Message{Text: "Long", Key: "l34k2m4q9x1c3v5b0123456", Card: &bot.Card{
			Title:    bot.Text(strings.Repeat("*", bot.LimitTitle)),
			Body:     bot.Text(strings.Repeat("*_~`|<&>\\[", 165)),
			Footer:   bot.Textf("%s\n%s", tuesday(), strings.Repeat("-\n", 20)+"end"),
			Controls: []bot.Row{{bot.Button{Label: strings.Repeat("W", bot.LimitLabel), Action: strings.Repeat("p", bot.LimitPath), Accessible: strings.Repeat("A", bot.LimitAccessible)}}},
		}}},
		{"nasty-long-text", bot.Message{Text: bot.Text(strings.Repeat("&", bot.LimitMessage))}},
		{"nasty-emoji-long", bot.Message{Text: "x", Card: &bot.Card{Body: bot.Text(strings.Repeat("😀", 1800))}}},
	}...)
}

// HostileCard is a message with the text in every place that takes text.
func HostileCard(text string) bot.Message {
	line, _, _ := strings.Cut(text, "\n")
	if len([]rune(line)) > 60 {
		line = string([]rune(line)[:60])
	}
	t := bot.Textf("%s", text)
	l := bot.Textf("%s", line)
	m := bot.Message{Text: l, Card: &bot.Card{
		Title: l,
		Body:  t,
		Table: &bot.Table{Header: []bot.Text{"Name", l}, Rows: [][]bot.Text{{l, "2"}}},
		Facts: []bot.Fact{{Label: l, Value: l}},
	}}
	if len([]rune(text)) < 400 {
		m.Card.Footer = t
		m.Card.Facts = append(m.Card.Facts, bot.Fact{Label: "Fact", Value: t})
	}
	return m
}

// contentCards show every kind of content once.
func contentCards() []Card {
	dueDate := bot.When(time.Date(2027, 5, 1, 12, 0, 0, 0, time.UTC))
	return []Card{
		{"text-only", bot.Message{Text: bot.Textf("Of course. I won't ask again. *%s*", tuesday())}},
		{"table", bot.Message{Text: "Board", Card: &bot.Card{
			Title: "This week",
			Table: &bot.Table{
				Header: []bot.Text{"Name", "points", "right"},
				Rows:   [][]bot.Text{{"Dana R.", "18", "5"}, {"Lee | T.", "16", ""}, {"", "*14*", dueDate}},
			},
			Footer: "Same points share a place.",
		}}},
		{"facts", bot.Message{Text: "Group", Card: &bot.Card{
			Title: "CBET study group",
			Body:  "Everything is set.",
			Facts: []bot.Fact{{Label: "Question time", Value: "7:00 AM, Monday to Friday"}, {Label: "Zone", Value: "Chicago time, now 4:38 AM"}, {Label: "Window opens", Value: dueDate}},
		}}},
		{"menu", bot.Message{Text: "Choose", Key: "m34k2m4q9x1c3v5b", Card: &bot.Card{
			Body: "Choose an answer.",
			Controls: []bot.Row{
				{bot.Menu{Placeholder: "Your answer", Action: "copy/r34", Options: []bot.Option{
					{Label: "A. 10 µA", Value: "a"}, {Label: "B. *100* <µA> & more", Value: "b"}, {Label: "C. 300 µA", Value: "c/x"},
				}}},
				{bot.Button{Label: "Stop", Action: "stop/r34", Style: bot.Danger}},
			},
		}}},
		{"image", bot.Message{Text: "Progress", Card: &bot.Card{
			Title: "Your weeks",
			Body:  "Three weeks in a row above your usual week.",
			Image: &bot.Image{Name: "weeks.png", Data: Picture(), Alt: "Points in the last three weeks: 7, 9 and 12."},
		}}},
		{"link", bot.Message{Text: "Source", Key: "k34k2m4q9x1c3v5b", Card: &bot.Card{
			Title:    "Where this is written",
			Controls: []bot.Row{{bot.Link{Label: "Read the source", URL: "https://example.com/nfpa?a=1&b=2"}, bot.Button{Label: "Back", Action: "back", Style: bot.Primary}}},
		}}},
		{"files", bot.Message{Text: "Your data", Card: &bot.Card{Body: "Here is everything I keep about you."},
			Files: []bot.File{{Name: "answers.csv", MIME: "text/csv", Data: []byte("a,b\n")}}}},
		{"say", bot.Message{Text: "Did you mean", Card: &bot.Card{
			Body:     "I don't know \"exm\". Did you mean \"/exam\"?",
			Controls: []bot.Row{{bot.Button{Label: "/exam", Action: "say/exam 8 May ~2027~", Style: bot.Primary}}},
		}}},
		{"rows", bot.Message{Text: "Rows", Card: &bot.Card{Body: "Five rows of five.", Controls: fullRows()}}},
	}
}

func fullRows() []bot.Row {
	var rows []bot.Row
	for r := range bot.LimitRows {
		var labels []string
		for c := range bot.LimitRow {
			name := string(rune('a'+r)) + string(rune('1'+c))
			labels = append(labels, name, "cell/"+name)
		}
		rows = append(rows, row(labels...))
	}
	return rows
}

// Picture is a small PNG.
func Picture() []byte {
	img := image.NewPaletted(image.Rect(0, 0, 48, 16), color.Palette{color.White, color.RGBA{0x2b, 0x6c, 0xb0, 0xff}})
	for x := range 48 {
		for y := 16 - 4*(1+x/16); y < 16; y++ {
			img.SetColorIndex(x, y, 1)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil { // a buffer takes everything
		return nil
	}
	return b.Bytes()
}
