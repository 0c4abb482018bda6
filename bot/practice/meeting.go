package practice

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

const (
	// meetingSize is how many questions a meeting pack has.
	meetingSize = 5
	// meetingFrom is how many answers a question needs to be in it.
	meetingFrom = countsFrom
	// meetingFill is how far back it looks for questions that fewer than half
	// missed, when there are not enough that most missed.
	meetingFill = 28 * 24 * time.Hour
)

// MissedRound is a closed question that not everybody had right.
type MissedRound struct {
	Round    string
	Item     quizzes.Item // as the group has it corrected
	Version  string       // identifier of the snapshot that was posted
	Bank     string
	Answered int // in time
	Right    int
	ClosedAt time.Time
}

// MeetingStore is what the meeting pack reads.
type MeetingStore interface {
	// MissedRounds lists the closed questions of a track with at least so many
	// answers in time of which some were not right, but for those that came in a
	// live round since.
	MissedRounds(ctx context.Context, trackID string, answered int) ([]MissedRound, error)
	// GroupChannels are a group's channels that are not gone, oldest first.
	GroupChannels(ctx context.Context, groupID string) ([]bot.ChannelID, error)
}

// pack is the questions for a meeting, the one missed most first.
type pack struct{ questions []packed }

type packed struct {
	entry
	MissedRound
}

// attachMeeting registers the meeting pack and where it stands.
func (s *Service) attachMeeting(groups *group.Service) {
	s.Bot.Action("meeting/{group}", s.meetingPressed)
	s.Bot.Action("meeting/{group}/page", s.meetingPage)
	groups.ContributeWord("meeting", s.meetingShown)
	groups.ContributePage(func(_ context.Context, d group.Details, _ group.Member) ([]bot.Text, []bot.Button, error) {
		if d.Group.State == group.Ended || !slices.ContainsFunc(d.Tracks, func(t group.Studied) bool { return s.asks(t.Track) }) {
			return nil, nil, nil
		}
		return nil, []bot.Button{
			{Label: "Live round", Action: fmt.Sprintf("quiz/%s/live/%d/%s", d.Group.ID, liveStandard, liveEverything)},
			{Label: "Meeting", Action: "meeting/" + d.Group.ID},
		}, nil
	})
}

// meeting chooses the questions: those that most missed, then those of the last
// four weeks that the most missed. An item comes once, as it was answered
// or, where its bank has another version now, as that; and not at all while it is open in the group again.
func (s *Service) meeting(ctx context.Context, t group.Track) (pack, error) {
	missed, err := s.Store.MissedRounds(ctx, t.ID, meetingFrom)
	if err != nil {
		return pack{}, err
	}
	closed, err := s.keptBack(ctx, t)
	if err != nil {
		return pack{}, err
	}
	missed = slices.DeleteFunc(missed, func(q MissedRound) bool { return closed[q.Item.ID] || !s.allows(t, q.Item) })
	slices.SortFunc(missed, func(a, b MissedRound) int {
		return cmp.Or(a.Right*b.Answered-b.Right*a.Answered, b.ClosedAt.Compare(a.ClosedAt), strings.Compare(a.Round, b.Round))
	})
	known, err := s.known(ctx, t)
	if err != nil {
		return pack{}, err
	}
	var p pack
	since := s.Now().Add(-meetingFill)
	for _, most := range []bool{true, false} {
		for _, q := range missed {
			there := slices.ContainsFunc(p.questions, func(o packed) bool { return o.MissedRound.Item.ID == q.Item.ID })
			if there || len(p.questions) == meetingSize || (2*q.Right < q.Answered) != most || !most && q.ClosedAt.Before(since) {
				continue
			}
			e, mended := known.byID[q.Item.ID]
			if mended {
				mended = !e.item.Still(q.Version, q.Item.Draw)
			}
			if mended {
				e.item = e.item.First()
			} else { // as the group answered it, with its own corrections
				e = entry{item: q.Item, bank: q.Bank}
			}
			if !e.item.Void {
				p.questions = append(p.questions, packed{e, q})
			}
		}
	}
	return p, nil
}

// meetingPressed shows what the meeting pack of a path's group has.
func (s *Service) meetingPressed(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	return s.meetingShown(ctx, i, i.Arg("group"))
}

