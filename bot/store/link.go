package store

import (
	"context"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/exam"
	"studyhall/bot/group"
	"studyhall/bot/renewal"
)

// MakeCode implements [group.Store].
func (s *Store) MakeCode(ctx context.Context, c group.LinkCode) error {
	return wrap("make a code", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := tx.exec(ctx, `DELETE FROM links WHERE expires_at < $1 OR from_account = $2`, millis(c.Now), string(c.Account)); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `INSERT INTO links (id, code, from_account, from_name, expires_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (from_account) DO UPDATE SET id = excluded.id, code = excluded.code, from_name = excluded.from_name,
				to_account = '', to_name = '', to_space = '', from_yes = FALSE, to_yes = FALSE, tries = 0, expires_at = excluded.expires_at`,
			c.ID, c.Hash, string(c.Account), c.Name, millis(c.Expires))
		return err
	}))
}

const linkColumns = `id, from_account, from_name, to_account, to_name, from_yes, to_yes`

func readLink(scan scanner) (l group.Link, err error) {
	err = scan(&l.ID, &l.From, &l.FromName, &l.To, &l.ToName, &l.FromYes, &l.ToYes)
	return l, err
}

// TypeCode implements [group.Store]. An account's tries are counted before its
// code is looked at, so that many at once guess no more than one after another.
func (s *Store) TypeCode(ctx context.Context, t group.TypedCode) (l group.Link, outcome group.LinkOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
		l, outcome, err = typeCode(ctx, tx, t)
		return err
	})
	return l, outcome, wrap("type a code", err)
}

func typeCode(ctx context.Context, tx *tx, t group.TypedCode) (l group.Link, _ group.LinkOutcome, err error) {
	begun := millis(t.Now.Add(-t.Window))
	if _, err := tx.exec(ctx, `DELETE FROM link_tries WHERE since <= $1`, begun); err != nil {
		return l, 0, err
	}
	var tries int
	if err := tx.row(ctx, `INSERT INTO link_tries (account_id, tries, since) VALUES ($1, 1, $2)
		ON CONFLICT (account_id) DO UPDATE SET tries = link_tries.tries + 1 RETURNING tries`, string(t.Account), millis(t.Now)).scan(&tries); err != nil {
		return l, 0, err
	}
	if tries > t.Tries {
		return l, group.TooManyTries, nil
	}
	var onCode int
	l, err = readLink(func(dest ...any) error {
		return tx.row(ctx, `UPDATE links SET tries = tries + 1 WHERE code = $1 AND expires_at > $2 RETURNING `+linkColumns+`, tries`,
			t.Hash, millis(t.Now)).scan(append(dest, &onCode)...)
	})
	ok, err := found(err)
	switch {
	case err != nil || !ok:
		return l, group.NoSuchCode, err
	case onCode > t.Tries:
		_, err := tx.exec(ctx, `DELETE FROM links WHERE id = $1`, l.ID)
		return l, group.NoSuchCode, err
	case l.From == t.Account:
		return l, group.OwnCode, nil
	case l.To != "" && l.To != t.Account:
		return l, group.CodeTaken, nil
	}
	var one int64
	same, err := found(tx.row(ctx, `SELECT 1 FROM accounts a JOIN accounts b ON b.member_id = a.member_id WHERE a.id = $1 AND b.id = $2`,
		string(l.From), string(t.Account)).scan(&one))
	if err != nil || same {
		return l, group.AlreadyLinked, err
	}
	// A code that worked was no guess.
	if _, err := tx.exec(ctx, `DELETE FROM link_tries WHERE account_id = $1`, string(t.Account)); err != nil {
		return l, 0, err
	}
	l.To, l.ToName = t.Account, t.Name
	_, err = tx.exec(ctx, `UPDATE links SET to_account = $2, to_name = $3, to_space = $4, expires_at = $5 WHERE id = $1`,
		l.ID, string(t.Account), t.Name, string(t.Space), millis(t.Expires))
	return l, group.LinkTyped, err
}

// LinkOf implements [group.Store].
func (s *Store) LinkOf(ctx context.Context, id string, account bot.UserID, now time.Time) (group.Link, bool, error) {
	l, err := readLink(s.read(ctx).row(ctx, `SELECT `+linkColumns+` FROM links WHERE id = $1 AND expires_at > $3 AND (from_account = $2 OR to_account = $2)`,
		id, string(account), millis(now)).scan)
	ok, err := found(err)
	return l, ok, wrap("read a link", err)
}

// DropLink implements [group.Store].
func (s *Store) DropLink(ctx context.Context, id string, account bot.UserID) error {
	_, err := s.change(ctx, `DELETE FROM links WHERE id = $1 AND (from_account = $2 OR to_account = $2)`, id, string(account))
	return wrap("drop a link", err)
}

