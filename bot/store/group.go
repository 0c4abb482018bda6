package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

var _ group.Store = (*Store)(nil)

const groupColumns = `g.id, g.name, g.zone, g.state, g.pause, g.stays_open, g.silent_limit, g.silent, g.pictures, g.created_at, g.started_at`

func readGroup(scan scanner, more ...any) (g group.Group, err error) {
	var created, started int64
	err = scan(append([]any{&g.ID, &g.Name, &g.Zone, &g.State, &g.Pause, &g.StaysOpen, &g.SilentLimit, &g.Silent, &g.Pictures, &created, &started}, more...)...)
	g.CreatedAt, g.StartedAt = instant(created), instant(started)
	return g, err
}

// nameIn is what a member is called in a group: each has its own name for
// somebody who linked accounts, and shows no other.
const nameIn = `CASE WHEN COALESCE(ms.name, '') = '' THEN m.name ELSE ms.name END`

const membershipQuery = `SELECT ` + groupColumns + `, m.id, ` + nameIn + `, ms.role, ms.joined_at,
		(SELECT COUNT(*) FROM answers x WHERE x.member_id = m.id AND x.group_id = ms.group_id),
		a.gone_at, a.group_id
	FROM accounts a
	JOIN memberships ms ON ms.member_id = a.member_id
	JOIN members m ON m.id = a.member_id
	JOIN groups g ON g.id = ms.group_id
	WHERE a.id = $1`

func readMembership(scan scanner) (m group.Membership, err error) {
	var joined, gone int64
	var preferred string
	m.Group, err = readGroup(scan, &m.Member.ID, &m.Member.Name, &m.Member.Role, &joined, &m.Member.Answered, &gone, &preferred)
	m.Member.Group, m.Member.JoinedAt = m.Group.ID, instant(joined)
	m.Closed, m.Preferred = gone > 0, preferred == m.Group.ID
	return m, err
}

// SetPictures implements [group.Store].
func (s *Store) SetPictures(ctx context.Context, groupID string, p group.Pictures) error {
	return wrap("set pictures", s.write(ctx, func(ctx context.Context, tx *tx) error {
		_, err := tx.exec(ctx, `UPDATE groups SET pictures = $2 WHERE id = $1`, groupID, string(p))
		return err
	}))
}

// Pictures implements [board.Store].
func (s *Store) Pictures(ctx context.Context, groupID string) (p group.Pictures, err error) {
	err = s.read(ctx).row(ctx, `SELECT pictures FROM groups WHERE id = $1`, groupID).scan(&p)
	return p, wrap("read pictures", err)
}

// Membership implements [group.Store].
func (s *Store) Membership(ctx context.Context, account bot.UserID, groupID string) (group.Membership, bool, error) {
	m, err := readMembership(s.read(ctx).row(ctx, membershipQuery+` AND ms.group_id = $2`, string(account), groupID).scan)
	ok, err := found(err)
	return m, ok, wrap("read membership", err)
}

// Memberships implements [group.Store].
func (s *Store) Memberships(ctx context.Context, account bot.UserID) ([]group.Membership, error) {
	all, err := list(ctx, s.read(ctx), readMembership, membershipQuery, string(account))
	return all, wrap("read memberships", err)
}

// JoinGroup implements [group.Store].
func (s *Store) JoinGroup(ctx context.Context, j group.Joining) (m group.Membership, ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		ok = false
		var bound string
		found, err := found(tx.row(ctx, `SELECT group_id FROM channels WHERE id = $1`, string(j.Channel)).scan(&bound))
		if err != nil || !found || bound != j.Group {
			return err
		}
		member, err := ensureAccount(ctx, tx, j)
		if err != nil {
			return err
		}
		n, err := tx.exec(ctx, `INSERT INTO memberships (group_id, member_id, role, joined_at, name) VALUES ($1, $2, 'member', $3, $4)
			ON CONFLICT DO NOTHING`, j.Group, member, millis(j.Now), j.Name)
		if err != nil {
			return err
		}
		m, err = readMembership(tx.row(ctx, membershipQuery+` AND ms.group_id = $2`, string(j.Account), j.Group).scan)
		m.Member.New, ok = n == 1, err == nil
		return err
	})
	return m, ok && err == nil, wrap("join group", err)
}

