package store

import (
	"context"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/schedule"
)

const (
	// takeoverFor is for how long people can object to a member who takes over.
	takeoverFor = 7 * 24 * time.Hour
	// objectionHolds is for how long somebody to whom somebody objected can't
	// offer the same again.
	objectionHolds = 30 * 24 * time.Hour
)

// reachable is true for a group of which an organiser has an account that is
// not known to be closed.
const reachable = `EXISTS (SELECT 1 FROM memberships o JOIN accounts a ON a.member_id = o.member_id
	WHERE o.group_id = $1 AND o.role = 'organiser' AND a.gone_at = 0)`

func makeOrganiser(ctx context.Context, tx *tx, groupID, member string, now time.Time) error {
	_, err := tx.exec(ctx, `INSERT INTO memberships (group_id, member_id, role, joined_at, name)
		VALUES ($1, $2, 'organiser', $3, COALESCE((SELECT MAX(a.name) FROM accounts a JOIN channels c ON c.space_id = a.space_id
			WHERE a.member_id = $2 AND c.group_id = $1), ''))
		ON CONFLICT (group_id, member_id) DO UPDATE SET role = 'organiser'`, groupID, member, millis(now))
	return err
}

func roleOf(ctx context.Context, tx *tx, groupID, member string) (role group.Role, err error) {
	_, err = found(tx.row(ctx, `SELECT role FROM memberships WHERE group_id = $1 AND member_id = $2`, groupID, member).scan(&role))
	return role, err
}

func countOrganisers(ctx context.Context, tx *tx, groupID string) (n int, err error) {
	err = tx.row(ctx, `SELECT COUNT(*) FROM memberships WHERE group_id = $1 AND role = 'organiser'`, groupID).scan(&n)
	return n, err
}

// MakeOffer implements [group.Store].
func (s *Store) MakeOffer(ctx context.Context, o group.NewOffer) (outcome group.OfferOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
		outcome, err = makeOffer(ctx, tx, o)
		return err
	})
	return outcome, wrap("make offer", err)
}

func makeOffer(ctx context.Context, tx *tx, o group.NewOffer) (group.OfferOutcome, error) {
	if _, err := lockGroup(ctx, tx, o.Group); err != nil {
		return 0, err
	}
	giver, err := roleOf(ctx, tx, o.Group, o.From)
	if err != nil || giver != group.Organiser {
		return group.OfferEnded, err
	}
	to, err := ensureAccount(ctx, tx, o.To)
	if err != nil {
		return 0, err
	}
	role, err := roleOf(ctx, tx, o.Group, to)
	if err != nil {
		return 0, err
	}
	if role == group.Organiser && (o.Kind == group.OfferJoin || to == o.From) {
		return group.AlreadyOrganiser, nil
	}
	if n, err := countOrganisers(ctx, tx, o.Group); err != nil || o.Kind == group.OfferJoin && n >= group.MaxOrganisers {
		return group.TooMany, err
	}
	// An offer that ran out, or was meant otherwise, gives way to the new one.
	if _, err := tx.exec(ctx, `UPDATE offers SET state = 'ended' WHERE group_id = $1 AND to_member = $2 AND state = 'open'
		AND (ends_at <= $3 OR kind <> $4)`, o.Group, to, millis(o.To.Now), string(o.Kind)); err != nil {
		return 0, err
	}
	n, err := tx.exec(ctx, `INSERT INTO offers (id, group_id, kind, from_member, to_member, state, created_at, ends_at)
		VALUES ($1, $2, $3, $4, $5, 'open', $6, $7) ON CONFLICT DO NOTHING`,
		o.ID, o.Group, string(o.Kind), o.From, to, millis(o.To.Now), millis(o.EndsAt))
	if err != nil || n == 0 {
		return group.OfferedBefore, err
	}
	return group.Offered, insertDeliveries(ctx, tx, o.Message)
}

// offerName is what the person of a table of members, f or t, is called in the
// group of an offer.
func offerName(m string) string {
	return `COALESCE((SELECT ms.name FROM memberships ms WHERE ms.group_id = o.group_id AND ms.member_id = ` + m + `.id AND ms.name <> ''), ` + m + `.name)`
}