// ConfirmLink implements [group.Store].
func (s *Store) ConfirmLink(ctx context.Context, c group.LinkConfirmation) (l group.Link, outcome group.LinkOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		outcome = group.NoSuchCode
		var space string
		l, err = readLink(func(dest ...any) error {
			return tx.row(ctx, `UPDATE links SET from_yes = from_yes OR from_account = $2, to_yes = to_yes OR to_account = $2
				WHERE id = $1 AND expires_at > $3 AND to_account <> '' AND (from_account = $2 OR to_account = $2) RETURNING `+linkColumns+`, to_space`,
				c.ID, string(c.Account), millis(c.Now)).scan(append(dest, &space)...)
		})
		ok, err := found(err)
		if err != nil || !ok {
			return err
		}
		if outcome = group.LinkWaits; !l.FromYes || !l.ToYes {
			return nil
		}
		outcome, err = s.link(ctx, tx, l, bot.SpaceID(space), c)
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, `DELETE FROM links WHERE id = $1 OR from_account IN ($2, $3)`, l.ID, string(l.From), string(l.To))
		return err
	})
	return l, outcome, wrap("link accounts", err)
}

// owner is the member of an account.
type owner struct {
	id, name string
	created  int64
}

func ownerOf(ctx context.Context, tx *tx, account bot.UserID) (o owner, ok bool, err error) {
	ok, err = found(tx.row(ctx, `SELECT m.id, m.name, m.created_at FROM accounts a JOIN members m ON m.id = a.member_id WHERE a.id = $1`,
		string(account)).scan(&o.id, &o.name, &o.created))
	return o, ok, err
}

// link makes two accounts one member's: the older member stays. An account that
// was in no group yet only comes along.
func (s *Store) link(ctx context.Context, tx *tx, l group.Link, space bot.SpaceID, c group.LinkConfirmation) (group.LinkOutcome, error) {
	from, ok, err := ownerOf(ctx, tx, l.From)
	if err != nil || !ok { // erased meanwhile
		return group.NoSuchCode, err
	}
	to, ok, err := ownerOf(ctx, tx, l.To)
	if err != nil {
		return 0, err
	}
	if !ok {
		if _, err := s.holdMembers(ctx, tx, from.id); err != nil {
			return 0, err
		}
		n, err := tx.exec(ctx, `INSERT INTO accounts (id, member_id, space_id, name) SELECT $1, m.id, $3, $4 FROM members m WHERE m.id = $2 ON CONFLICT DO NOTHING`,
			string(l.To), from.id, string(space), l.ToName)
		if err != nil || n == 1 {
			return group.Linked, err
		}
		return group.NoSuchCode, nil
	}
	if from.id == to.id {
		return group.AlreadyLinked, nil
	}
	kept, gone := from, to
	if to.created < from.created || to.created == from.created && to.id < from.id {
		kept, gone = to, from
	}
	groups, err := s.holdMembers(ctx, tx, kept.id, gone.id)
	if err != nil {
		return 0, err
	}
	for account, was := range map[bot.UserID]owner{l.From: from, l.To: to} {
		now, ok, err := ownerOf(ctx, tx, account)
		if err != nil || !ok || now.id != was.id { // erased or linked elsewhere while this one waited
			return group.NoSuchCode, err
		}
	}
	m := group.Merging{Kept: kept.id, Gone: gone.id, Now: c.Now}
	for _, id := range groups[kept.id] {
		if slices.Contains(groups[gone.id], id) {
			m.Shared = append(m.Shared, id)
		}
	}
	m.Groups = slices.Concat(groups[kept.id], groups[gone.id])
	for _, r := range c.Records {
		if err := r.Merge(ctx, m); err != nil {
			return 0, err
		}
	}
	name := kept.name
	if gone.name != kept.name {
		name = c.Neutral
	}
	if err := lookAtAllNotes(ctx, tx, kept.id, c.Now); err != nil {
		return 0, err
	}
	for _, text := range []struct {
		sql  string
		args []any
	}{
		{`UPDATE accounts SET member_id = $1 WHERE member_id = $2`, []any{kept.id, gone.id}},
		{`UPDATE members SET name = $2 WHERE id = $1`, []any{kept.id, name}},
		{`DELETE FROM members WHERE id = $1`, []any{gone.id}},
	} {
		if _, err := tx.exec(ctx, text.sql, text.args...); err != nil {
			return 0, err
		}
	}
	return group.Linked, nil
}

// lookAtAllNotes looks at every planned kind of note anew: what they are about may
// have come from another member.
func lookAtAllNotes(ctx context.Context, tx *tx, member string, now time.Time) error {
	for _, kind := range []string{renewal.NoteRenewal, exam.NoteCountdown, exam.NoteOutcome} {
		if err := lookAtNotes(ctx, tx, member, kind, now); err != nil {
			return err
		}
	}
	return nil
}

// Unlink implements [group.Store]. The account is as one that was never seen: its
// next press joins afresh.
func (s *Store) Unlink(ctx context.Context, account, other bot.UserID) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		n, err := tx.exec(ctx, `DELETE FROM accounts WHERE id = $2 AND id <> $1
			AND member_id = (SELECT a.member_id FROM accounts a WHERE a.id = $1)`, string(account), string(other))
		if ok = n == 1; err != nil || !ok {
			return err
		}
		for _, text := range []string{
			`DELETE FROM deliveries WHERE target = $1 AND person AND state IN ('waiting', 'parked')`,
			`DELETE FROM links WHERE from_account = $1 OR to_account = $1`,
		} {
			if _, err := tx.exec(ctx, text, string(other)); err != nil {
				return err
			}
		}
		return nil
	})
	return ok && err == nil, wrap("unlink an account", err)
}
