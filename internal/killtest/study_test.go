package killtest

import (
	"cmp"
	"fmt"
	"log/slog"
	"time"

	"studyhall/adapters/discord/discordtest"
	"studyhall/adapters/slack/slacktest"
	"studyhall/bot"
	"studyhall/bot/cert"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
	"studyhall/bot/store"
)

// study is a group that asks a question every three hours, in a zone whose clocks
// are never changed, so that what is due is plain arithmetic.
type study struct {
	id     string
	zone   string
	offset time.Duration // of the zone
	hour   int           // of the first question of the day, below 3
	minute int
	places []*place
}

// place is a channel of a group, on one platform.
type place struct {
	study   *study
	town    *town
	id      string // as the platform says it
	channel bot.ChannelID
	slack   *slacktest.Channel
	discord *discordtest.Channel
	where   bot.SpaceID
}

func (p *place) String() string {
	if p.slack != nil {
		return p.study.id + " on Slack"
	}
	return p.study.id + " on Discord"
}

// fixed are zones that keep one offset from UTC, in minutes.
var fixed = []struct {
	name    string
	minutes int
}{
	{"Asia/Kolkata", 330}, {"America/Phoenix", -420}, {"Asia/Tokyo", 540}, {"Africa/Lagos", 60},
	{"Asia/Kathmandu", 345}, {"America/Bogota", -300}, {"Africa/Abidjan", 0}, {"Australia/Brisbane", 600},
}

func (g *study) expr() string { return fmt.Sprintf("%d %d-23/3 * * *", g.minute, g.hour) }

// due are the instants in a stretch of time, its end included, at which the group
// asks a question.
func (g *study) due(s span) (all []time.Time) {
	const every = 3 * time.Hour
	midnight := s.from.UTC().Add(g.offset).Truncate(24 * time.Hour).Add(-g.offset) // in the group's zone
	first := midnight.Add(time.Duration(g.hour)*time.Hour + time.Duration(g.minute)*time.Minute)
	for at := first; !at.After(s.to); at = at.Add(every) {
		if at.After(s.from) {
			all = append(all, at)
		}
	}
	return all
}

// owed are the questions that the group was owed by an instant. Of those that fell
// due while nobody ran only the newest is: the others are recorded as left out.
func (w *world) owed(g *study, by time.Time) (all []time.Time) {
	all = g.due(span{w.began, by})
	for _, gap := range w.gaps {
		missed := g.due(gap)
		if len(missed) < 2 {
			continue
		}
		kept := all[:0:0]
		for _, at := range all {
			if !at.After(gap.from) || at.After(gap.to) || at.Equal(missed[len(missed)-1]) {
				kept = append(kept, at)
			}
		}
		all = kept
	}
	return all
}

// wall is an instant as the group's schedule names it.
func (g *study) wall(at time.Time) string { return at.UTC().Add(g.offset).Format("2006-01-02T15:04") }

// settle makes channels and groups: of three one is on Slack, one on Discord, and
// one on both. The groups are in the database before the program runs under fire.
func (w *world) settle(groups int) {
	w.t.Helper()
	catalogue, err := cert.Load()
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := store.Open(w.t.Context(), slog.New(slog.DiscardHandler), w.database, store.Options{Real: w.now, Catalogue: catalogue})
	if err != nil {
		w.t.Fatal(err)
	}
	for n := range groups {
		zone := fixed[n%len(fixed)]
		g := &study{id: fmt.Sprintf("g%d", n), zone: zone.name, offset: time.Duration(zone.minutes) * time.Minute, hour: n % 3, minute: n / 3 % 4 * 15}
		in := w.towns[n/perTown]
		if n/3%3 != 1 {
			c := in.work.Channel(g.id)
			c.Join(in.slack...)
			c.Invite()
			w.add(g, &place{study: g, town: in, id: c.ID, slack: c, channel: bot.ChannelID("slack:" + in.work.ID + "/" + c.ID), where: bot.SpaceID("slack:" + in.work.ID)})
		}
		if n/3%3 != 0 {
			c := in.guild.Channel(g.id)
			w.add(g, &place{study: g, town: in, id: c.ID, discord: c, channel: bot.ChannelID("discord:" + c.ID), where: bot.SpaceID("discord:" + in.guild.ID)})
		}
		w.groups = append(w.groups, g)
		w.found(s, catalogue, g, n)
	}
	if err := s.Close(); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) add(g *study, p *place) {
	g.places = append(g.places, p)
	w.places[p.id] = p
}

