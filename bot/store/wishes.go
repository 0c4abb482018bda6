package store

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

var _ group.WishStore = (*Store)(nil)

// Wishes implements [group.WishStore].
func (s *Store) Wishes(ctx context.Context, member string, now time.Time) (w group.Wishes, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		w = group.Wishes{Member: member}
		ok, err := found(q.row(ctx, `SELECT notes_week, quiet_from, quiet_until, ask_first FROM members WHERE id = $1`, member).
			scan(&w.PerWeek, &w.QuietFrom, &w.QuietUntil, &w.AskFirst))
		if err != nil || !ok {
			return err
		}
		var away int64
		if _, err := found(q.row(ctx, `SELECT until_at, zone FROM aways WHERE member_id = $1 AND until_at > $2 ORDER BY from_at DESC LIMIT 1`,
			member, millis(now)).scan(&away, &w.AwayZone)); err != nil {
			return err
		}
		w.Away = instant(away)
		w.Reminders, err = list(ctx, q, func(scan scanner) (r group.Reminder, err error) {
			var since int64
			err = scan(&r.Kind, &r.State, &r.Minute, &r.Zone, &since)
			r.Since = instant(since)
			return r, err
		}, `SELECT kind, state, minute, zone, since_at FROM reminders WHERE member_id = $1 ORDER BY kind`, member)
		return err
	})
	return w, wrap("read wishes", err)
}

