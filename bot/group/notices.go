package group

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

// TellAgainAfter is when organisers are told once more of what still stops posts:
// a day later, when that day's question, mostly due at the same time, was tried too.
const TellAgainAfter = 24*time.Hour + 30*time.Second

// ParkedNotice says that a post was refused.
func ParkedNotice(d schedule.Delivery, r schedule.Refusal) Notice {
	return Notice{Group: d.Group, Kind: NoticeParked, Cause: "parked/" + d.Target + "/" + r.Cause, Data: NoticeData{
		Channel: bot.ChannelID(d.Target), Problem: r.Cause, Fix: r.Fix, Delivery: d.Key, What: d.Kind, Until: d.Until,
	}}
}

// GoneNotice says that a channel is no more.
func GoneNotice(group string, ch bot.ChannelID) Notice {
	return Notice{Group: group, Kind: NoticeGone, Cause: "gone/" + string(ch), Data: NoticeData{Channel: ch}}
}

// SilentNotice says that a group paused itself after so many questions without
// an answer.
func SilentNotice(group string, unanswered int) Notice {
	return Notice{Group: group, Kind: NoticeSilent, Cause: "silent", Data: NoticeData{Count: unanswered}}
}

// LowNotice says how many unseen questions of a track are left.
func LowNotice(group, track string, left int) Notice {
	return Notice{Group: group, Kind: NoticeLow, Cause: "low/" + track, Data: NoticeData{Track: track, Count: left}}
}

// OutlineNotice says that an outline is not the one any more from a local date on,
// and which one follows, if that is known.
func OutlineNotice(group, track, outline, end, next string) Notice {
	return Notice{Group: group, Kind: NoticeOutline, Cause: "outline/" + track, Data: NoticeData{Track: track, Outline: outline, End: end, Follows: next}}
}

// SuggestedPace is how often organisers are told at most that suggestions wait.
const SuggestedPace = 7 * 24 * time.Hour

// SuggestedNotice says how many questions that members wrote wait for organisers.
func SuggestedNotice(group string, waiting int) Notice {
	return Notice{Group: group, Kind: NoticeSuggested, Cause: "suggested", Data: NoticeData{Count: waiting}}
}

// LeftNotice says that administrators took a channel out of a group.
func LeftNotice(group string, ch bot.ChannelID) Notice {
	return Notice{Group: group, Kind: NoticeLeft, Cause: "left/" + string(ch), Data: NoticeData{Channel: ch}}
}

// Again reports whether organisers are told a second time.
func (k NoticeKind) Again() bool { return k == NoticeParked || k == NoticeGone }

// NoticeDue is when a notice is told: occurrence "tell" or "again".
func NoticeDue(n Notice, occurrence string, at time.Time) schedule.Due {
	return schedule.Due{Kind: kindNotice, Subject: n.ID, Occurrence: occurrence, Lane: "notice/" + n.Group, Rank: schedule.RankOther, At: at}
}

// TakeoverDue is when the days end in which people may object to an offer.
func TakeoverDue(group, offer string, at time.Time) schedule.Due {
	return schedule.Due{Kind: kindTakeover, Subject: offer, Occurrence: "end", Lane: "notice/" + group, Rank: schedule.RankOther, At: at}
}

// tellNotice writes to every organiser who can be reached.
func (s *Service) tellNotice(ctx context.Context, d schedule.Due) error {
	n, organisers, ok, err := s.c.Store.Notice(ctx, d.Subject)
	if err != nil {
		return err
	}
	var messages []schedule.Delivery
	now := s.c.Now()
	if ok && !n.Closed {
		accounts, err := s.reach(ctx, organisers)
		if err != nil {
			return err
		}
		for _, account := range accounts {
			messages = append(messages, schedule.Delivery{
				Key: s.c.NewID(), Stable: true, Kind: kindNotice, Ref: n.ID, Group: n.Group, Target: string(account), Person: true,
				Rank: schedule.RankOther, At: now, Until: now.Add(TellAgainAfter),
			})
		}
	}
	return s.c.Store.TellNotice(ctx, d, messages, now)
}

// reach is an account of each person that the platform doesn't call closed. All
// are asked at once, so that a platform that hangs holds up the rest only once.
func (s *Service) reach(ctx context.Context, people []Person) ([]bot.UserID, error) {
	accounts, errs := make([]bot.UserID, len(people)), make([]error, len(people))
	var asking sync.WaitGroup
	for n, p := range people {
		asking.Go(func() { accounts[n], errs[n] = s.reachOne(ctx, p) })
	}
	asking.Wait()
	return slices.DeleteFunc(accounts, func(a bot.UserID) bool { return a == "" }), errors.Join(errs...)
}