func (s *Service) meetingShown(ctx context.Context, i bot.Interaction, groupID string) (bot.Response, error) {
	_, m, err := s.groups.Join(ctx, i, groupID)
	if err != nil {
		return bot.Response{}, err
	}
	t, _, err := s.lastUsed(ctx, groupID, m.ID)
	if err != nil {
		return bot.Response{}, err
	}
	p, err := s.meeting(ctx, t)
	if err != nil {
		return bot.Response{}, err
	}
	back := bot.Button{Label: "The group", Action: group.PathGroup(groupID)}
	if len(p.questions) == 0 {
		live := bot.Button{Label: "Live round", Action: s.livePath(t, liveWish{count: liveStandard}), Style: bot.Primary}
		return bot.InPlace(i, bot.Message{Card: greet(simple(meetingTitle, meetingNone, bot.Row{live, back}).Card, m)}), nil
	}
	lines := []bot.Text{meetingWords}
	if len(p.questions) < meetingSize {
		lines = []bot.Text{bot.Textf(meetingFew, questions(len(p.questions)))}
	}
	o := s.outline(t)
	for n, q := range p.questions {
		lines = append(lines, bot.Textf(meetingLine, n+1, o.Domain(q.entry.item.Domain).Short, q.Right, q.Answered))
	}
	row := bot.Row{
		bot.Button{Label: "Live round", Action: s.livePath(t, liveWish{meeting: true}), Style: bot.Primary},
		bot.Button{Label: "Printable page", Action: "meeting/" + groupID + "/page"},
		back,
	}
	card := simple(meetingTitle, bot.Join("\n", lines...), row).Card
	card.Footer = onlyYouWords
	return bot.InPlace(i, bot.Message{Card: greet(card, m)}), nil
}

// meetingPage gives the pack as a page to print, for whoever asked.
func (s *Service) meetingPage(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	g, _, t, err := s.practising(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	p, err := s.meeting(ctx, t)
	if err != nil || len(p.questions) == 0 {
		return bot.Response{}, cmp.Or[error](err, &bot.Error{Text: meetingNone})
	}
	page, err := s.meetingHTML(ctx, g, t, p)
	if err != nil {
		return bot.Response{}, err
	}
	day := s.Now().In(g.Location()).Format(time.DateOnly)
	m := simple(meetingPageTitle, bot.Textf(meetingPageWords, questions(len(p.questions))), bot.Row{
		bot.Button{Label: "Live round", Action: s.livePath(t, liveWish{meeting: true})},
		bot.Button{Label: "The group", Action: group.PathGroup(g.ID)},
	})
	m.Card.Footer = onlyYouWords
	m.Files = []bot.File{{Name: "meeting-" + day + ".html", MIME: "text/html; charset=utf-8", Data: page}}
	return bot.Whisper(m), nil
}

//go:embed meeting.html
var meetingTemplate string

// sheet is what the printable page shows.
type sheet struct {
	Title, Day, Intro, Notice string
	Questions                 []sheetQuestion
}

type sheetQuestion struct {
	Number          int
	Area, Stem      string
	Picture         template.URL
	Alt             string
	Options         []sheetOption
	Answer          string
	Explanation     string
	Others          []sheetOption
	Source          string
	Right, Answered int
	Discuss         bool
}

type sheetOption struct{ Letter, Text, Why string }

// meetingHTML is the page: one file that needs nothing else.
func (s *Service) meetingHTML(ctx context.Context, g group.Group, t group.Track, p pack) ([]byte, error) {
	page, err := template.New("meeting").Parse(meetingTemplate)
	if err != nil {
		return nil, fmt.Errorf("meeting page: %w", err)
	}
	c, _ := s.Catalogue.Find(t.Certification)
	o := s.outline(t)
	data := sheet{
		Title: string(bot.Textf(meetingSheetTitle, g.Name)), Day: s.Now().In(g.Location()).Format("Mon 2 January 2006"),
		Intro: fmt.Sprintf(meetingSheetIntro, questions(len(p.questions)), s.short(t)), Notice: c.Notice(),
	}
	for n, q := range p.questions {
		item, err := s.illustrated(ctx, q.entry.item)
		if err != nil {
			return nil, err
		}
		one := sheetQuestion{Number: n + 1, Area: o.Domain(item.Domain).Name, Stem: item.Stem, Answer: rightAnswer(item),
			Explanation: item.Explanation, Source: item.Source.Title, Right: q.Right, Answered: q.Answered, Discuss: n == 0}
		if image := picture(item); image != nil { // in the file itself
			one.Alt = image.Alt
			one.Picture = template.URL("data:" + http.DetectContentType(image.Data) + ";base64," + base64.StdEncoding.EncodeToString(image.Data))
		}
		for _, option := range item.Options {
			line := sheetOption{Letter: letter(option.ID), Text: option.Text}
			if item.Type == quizzes.TrueFalse {
				line.Letter = ""
			}
			one.Options = append(one.Options, line)
			if !slices.Contains(item.Answer, option.ID) {
				why := sheetOption{Text: letter(option.ID), Why: option.Why}
				if item.Type == quizzes.TrueFalse {
					why.Text = option.Text
				}
				one.Others = append(one.Others, why)
			}
		}
		data.Questions = append(data.Questions, one)
	}
	var out bytes.Buffer
	if err := page.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("meeting page: %w", err)
	}
	return out.Bytes(), nil
}
