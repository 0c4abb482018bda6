package papers

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
)

// PathNote is one of the notes for an employer. It is whispered.
func PathNote(certification string, k NoteKind) string {
	return PathCosts(certification) + "/note/" + string(k)
}

// The fields of forms about notes.
const (
	fieldAsk    = "ask"
	fieldNeeded = "needed"
	fieldWords  = "words"
)

// registerNotes makes the bot answer to everything about notes.
func (s *Service) registerNotes() {
	path := PathNote("{certification}", "{kind}")
	for suffix, h := range map[string]func(context.Context, bot.Interaction, noted) (bot.Response, error){
		"": s.showNote, "/files": s.noteFiles, "/ask": s.openAsk, "/ask/set": s.sentAsk, "/words": s.openWords, "/words/set": s.sentWords,
		"/anew": s.noteAnew, "/result/{answer}": s.noteResult,
	} {
		s.Bot.Action(path+suffix, s.withNote(h))
	}
}

// noted is the note that a path names, of who acts.
type noted struct {
	who   group.Acting
	facts facts
	draft Draft
}

func (n noted) certification() cert.Certification { return n.facts.certification }

func (n noted) path(suffix string) string {
	return PathNote(n.certification().ID, n.draft.Kind) + suffix
}

// withNote reads the note that a path names.
func (s *Service) withNote(h func(context.Context, bot.Interaction, noted) (bot.Response, error)) bot.Handler {
	return func(ctx context.Context, i bot.Interaction) (bot.Response, error) {
		who, c, err := s.about(ctx, i)
		if err != nil {
			return bot.Response{}, err
		}
		n := noted{who: who, draft: Draft{Member: who.Member, Certification: c.ID, Kind: NoteKind(i.Arg("kind")), Ask: AskBoth}}
		if n.draft.Kind != Before && n.draft.Kind != After {
			return bot.Response{}, problem(wordsUnknown, button("Costs", PathCosts(c.ID)))
		}
		if kept, ok, err := s.Store.NoteDraft(ctx, who.Member, c.ID, n.draft.Kind); err != nil {
			return bot.Response{}, err
		} else if ok {
			n.draft = kept
		}
		if n.facts, err = s.gather(ctx, who, c); err != nil {
			return bot.Response{}, err
		}
		return h(ctx, i, n)
	}
}

// showNote shows a note as it is now, and what can be changed.
func (s *Service) showNote(_ context.Context, i bot.Interaction, n noted) (bot.Response, error) {
	return show(i, n.card()), nil
}

func (n noted) card() *bot.Card {
	words := n.facts.text(n.draft)
	body := []bot.Text{bot.Typed(bot.Clip(words, shownOfNote))}
	if utf8.RuneCountInString(words) > shownOfNote {
		body = append(body, wordsNoteMore)
	}
	controls := []bot.Control{primary("Get the files", n.path("/files"))}
	own, about := n.draft.Words != "", wordsNoteFacts
	switch {
	case own:
		about = wordsNoteOwn
	case n.draft.Kind == Before:
		controls = append(controls, button("What I ask for", n.path("/ask")))
	default:
		if n.facts.passed() && n.draft.Result {
			controls = append(controls, button("Leave my result out", n.path("/result/no")))
		} else if n.facts.passed() {
			controls = append(controls, button("Say that I passed", n.path("/result/yes")))
		}
		if len(n.facts.spent) == 0 {
			body = append(body, wordsNoteNoSpent)
			controls = append(controls, button("Enter a cost", PathCosts(n.certification().ID)+"/spent"))
		}
	}
	controls = append(controls, button("Change the words", n.path("/words")))
	if own {
		controls = append(controls, button("Write it anew", n.path("/anew")))
	}
	controls = append(controls, button("Costs", PathCosts(n.certification().ID)))
	return &bot.Card{Title: bot.Typed(noteTitle(n.certification().Short, n.draft.Kind)), Body: paragraphs(body...), Footer: about, Controls: rows(controls...)}
}

// noteFiles gives a note as files.
func (s *Service) noteFiles(_ context.Context, _ bot.Interaction, n noted) (bot.Response, error) {
	c, words := n.certification(), n.facts.text(n.draft)
	title, day := noteTitle(c.Short, n.draft.Kind), n.who.Now.Format("Mon 2 January 2006")
	page, err := sheet{Title: title, Day: day, Footer: c.Notice(), Blocks: blocks(words)}.html()
	if err != nil {
		return bot.Response{}, err
	}
	m := message(&bot.Card{Title: "Your note is ready", Body: wordsNoteFiles, Controls: rows(
		button("The note", n.path("")), button("Costs", PathCosts(c.ID)), button("My study page", group.PathStudy))})
	name := "note-" + n.who.Today()
	m.Files = []bot.File{
		{Name: name + ".md", MIME: "text/markdown; charset=utf-8", Data: markdown(title, day, words, c.Notice())},
		{Name: name + ".html", MIME: "text/html; charset=utf-8", Data: page},
	}
	return bot.Whisper(m), nil
}

