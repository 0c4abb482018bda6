package pathway

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

const (
	// nearest is how many certifications are offered for a name that fits none.
	nearest = 5
	// longest is how many characters of a typed name are looked at.
	longest = 60
)

// Named answers a typed name of a certification: with its page where it is clear,
// else with those that come near. Nothing typed lists all.
func (s *Service) Named(ctx context.Context, i bot.Interaction, typed string) (bot.Response, error) {
	exact, near := match(s.c.Catalogue, typed)
	switch {
	case len(exact) == 1:
		return bot.Whisper(message(s.card(exact[0], s.c.Now(ctx, i), pageAbout, 1))), nil
	case len(words(typed)) == 0:
		return bot.Whisper(message(s.choose(wordsWhichTitle, wordsWhich, nil))), nil
	case len(exact) > 1:
		return bot.Whisper(message(s.choose(wordsWhichTitle, wordsWhich, exact))), nil
	}
	title := bot.Textf("I don't know %s", bot.Clip(strings.Join(strings.Fields(string(bot.Typed(typed))), " "), 40))
	if len(near) == 0 {
		return bot.Whisper(message(s.choose(title, wordsWhich, nil))), nil
	}
	return bot.Whisper(message(s.choose(title, wordsNear, near))), nil
}

// choose offers some certifications as buttons, and all in a menu.
func (s *Service) choose(title, body bot.Text, some []cert.Certification) *bot.Card {
	var buttons []bot.Control
	for _, c := range some[:min(len(some), nearest)] {
		buttons = append(buttons, button(c.Short, group.PathAbout(c.ID)))
	}
	menu := bot.Menu{Placeholder: "All certifications", Action: strings.TrimSuffix(group.PathAbout(""), "/")}
	for _, c := range s.c.Catalogue.Certifications {
		if len(menu.Options) < bot.LimitOptions {
			menu.Options = append(menu.Options, option(c))
		}
	}
	rows := lay(buttons)
	if len(menu.Options) > 0 {
		rows = append(rows, bot.Row{menu})
	}
	rows = append(rows, bot.Row{button("Which one next?", PathNext), button("My study page", group.PathStudy)})
	return &bot.Card{Title: title, Body: body, Footer: wordsOnlyYou, Controls: rows}
}

// option is a certification to choose.
func option(c cert.Certification) bot.Option {
	label := c.Short
	if c.Name != "" && c.Name != c.Short {
		label += ": " + c.Name
	}
	return bot.Option{Label: bot.Clip(label, bot.LimitOptionLabel), Value: c.ID}
}

func (s *Service) suggestNames(_ context.Context, _ bot.Interaction, typed string) ([]bot.Option, error) {
	exact, near := match(s.c.Catalogue, typed)
	all := append(exact, near...)
	if len(words(typed)) == 0 {
		all = s.c.Catalogue.Certifications
	}
	var options []bot.Option
	for _, c := range all[:min(len(all), bot.LimitSuggestions)] {
		options = append(options, option(c))
	}
	return options, nil
}

// match finds certifications by a typed name: those it names, or else those that
// come near, the nearest first.
func match(all cert.Catalogue, typed string) (exact, near []cert.Certification) {
	said := words(typed)
	if len(said) == 0 {
		return nil, nil
	}
	whole := strings.Join(said, " ")
	type found struct {
		c   cert.Certification
		far int
	}
	var some []found
	for _, c := range all.Certifications {
		names := namesOf(c)
		if slices.Contains(names, whole) || slices.ContainsFunc(names, func(n string) bool { return within(n, said) }) {
			exact = append(exact, c)
			continue
		}
		if far, ok := distance(names, said); ok {
			some = append(some, found{c, far})
		}
	}
	// "CBET" alone is a name; that it stands in another's longer name isn't meant.
	if is := slices.DeleteFunc(slices.Clone(exact), func(c cert.Certification) bool { return !slices.Contains(namesOf(c), whole) }); len(is) > 0 {
		exact = is
	}
	slices.SortStableFunc(some, func(a, b found) int { return cmp.Compare(a.far, b.far) })
	for _, f := range some[:min(len(some), nearest)] {
		near = append(near, f.c)
	}
	return exact, near
}

// namesOf are a certification's names as [words] has them: how it is written, with
// and without its issuer's name before it, and what people shorten "Security+" to.
func namesOf(c cert.Certification) []string {
	var names []string
	add := func(w []string) {
		if len(w) > 0 {
			names = append(names, strings.Join(w, " "))
		}
	}
	short := words(c.Short)
	add(words(strings.ReplaceAll(c.ID, "_", " ")))
	add(short)
	add(words(c.Name))
	if issuer := words(c.IssuerShort); len(short) > len(issuer) && slices.Equal(short[:len(issuer)], issuer) {
		short = short[len(issuer):]
		add(short)
	}
	if len(short) == 2 && short[1] == "plus" && len(short[0]) > 3 {
		add([]string{short[0][:3], "plus"})
	}
	return names
}

// words are the words of a name in lower case, without what people put around it.
func words(typed string) []string {
	typed = bot.Clip(typed, longest)
	typed = strings.ReplaceAll(strings.ToLower(typed), "+", " plus ")
	all := strings.FieldsFunc(typed, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.DeleteFunc(all, func(w string) bool {
		return slices.Contains([]string{"the", "a", "exam", "cert", "certification", "certificate", "about"}, w)
	})
}

// within reports whether a short name stands among what was said.
func within(name string, said []string) bool {
	n := strings.Fields(name)
	if len(n) == 1 && len(name) < 3 {
		return false
	}
	for at := 0; at+len(n) <= len(said); at++ {
		if slices.Equal(said[at:at+len(n)], n) {
			return true
		}
	}
	return false
}

// distance is how far a certification is from what was said; ok is false where it
// is too far to be meant.
func distance(names, said []string) (far int, ok bool) {
	whole := strings.Join(said, " ")
	far = len(whole)/3 + 1
	for _, n := range names {
		// Every word begins one of the name's: "radiology", "health tech manager".
		begun := !slices.ContainsFunc(said, func(w string) bool {
			return !slices.ContainsFunc(strings.Fields(n), func(of string) bool { return strings.HasPrefix(of, w) })
		})
		if begun {
			return 0, true
		}
		if d := levenshtein.ComputeDistance(n, whole); d <= far {
			far, ok = d, true
		}
		if len(said) > 1 {
			continue
		}
		for _, w := range strings.Fields(n) {
			if d := levenshtein.ComputeDistance(w, whole); d <= min(far, len(whole)/4) {
				far, ok = d, true
			}
		}
	}
	return far, ok
}
