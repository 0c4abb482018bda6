package discord

import "studyhall/bot"

// Wants is what a group wants of its posts in a channel beyond posting them.
type Wants struct {
	Channel bot.ChannelID
	Pin     bool           // open questions are pinned
	Ping    bot.AudienceID // who is notified of new ones; "" for nobody
}

const permitPins = 1 << 51

// wanted says what a group wants in a channel and doesn't get. Posts come all the
// same.
func (i *inspector) wanted(about string, ch bot.ChannelID, settingsOf string, g guild, has uint64) {
	for _, w := range i.in.Wants {
		if w.Channel != ch {
			continue
		}
		if w.Pin && has&permitPins == 0 {
			i.note(about, "Its group wants questions pinned, and the bot lacks "+namePins+".", sentence(fixPermissions(settingsOf, namePins)))
		}
		if role, err := snowflake(w.Ping); err == nil {
			r, ok := g.audience(role, has)
			switch {
			case !ok:
				i.note(about, "Its group wants a role pinged that is no more.", "An organiser can choose another one: /group, More, Weeks and seasons.")
			case r.Fix != "":
				i.note(about, "Its group wants "+r.Name+" pinged, and Discord notifies nobody.", sentence(r.Fix))
			}
		}
	}
}
