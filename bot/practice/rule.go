package practice

import (
	"context"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/quizzes"
)

// RuleStore is what people chose about certifications whose issuer's rule asks for
// computed questions; see [cert.Policy].
type RuleStore interface {
	// OwnRule is what a member chose about a certification.
	OwnRule(ctx context.Context, memberID, certification string) (OwnRule, error)
	// TellRule records that an account's person is told of a certification's rule,
	// and reports whether they weren't before.
	TellRule(ctx context.Context, account bot.UserID, certification string, now time.Time) (first bool, err error)
	// SetOwnRule records a member's choice, and that they know the rule.
	SetOwnRule(ctx context.Context, memberID, certification string, computed bool, now time.Time) error
}

// OwnRule is what somebody chose about a certification, in all their groups.
type OwnRule struct {
	Told     bool // they were told of the rule
	Computed bool // they practise computed questions only
}

// bound reports whether a rule asks for computed questions about a certification.
func (s *Service) bound(certification string) bool { return s.Catalogue.ComputedOnly(certification) }

// pool is what the banks have that may be asked about a track: by a rule that asks
// for it, computed questions alone, until an organiser chooses all. With the group's
// own questions it is items.
func (s *Service) pool(t group.Track) index {
	if s.bound(t.Certification) && !t.Wide {
		return s.Library.computedOf(t.Certification)
	}
	return s.Library.of(t.Certification)
}

// asks reports whether the banks have anything to ask about a track.
func (s *Service) asks(t group.Track) bool { return len(s.pool(t).items) > 0 }

// allows reports whether an item may be asked about a track.
func (s *Service) allows(t group.Track, item quizzes.Item) bool {
	return item.Computed || t.Wide || !s.bound(t.Certification)
}

// narrow is a track as a member practises it: with computed questions alone if
// that is their choice.
func (s *Service) narrow(ctx context.Context, t group.Track, memberID string) (group.Track, error) {
	if !t.Wide || memberID == "" || !s.bound(t.Certification) {
		return t, nil
	}
	own, err := s.Store.OwnRule(ctx, memberID, t.Certification)
	t.Wide = !own.Computed
	return t, err
}

// fits reports whether all that is left of a session may still be asked: a rule may
// have been chosen since it began.
func (s *Service) fits(t group.Track, p Session) bool {
	if t.Wide || !s.bound(t.Certification) {
		return true
	}
	items := s.pool(t).byID
	return !slices.ContainsFunc(p.Questions, func(q SessionQuestion) bool {
		_, there := items[q.Item]
		return !q.Answered && !there
	})
}

// ruleNote tells somebody of the rule with their first answer about a
// certification that has one, and offers the choice; otherwise nothing.
func (s *Service) ruleNote(ctx context.Context, account bot.UserID, certification, track string) (bot.Text, bot.Row, error) {
	rule, ok := s.Catalogue.ComputedRule(certification)
	if !ok {
		return "", nil, nil
	}
	first, err := s.Store.TellRule(ctx, account, certification, s.Now())
	if err != nil || !first {
		return "", nil, err
	}
	c, _ := s.Catalogue.Find(certification)
	return bot.Textf(ruleFirstWords, rule.Words(c.URL)), bot.Row{
		bot.Button{Label: "Go on", Action: pathRule(track) + "/on"},
		bot.Button{Label: "Computed ones only", Action: pathRule(track) + "/computed"},
	}, nil
}

// ruleRow adds the choice about a rule, if there is one, to a result's last buttons,
// and lets the way to the study page go where there is no room for both.
func ruleRow(rows []bot.Row, choice bot.Row) []bot.Row {
	if last := len(rows) - 1; len(choice) > 0 {
		n := min(len(rows[last]), bot.LimitRow-len(choice))
		rows[last] = append(rows[last][:n:n], choice...)
	}
	return rows
}

func pathRule(track string) string { return "rule/" + track }

// attachRules registers what people choose for themselves.
func (s *Service) attachRules(groups *group.Service) {
	s.Bot.Action(pathRule("{track}"), s.ownRule)
	s.Bot.Action(pathRule("{track}")+"/{choice}", s.setOwnRule)
	groups.ContributeSetting(s.ruleLines)
}

