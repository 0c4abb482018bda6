package group

import (
	"context"
	"time"

	"studyhall/bot"
)

// PathData is what is kept about a person, and how to take it along or away.
const PathData = "data"

// privacyButtons stand in everybody's settings.
var privacyButtons = []bot.Button{{Label: "My data", Action: PathData}, {Label: "Link an account", Action: PathLink}}

// What /study opens of it.
const (
	openData = "my data"
	openLink = "link"
)

// codeField is where a code is typed: /study link CODE.
func codeField() bot.Field {
	return bot.Field{Name: fieldCode, Label: "Code", Kind: bot.Line, Help: "With link: the code of your other account", Max: 40}
}

// privacyTyped is the handler of what was typed after /study, if it is about the
// person's data. Words that are neither a page nor a code are not known.
func (s *Service) privacyTyped(i bot.Interaction) bot.Handler {
	switch code := i.Values.Get(fieldCode); {
	case i.Values.Get("open") == openLink:
		return s.linkTyped
	case code != "":
		return func(context.Context, bot.Interaction) (bot.Response, error) {
			return bot.Response{}, studyCommand().Unknown(code)
		}
	case i.Values.Get("open") == openData:
		return s.myData
	}
	return nil
}

// registerPrivacy makes the bot answer to what people do with their own data.
func (s *Service) registerPrivacy() {
	b := s.c.Bot
	b.Action(PathData, s.myData)
	b.Action(PathData+"/export", s.exportData)
	b.Action(PathData+"/erase", s.askErase)
	b.Action(PathData+"/erase/{member}", s.erase)
	b.Action(PathLink, s.linkPressed)
	b.Action(PathLink+"/new", s.newLink)
	b.Action(PathLink+"/type", s.askCode)
	b.Action(PathLink+"/typed", s.sentCode)
	b.Action(PathLink+"/at/{id}", s.linkUnderWay)
	b.Action(PathLink+"/at/{id}/yes", s.confirmLink)
	b.Action(PathLink+"/at/{id}/no", s.dropLink)
	b.Action(PathLink+"/off/{account...}", s.askUnlink)
	b.Action(PathLink+"/away/{account...}", s.unlink)
}

// holdings is what is kept about the acting person; without anything, a
// [*bot.Error] says so.
func (s *Service) holdings(ctx context.Context, i bot.Interaction) (Holdings, error) {
	h, ok, err := s.c.Store.Holdings(ctx, i.User)
	if err == nil && !ok {
		err = problem(wordsNothingKept, button("How it works", PathHelp))
	}
	return h, err
}

// myData sums up what is kept about the person.
func (s *Service) myData(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	h, err := s.holdings(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Title: "Your data", Body: paragraphs(wordsKept(h), wordsDataChoices), Footer: wordsOnlyYou, Controls: rows(
		primary("Export my data", PathData+"/export"), button("Erase my data", PathData+"/erase"),
		button("Link an account", PathLink), button("My study page", PathStudy))}), nil
}

// exportData whispers everything that is kept about the person, as a file.
func (s *Service) exportData(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	h, err := s.holdings(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	files, ok, err := s.export(ctx, h.Member, bot.LimitFile)
	if err != nil {
		return bot.Response{}, err
	}
	if !ok {
		return bot.Response{}, problem(wordsExportTooLong, button("My data", PathData))
	}
	m := message(&bot.Card{Title: "Your data is ready", Body: wordsExported(files), Footer: wordsOnlyYou,
		Controls: rows(button("My data", PathData), button("My study page", PathStudy))})
	m.Files = files
	return bot.Whisper(m), nil
}

// askErase says what erasing does, and asks.
func (s *Service) askErase(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	h, err := s.holdings(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	return show(i, &bot.Card{Title: "Erase everything about you?", Body: wordsAskErase(h), Footer: wordsOnlyYou, Tone: bot.Attention, Controls: rows(
		bot.Button{Label: "Erase everything", Action: PathData + "/erase/" + h.Member, Style: bot.Danger},
		button("Export first", PathData+"/export"), button("Keep everything", PathData))}), nil
}

// erase erases the person. The path names the member who was asked about, so
// that an old button does nothing to somebody who has begun afresh since.
func (s *Service) erase(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	h, err := s.holdings(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	if h.Member != i.Arg("member") {
		return bot.Response{}, problem(wordsAskedBefore, button("My data", PathData))
	}
	if _, err := s.c.Store.EraseMember(ctx, s.erasing(i.User)); err != nil {
		return bot.Response{}, err
	}
	s.c.Wake()
	return show(i, &bot.Card{Title: "Everything about you is erased", Body: wordsErased, Footer: wordsOnlyYou,
		Controls: rows(button("How it works", PathHelp))}), nil
}

func (s *Service) erasing(account bot.UserID) Erasing {
	return Erasing{Account: account, FormerName: wordsFormer, Records: s.records, Now: s.c.Now()}
}

// ReplayErasures erases again whoever a database brings back that was restored
// from before their erasure, and says how many entries of the list it had missed.
func ReplayErasures(ctx context.Context, st Store, records []Records, now time.Time) (int, error) {
	missed, err := st.MissedErasures(ctx)
	if err != nil {
		return 0, err
	}
	for _, m := range missed {
		e := Erasing{Account: m.Account, Entry: m.Entry, FormerName: wordsFormer, Records: records, Now: now}
		if _, err := st.EraseMember(ctx, e); err != nil {
			return 0, err
		}
	}
	return len(missed), nil
}

// CatchUpErasures erases again whoever a database brings back that was restored
// from before their erasure. Call it once all records are known and before
// anything runs.
func (s *Service) CatchUpErasures(ctx context.Context) error {
	n, err := ReplayErasures(ctx, s.c.Store, s.records, s.c.Now())
	if n > 0 {
		s.log.Info("erasures replayed that the database had missed", "entries", n)
	}
	return err
}