var offerQuery = `SELECT ` + groupColumns + `, o.id, o.kind, o.from_member, o.to_member, ` + offerName("f") + `, ` + offerName("t") + `, o.state = 'open', o.state = 'accepted', o.created_at, o.ends_at
	FROM offers o JOIN groups g ON g.id = o.group_id
	JOIN members f ON f.id = o.from_member JOIN members t ON t.id = o.to_member `

func readOffer(scan scanner) (o group.Offer, err error) {
	var created, ends int64
	o.Group, err = readGroup(scan, &o.ID, &o.Kind, &o.From, &o.To, &o.FromName, &o.ToName, &o.Open, &o.Accepted, &created, &ends)
	o.CreatedAt, o.EndsAt = instant(created), instant(ends)
	return o, err
}

// Offer implements [group.Store].
func (s *Store) Offer(ctx context.Context, id string) (group.Offer, bool, error) {
	o, err := readOffer(s.read(ctx).row(ctx, offerQuery+`WHERE o.id = $1`, id).scan)
	ok, err := found(err)
	return o, ok, wrap("read offer", err)
}

// OffersIn implements [group.Store].
func (s *Store) OffersIn(ctx context.Context, groupID string, now, since time.Time) ([]group.Offer, error) {
	all, err := list(ctx, s.read(ctx), readOffer, offerQuery+`WHERE o.group_id = $1
		AND (o.state = 'open' AND o.kind <> 'takeover' AND o.ends_at > $2 AND EXISTS (SELECT 1 FROM memberships g
				WHERE g.group_id = o.group_id AND g.member_id = o.from_member AND g.role = 'organiser')
			OR o.state = 'accepted' AND o.ends_at >= $3)
		ORDER BY CASE WHEN o.state = 'open' THEN o.created_at ELSE o.ends_at END DESC, o.id`, groupID, millis(now), millis(since))
	return all, wrap("read offers", err)
}

// OffersTo implements [group.Store].
func (s *Store) OffersTo(ctx context.Context, member string, now time.Time) ([]group.Offer, error) {
	all, err := list(ctx, s.read(ctx), readOffer,
		offerQuery+`WHERE o.to_member = $1 AND o.state = 'open' AND o.kind <> 'takeover' AND o.ends_at > $2 ORDER BY o.created_at DESC, o.id`,
		member, millis(now))
	return all, wrap("read offers", err)
}

// AnswerOffer implements [group.Store].
func (s *Store) AnswerOffer(ctx context.Context, id string, account bot.UserID, accept bool, now time.Time) (o group.Offer, outcome group.OfferOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) (err error) {
		o, outcome, err = answerOffer(ctx, tx, id, account, accept, now)
		return err
	})
	return o, outcome, wrap("answer offer", err)
}

func answerOffer(ctx context.Context, tx *tx, id string, account bot.UserID, accept bool, now time.Time) (o group.Offer, _ group.OfferOutcome, err error) {
	var groupID string
	ok, err := found(tx.row(ctx, `SELECT o.group_id FROM offers o JOIN accounts a ON a.member_id = o.to_member
		WHERE o.id = $1 AND a.id = $2 AND o.kind <> 'takeover'`, id, string(account)).scan(&groupID))
	if err != nil || !ok {
		return o, group.NoSuchOffer, err
	}
	if _, err := lockGroup(ctx, tx, groupID); err != nil {
		return o, 0, err
	}
	if o, err = readOffer(tx.row(ctx, offerQuery+`WHERE o.id = $1`, id).scan); err != nil {
		return o, 0, err
	}
	var state string
	if err := tx.row(ctx, `SELECT state FROM offers WHERE id = $1`, id).scan(&state); err != nil {
		return o, 0, err
	}
	switch {
	case state == "accepted" && accept: // pressed twice
		return o, group.Accepted, nil
	case state == "declined" && !accept:
		return o, group.Declined, nil
	case state != "open" || !now.Before(o.EndsAt):
		return o, group.OfferEnded, nil
	case !accept:
		return o, group.Declined, settleOffer(ctx, tx, o, "declined", account, now)
	}
	giver, err := roleOf(ctx, tx, groupID, o.From)
	if err != nil {
		return o, 0, err
	}
	if giver != group.Organiser {
		return o, group.OfferEnded, endOffer(ctx, tx, id, "ended")
	}
	if n, err := countOrganisers(ctx, tx, groupID); err != nil || o.Kind == group.OfferJoin && n >= group.MaxOrganisers {
		return o, group.TooMany, err
	}
	if err := makeOrganiser(ctx, tx, groupID, o.To, now); err != nil {
		return o, 0, err
	}
	if o.Kind == group.OfferHandover {
		if err := demote(ctx, tx, groupID, o.From); err != nil {
			return o, 0, err
		}
	}
	return o, group.Accepted, settleOffer(ctx, tx, o, "accepted", account, now)
}

