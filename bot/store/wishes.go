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
	w = group.Wishes{Member: member}
	// A row for each kind, and one if there is none.
	err = visit(ctx, s.read(ctx), func(scan scanner) error {
		var r group.Reminder
		var away, since int64
		if err := scan(&w.PerWeek, &w.QuietFrom, &w.QuietUntil, &w.AskFirst, &away, &w.AwayZone, &r.Kind, &r.State, &r.Minute, &r.Zone, &since); err != nil {
			return err
		}
		if w.Away, r.Since = instant(away), instant(since); r.Kind != "" {
			w.Reminders = append(w.Reminders, r)
		}
		return nil
	}, `SELECT m.notes_week, m.quiet_from, m.quiet_until, m.ask_first, COALESCE(a.until_at, 0), COALESCE(a.zone, ''),
			COALESCE(r.kind, ''), COALESCE(r.state, ''), COALESCE(r.minute, 0), COALESCE(r.zone, ''), COALESCE(r.since_at, 0)
		FROM members m
		LEFT JOIN aways a ON a.member_id = m.id AND a.until_at > $2
			AND NOT EXISTS (SELECT 1 FROM aways b WHERE b.member_id = a.member_id AND b.from_at > a.from_at AND b.until_at > $2)
		LEFT JOIN reminders r ON r.member_id = m.id
		WHERE m.id = $1 ORDER BY r.kind`, member, millis(now))
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
	d := f.Due
	member, kind, _ := strings.Cut(d.Subject, "/")
	return wrap("fire note", s.write(ctx, func(ctx context.Context, tx *tx) error {
		// The member's row is held, so that no two kinds spend the same allowance.
		var most int
		ok, err := found(tx.row(ctx, `UPDATE members SET notes_week = notes_week WHERE id = $1 RETURNING notes_week`, member).scan(&most))
		if err != nil {
			return err
		}
		if err := takeLook(ctx, tx, d); err != nil || !ok {
			return err
		}
		had, err := readHad(ctx, tx, member, kind, f.Day)
		if err != nil || !had.on {
			return err // switched off meanwhile
		}
		switch {
		case f.Note == nil:
			return insertDue(ctx, tx, f.Next...)
		case most == 0 || !f.First && (had.today > 0 || had.week >= most):
			return insertDue(ctx, tx, f.Again...)
		}
		if had.older {
			if _, err := tx.exec(ctx, `DELETE FROM notes WHERE member_id = $1 AND day <= $2`, member, weekBefore(f.Day)); err != nil {
				return err
			}
		}
		if err := oweNote(ctx, tx, member, kind, f); err != nil {
			return err
		}
		return insertDue(ctx, tx, f.Next...)
	}))
}

// takeLook forgets a look, which is of use to nobody once it has been had, and
// others that have; [schedule.ErrTaken] if it does not wait, or was moved.
func takeLook(ctx context.Context, tx *tx, d schedule.Due) error {
	taken := false
	err := visit(ctx, tx, func(scan scanner) error {
		var waiting bool
		err := scan(&waiting)
		taken = taken || waiting
		return err
	}, `DELETE FROM due WHERE kind = $1 AND subject = $2 AND (state <> 'waiting' OR occurrence = $3 AND at = $4) RETURNING state = 'waiting'`,
		d.Kind, d.Subject, d.Occurrence, millis(d.At))
	if err == nil && !taken {
		return schedule.ErrTaken
	}
	return err
}

// hadNotes is what a member has had when one more note may come.
type hadNotes struct {
	on          bool // the kind of note
	today, week int  // notes of the day, and of the seven days up to it
	older       bool // there are some from before
}

// readHad reads what a member has had up to a local date. A note that was never
// sent, because there was nothing any more, doesn't count.
func readHad(ctx context.Context, tx *tx, member, kind, day string) (h hadNotes, err error) {
	const counts = `COALESCE(d.state, 'sent') <> 'skipped'`
	_, err = found(tx.row(ctx, `SELECT r.state = 'on', CAST(SUM(CASE WHEN n.day = $3 AND `+counts+` THEN 1 ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN n.day > $4 AND `+counts+` THEN 1 ELSE 0 END) AS BIGINT), COALESCE(MIN(n.day), $3) <= $4
		FROM reminders r LEFT JOIN notes n ON n.member_id = r.member_id LEFT JOIN deliveries d ON d.id = n.id
		WHERE r.member_id = $1 AND r.kind = $2 GROUP BY r.state`, member, kind, day, weekBefore(day)).scan(&h.on, &h.today, &h.week, &h.older))
	return h, err
}

// weekBefore is the last local date that is not of the seven days up to one; "" for
// what is no date.
func weekBefore(day string) string {
	date, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return date.AddDate(0, 0, -7).Format(time.DateOnly)
}

// oweNote owes a note, and its steps are told.
func oweNote(ctx context.Context, tx *tx, member, kind string, f group.FiredNote) error {
	if _, err := tx.exec(ctx, `INSERT INTO notes (id, member_id, kind, day) VALUES ($1, $2, $3, $4)`, f.Note.Key, member, kind, f.Day); err != nil {
		return err
	}
	for _, step := range f.Steps {
		if _, err := tx.exec(ctx, `INSERT INTO note_steps (member_id, kind, step, told_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			member, kind, step, millis(f.Now)); err != nil {
			return err
		}
	}
	return insertDeliveries(ctx, tx, *f.Note)
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
