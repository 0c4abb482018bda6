package group

import (
	"context"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/schedule"
)

// KindFacts looks at how old the facts about what a group studies are; its subject
// is the group.
const KindFacts = "facts"

// FactStore is what telling organisers of old facts needs of the database.
type FactStore interface {
	// WithoutFacts are the groups that have not ended and for which nothing of
	// [KindFacts] is planned.
	WithoutFacts(ctx context.Context) ([]string, error)
	// PlanFacts plans it for a group, unless it is planned for earlier.
	PlanFacts(ctx context.Context, group string, at time.Time) error
	// TellFacts takes the due thing, tells organisers what they weren't told in the
	// year before, and plans to look again; zero: nothing is to be looked at.
	TellFacts(ctx context.Context, d schedule.Due, notices []Notice, next, now time.Time) error
}

// FactsDue is when the facts about what a group studies are looked at.
func FactsDue(group string, at time.Time) schedule.Due {
	return schedule.Due{Kind: KindFacts, Subject: group, Occurrence: at.UTC().Format(time.RFC3339), Lane: "notice/" + group, Rank: schedule.RankOther, At: at}
}

// FactsNotice says how many facts about a track's certification are older than a year.
func FactsNotice(group string, t Track, count int) Notice {
	return Notice{Group: group, Kind: NoticeFacts, Cause: "facts/" + t.Certification, Data: NoticeData{Track: t.ID, Count: count}}
}

// PrepareFacts plans to look at facts for groups that began before anything was
// planned then.
func (s *Service) PrepareFacts(ctx context.Context) error {
	groups, err := s.c.Store.WithoutFacts(ctx)
	if err != nil {
		return err
	}
	for _, id := range groups {
		d, ok, err := s.c.Store.Details(ctx, id)
		if err != nil {
			return err
		}
		if at := s.factsAt(d.Group.Zone, d.certifications()...); ok && !at.IsZero() {
			if err := s.c.Store.PlanFacts(ctx, id, at); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d Details) certifications() (all []string) {
	for _, t := range d.Tracks {
		all = append(all, t.Certification)
	}
	return all
}

// factsHour is when organisers are told of old facts, on a local day: nobody waits
// for it, so it doesn't come at night.
const factsHour = 9

// factsAt is when the first fact about any of these certifications will be older
// than a year, at a decent hour of a zone: now, if one is; zero, if none ever will.
func (s *Service) factsAt(zone string, certifications ...string) (at time.Time) {
	now := s.c.Now()
	for _, id := range certifications {
		c, ok := s.c.Catalogue.Find(id)
		if !ok {
			continue
		}
		day, ok := c.OutdatedFrom()
		if !ok {
			continue
		}
		y, m, d := day.Date()
		then := schedule.Resolve(schedule.WallOf(time.Date(y, m, d, factsHour, 0, 0, 0, time.UTC), time.UTC), Group{Zone: zone}.Location())
		if then.Before(now) {
			then = now
		}
		if at.IsZero() || then.Before(at) {
			at = then
		}
	}
	return at
}

// lookAtFacts tells organisers of facts that have grown old, of each certification
// once a year, and plans when to look again.
func (s *Service) lookAtFacts(ctx context.Context, due schedule.Due) error {
	now := s.c.Now()
	d, ok, err := s.c.Store.Details(ctx, due.Subject)
	if err != nil {
		return err
	}
	if !ok || d.Group.State == Ended { // starting it again plans this anew
		return s.c.Store.TellFacts(ctx, due, nil, time.Time{}, now)
	}
	var notices []Notice
	var next time.Time
	for _, t := range d.Tracks {
		again := s.factsAt(d.Group.Zone, t.Certification)
		if old := s.oldFacts(d, t.ID); len(old) > 0 {
			notices = append(notices, FactsNotice(d.Group.ID, t.Track, len(old)))
			again = now.AddDate(1, 0, 0)
		}
		if next.IsZero() || !again.IsZero() && again.Before(next) {
			next = again
		}
	}
	return s.c.Store.TellFacts(ctx, due, notices, next, now)
}

// oldFacts are the facts about a track's certification that are shown and older
// than a year; none of one that the group doesn't study.
func (s *Service) oldFacts(d Details, track string) []cert.Named {
	t, ok := d.Studies(track)
	if !ok {
		return nil
	}
	c, _ := s.c.Catalogue.Find(t.Certification)
	return c.Outdated(s.today(d.Group.Zone))
}

func (s *Service) factsTitle(d Details, n Notice) bot.Text {
	t, _ := d.Studies(n.Data.Track)
	return bot.Textf("Facts about %s are more than a year old", s.short(t.Certification))
}

// factsCard says which facts are old, where to look, and who can put in newer ones.
func (s *Service) factsCard(c *bot.Card, d Details, n Notice) {
	t, _ := d.Studies(n.Data.Track)
	of, _ := s.c.Catalogue.Find(t.Certification)
	old := s.oldFacts(d, n.Data.Track)
	var where bot.Text
	if of.URL != "" {
		where = bot.Textf("To do: look at %s's own page before anybody relies on them: %s", of.IssuerShort, of.URL)
	}
	c.Tone = bot.Neutral
	c.Body = lines(wordsOldFacts(old), where, wordsNewerFacts)
	c.Controls = rows(primary(bot.Clip("About "+s.short(t.Certification), bot.LimitLabel), PathAbout(t.Certification)), button("Group page", PathGroup(d.Group.ID)))
}

const wordsNewerFacts bot.Text = "Whoever runs this bot's server can put newer ones into the file that CERTIFICATIONS_FILE names. " +
	"Until then each is shown with its date. Nothing in your group changes. I say this once a year."

// wordsOldFacts says how many facts are old, since when, and what they are about.
func wordsOldFacts(old []cert.Named) bot.Text {
	if len(old) == 0 {
		return "They were renewed meanwhile."
	}
	oldest := old[0].Evidence.Checked
	var about []string
	for _, f := range old {
		oldest = min(oldest, f.Evidence.Checked)
		if name := factAbout(f.Path); !slices.Contains(about, name) {
			about = append(about, name)
		}
	}
	day, _ := time.Parse(time.DateOnly, oldest) // the catalogue was checked
	return bot.Textf("%s that I show about it, last checked on %s or soon after: %s.",
		bot.Count(len(old), "fact", "facts"), day.Format("2 Jan 2006"), bot.And(about))
}

// factAbout is what a fact of the catalogue is about, in words.
func factAbout(path string) string {
	first, rest, _ := strings.Cut(path, ".")
	switch first {
	case "fees":
		return "fees"
	case "windows", "deadlines":
		return "windows and deadlines"
	case "eligibility":
		return "who is admitted"
	case "renewal":
		return "renewal"
	case "outlines":
		if strings.HasSuffix(rest, ".areas") || strings.HasSuffix(rest, ".weights") || strings.HasSuffix(rest, ".from") || strings.HasSuffix(rest, ".until") {
			return "the outline"
		}
		return "the exam"
	case "delivery":
		return "the exam"
	}
	return "name and issuer"
}