// GroupsOf implements [group.WishStore].
func (s *Store) GroupsOf(ctx context.Context, member string) ([]group.Group, error) {
	all, err := list(ctx, s.read(ctx), func(scan scanner) (group.Group, error) { return readGroup(scan) },
		`SELECT `+groupColumns+` FROM memberships ms JOIN groups g ON g.id = ms.group_id WHERE ms.member_id = $1`, member)
	slices.SortFunc(all, func(a, b group.Group) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return all, wrap("read groups of member", err)
}

// SetReminder implements [group.WishStore].
func (s *Store) SetReminder(ctx context.Context, member string, account bot.UserID, r group.Reminder, due []schedule.Due, now time.Time) error {
	return wrap("set reminder", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if err := lockWishes(ctx, tx, member); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO reminders (member_id, kind, state, minute, zone, since_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (member_id, kind) DO UPDATE SET state = excluded.state, minute = excluded.minute, zone = excluded.zone, since_at = excluded.since_at`,
			member, r.Kind, string(r.State), r.Minute, r.Zone, millis(r.Since)); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `UPDATE accounts SET used_at = $2 WHERE id = $1`, string(account), millis(now)); err != nil {
			return err
		}
		return replanNotes(ctx, tx, member, []string{r.Kind}, due)
	}))
}

// SetNotes implements [group.WishStore].
func (s *Store) SetNotes(ctx context.Context, w group.Wishes, due []schedule.Due) error {
	return wrap("set notes", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := tx.exec(ctx, `UPDATE members SET notes_week = $2, quiet_from = $3, quiet_until = $4 WHERE id = $1`,
			w.Member, w.PerWeek, w.QuietFrom, w.QuietUntil); err != nil {
			return err
		}
		for _, r := range w.Reminders {
			if _, err := tx.exec(ctx, `UPDATE reminders SET minute = $3, zone = $4 WHERE member_id = $1 AND kind = $2`,
				w.Member, r.Kind, r.Minute, r.Zone); err != nil {
				return err
			}
		}
		return replanNotes(ctx, tx, w.Member, kindsOf(w), due)
	}))
}

// SetAsked implements [group.WishStore].
func (s *Store) SetAsked(ctx context.Context, member string, first bool) error {
	_, err := s.change(ctx, `UPDATE members SET ask_first = $2 WHERE id = $1`, member, first)
	return wrap("set asking", err)
}

// SetAway implements [group.WishStore]. A span that runs gets the new end, so
// that what is over stays as it was.
func (s *Store) SetAway(ctx context.Context, w group.Wishes, now time.Time, due []schedule.Due) error {
	return wrap("set away", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if err := lockWishes(ctx, tx, w.Member); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `UPDATE aways SET until_at = $2, zone = $3 WHERE member_id = $1 AND until_at > $4`,
			w.Member, millis(w.Away), w.AwayZone, millis(now))
		if err != nil {
			return err
		}
		if n == 0 && w.Away.After(now) {
			if _, err := tx.exec(ctx, `INSERT INTO aways (member_id, from_at, until_at, zone) VALUES ($1, $2, $3, $4)
				ON CONFLICT (member_id, from_at) DO UPDATE SET until_at = excluded.until_at, zone = excluded.zone`,
				w.Member, millis(now), millis(w.Away), w.AwayZone); err != nil {
				return err
			}
		}
		return replanNotes(ctx, tx, w.Member, kindsOf(w), due)
	}))
}

func kindsOf(w group.Wishes) []string {
	var kinds []string
	for _, r := range w.Reminders {
		kinds = append(kinds, r.Kind)
	}
	return kinds
}

// lockWishes holds a member's wishes to the end of the transaction.
func lockWishes(ctx context.Context, tx *tx, member string) error {
	_, err := tx.exec(ctx, `UPDATE members SET notes_week = notes_week WHERE id = $1`, member)
	return err
}

// replanNotes makes due things of notes those given, for some kinds.
func replanNotes(ctx context.Context, tx *tx, member string, kinds []string, due []schedule.Due) error {
	for _, kind := range kinds {
		if err := dropDue(ctx, tx, group.KindNote, member+"/"+kind); err != nil {
			return err
		}
	}
	return insertDue(ctx, tx, due...)
}

// NoteAccount implements [group.WishStore]. An account was used when it asked for
// notes or opened one, and when the newest answer in a group was given on its
// platform. Of an answer in a live round the platform is not known.
func (s *Store) NoteAccount(ctx context.Context, member string) (account bot.UserID, ok bool, err error) {
	q := s.read(ctx)
	type used struct {
		account bot.UserID
		at      int64
	}
	accounts, err := list(ctx, q, func(scan scanner) (u used, err error) {
		err = scan(&u.account, &u.at)
		return u, err
	}, `SELECT id, used_at FROM accounts WHERE member_id = $1 AND gone_at = 0 ORDER BY id`, member)
	if err != nil || len(accounts) == 0 {
		return "", false, wrap("read accounts", err)
	}
	if len(accounts) > 1 {
		newest := map[string]int64{} // answer, by adapter
		if err := visit(ctx, q, func(scan scanner) error {
			var adapter string
			var at int64
			err := scan(&adapter, &at)
			newest[adapter] = max(newest[adapter], at)
			return err
		}, `SELECT a.adapter, a.answered_at FROM memberships ms JOIN answers a ON a.member_id = ms.member_id AND a.group_id = ms.group_id
				AND a.answered_at = (SELECT x.answered_at FROM answers x WHERE x.member_id = ms.member_id AND x.group_id = ms.group_id
					AND x.adapter <> '' ORDER BY x.answered_at DESC LIMIT 1)
			WHERE ms.member_id = $1`, member); err != nil {
			return "", false, wrap("read where a member answered last", err)
		}
		for n, u := range accounts {
			accounts[n].at = max(u.at, newest[bot.AdapterOf(u.account)])
		}
	}
	return slices.MaxFunc(accounts, func(a, b used) int { return cmp.Compare(a.at, b.at) }).account, true, nil
}

// AccountUsed implements [group.WishStore].
func (s *Store) AccountUsed(ctx context.Context, account bot.UserID, now time.Time) error {
	_, err := s.change(ctx, `UPDATE accounts SET used_at = $2 WHERE id = $1`, string(account), millis(now))
	return wrap("record use of account", err)
}

// FireNote implements [group.WishStore].
func (s *Store) FireNote(ctx context.Context, f group.FiredNote) error {
	d, now := f.Due, f.Now
	member, kind, _ := strings.Cut(d.Subject, "/")
	return wrap("fire note", s.write(ctx, func(ctx context.Context, tx *tx) error {
		// The member's row is held, so that no two kinds spend the same allowance.
		var most int
		ok, err := found(tx.row(ctx, `UPDATE members SET notes_week = notes_week WHERE id = $1 RETURNING notes_week`, member).scan(&most))
		if err != nil {
			return err
		}
		if err := takeDue(ctx, tx, d, now); err != nil {
			return err
		}
		// What has been looked at is of no use any more, and comes every day.
		if _, err := tx.exec(ctx, `DELETE FROM due WHERE kind = $1 AND subject = $2 AND state <> 'waiting'`, d.Kind, d.Subject); err != nil {
			return err
		}
		var on bool
		if ok {
			if _, err := found(tx.row(ctx, `SELECT state = 'on' FROM reminders WHERE member_id = $1 AND kind = $2`, member, kind).scan(&on)); err != nil {
				return err
			}
		}
		if !on {
			return nil // switched off meanwhile
		}
		if f.Note != nil {
			owed, err := oweNote(ctx, tx, member, kind, most, f)
			if err != nil {
				return err
			}
			if !owed {
				return insertDue(ctx, tx, f.Again...)
			}
		}
		return insertDue(ctx, tx, f.Next...)
	}))
}

// oweNote owes a note if the member has not had as many as they want, and
// reports whether it does.
func oweNote(ctx context.Context, tx *tx, member, kind string, most int, f group.FiredNote) (bool, error) {
	date, err := time.Parse(time.DateOnly, f.Day)
	if err != nil {
		return false, err
	}
	since := date.AddDate(0, 0, -7).Format(time.DateOnly)
	if _, err := tx.exec(ctx, `DELETE FROM notes WHERE member_id = $1 AND day <= $2`, member, since); err != nil {
		return false, err
	}
	var today, all int
	// One that was never sent, because there was nothing any more, doesn't count.
	if err := tx.row(ctx, `SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN n.day = $2 THEN 1 ELSE 0 END), 0) AS BIGINT)
		FROM notes n LEFT JOIN deliveries d ON d.id = n.id
		WHERE n.member_id = $1 AND COALESCE(d.state, 'sent') <> 'skipped'`, member, f.Day).scan(&all, &today); err != nil {
		return false, err
	}
	if most == 0 || !f.First && (today > 0 || all >= most) {
		return false, nil
	}
	if _, err := tx.exec(ctx, `INSERT INTO notes (id, member_id, kind, day) VALUES ($1, $2, $3, $4)`, f.Note.Key, member, kind, f.Day); err != nil {
		return false, err
	}
	for _, step := range f.Steps {
		if _, err := tx.exec(ctx, `INSERT INTO note_steps (member_id, kind, step, told_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			member, kind, step, millis(f.Now)); err != nil {
			return false, err
		}
	}
	return true, insertDeliveries(ctx, tx, *f.Note)
}

