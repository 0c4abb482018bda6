package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
)

// forUpdate ends a query for rows to which nothing may refer anew, and which
// nobody else may change, before the transaction ends. On SQLite there is only
// one that writes.
func (s *Store) forUpdate() string {
	if s.engine == enginePostgres {
		return " FOR UPDATE"
	}
	return ""
}

// groupsOf are the groups in which a member is or has left something.
const groupsOf = `SELECT group_id FROM memberships WHERE member_id = $1 UNION SELECT group_id FROM answers WHERE member_id = $1
	UNION SELECT group_id FROM sessions WHERE member_id = $1 UNION SELECT group_id FROM earnings WHERE member_id = $1
	UNION SELECT l.group_id FROM live_players p JOIN live_rounds l ON l.id = p.live_id WHERE p.member_id = $1`

// countedOf are those of them whose totals have something of the member.
const countedOf = `SELECT group_id FROM answers WHERE member_id = $1 UNION SELECT group_id FROM sessions WHERE member_id = $1
	UNION SELECT group_id FROM earnings WHERE member_id = $1
	UNION SELECT l.group_id FROM live_answers a JOIN live_rounds l ON l.id = a.live_id WHERE a.member_id = $1`

// holdMembers locks the groups of members, the live rounds under way there that
// they take part in, and then the members themselves, so that nothing of theirs
// changes before the transaction ends. It returns the
// groups of each. A group that a member joins meanwhile makes it begin again.
func (s *Store) holdMembers(ctx context.Context, tx *tx, members ...string) (groups map[string][]string, err error) {
	slices.Sort(members)
	read := func() (all []string, err error) {
		groups = map[string][]string{}
		for _, m := range members {
			if groups[m], err = list(ctx, tx, column[string], groupsOf, m); err != nil {
				return nil, err
			}
			all = append(all, groups[m]...)
		}
		slices.Sort(all)
		return slices.Compact(all), nil
	}
	all, err := read()
	if err != nil {
		return nil, err
	}
	for _, id := range all {
		if _, err := lockGroup(ctx, tx, id); err != nil {
			return nil, err
		}
	}
	for _, m := range members {
		// A press there holds the live round first, too, and then the member.
		if _, err := tx.exec(ctx, `UPDATE live_rounds SET place = place WHERE state = 'open'
			AND id IN (SELECT p.live_id FROM live_players p WHERE p.member_id = $1)`, m); err != nil {
			return nil, err
		}
	}
	for _, m := range members {
		var id string
		if _, err := found(tx.row(ctx, `SELECT id FROM members WHERE id = $1`+s.forUpdate(), m).scan(&id)); err != nil {
			return nil, err
		}
	}
	again, err := read()
	if err != nil {
		return nil, err
	}
	for _, id := range again {
		if !slices.Contains(all, id) {
			if _, err := lockGroup(ctx, tx, id); err != nil {
				return nil, err
			}
		}
	}
	return groups, nil
}

// Holdings implements [group.Store].
func (s *Store) Holdings(ctx context.Context, account bot.UserID) (h group.Holdings, ok bool, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		if ok, err = found(q.row(ctx, `SELECT member_id FROM accounts WHERE id = $1`, string(account)).scan(&h.Member)); !ok || err != nil {
			return err
		}
		if h.Accounts, err = list(ctx, q, func(scan scanner) (a group.OwnAccount, err error) {
			err = scan(&a.ID, &a.Name)
			return a, err
		}, `SELECT id, name FROM accounts WHERE member_id = $1 ORDER BY id`, h.Member); err != nil {
			return err
		}
		h.Groups, err = list(ctx, q, func(scan scanner) (g group.OwnGroup, err error) {
			err = scan(&g.Name, &g.OnlyOrganiser)
			return g, err
		}, `SELECT g.name, ms.role = 'organiser' AND g.state <> 'ended' AND NOT EXISTS (SELECT 1 FROM memberships o
				WHERE o.group_id = ms.group_id AND o.role = 'organiser' AND o.member_id <> ms.member_id)
			FROM memberships ms JOIN groups g ON g.id = ms.group_id WHERE ms.member_id = $1 ORDER BY g.id`, h.Member)
		if err != nil {
			return err
		}
		return q.row(ctx, `SELECT COUNT(*) FROM answers WHERE member_id = $1`, h.Member).scan(&h.Answers)
	})
	return h, ok && err == nil, wrap("read what is kept about a person", err)
}