// settleOffer ends an offer that was answered through an account, and lets its
// giver know: where the group is rather than elsewhere.
func settleOffer(ctx context.Context, tx *tx, o group.Offer, state string, by bot.UserID, now time.Time) error {
	if _, err := tx.exec(ctx, `UPDATE offers SET state = $2, ends_at = $3 WHERE id = $1 AND state = 'open'`, o.ID, state, millis(now)); err != nil {
		return err
	}
	var giver bot.UserID
	ok, err := found(tx.row(ctx, `SELECT a.id FROM accounts a WHERE a.member_id = $1 AND a.gone_at = 0 AND a.id <> $3
		ORDER BY CASE WHEN EXISTS (SELECT 1 FROM channels c WHERE c.group_id = $2 AND c.space_id = a.space_id) THEN 0 ELSE 1 END, a.id
		LIMIT 1`, o.From, o.Group.ID, string(by)).scan(&giver))
	if err != nil || !ok {
		return err
	}
	return insertDeliveries(ctx, tx, group.AnswerMessage(o, bot.NewID(), giver, now))
}

func endOffer(ctx context.Context, tx *tx, id, state string) error {
	_, err := tx.exec(ctx, `UPDATE offers SET state = $2 WHERE id = $1 AND state = 'open'`, id, state)
	return err
}

func demote(ctx context.Context, tx *tx, groupID, member string) error {
	_, err := tx.exec(ctx, `UPDATE memberships SET role = 'member' WHERE group_id = $1 AND member_id = $2`, groupID, member)
	return err
}

// StepDown implements [group.Store].
func (s *Store) StepDown(ctx context.Context, groupID, member string) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := lockGroup(ctx, tx, groupID); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `UPDATE memberships SET role = 'member' WHERE group_id = $1 AND member_id = $2 AND role = 'organiser'
			AND EXISTS (SELECT 1 FROM memberships o JOIN accounts a ON a.member_id = o.member_id
				WHERE o.group_id = $1 AND o.role = 'organiser' AND o.member_id <> $2 AND a.gone_at = 0)`, groupID, member)
		ok = n == 1
		return err
	})
	return ok && err == nil, wrap("step down", err)
}

// TakeOver implements [group.Store].
func (s *Store) TakeOver(ctx context.Context, j group.Joining) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		if ok, err = deserted(ctx, tx, j.Group); err != nil || !ok {
			return err
		}
		member, err := ensureAccount(ctx, tx, j)
		if err != nil {
			return err
		}
		return succeed(ctx, tx, j.Group, member, j.Now)
	})
	return ok && err == nil, wrap("take over", err)
}

// deserted reports, for the rest of the transaction, whether no organiser of a
// group can be reached.
func deserted(ctx context.Context, tx *tx, groupID string) (bool, error) {
	state, err := lockGroup(ctx, tx, groupID)
	if err != nil || state == "" {
		return false, err
	}
	var one int64
	ok, err := found(tx.row(ctx, `SELECT 1 FROM groups WHERE id = $1 AND NOT `+reachable, groupID).scan(&one))
	return ok, err
}

