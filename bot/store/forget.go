package store

import (
	"context"
	"fmt"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

// channelless is true for a group g that is in no channel that is still there.
const channelless = `NOT EXISTS (SELECT 1 FROM channels c WHERE c.group_id = g.id AND NOT c.gone)`

// planForget has a group forgotten some time after it lost its last channel.
func planForget(ctx context.Context, tx *tx, groupID string, now time.Time) error {
	return insertDue(ctx, tx, group.ForgetDue(groupID, now.Add(group.ForgetAfter)))
}

// PrepareForgetting plans it for groups that lost their last channel before
// anything was planned then; their time begins now.
func (s *Store) PrepareForgetting(ctx context.Context, now time.Time) error {
	groups, err := list(ctx, s.read(ctx), column[string], `SELECT g.id FROM groups g WHERE `+channelless+`
		AND NOT EXISTS (SELECT 1 FROM due d WHERE d.kind = $1 AND d.subject = g.id) ORDER BY g.id`, group.KindForget)
	for _, id := range groups {
		if err == nil {
			err = s.write(ctx, func(ctx context.Context, tx *tx) error { return planForget(ctx, tx, id, now) })
		}
	}
	return wrap("plan to forget groups", err)
}

// The rows of a group that others refer to, by the group $1.
const (
	groupTracks   = `SELECT id FROM tracks WHERE group_id = $1`
	groupRounds   = `SELECT id FROM rounds WHERE group_id = $1`
	groupSessions = `SELECT id FROM sessions WHERE group_id = $1`
	groupLives    = `SELECT id FROM live_rounds WHERE group_id = $1`
	groupSeasons  = `SELECT id FROM seasons WHERE group_id = $1`
	groupMatches  = `SELECT id FROM matches WHERE host_group = $1 OR guest_group = $1`
)

// forgetting is what goes with a group, what refers to something before it. A
// match goes for both of its groups: half of one tells nothing.
func forgetting() []string {
	return []string{
		`UPDATE deliveries SET state = 'skipped', reason = 'the other group is no more' WHERE state IN ('waiting', 'parked')
			AND EXISTS (SELECT 1 FROM matches m WHERE (m.host_group = $1 OR m.guest_group = $1) AND substr(deliveries.ref, 1, length(m.id) + 1) = m.id || '/')`,
		`UPDATE deliveries SET wanted = shown WHERE state = 'sent' AND shown < wanted
			AND EXISTS (SELECT 1 FROM matches m WHERE (m.host_group = $1 OR m.guest_group = $1) AND substr(deliveries.ref, 1, length(m.id) + 1) = m.id || '/')`,
		`DELETE FROM due WHERE subject = $1 OR lane = 'group/' || $1 OR lane = 'notice/' || $1
			OR subject IN (SELECT id FROM schedules WHERE group_id = $1) OR subject IN (` + groupRounds + `) OR subject IN (` + groupSessions + `)
			OR subject IN (` + groupLives + `) OR subject IN (` + groupSeasons + `) OR subject IN (` + groupMatches + `)
			OR subject IN (SELECT id FROM notices WHERE group_id = $1) OR subject IN (SELECT id FROM offers WHERE group_id = $1)`,
		`DELETE FROM match_players WHERE match_id IN (` + groupMatches + `)`,
		`DELETE FROM match_items WHERE match_id IN (` + groupMatches + `)`,
		`DELETE FROM matches WHERE host_group = $1 OR guest_group = $1`,
		`DELETE FROM match_codes WHERE group_id = $1`,
		`DELETE FROM match_tries WHERE group_id = $1`,
		`DELETE FROM live_answers WHERE live_id IN (` + groupLives + `)`,
		`DELETE FROM live_players WHERE live_id IN (` + groupLives + `)`,
		`DELETE FROM live_questions WHERE live_id IN (` + groupLives + `)`,
		`DELETE FROM live_rounds WHERE group_id = $1`,
		`DELETE FROM mock_items WHERE session_id IN (` + groupSessions + `)`,
		`DELETE FROM mocks WHERE session_id IN (` + groupSessions + `)`,
		`DELETE FROM session_items WHERE session_id IN (` + groupSessions + `)`,
		`DELETE FROM answers WHERE group_id = $1`,
		`DELETE FROM sessions WHERE group_id = $1`,
		`DELETE FROM earnings WHERE group_id = $1`,
		`DELETE FROM memories WHERE track_id IN (` + groupTracks + `)`,
		`DELETE FROM memory_marks WHERE track_id IN (` + groupTracks + `)`,
		`DELETE FROM standings WHERE track_id IN (` + groupTracks + `)`,
		`DELETE FROM week_points WHERE track_id IN (` + groupTracks + `)`,
		`DELETE FROM themes WHERE track_id IN (` + groupTracks + `)`,
		`DELETE FROM muted WHERE track_id IN (` + groupTracks + `)`,
		`DELETE FROM deadlines WHERE track_id IN (` + groupTracks + `)`,
		`DELETE FROM calendar_posts WHERE group_id = $1`,
		`DELETE FROM calendar_steps WHERE group_id = $1`,
		`DELETE FROM threads WHERE group_id = $1`,
		`DELETE FROM rounds WHERE group_id = $1`,
		`DELETE FROM deliveries WHERE group_id = $1`,
		`DELETE FROM season_votes WHERE season_id IN (` + groupSeasons + `)`,
		`DELETE FROM seasons WHERE group_id = $1`,
		`DELETE FROM notices WHERE group_id = $1`,
		`DELETE FROM offers WHERE group_id = $1`,
		`DELETE FROM invites WHERE group_id = $1`,
		`DELETE FROM reports WHERE check_id IN (SELECT id FROM checks WHERE group_id = $1)`,
		`DELETE FROM decisions WHERE check_id IN (SELECT id FROM checks WHERE group_id = $1)`,
		`DELETE FROM checks WHERE group_id = $1`,
		`DELETE FROM overrides WHERE group_id = $1`,
		`DELETE FROM suggestion_readers WHERE suggestion_id IN (SELECT id FROM suggestions WHERE group_id = $1)`,
		`DELETE FROM item_versions WHERE item_id IN (SELECT 'own.' || id FROM suggestions WHERE group_id = $1)`,
		`DELETE FROM suggestions WHERE group_id = $1`,
		`DELETE FROM imports WHERE group_id = $1`,
		`DELETE FROM skip_days WHERE group_id = $1`,
		`DELETE FROM habits WHERE group_id = $1`,
		`DELETE FROM weeks WHERE group_id = $1`,
		`DELETE FROM channels WHERE group_id = $1`,
		`DELETE FROM schedules WHERE group_id = $1`,
		`DELETE FROM tracks WHERE group_id = $1`,
		`DELETE FROM exam_shares WHERE group_id = $1`,
		`DELETE FROM calendars WHERE group_id = $1`,
		`DELETE FROM congratulations WHERE group_id = $1`,
		`DELETE FROM passes WHERE group_id = $1`,
		`DELETE FROM news WHERE group_id = $1`,
		`DELETE FROM memberships WHERE group_id = $1`,
		`DELETE FROM setups WHERE id = $1`,
		`UPDATE accounts SET group_id = '' WHERE group_id = $1`,
		`DELETE FROM groups WHERE id = $1`,
	}
}

// ForgetGroup implements [group.Store].
func (s *Store) ForgetGroup(ctx context.Context, d schedule.Due, now time.Time) error {
	return wrap("forget group", s.write(ctx, func(ctx context.Context, tx *tx) error {
		members, err := list(ctx, tx, column[string], `SELECT member_id FROM memberships WHERE group_id = $1 ORDER BY member_id`, d.Subject)
		if err != nil {
			return err
		}
		if _, err := s.holdMembers(ctx, tx, members...); err != nil {
			return err
		}
		if _, err := lockGroup(ctx, tx, d.Subject); err != nil {
			return err
		}
		if err := takeDue(ctx, tx, d, now); err != nil {
			return err
		}
		var id string
		gone, err := found(tx.row(ctx, `SELECT g.id FROM groups g WHERE g.id = $1 AND `+channelless, d.Subject).scan(&id))
		if err != nil || !gone {
			return err
		}
		for _, text := range forgetting() {
			if _, err := tx.exec(ctx, text, d.Subject); err != nil {
				return fmt.Errorf("%.40s: %w", text, err)
			}
		}
		for _, member := range members {
			if err := s.forgetMember(ctx, tx, member, now); err != nil {
				return err
			}
		}
		return nil
	}))
}

// forgetMember erases somebody who is in no group any more. It isn't listed
// among the erasures: a restored backup has the group and forgets it again.
func (s *Store) forgetMember(ctx context.Context, tx *tx, member string, now time.Time) error {
	left, err := list(ctx, tx, column[string], groupsOf, member)
	if err != nil || len(left) > 0 {
		return err
	}
	e := group.Erasure{Member: member, Now: now}
	if e.Accounts, err = list(ctx, tx, column[bot.UserID], `SELECT id FROM accounts WHERE member_id = $1 ORDER BY id`, member); err != nil {
		return err
	}
	for _, r := range s.Records() {
		if err := r.Erase(ctx, e); err != nil {
			return err
		}
	}
	if err := dropSetups(ctx, tx, e.Accounts); err != nil {
		return err
	}
	for _, text := range []string{`DELETE FROM accounts WHERE member_id = $1`, `DELETE FROM members WHERE id = $1`} {
		if _, err := tx.exec(ctx, text, member); err != nil {
			return err
		}
	}
	return nil
}