// ruleLines lead from the settings to what somebody chose about each certification
// that has such a rule.
func (s *Service) ruleLines(ctx context.Context, g group.Group, m group.Member) ([]bot.Text, []bot.Button, error) {
	if !slices.ContainsFunc(s.Catalogue.Certifications, func(c cert.Certification) bool { return s.bound(c.ID) }) {
		return nil, nil, nil
	}
	tracks, err := s.Store.PracticeTracks(ctx, g.ID, m.ID)
	if err != nil {
		return nil, nil, err
	}
	var lines []bot.Text
	var buttons []bot.Button
	for _, t := range tracks {
		if !s.bound(t.Certification) {
			continue
		}
		own, err := s.Store.OwnRule(ctx, m.ID, t.Certification)
		if err != nil {
			return nil, nil, err
		}
		lines = append(lines, bot.Textf("%s: %s", s.short(t), ruleStands(t.Wide, own.Computed)))
		buttons = append(buttons, bot.Button{Label: bot.Clip(s.short(t)+" rule", bot.LimitLabel), Action: pathRule(t.ID)})
	}
	return lines, buttons, nil
}

// ruled is the acting account as a member, and the track of a path that has a rule.
func (s *Service) ruled(ctx context.Context, i bot.Interaction) (t group.Track, m group.Member, err error) {
	t, ok, err := s.Store.Track(ctx, i.Arg("track"))
	if err != nil {
		return t, m, err
	}
	if !ok || !s.bound(t.Certification) {
		return t, m, &bot.Error{Text: ruleGoneWords, Card: simple("", ruleGoneWords, studyRow()).Card}
	}
	_, m, err = s.groups.Join(ctx, i, t.Group)
	return t, m, err
}

// ownRule shows the rule and what the person chose.
func (s *Service) ownRule(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	t, m, err := s.ruled(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	own, err := s.Store.OwnRule(ctx, m.ID, t.Certification)
	if err != nil {
		return bot.Response{}, err
	}
	return bot.InPlace(i, bot.Message{Card: s.ruleCard(t, own, "")}), nil
}

// setOwnRule keeps what the person chose.
func (s *Service) setOwnRule(ctx context.Context, i bot.Interaction) (bot.Response, error) {
	t, m, err := s.ruled(ctx, i)
	if err != nil {
		return bot.Response{}, err
	}
	own, done := OwnRule{Told: true}, ruleOnWords
	switch i.Arg("choice") {
	case "computed":
		own.Computed, done = true, ruleComputedWords
	case "all":
	case "on": // goes on as before
		if own, err = s.Store.OwnRule(ctx, m.ID, t.Certification); err != nil {
			return bot.Response{}, err
		}
		return bot.Whisper(bot.Message{Card: s.ruleCard(t, own, done)}), nil
	default:
		return bot.Response{}, &bot.Error{Text: ruleGoneWords, Card: simple("", ruleGoneWords, studyRow()).Card}
	}
	if err := s.Store.SetOwnRule(ctx, m.ID, t.Certification, own.Computed, s.Now()); err != nil {
		return bot.Response{}, err
	}
	return bot.Whisper(bot.Message{Card: s.ruleCard(t, own, done)}), nil
}

// ruleCard is the rule, how the group and the person hold it, and the other choice.
func (s *Service) ruleCard(t group.Track, own OwnRule, done bot.Text) *bot.Card {
	rule, _ := s.Catalogue.ComputedRule(t.Certification)
	c, _ := s.Catalogue.Find(t.Certification)
	choice := bot.Button{Label: "Computed ones only", Action: pathRule(t.ID) + "/computed"}
	if own.Computed {
		choice = bot.Button{Label: "As the group does", Action: pathRule(t.ID) + "/all"}
	}
	card := simple(bot.Textf(ruleTitle, c.Short), bot.Join("\n", done, bot.Typed(rule.Words(c.URL)), ruleStands(t.Wide, own.Computed), ruleOnlyPractice),
		bot.Row{
			bot.Button{Label: "Practise 5", Action: ofTrack(t), Style: bot.Primary}, choice,
			bot.Button{Label: bot.Clip("About "+c.Short, bot.LimitLabel), Action: group.PathAbout(c.ID)},
			bot.Button{Label: "My study page", Action: group.PathStudy},
		}).Card
	card.Footer = onlyYouWords
	return card
}