// UntoldSteps implements [group.WishStore].
func (s *Store) UntoldSteps(ctx context.Context, member, kind string, steps []string) ([]string, error) {
	told, err := list(ctx, s.read(ctx), column[string], `SELECT step FROM note_steps WHERE member_id = $1 AND kind = $2`, member, kind)
	if err != nil {
		return nil, wrap("read told steps", err)
	}
	return slices.DeleteFunc(slices.Clone(steps), func(step string) bool { return slices.Contains(told, step) }), nil
}

// lookAtNotes has a planned kind of note looked at now and planned anew, because
// what a member's notes of the kind are about has changed in this transaction.
// Wake the engine after it.
func lookAtNotes(ctx context.Context, tx *tx, member, kind string, now time.Time) error {
	on := false
	if _, err := found(tx.row(ctx, `SELECT state = 'on' FROM reminders WHERE member_id = $1 AND kind = $2`, member, kind).scan(&on)); err != nil || !on {
		return err
	}
	subject := member + "/" + kind
	if err := dropDue(ctx, tx, group.KindNote, subject); err != nil {
		return err
	}
	// A name of its own: a look that is under way must not take it for itself.
	return insertDue(ctx, tx, schedule.Due{Kind: group.KindNote, Subject: subject, Occurrence: "look/" + bot.NewID(),
		Lane: "person/" + member, Rank: schedule.RankOther, At: now})
}

// blockNotes switches a member's notes off because the platform refused one.
func blockNotes(ctx context.Context, tx *tx, member string) error {
	if _, err := tx.exec(ctx, `UPDATE reminders SET state = 'blocked' WHERE member_id = $1 AND state = 'on'`, member); err != nil {
		return err
	}
	kinds, err := list(ctx, tx, column[string], `SELECT kind FROM reminders WHERE member_id = $1`, member)
	if err != nil {
		return err
	}
	return replanNotes(ctx, tx, member, kinds, nil)
}