// EraseMember implements [group.Store].
func (s *Store) EraseMember(ctx context.Context, o group.Erasing) (erased bool, err error) {
	var entries []string // new ones
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		erased, entries = false, nil
		var member string
		ok, err := found(tx.row(ctx, `SELECT member_id FROM accounts WHERE id = $1`, string(o.Account)).scan(&member))
		if err != nil {
			return err
		}
		if ok {
			if entries, err = s.eraseMember(ctx, tx, member, o); err != nil {
				return err
			}
			erased = len(entries) > 0
		}
		note := entries
		if o.Entry != "" { // it is listed, and this database had missed it
			entries, note = nil, []string{o.Entry}
		}
		for _, e := range note {
			if _, err := tx.exec(ctx, `INSERT INTO erasures (entry) VALUES ($1) ON CONFLICT DO NOTHING`, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, wrap("erase a person", err)
	}
	// The database has it; should the list not be writable, the next start adds it.
	if err := s.keepErasures(entries); err != nil {
		s.log.Error("list of erasures not written", "err", err)
	}
	return erased, nil
}

func (s *Store) eraseMember(ctx context.Context, tx *tx, member string, o group.Erasing) (entries []string, err error) {
	groups, err := s.holdMembers(ctx, tx, member)
	if err != nil {
		return nil, err
	}
	e := group.Erasure{Member: member, Former: map[string]string{}, Now: o.Now}
	if e.Accounts, err = list(ctx, tx, column[bot.UserID], `SELECT id FROM accounts WHERE member_id = $1 ORDER BY id`, member); err != nil {
		return nil, err
	}
	if !slices.Contains(e.Accounts, o.Account) {
		return nil, nil // another transaction was faster
	}
	if err := endSessionsOf(ctx, tx, member, o.Now); err != nil {
		return nil, err
	}
	if err := s.tellOfPosts(ctx, tx, member, groups[member], o.Now); err != nil {
		return nil, err
	}
	if err := showLives(ctx, tx, member, o.Now); err != nil {
		return nil, err
	}
	waited, err := unsign(ctx, tx, member, o.Now)
	if err != nil {
		return nil, err
	}
	counted, err := list(ctx, tx, column[string], countedOf, member)
	if err != nil {
		return nil, err
	}
	for _, in := range counted {
		if e.Former[in], err = makeFormer(ctx, tx, in, o); err != nil {
			return nil, err
		}
	}
	shared, err := list(ctx, tx, func(scan scanner) (x [2]string, err error) {
		err = scan(&x[0], &x[1])
		return x, err
	}, `SELECT x.group_id, e.day_from FROM exams e JOIN exam_shares x ON x.exam_id = e.id WHERE e.member_id = $1 ORDER BY x.group_id, e.id`, member)
	if err != nil {
		return nil, err
	}
	for _, r := range o.Records {
		if err := r.Erase(ctx, e); err != nil {
			return nil, err
		}
	}
	if err := waitFewer(ctx, tx, waited, o.Now); err != nil {
		return nil, err
	}
	for _, x := range shared { // what is counted down to, and an open card that wishes good luck
		if err := sharedChanged(ctx, tx, []string{x[0]}, o.Now, x[1]); err != nil {
			return nil, err
		}
	}
	if err := dropSetups(ctx, tx, e.Accounts); err != nil {
		return nil, err
	}
	for _, text := range []string{`DELETE FROM accounts WHERE member_id = $1`, `DELETE FROM members WHERE id = $1`} {
		if _, err := tx.exec(ctx, text, member); err != nil {
			return nil, err
		}
	}
	for _, account := range e.Accounts {
		entries = append(entries, erasureEntry(account, o.Now))
	}
	return entries, nil
}

// makeFormer makes the member who has an erased member's answers in a group: in
// each group another one, on no board, with nothing that leads back.
func makeFormer(ctx context.Context, tx *tx, groupID string, o group.Erasing) (string, error) {
	id := bot.NewID()
	if _, err := tx.exec(ctx, `INSERT INTO members (id, name, created_at) VALUES ($1, $2, $3)`, id, o.FormerName, millis(o.Now)); err != nil {
		return "", err
	}
	_, err := tx.exec(ctx, `INSERT INTO memberships (group_id, member_id, role, joined_at, name, hidden) VALUES ($1, $2, 'member', $3, $4, TRUE)`,
		groupID, id, millis(o.Now), o.FormerName)
	return id, err
}

// endSessionsOf ends a member's open sessions, so that their answers count as
// those of any session that was left.
func endSessionsOf(ctx context.Context, tx *tx, member string, now time.Time) error {
	open, err := list(ctx, tx, column[string], `SELECT id FROM sessions WHERE member_id = $1 AND state = 'open' ORDER BY id`, member)
	if err != nil {
		return err
	}
	for _, id := range open {
		if err := endAnySession(ctx, tx, id, now); err != nil {
			return err
		}
	}
	return nil
}

// endAnySession ends a session of whatever kind as its own end would.
func endAnySession(ctx context.Context, tx *tx, id string, now time.Time) error {
	mock, err := finishMock(ctx, tx, id, now)
	if err != nil || mock {
		return err
	}
	_, err = endSession(ctx, tx, id, now)
	return err
}

// dropSetups deletes what the accounts filled in to set up a group.
func dropSetups(ctx context.Context, tx *tx, accounts []bot.UserID) error {
	type kept struct{ id, data string }
	all, err := list(ctx, tx, func(scan scanner) (k kept, err error) {
		err = scan(&k.id, &k.data)
		return k, err
	}, `SELECT id, data FROM setups`)
	if err != nil {
		return err
	}
	for _, k := range all {
		var setup group.Setup
		if err := json.Unmarshal([]byte(k.data), &setup); err != nil {
			return fmt.Errorf("set-up %s: %w", k.id, err)
		}
		if slices.Contains(accounts, setup.User) {
			if _, err := tx.exec(ctx, `DELETE FROM setups WHERE id = $1`, k.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// showLives has the newest post of each live round under way with a member edited
// if it shows who leads; older ones show it no more, and later ones not yet.
func showLives(ctx context.Context, tx *tx, member string, now time.Time) error {
	refs, err := list(ctx, tx, func(scan scanner) (string, error) {
		var id string
		var place int
		err := scan(&id, &place)
		return liveRef(id, place), err
	}, `SELECT l.id, l.place FROM live_players p JOIN live_rounds l ON l.id = p.live_id AND l.state = 'open'
			JOIN live_questions q ON q.live_id = l.id AND q.place = l.place AND q.state = 'closed'
		WHERE p.member_id = $1 ORDER BY l.id`, member)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if err := wantEdit(ctx, tx, group.KindLive, ref, now); err != nil {
			return err
		}
	}
	return nil
}

// tellOfPosts lets organisers know which posts may name a member: weekly posts
// that do, the podiums of live rounds with the member, good news of theirs, and the
// welcome of a group that the member organises.
func (s *Store) tellOfPosts(ctx context.Context, tx *tx, member string, groups []string, now time.Time) error {
	for _, id := range groups {
		posts, err := list(ctx, tx, func(scan scanner) (p group.NamingPost, err error) {
			var at int64
			err = scan(&p.Kind, &p.Channel, &at)
			p.At = instant(at)
			return p, err
		}, `SELECT d.kind, d.target, d.posted_at FROM deliveries d WHERE d.group_id = $2 AND d.state = 'sent' AND NOT d.person
			AND (d.kind = $3 AND EXISTS (SELECT 1 FROM weeks w WHERE w.group_id = $2 AND d.ref = w.group_id || '/' || w.number
					AND replace(w.post, '"' || $1 || '"', '') <> w.post)
				OR d.kind = $5 AND EXISTS (SELECT 1 FROM live_players p WHERE p.member_id = $1
					AND d.ref = p.live_id || '/0')
				OR d.kind = $6 AND EXISTS (SELECT 1 FROM passes p WHERE p.news_id = d.ref AND p.member_id = $1)
				OR d.kind = $4 AND EXISTS (SELECT 1 FROM memberships ms WHERE ms.group_id = $2 AND ms.member_id = $1 AND ms.role = 'organiser'))
			ORDER BY d.posted_at, d.id`, member, id, group.KindWeekly, group.KindWelcome, group.KindLive, group.KindNews)
		if err != nil {
			return err
		}
		if len(posts) > 0 {
			if err := addNotice(ctx, tx, group.ErasedNotice(id, bot.NewID(), posts), now); err != nil {
				return err
			}
		}
	}
	return nil
}