// openAsk asks what is asked for.
func (s *Service) openAsk(_ context.Context, _ bot.Interaction, n noted) (bot.Response, error) {
	needed := []string{}
	if n.draft.NeededOn != "" {
		needed = append(needed, n.draft.NeededOn)
	}
	return bot.Response{Form: &bot.Form{Title: "What I ask for", Submit: "Save", Action: n.path("/ask/set"), Fields: []bot.Field{
		{Name: fieldAsk, Label: "I ask for", Kind: bot.OneOf, Required: true, Initial: []string{string(n.draft.Ask)}, Options: []bot.Option{
			{Label: "The fee and study time", Value: string(AskBoth)}, {Label: "The fee", Value: string(AskFee)}, {Label: "Study time", Value: string(AskTime)}}},
		{Name: fieldNeeded, Label: "Answer needed by", Kind: bot.Date, Help: "Empty: the application deadline, where it is known", Initial: needed},
	}}}, nil
}

// sentAsk keeps what is asked for.
func (s *Service) sentAsk(ctx context.Context, i bot.Interaction, n noted) (bot.Response, error) {
	switch ask := Ask(i.Values.Get(fieldAsk)); ask {
	case AskFee, AskTime, AskBoth:
		n.draft.Ask = ask
	}
	n.draft.NeededOn = i.Values.Get(fieldNeeded)
	if n.draft.NeededOn != "" {
		day, err := time.Parse(time.DateOnly, n.draft.NeededOn)
		invalid := ""
		switch {
		case err != nil:
			invalid = wordsBadDay
		case n.draft.NeededOn < n.who.Today():
			invalid = wordsNeededPast
		case day.After(n.who.Now.AddDate(5, 0, 0)):
			invalid = wordsNeededLater
		}
		if invalid != "" {
			return bot.Response{Invalid: map[string]string{fieldNeeded: invalid}}, nil
		}
	}
	return s.keepNote(ctx, i, n)
}

// keepNote keeps what was chosen and shows the note.
func (s *Service) keepNote(ctx context.Context, i bot.Interaction, n noted) (bot.Response, error) {
	n.draft.ChangedAt = s.Now()
	if err := s.Store.SaveNoteDraft(ctx, n.draft); err != nil {
		return bot.Response{}, err
	}
	return show(i, n.card()), nil
}

// openWords lets a person change a note's words.
func (s *Service) openWords(_ context.Context, _ bot.Interaction, n noted) (bot.Response, error) {
	return bot.Response{Form: &bot.Form{Title: "Your note", Submit: "Save", Action: n.path("/words/set"), Intro: wordsNoteWords, Fields: []bot.Field{
		{Name: fieldWords, Label: "The note", Kind: bot.Paragraph, Required: true, Max: maxWords, Initial: []string{bot.Clip(n.facts.text(n.draft), maxWords)}},
	}}}, nil
}

// sentWords keeps a person's own words. The same words as before are not their own.
func (s *Service) sentWords(ctx context.Context, i bot.Interaction, n noted) (bot.Response, error) {
	words := strings.TrimSpace(strings.ReplaceAll(string(bot.Typed(i.Values.Get(fieldWords))), "\r\n", "\n"))
	if words == "" {
		return bot.Response{Invalid: map[string]string{fieldWords: wordsNoWords}}, nil
	}
	words = bot.Clip(words, maxWords)
	if n.draft.Words == "" && words == strings.TrimSpace(n.facts.text(n.draft)) {
		return show(i, n.card()), nil
	}
	n.draft.Words = words
	return s.keepNote(ctx, i, n)
}

// noteAnew drops a person's own words.
func (s *Service) noteAnew(ctx context.Context, i bot.Interaction, n noted) (bot.Response, error) {
	n.draft.Words = ""
	return s.keepNote(ctx, i, n)
}

// noteResult lets the note after an exam say that it was passed, or not.
func (s *Service) noteResult(ctx context.Context, i bot.Interaction, n noted) (bot.Response, error) {
	n.draft.Result = i.Arg("answer") == "yes" && n.draft.Kind == After
	return s.keepNote(ctx, i, n)
}