// ensureAccount is the member an account belongs to, made if need be. Of two
// that make one at once, the second gets the first one's.
func ensureAccount(ctx context.Context, tx *tx, j group.Joining) (member string, err error) {
	ok, err := found(tx.row(ctx, `SELECT member_id FROM accounts WHERE id = $1`, string(j.Account)).scan(&member))
	if ok || err != nil {
		return member, err
	}
	if _, err := tx.exec(ctx, `INSERT INTO members (id, name, created_at) VALUES ($1, $2, $3)`, j.Member, j.Name, millis(j.Now)); err != nil {
		return "", err
	}
	n, err := tx.exec(ctx, `INSERT INTO accounts (id, member_id, space_id, zone, name) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		string(j.Account), j.Member, string(j.Space), j.Zone, j.Name)
	if err != nil || n == 1 {
		return j.Member, err
	}
	if _, err := tx.exec(ctx, `DELETE FROM members WHERE id = $1`, j.Member); err != nil {
		return "", err
	}
	err = tx.row(ctx, `SELECT member_id FROM accounts WHERE id = $1`, string(j.Account)).scan(&member)
	return member, err
}

// Prefer implements [group.Store].
func (s *Store) Prefer(ctx context.Context, account bot.UserID, groupID string) error {
	_, err := s.change(ctx, `UPDATE accounts SET group_id = $2 WHERE id = $1`, string(account), groupID)
	return wrap("prefer group", err)
}

// AccountSeen implements [group.Store].
func (s *Store) AccountSeen(ctx context.Context, account bot.UserID, open bool, now time.Time) error {
	gone := millis(now)
	if open {
		gone = 0
	}
	return wrap("record account", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := tx.exec(ctx, `UPDATE accounts SET gone_at = $2, checked_at = $3 WHERE id = $1`, string(account), gone, millis(now)); err != nil || !open {
			return err
		}
		_, err := tx.exec(ctx, `UPDATE offers SET state = 'ended' WHERE state = 'open' AND kind = 'takeover'
			AND group_id IN (SELECT o.group_id FROM memberships o JOIN accounts a ON a.member_id = o.member_id
				WHERE a.id = $1 AND o.role = 'organiser')`, string(account))
		return err
	}))
}

// GroupIn implements [group.Store].
func (s *Store) GroupIn(ctx context.Context, ch bot.ChannelID) (group.Group, bool, error) {
	g, err := readGroup(s.read(ctx).row(ctx, `SELECT `+groupColumns+` FROM channels c JOIN groups g ON g.id = c.group_id WHERE c.id = $1`, string(ch)).scan)
	ok, err := found(err)
	return g, ok, wrap("read group of channel", err)
}

// Details implements [group.Store].
func (s *Store) Details(ctx context.Context, groupID string) (d group.Details, ok bool, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		d, ok, err = details(ctx, q, groupID)
		return err
	})
	return d, ok && err == nil, wrap("read group", err)
}

func details(ctx context.Context, q querier, groupID string) (d group.Details, ok bool, err error) {
	d.Group, err = readGroup(q.row(ctx, `SELECT `+groupColumns+` FROM groups g WHERE g.id = $1`, groupID).scan)
	if ok, err = found(err); err != nil || !ok {
		return d, false, err
	}
	if d.Habits, d.SkipDays, err = readHabits(ctx, q, groupID); err != nil {
		return d, false, err
	}
	// A group whose set-up is not finished studies nothing yet.
	if d.Tracks, err = studied(ctx, q, d.Group); err != nil || len(d.Tracks) == 0 {
		return d, false, err
	}
	for n := range d.Tracks {
		d.Tracks[n].Schedule.Without = d.Habits.RestDays(d.Tracks[n].WindowTo, d.SkipDays)
	}
	if d.Channels, err = channels(ctx, q, groupID); err != nil {
		return d, false, err
	}
	d.Organisers, err = organisers(ctx, q, groupID)
	return d, err == nil, err
}

// channels reads a group's channels, oldest first.
func channels(ctx context.Context, q querier, groupID string) ([]group.Channel, error) {
	return list(ctx, q, func(scan scanner) (c group.Channel, err error) {
		var muted string
		err = scan(&c.ID, &c.Space, &c.Gone, &c.Guest, &muted)
		if c.Muted = strings.Fields(muted); len(c.Muted) == 0 {
			c.Muted = nil
		}
		slices.Sort(c.Muted)
		return c, err
	}, `SELECT c.id, c.space_id, c.gone, c.guest, (SELECT COALESCE(string_agg(m.track_id, ' '), '') FROM muted m WHERE m.channel_id = c.id)
		FROM channels c WHERE c.group_id = $1 ORDER BY c.bound_at, c.id`, groupID)
}

// organisers reads who organises a group, by name, with their accounts.
func organisers(ctx context.Context, q querier, groupID string) ([]group.Person, error) {
	type row struct {
		person  group.Person
		account group.Account
	}
	all, err := list(ctx, q, func(scan scanner) (r row, err error) {
		var gone, checked int64
		err = scan(&r.person.Member, &r.person.Name, &r.account.ID, &gone, &checked)
		r.account.Closed, r.account.Checked = gone > 0, instant(checked)
		return r, err
	}, `SELECT m.id, `+nameIn+`, a.id, a.gone_at, a.checked_at
		FROM memberships ms JOIN members m ON m.id = ms.member_id JOIN accounts a ON a.member_id = ms.member_id
		WHERE ms.group_id = $1 AND ms.role = 'organiser' ORDER BY m.id, a.id`, groupID)
	if err != nil {
		return nil, err
	}
	var people []group.Person
	for _, r := range all {
		if n := len(people); n == 0 || people[n-1].Member != r.person.Member {
			people = append(people, r.person)
		}
		last := &people[len(people)-1]
		last.Accounts = append(last.Accounts, r.account)
	}
	slices.SortFunc(people, func(a, b group.Person) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Member, b.Member))
	})
	return people, nil
}

// lockGroup makes the transactions that change a group follow one another, so
// that each sees what those before it did. It reports the group's state, "" for
// a group that is not there.
func lockGroup(ctx context.Context, tx *tx, groupID string) (state group.State, err error) {
	_, err = found(tx.row(ctx, `UPDATE groups SET name = name WHERE id = $1 RETURNING state`, groupID).scan(&state))
	return state, err
}
