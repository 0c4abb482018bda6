package exam

import "studyhall/bot"

// show answers a press with a private card.
func show(i bot.Interaction, c *bot.Card) bot.Response { return bot.InPlace(i, message(c)) }

// message is a private card: what it says is in no line for notifications.
func message(c *bot.Card) bot.Message { return bot.Message{Card: c} }

// problem is a person's mistake in words, with buttons that help.
func problem(words bot.Text, buttons ...bot.Button) error {
	return &bot.Error{Text: words, Card: &bot.Card{Body: words, Footer: wordsOnlyYou, Controls: []bot.Row{row(buttons...)}}}
}

func button(label, action string) bot.Button { return bot.Button{Label: label, Action: action} }

func row(buttons ...bot.Button) bot.Row {
	var r bot.Row
	for _, b := range buttons[:min(len(buttons), bot.LimitRow)] {
		r = append(r, b)
	}
	return r
}

func lines(all ...bot.Text) bot.Text { return bot.Join("\n", all...) }
