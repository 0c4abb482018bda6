package group

import (
	"context"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/schedule"
)

const (
	// KindForget forgets a group that is in no channel any more; its subject is
	// the group.
	KindForget = "forget"
	// ForgetAfter is for how long a group is kept that has lost its last channel:
	// a term's break, or the time until somebody invites the bot again.
	ForgetAfter = 90 * 24 * time.Hour
)

const wordsForgotten bot.Text = "Without a channel, everything about the group is erased after 90 days."

// ForgetDue is when a group without a channel is forgotten. A channel takes it back.
func ForgetDue(group string, at time.Time) schedule.Due {
	return schedule.Due{Kind: KindForget, Subject: group, Occurrence: "gone", Lane: "notice/" + group, Rank: schedule.RankOther, At: at}
}

// forget erases what is known of a group, and of people who are in no other. A
// platform tells a program that doesn't run neither that the bot was invited
// again nor later that it was: so first it is asked, and without an answer
// nothing is erased.
func (s *Service) forget(ctx context.Context, d schedule.Due) error {
	g, ok, err := s.c.Store.Details(ctx, d.Subject)
	if err != nil {
		return err
	}
	for _, c := range g.Channels {
		if !ok || !s.c.Bot.CanCheck(c.ID) {
			continue
		}
		there, err := s.there(ctx, c.ID)
		if err != nil {
			return err
		}
		if there {
			return s.c.Store.ChannelBack(ctx, c.ID, s.c.Now())
		}
	}
	return s.c.Store.ForgetGroup(ctx, d, s.c.Now())
}

// wordsIfLeft says what happens to a group without a channel; "" for one that has one.
func wordsIfLeft(d Details) bot.Text {
	if slices.ContainsFunc(d.Channels, func(c Channel) bool { return !c.Gone }) {
		return ""
	}
	return wordsForgotten
}