// found starts a group. Of four one has its questions pinned.
func (w *world) found(s *store.Store, catalogue cert.Catalogue, g *study, n int) {
	w.t.Helper()
	ctx, now, first := w.t.Context(), w.began, g.places[0]
	c, _ := catalogue.Find("cbet")
	setup := group.Setup{
		ID: g.id, User: w.organiser(g), Name: "Organiser", Space: first.where, Channel: first.channel, GroupName: "Group " + g.id,
		Certification: c.ID, Outline: c.Current(now).ID, Expr: g.expr(), Zone: g.zone, StaysOpen: group.UntilNext, CreatedAt: now,
	}
	outcome, err := s.StartGroup(ctx, group.Start{
		Setup: setup, Member: g.id + "m", Track: g.id + "t", Schedule: g.id + "s", Now: now,
		Welcome: schedule.Delivery{Key: g.id + "w", Kind: group.KindWelcome, Ref: g.id, Group: g.id, Target: string(first.channel), Rank: schedule.RankSumUp, At: now},
	})
	if err != nil || outcome != group.Started {
		w.t.Fatalf("group %s not started: %v, %v", g.id, outcome, err)
	}
	for _, p := range g.places[1:] {
		if outcome, err := s.BindChannel(ctx, g.id, group.Channel{ID: p.channel, Space: p.where}, now); err != nil || outcome != group.Bound {
			w.t.Fatalf("%s not bound: %v, %v", p, outcome, err)
		}
	}
	if n%4 == 0 {
		if err := s.ChangeHabits(ctx, g.id, func(h *group.Habits) { h.Pin = true }, now); err != nil {
			w.t.Fatal(err)
		}
	}
}

// organiser is the account of who starts a group: everybody organises some.
func (w *world) organiser(g *study) bot.UserID {
	var n int
	fmt.Sscanf(g.id, "g%d", &n)
	return g.places[0].account(n % crowded)
}

// account is that of the n-th of the people there.
func (p *place) account(n int) bot.UserID {
	if p.slack != nil {
		return bot.UserID("slack:" + p.town.work.ID + "/" + p.town.slack[n].ID)
	}
	return bot.UserID("discord:" + p.town.discord[n].ID)
}

// next is the first quarter of an hour after now.
func (w *world) next() time.Time { return w.domain().Truncate(15 * time.Minute).Add(15 * time.Minute) }

// missing says what is not there that groups were owed by an instant: of all of
// them, or of those that fall due again in a stretch of time.
func (w *world) missing(by time.Time, again *span) (all []string) {
	for _, g := range w.groups {
		if again != nil && len(g.due(*again)) == 0 {
			continue
		}
		owed, early := len(w.owed(g, by)), len(w.owed(g, by.Add(wrongClock)))
		for _, p := range g.places {
			// Somebody whose clock was ahead may have posted one before its time.
			if there := w.board.questions(p); there < owed || there > max(owed, early) {
				all = append(all, fmt.Sprintf("%s has %d of %d questions", p, there, owed))
			}
		}
	}
	return all
}

// spread is a number that a few things always give.
func spread(seed uint64, parts ...any) int {
	h := seed*0x9E3779B97F4A7C15 + 1
	for _, b := range []byte(fmt.Sprintln(parts...)) {
		h = (h ^ uint64(b)) * 0x100000001B3
		h ^= h >> 29
	}
	return int(cmp.Or(h>>33, 1))
}