// succeed makes a member the organiser in place of those there are.
func succeed(ctx context.Context, tx *tx, groupID, member string, now time.Time) error {
	if _, err := tx.exec(ctx, `UPDATE memberships SET role = 'member' WHERE group_id = $1 AND role = 'organiser'`, groupID); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE offers SET state = 'ended' WHERE group_id = $1 AND state = 'open'`, groupID); err != nil {
		return err
	}
	return makeOrganiser(ctx, tx, groupID, member, now)
}

// OfferTakeover implements [group.Store].
func (s *Store) OfferTakeover(ctx context.Context, groupID, member, id string, now time.Time) (outcome group.OfferOutcome, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		outcome = group.Reachable
		if ok, err := deserted(ctx, tx, groupID); err != nil || !ok {
			return err
		}
		var one int64
		before, err := found(tx.row(ctx, `SELECT 1 FROM offers WHERE group_id = $1 AND state = 'declined' AND kind = 'takeover'
			AND to_member = $2 AND created_at > $3 LIMIT 1`, groupID, member, millis(now.Add(-objectionHolds))).scan(&one))
		if outcome = group.ObjectedBefore; err != nil || before {
			return err
		}
		ends := now.Add(takeoverFor)
		n, err := tx.exec(ctx, `INSERT INTO offers (id, group_id, kind, from_member, to_member, state, created_at, ends_at)
			VALUES ($1, $2, 'takeover', $3, $3, 'open', $4, $5) ON CONFLICT DO NOTHING`, id, groupID, member, millis(now), millis(ends))
		if outcome = group.OfferedBefore; err != nil || n == 0 {
			return err
		}
		outcome = group.Offered
		return insertDue(ctx, tx, group.TakeoverDue(groupID, id, ends))
	})
	return outcome, wrap("offer to take over", err)
}

// Takeover implements [group.Store].
func (s *Store) Takeover(ctx context.Context, groupID string) (group.Offer, bool, error) {
	o, err := readOffer(s.read(ctx).row(ctx, offerQuery+`WHERE o.group_id = $1 AND o.state = 'open' AND o.kind = 'takeover'`, groupID).scan)
	ok, err := found(err)
	return o, ok, wrap("read offer to take over", err)
}

// Object implements [group.Store].
func (s *Store) Object(ctx context.Context, groupID, offer string) (bool, error) {
	n, err := s.change(ctx, `UPDATE offers SET state = 'declined' WHERE id = $2 AND group_id = $1 AND state = 'open' AND kind = 'takeover'`, groupID, offer)
	return n == 1, wrap("object", err)
}

// EndTakeover implements [group.Store].
func (s *Store) EndTakeover(ctx context.Context, d schedule.Due, now time.Time) error {
	return wrap("end takeover", s.write(ctx, func(ctx context.Context, tx *tx) error {
		if err := takeDue(ctx, tx, d, now); err != nil {
			return err
		}
		var groupID, member string
		var offered, one int64
		ok, err := found(tx.row(ctx, `SELECT group_id, to_member, created_at FROM offers WHERE id = $1`, d.Subject).scan(&groupID, &member, &offered))
		if err != nil || !ok {
			return err
		}
		ok, err = deserted(ctx, tx, groupID)
		if err != nil {
			return err
		}
		answered, err := found(tx.row(ctx, `SELECT 1 FROM memberships o JOIN answers x ON x.member_id = o.member_id
			WHERE o.group_id = $1 AND o.role = 'organiser' AND x.answered_at >= $2 LIMIT 1`, groupID, offered).scan(&one))
		if err != nil {
			return err
		}
		state := "ended"
		if ok = ok && !answered; ok {
			state = "accepted"
		}
		n, err := tx.exec(ctx, `UPDATE offers SET state = $2 WHERE id = $1 AND state = 'open'`, d.Subject, state)
		if err != nil || n == 0 || !ok {
			return err
		}
		return succeed(ctx, tx, groupID, member, now)
	}))
}
