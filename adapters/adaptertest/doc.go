// Package adaptertest holds what every adapter must be able to show, and checks
// that it does.
//
// [Cards], [Forms] and [Commands] are fixtures: the twelve messages that
// Studyhall is made of, word for word, messages that try to break a renderer,
// and what the program itself said when the scripts of internal/app kept it.
// [Render] runs the checks that hold on every platform: all words
// arrive, whatever people typed stays literal, a control's path comes back as it
// was sent, and nobody is notified whom the message doesn't mean to notify.
// [Golden] keeps the payloads in files, one a fixture, to be reviewed like code.
package adaptertest

import (
	"time"

	"studyhall/bot"
)

// Card is a message to render and a name fit for a file.
type Card struct {
	Name    string
	Message bot.Message
}

// Form is a form to render and a name fit for a file.
type Form struct {
	Name string
	Form bot.Form
}

// tuesday is when the question of the fixtures closes: 7:00 AM in a zone that
// reads like Chicago's on that day and needs no time zone data.
func tuesday() bot.Text {
	chicago := time.FixedZone("CST", -6*60*60)
	return bot.When(time.Date(2026, 11, 24, 7, 0, 0, 0, chicago))
}

// row is a row of plain buttons, given as label and path in turn.
func row(labelsAndPaths ...string) bot.Row {
	var r bot.Row
	for i := 0; i+1 < len(labelsAndPaths); i += 2 {
		r = append(r, bot.Button{Label: labelsAndPaths[i], Action: labelsAndPaths[i+1]})
	}
	return r
}

// Cards are the twelve messages, the nasty ones, and what scripts kept.
func Cards() []Card {
	var cards []Card
	for _, some := range [][]Card{questionCards(), pictureCards(), channelCards(), privateCards(), helpCards(), nastyCards(), keptCards()} {
		cards = append(cards, some...)
	}
	return cards
}