// reachOne is the first account of a person that the platform doesn't call
// closed, or "".
func (s *Service) reachOne(ctx context.Context, p Person) (bot.UserID, error) {
	for _, a := range p.Accounts {
		if a.Closed {
			continue
		}
		if s.ask(ctx, a.ID) != isClosed {
			return a.ID, nil
		}
		if err := s.c.Store.AccountSeen(ctx, a.ID, false, s.c.Now()); err != nil {
			return "", err
		}
	}
	return "", nil
}

// renderNotice is a notice in full.
func (s *Service) renderNotice(ctx context.Context, d schedule.Delivery) (bot.Message, error) {
	n, _, ok, err := s.c.Store.Notice(ctx, d.Ref)
	if err != nil {
		return bot.Message{}, err
	}
	g, found, err := s.c.Store.Details(ctx, n.Group)
	if err != nil {
		return bot.Message{}, err
	}
	if !ok || !found || n.Closed && d.State == schedule.Waiting {
		return bot.Message{}, schedule.ErrTaken
	}
	return message(s.noticeCard(ctx, g, n)), nil
}

func (s *Service) noticeCard(ctx context.Context, d Details, n Notice) *bot.Card {
	path := PathGroup(d.Group.ID)
	c := &bot.Card{Title: s.noticeTitle(ctx, d, n), Tone: bot.Attention}
	switch n.Kind {
	case NoticeParked:
		c.Body = lines(bot.Textf("%s", n.Data.Problem), wordsFix(bot.Textf("%s", n.Data.Fix), "Try now"), wordsSafe, wordsLasts(d.Group, n.Data))
		c.Controls = rows(primary("Try now", path+"/retry"), button("Use another channel", path+"/channel"), stateButton(d.Group))
	case NoticeGone:
		c.Body = lines(wordsChannelGone, wordsSafe, wordsIfLeft(d))
		c.Controls = rows(primary("Use another channel", path+"/channel"), stateButton(d.Group), button("Group page", path))
	case NoticeLeft:
		c.Body = lines(wordsLeft, wordsIfLeft(d))
		c.Controls = rows(primary("Channels", path+"/channels"), button("Group page", path))
	case NoticeSilent:
		c.Body = wordsSilent(n.Data.Count)
		c.Controls = rows(primary("Resume", path+"/resume"), button("Another time of day", path+"/schedule"), button("End the season", path+"/end"))
	case NoticeSeason:
		c.Tone, c.Body = bot.Neutral, wordsSeasonPlanned
		c.Controls = rows(primary("Start", "season/"+n.Data.Season+"/start"), button("Set up again", path+"/setup"), button("Group page", path))
	case NoticeErased:
		c.Body = s.wordsNaming(ctx, d.Group, n.Data.Posts)
		c.Controls = rows(primary("Group page", path))
	case NoticePin:
		pinCard(c, d, n)
	case NoticeOutline:
		c.Body = s.wordsOutline(d, n)
		c.Controls = rows(primary("Certifications", path+"/tracks"), button("Group page", path))
	case NoticeSuggested:
		c.Tone, c.Body = bot.Neutral, wordsSuggested
		c.Controls = rows(primary(bot.Textf("Questions (%d)", n.Data.Count).Plain(), PathQueue(d.Group.ID)), button("Group page", path))
	case NoticeFacts:
		s.factsCard(c, d, n)
	case NoticeLow:
		t, ok := d.Studies(n.Data.Track)
		if !ok {
			t = d.First()
		}
		c.Body = wordsLow(n.Data.Count, timetableOf(t.Schedule.Expr))
		c.Controls = rows(primary("Group page", path), button("Schedule", path+"/schedule"))
	}
	return c
}

