package group

import (
	"context"
	"strings"

	"studyhall/bot"
)

const (
	wordsSees bot.Text = "Organisers see: questions posted, how many people are active, how many answers came in, what could not be posted, how many days of questions are left, and what members report about questions, without names unless they add theirs. The team report is open to every member.\n" +
		"They never see tomorrow's question, who has not answered, or anybody's answers.\n" + wordsPrivacy
	wordsHelp bot.Text = "A question comes to the channel. Tap a letter; only you see how you did. The answer is shown to all when it closes.\n" +
		"/study is your page: today's question, catch-up, progress, settings. Missed one? Catch up within a week.\n" +
		"/quiz gives you five questions, any time, private.\n" +
		"/board: standings, and your own points.\n" +
		"/group: who organises, and how to set up a group.\n" +
		"Something wrong with a question? Every result has a Report button.\n" +
		"Other members and organisers can't see your answers or results. Whoever runs this bot's server could.\n" +
		"Taking part is voluntary."
	wordsUnknown bot.Text = "I didn't understand that, and nothing was changed."
	wordsNotYet  bot.Text = "Nothing was changed. This is what works now:"
)

// help whispers how it works.
func (s *Service) help(_ context.Context, _ bot.Interaction) (bot.Response, error) {
	return bot.Whisper(message(helpCard("How it works", ""))), nil
}

// unknown answers typed text that is no command.
func (s *Service) unknown(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	switch said := plainWords(i.Line); {
	case said == "question" || beginsWith(said, "question suggest", "suggest"):
		i.Values = bot.Values{"open": {OpenSuggest}}
		return s.studyTyped(ctx, i)
	case beginsWith(said, "question queue"):
		group, r, err := s.meant(ctx, i, doQuestions)
		if group == "" || err != nil {
			return r, err
		}
		return s.questions(ctx, i, group)
	case asksForHelp(said):
		return bot.Whisper(message(helpCard("How it works", ""))), nil
	case elsewhere(said):
		return bot.Whisper(message(helpCard("That isn't here yet", wordsNotYet))), nil
	}
	return bot.Whisper(message(helpCard("How it works", wordsUnknown))), nil
}

// plainWords is what somebody said, in small letters and without the marks
// around words. The bot's name before it is left out.
func plainWords(line string) string {
	var words []string
	for n, w := range strings.Fields(strings.ToLower(strings.ReplaceAll(line, "’", "'"))) {
		if w = strings.Trim(w, "/?!.,;:…"); w != "" && (n > 0 || w[0] != '@') {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

// asksForHelp reports whether somebody says hello, or asks what this is, or
// says nothing at all.
func asksForHelp(said string) bool {
	return said == "" || beginsWith(said, "help", "hi", "hello", "hey", "hiya", "good morning", "good afternoon", "good evening",
		"thanks", "thank you", "info", "about", "commands", "menu", "what is this", "what's this", "what are you", "who are you",
		"what can you do", "what do you do", "what can i do", "what do i do", "how does this work", "how does it work", "how do i")
}

// elsewhere reports whether somebody uses a command that this version doesn't have.
func elsewhere(said string) bool {
	return beginsWith(said, "exam", "cert", "question")
}

func beginsWith(said string, openings ...string) bool {
	for _, o := range openings {
		if said == o || strings.HasPrefix(said, o+" ") {
			return true
		}
	}
	return false
}

func helpCard(title, first bot.Text) *bot.Card {
	return &bot.Card{Title: title, Body: lines(first, wordsHelp),
		Controls: rows(button("My study page", PathStudy), button("Settings", pathOwnSettings), button("What organisers see", PathSees))}
}

// whatOrganisersSee whispers who sees what.
func (s *Service) whatOrganisersSee(_ context.Context, _ bot.Interaction) (bot.Response, error) {
	return bot.Whisper(message(&bot.Card{Title: "What organisers see", Body: wordsSees,
		Controls: rows(button("My study page", PathStudy), button("How it works", PathHelp))})), nil
}
