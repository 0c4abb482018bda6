package store

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
)

// Discussing implements [practice.DiscussStore].
func (s *Store) Discussing(ctx context.Context, groupID string) (when group.Discuss, mentors int, err error) {
	err = s.read(ctx).row(ctx, `SELECT COALESCE((SELECT discuss FROM habits WHERE group_id = $1), ''),
		(SELECT COUNT(*) FROM memberships WHERE group_id = $1 AND (hidden OR mentor) AND mentor)`, groupID).scan(&when, &mentors)
	return when, mentors, wrap("read discussions", err)
}

// Posts implements [practice.DiscussStore].
func (s *Store) Posts(ctx context.Context, roundID string, first bot.ChannelID) ([]practice.Post, error) {
	posts, err := list(ctx, s.read(ctx), func(scan scanner) (p practice.Post, err error) {
		err = scan(&p.Message, &p.Thread)
		return p, err
	}, `SELECT d.message, COALESCE(t.channel, '') FROM deliveries d LEFT JOIN threads t ON t.round_id = d.ref AND t.post = d.message
		WHERE d.ref = $1 AND d.kind = 'question' AND d.state = 'sent'
		ORDER BY CASE WHEN d.target = $2 OR t.channel = $2 THEN 0 ELSE 1 END, d.id`, roundID, string(first))
	return posts, wrap("read posts of round", err)
}

// KeepThread implements [practice.DiscussStore].
func (s *Store) KeepThread(ctx context.Context, roundID string, p practice.Post, line schedule.Delivery) error {
	return wrap("keep thread", s.write(ctx, func(ctx context.Context, tx *tx) error {
		n, err := tx.exec(ctx, `INSERT INTO threads (round_id, group_id, post, channel) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			roundID, line.Group, string(p.Message), string(p.Thread))
		if err != nil || n == 0 {
			return err
		}
		return insertDeliveries(ctx, tx, line)
	}))
}

// AskMentors implements [practice.DiscussStore].
func (s *Store) AskMentors(ctx context.Context, roundID string, p practice.Post, line schedule.Delivery, now time.Time) (first bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		n, err := tx.exec(ctx, `UPDATE threads SET asked_at = $3 WHERE round_id = $1 AND post = $2 AND asked_at = 0`,
			roundID, string(p.Message), millis(now))
		if first = n == 1; err != nil || !first {
			return err
		}
		return insertDeliveries(ctx, tx, line)
	})
	return first && err == nil, wrap("ask mentors", err)
}

// EndDiscuss implements [practice.DiscussStore].
func (s *Store) EndDiscuss(ctx context.Context, d schedule.Due, now time.Time) error {
	return wrap("open threads", s.write(ctx, func(ctx context.Context, tx *tx) error { return takeDue(ctx, tx, d, now) }))
}

// afterClosing does what follows when a question that was posted has closed.
func afterClosing(ctx context.Context, tx *tx, roundID, groupID string, answered bool, now time.Time) error {
	if err := planDiscuss(ctx, tx, roundID, groupID, now); err != nil {
		return err
	}
	return countSilence(ctx, tx, groupID, answered, now)
}

// planDiscuss makes it due to open the threads of a round that closes, in a
// group that always has them.
func planDiscuss(ctx context.Context, tx *tx, roundID, groupID string, now time.Time) error {
	var when group.Discuss
	if ok, err := found(tx.row(ctx, `SELECT discuss FROM habits WHERE group_id = $1`, groupID).scan(&when)); err != nil || !ok || when != group.AlwaysDiscuss {
		return err
	}
	return insertDue(ctx, tx, schedule.Due{Kind: practice.KindDiscuss, Subject: roundID, Occurrence: "open", Lane: "discuss/" + groupID,
		Rank: schedule.RankOther, At: now, Until: now.Add(schedule.DefaultCatchUp)})
}

// Mentoring implements [practice.DiscussStore].
func (s *Store) Mentoring(ctx context.Context, groupID, memberID string) (mentor bool, err error) {
	_, err = found(s.read(ctx).row(ctx, `SELECT mentor FROM memberships WHERE group_id = $1 AND member_id = $2`, groupID, memberID).scan(&mentor))
	return mentor, wrap("read mentor", err)
}

// SetMentor implements [practice.DiscussStore].
func (s *Store) SetMentor(ctx context.Context, groupID, memberID string, mentor bool) error {
	_, err := s.change(ctx, `UPDATE memberships SET mentor = $3 WHERE group_id = $1 AND member_id = $2`, groupID, memberID, mentor)
	return wrap("set mentor", err)
}
