package discord

import (
	"slices"

	"studyhall/bot"
)

// completable is a form whose fields say where Discord completes what is typed,
// which it doesn't in a modal: beside a command, in an option with the same
// suggestions. A field keeps a help of its own, which comes with what it shows.
func (a *Adapter) completable(f bot.Form) bot.Form {
	f.Fields = slices.Clone(f.Fields)
	for n, field := range f.Fields {
		if field.Suggest == "" || field.Help != "" || len(field.Options) > 0 {
			continue
		}
		for _, c := range a.core.Commands() {
			i := slices.IndexFunc(c.Fields, func(o bot.Field) bool { return o.Suggest == field.Suggest })
			if i >= 0 && !c.Message {
				f.Fields[n].Help = bot.Clip(wordsComplete(c.Name, c.Fields[i].Name), limitDescription)
				break
			}
		}
	}
	return f
}