func (s *Service) noticeTitle(ctx context.Context, d Details, n Notice) bot.Text {
	switch n.Kind {
	case NoticeParked:
		return bot.Textf("%s could not be posted in %s", what(n.Data.What), bot.Clip(s.channelName(ctx, n.Data.Channel), 30))
	case NoticeGone:
		return bot.Textf("The channel of the %s is gone", bot.Clip(d.Group.Name, 40))
	case NoticeLeft:
		return bot.Textf("The %s is no more in %s", bot.Clip(d.Group.Name, 40), bot.Clip(s.channelName(ctx, n.Data.Channel), 25))
	case NoticeSilent:
		return bot.Textf("The %s is paused", bot.Clip(d.Group.Name, 50))
	case NoticeSeason:
		day, _ := time.Parse(time.DateOnly, n.Data.Start) // our own
		return wordsAskStart(n.Data.Count, n.Data.Next, day)
	case NoticeErased:
		return bot.Textf("Posts of the %s may name somebody who was erased", bot.Clip(d.Group.Name, 30))
	case NoticePin:
		return s.pinTitle(ctx, n)
	case NoticeOutline:
		return s.wordsOutlineTitle(d, n)
	case NoticeSuggested:
		return bot.Textf("%s for the %s", bot.Count(n.Data.Count, "suggested question", "suggested questions"), bot.Clip(d.Group.Name, 40))
	case NoticeFacts:
		return s.factsTitle(d, n)
	case NoticeLow:
		if t, ok := d.Studies(n.Data.Track); ok && len(d.Tracks) > 1 {
			return bot.Textf("%s questions are running out in the %s", s.short(t.Certification), bot.Clip(d.Group.Name, 40))
		}
		return bot.Textf("Questions are running out in the %s", bot.Clip(d.Group.Name, 40))
	}
	return bot.Textf("A note about the %s", bot.Clip(d.Group.Name, 50))
}

// notices are the open notices that still hold, newest first.
func (s *Service) notices(ctx context.Context, d Details, f Figures) ([]Notice, error) {
	all, err := s.c.Store.Notices(ctx, d.Group.ID)
	if err != nil {
		return nil, err
	}
	var held []Notice
	for _, n := range all {
		if n.Kind == NoticeSuggested { // the page says it anyway
			continue
		}
		over := false
		switch n.Kind {
		case NoticeSilent:
			over = d.Group.State != Paused
		case NoticeSeason:
			over = d.Group.State != Ended
		case NoticeErased:
			over = s.c.Now().Sub(n.CreatedAt) > erasedShown
		case NoticeOutline:
			t, ok := d.Studies(n.Data.Track)
			over = !ok || t.Outline != n.Data.Outline
		case NoticeLow:
			over = d.unseen(f, n.Data.Track) > max(n.Data.Count, 10)
		case NoticeFacts:
			over = len(s.oldFacts(d, n.Data.Track)) == 0
		case NoticeGone:
			over = !slices.ContainsFunc(d.Channels, func(c Channel) bool { return c.ID == n.Data.Channel && c.Gone })
		}
		if over {
			if err := s.c.Store.CloseNotice(ctx, n.ID, s.c.Now()); err != nil {
				return nil, err
			}
			continue
		}
		held = append(held, n)
	}
	return held, nil
}

// unseen is how many questions of a track are left: enough, of one that is not
// studied any more; without a track, of all.
func (d Details) unseen(f Figures, track string) int {
	if _, ok := d.Studies(track); !ok && track != "" {
		return math.MaxInt
	}
	if n, ok := f.ByTrack[track]; ok {
		return n
	}
	return f.Unseen
}

// placeChanged hears what happened to a channel or space.
func (s *Service) placeChanged(ctx context.Context, n bot.Notice) error {
	if n.Kind == bot.SpaceThere {
		return s.spaceThere(ctx, n.Space)
	}
	defer s.c.Wake()
	switch n.Kind {
	case bot.SpaceGone:
		return s.c.Store.ChannelGone(ctx, n.Space, "", s.c.Now())
	case bot.ChannelGone:
		return s.c.Store.ChannelGone(ctx, "", n.Channel, s.c.Now())
	case bot.Welcomed:
		return s.c.Store.ChannelBack(ctx, n.Channel, s.c.Now())
	case bot.ChannelMoved:
		g, ok, err := s.c.Store.GroupIn(ctx, n.Channel)
		if err != nil || !ok || n.Moved == "" {
			return err
		}
		outcome, err := s.c.Store.Rebind(ctx, Binding{Group: g.ID, From: n.Channel, To: n.Moved, Space: n.Space}, s.c.Now())
		if err == nil && outcome != Bound {
			s.log.Error("channel moved to one of another group", "channel", n.Channel, "moved", n.Moved)
		}
		return err
	}
	return nil
}
