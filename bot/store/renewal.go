package store

import (
	"context"
	"time"

	"studyhall/bot/renewal"
)

var _ renewal.Store = (*Store)(nil)

const (
	credentialQuery = `SELECT c.id, c.member_id, c.certification, c.state, c.earned_on, c.counted, c.snoozed, c.created_at, ` + cycleColumns + `
		FROM credentials c JOIN cycles y ON y.credential_id = c.id AND y.renewed_on = '' `
	// Whether a period follows on one that was renewed: one that ended when the
	// certification was earned again doesn't count.
	cycleColumns = `y.id, y.credential_id, y.from_on, y.until_on, y.carried, y.renewed_on, y.created_at, y.dated_at,
		EXISTS (SELECT 1 FROM cycles b WHERE b.credential_id = y.credential_id AND b.renewed_on > c.earned_on
			AND (y.renewed_on = '' OR b.renewed_on < y.renewed_on))`
	creditColumns = `x.id, x.cycle_id, x.what, x.amount, x.category, x.day, x.evidence, x.entered_at`
)

func readCredential(scan scanner) (c renewal.Credential, err error) {
	var created int64
	c.Cycle, err = readCycle(func(dest ...any) error {
		return scan(append([]any{&c.ID, &c.Member, &c.Certification, &c.State, &c.EarnedOn, &c.Counted, &c.Snoozed, &created}, dest...)...)
	})
	c.CreatedAt = instant(created)
	return c, err
}

func readCycle(scan scanner) (y renewal.Cycle, err error) {
	var created, dated int64
	err = scan(&y.ID, &y.Credential, &y.From, &y.Until, &y.Carried, &y.RenewedOn, &created, &dated, &y.Later)
	y.CreatedAt, y.DatedAt = instant(created), instant(dated)
	return y, err
}

func readCredit(scan scanner) (x renewal.Credit, err error) {
	var entered int64
	err = scan(&x.ID, &x.Cycle, &x.What, &x.Amount, &x.Category, &x.Day, &x.Evidence, &entered)
	x.EnteredAt = instant(entered)
	return x, err
}

// Credentials implements [renewal.Store].
func (s *Store) Credentials(ctx context.Context, member string) ([]renewal.Credential, error) {
	all, err := list(ctx, s.read(ctx), readCredential, credentialQuery+`WHERE c.member_id = $1 ORDER BY c.created_at, c.id`, member)
	return all, wrap("read credentials", err)
}

// Credential implements [renewal.Store].
func (s *Store) Credential(ctx context.Context, member, id string) (renewal.Credential, bool, error) {
	c, err := readCredential(s.read(ctx).row(ctx, credentialQuery+`WHERE c.id = $1 AND c.member_id = $2`, id, member).scan)
	ok, err := found(err)
	return c, ok, wrap("read credential", err)
}

// Cycles implements [renewal.Store].
func (s *Store) Cycles(ctx context.Context, member, credential string) ([]renewal.Cycle, error) {
	all, err := list(ctx, s.read(ctx), readCycle, `SELECT `+cycleColumns+` FROM credentials c JOIN cycles y ON y.credential_id = c.id
		WHERE c.id = $1 AND c.member_id = $2 ORDER BY y.created_at, CASE WHEN y.renewed_on = '' THEN 1 ELSE 0 END, y.id`, credential, member)
	return all, wrap("read renewal periods", err)
}

// Credits implements [renewal.Store].
func (s *Store) Credits(ctx context.Context, member, cycle string) ([]renewal.Credit, error) {
	all, err := list(ctx, s.read(ctx), readCredit, `SELECT `+creditColumns+` FROM cycles y JOIN credentials c ON c.id = y.credential_id
		JOIN credits x ON x.cycle_id = y.id WHERE y.id = $1 AND c.member_id = $2 ORDER BY x.day, x.entered_at, x.id`, cycle, member)
	return all, wrap("read credits", err)
}

// Credit implements [renewal.Store].
func (s *Store) Credit(ctx context.Context, member, id string) (x renewal.Credit, in renewal.Credential, ok bool, err error) {
	err = s.view(ctx, func(ctx context.Context, q querier) error {
		x, err = readCredit(q.row(ctx, `SELECT `+creditColumns+` FROM credits x WHERE x.id = $1`, id).scan)
		if ok, err = found(err); err != nil || !ok {
			return err
		}
		in, err = readCredential(q.row(ctx, `SELECT c.id, c.member_id, c.certification, c.state, c.earned_on, c.counted, c.snoozed, c.created_at, `+cycleColumns+`
			FROM cycles y JOIN credentials c ON c.id = y.credential_id WHERE y.id = $1 AND c.member_id = $2`, x.Cycle, member).scan)
		ok, err = found(err)
		return err
	})
	if err != nil || !ok {
		return renewal.Credit{}, renewal.Credential{}, false, wrap("read credit", err)
	}
	return x, in, true, nil
}

// ofMember runs a write for a member who is held to its end, so that nobody erases
// or links them meanwhile; for nobody it fails with [renewal.ErrGone].
func (s *Store) ofMember(ctx context.Context, what, member string, job func(ctx context.Context, tx *tx) error) error {
	return wrap(what, s.write(ctx, func(ctx context.Context, tx *tx) error {
		if err := holdMember(ctx, tx, member); err != nil {
			return err
		}
		return job(ctx, tx)
	}))
}

// changesRenewals is ofMember for a write that changes what notes about renewals
// are about: they are looked at anew.
func (s *Store) changesRenewals(ctx context.Context, what, member string, now time.Time, job func(ctx context.Context, tx *tx) error) error {
	return s.ofMember(ctx, what, member, func(ctx context.Context, tx *tx) error {
		if err := job(ctx, tx); err != nil {
			return err
		}
		return lookAtNotes(ctx, tx, member, renewal.NoteRenewal, now)
	})
}

func holdMember(ctx context.Context, tx *tx, member string) error {
	return oneOf(tx.exec(ctx, `UPDATE members SET notes_week = notes_week WHERE id = $1`, member))
}

// oneOf makes an error of a change that found nothing.
func oneOf(n int64, err error) error {
	if err == nil && n == 0 {
		return renewal.ErrGone
	}
	return err
}

// AddCredential implements [renewal.Store].
func (s *Store) AddCredential(ctx context.Context, c renewal.NewCredential, now time.Time) (id string, err error) {
	err = s.ofMember(ctx, "add credential", c.Member, func(ctx context.Context, tx *tx) (err error) {
		id, err = addCredential(ctx, tx, c, now)
		return err
	})
	return id, err
}

// addCredential adds what a member holds; see [renewal.Store]. The member is held.
func addCredential(ctx context.Context, tx *tx, c renewal.NewCredential, now time.Time) (id string, err error) {
	if id, err = insertCredential(ctx, tx, c, now); err != nil {
		return "", err
	}
	return id, lookAtNotes(ctx, tx, c.Member, renewal.NoteRenewal, now)
}

func insertCredential(ctx context.Context, tx *tx, c renewal.NewCredential, now time.Time) (id string, err error) {
	n, err := tx.exec(ctx, `INSERT INTO credentials (id, member_id, certification, state, earned_on, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (member_id, certification) DO NOTHING`, c.ID, c.Member, c.Certification, string(c.State), c.EarnedOn, millis(now))
	if err != nil {
		return "", err
	}
	if n > 0 {
		return c.ID, addCycle(ctx, tx, c.ID, renewal.Cycle{ID: c.Cycle, Until: c.Until}, now)
	}
	var was renewal.State
	if err := tx.row(ctx, `SELECT id, state FROM credentials WHERE member_id = $1 AND certification = $2`, c.Member, c.Certification).scan(&id, &was); err != nil {
		return "", err
	}
	switch {
	case was == renewal.Lapsed:
		if _, err := tx.exec(ctx, `UPDATE cycles SET renewed_on = $2 WHERE credential_id = $1 AND renewed_on = ''`, id, dayOf(c.EarnedOn, now)); err != nil {
			return "", err
		}
		if err := addCycle(ctx, tx, id, renewal.Cycle{ID: c.Cycle, From: c.EarnedOn, Until: c.Until}, now); err != nil {
			return "", err
		}
	case was == renewal.Candidate && c.State == renewal.Full:
		if _, err := tx.exec(ctx, `UPDATE cycles SET until_on = $2, dated_at = $3
			WHERE credential_id = $1 AND renewed_on = '' AND $2 <> '' AND until_on <> $2`, id, c.Until, millis(now)); err != nil {
			return "", err
		}
	default:
		return id, nil
	}
	// A candidate who now has all of it may not say again when they passed; what was
	// earned again on an unknown day wasn't earned on the old one.
	_, err = tx.exec(ctx, `UPDATE credentials SET state = $2, earned_on = CASE WHEN $3 = '' AND state = 'candidate' THEN earned_on ELSE $3 END, snoozed = ''
		WHERE id = $1`, id, string(c.State), c.EarnedOn)
	return id, err
}

// dayOf is a local date or, without one, that of an instant.
func dayOf(day string, now time.Time) string {
	if day == "" {
		return now.UTC().Format(time.DateOnly)
	}
	return day
}

func addCycle(ctx context.Context, tx *tx, credential string, y renewal.Cycle, now time.Time) error {
	_, err := tx.exec(ctx, `INSERT INTO cycles (id, credential_id, from_on, until_on, carried, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		y.ID, credential, y.From, y.Until, y.Carried, millis(now))
	return err
}

// ChangeCredential implements [renewal.Store].
func (s *Store) ChangeCredential(ctx context.Context, c renewal.Credential, now time.Time) error {
	return s.changesRenewals(ctx, "change credential", c.Member, now, func(ctx context.Context, tx *tx) error {
		if err := oneOf(tx.exec(ctx, `UPDATE cycles SET from_on = $3, until_on = $4, dated_at = CASE WHEN until_on = $4 THEN dated_at ELSE $5 END
				WHERE id = $1 AND credential_id = $2 AND renewed_on = ''`,
			c.Cycle.ID, c.ID, c.Cycle.From, c.Cycle.Until, millis(now))); err != nil {
			return err
		}
		return oneOf(tx.exec(ctx, `UPDATE credentials SET state = $3, earned_on = $4 WHERE id = $1 AND member_id = $2`,
			c.ID, c.Member, string(c.State), c.EarnedOn))
	})
}

// SetUntil implements [renewal.Store].
func (s *Store) SetUntil(ctx context.Context, member, cycle, until string, now time.Time) error {
	return s.changesRenewals(ctx, "set end of period", member, now, func(ctx context.Context, tx *tx) error {
		return oneOf(tx.exec(ctx, `UPDATE cycles SET until_on = $3, dated_at = CASE WHEN until_on = $3 THEN dated_at ELSE $4 END WHERE id = $2 AND `+running,
			member, cycle, until, millis(now)))
	})
}

// SetCounted implements [renewal.Store].
func (s *Store) SetCounted(ctx context.Context, member, id string, counted bool) error {
	return s.ofMember(ctx, "set counting", member, func(ctx context.Context, tx *tx) error {
		return oneOf(tx.exec(ctx, `UPDATE credentials SET counted = $3 WHERE id = $1 AND member_id = $2`, id, member, counted))
	})
}

// RemoveCredential implements [renewal.Store].
func (s *Store) RemoveCredential(ctx context.Context, member, id string, now time.Time) error {
	return s.changesRenewals(ctx, "remove credential", member, now, func(ctx context.Context, tx *tx) error {
		const own = `(SELECT c.id FROM credentials c WHERE c.id = $1 AND c.member_id = $2)`
		for _, text := range []string{
			`DELETE FROM credits WHERE cycle_id IN (SELECT y.id FROM cycles y WHERE y.credential_id IN ` + own + `)`,
			`DELETE FROM cycles WHERE credential_id IN ` + own,
		} {
			if _, err := tx.exec(ctx, text, id, member); err != nil {
				return err
			}
		}
		return oneOf(tx.exec(ctx, `DELETE FROM credentials WHERE id = $1 AND member_id = $2`, id, member))
	})
}

// Renew implements [renewal.Store].
func (s *Store) Renew(ctx context.Context, r renewal.Renewed, now time.Time) error {
	return s.changesRenewals(ctx, "renew credential", r.Member, now, func(ctx context.Context, tx *tx) error {
		var credential string
		ok, err := found(tx.row(ctx, `UPDATE cycles SET renewed_on = $2 WHERE id = $1 AND renewed_on = ''
			AND credential_id IN (SELECT c.id FROM credentials c WHERE c.member_id = $3) RETURNING credential_id`, r.Cycle, r.On, r.Member).scan(&credential))
		if err != nil {
			return err
		}
		if !ok {
			return renewal.ErrGone
		}
		if err := addCycle(ctx, tx, credential, renewal.Cycle{ID: r.Next, From: r.From, Until: r.Until, Carried: r.Carried}, now); err != nil {
			return err
		}
		_, err = tx.exec(ctx, `UPDATE credentials SET state = 'full', snoozed = '' WHERE id = $1`, credential)
		return err
	})
}

// running is true for a period $2 that runs, of the member $1.
const running = `EXISTS (SELECT 1 FROM cycles y JOIN credentials c ON c.id = y.credential_id WHERE y.id = $2 AND y.renewed_on = '' AND c.member_id = $1)`

// runningOf are the periods that run, of the member $1.
const runningOf = `(SELECT y.id FROM cycles y JOIN credentials c ON c.id = y.credential_id WHERE y.renewed_on = '' AND c.member_id = $1)`

// AddCredit implements [renewal.Store].
func (s *Store) AddCredit(ctx context.Context, member, press string, x renewal.Credit) (got renewal.Credit, err error) {
	err = s.changesRenewals(ctx, "add credit", member, x.EnteredAt, func(ctx context.Context, tx *tx) error {
		// A form that is sent again after a renewal, or for another certification, is
		// the same press: the member is held, so nobody is adding it now.
		got, err = readCredit(tx.row(ctx, `SELECT `+creditColumns+` FROM credentials c JOIN cycles y ON y.credential_id = c.id
			JOIN credits x ON x.cycle_id = y.id WHERE c.member_id = $1 AND x.interaction = $2`, member, press).scan)
		if there, err := found(err); there || err != nil {
			return err
		}
		var runs bool
		var kept int
		if err := tx.row(ctx, `SELECT `+running+`, (SELECT COUNT(*) FROM credits k WHERE k.cycle_id = $2)`, member, x.Cycle).scan(&runs, &kept); err != nil {
			return err
		}
		if !runs {
			return renewal.ErrGone
		}
		if kept >= renewal.MaxCredits {
			return renewal.ErrFull
		}
		got = x
		_, err = tx.exec(ctx, `INSERT INTO credits (id, cycle_id, what, amount, category, day, evidence, interaction, entered_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			x.ID, x.Cycle, x.What, x.Amount, x.Category, x.Day, x.Evidence, press, millis(x.EnteredAt))
		return err
	})
	return got, err
}

// ChangeCredit implements [renewal.Store].
func (s *Store) ChangeCredit(ctx context.Context, member string, x renewal.Credit, now time.Time) error {
	return s.changesRenewals(ctx, "change credit", member, now, func(ctx context.Context, tx *tx) error {
		return oneOf(tx.exec(ctx, `UPDATE credits SET what = $4, amount = $5, category = $6, day = $7, evidence = $8
			WHERE id = $3 AND cycle_id = $2 AND `+running, member, x.Cycle, x.ID, x.What, x.Amount, x.Category, x.Day, x.Evidence))
	})
}

// SetCategory implements [renewal.Store].
func (s *Store) SetCategory(ctx context.Context, member, id, category string, now time.Time) error {
	return s.changesRenewals(ctx, "set category", member, now, func(ctx context.Context, tx *tx) error {
		return oneOf(tx.exec(ctx, `UPDATE credits SET category = $3 WHERE id = $2 AND cycle_id IN `+runningOf, member, id, category))
	})
}

// SetEvidence implements [renewal.Store].
func (s *Store) SetEvidence(ctx context.Context, member, id, evidence string) error {
	return s.ofMember(ctx, "set evidence", member, func(ctx context.Context, tx *tx) error {
		return oneOf(tx.exec(ctx, `UPDATE credits SET evidence = $3 WHERE id = $2 AND cycle_id IN `+runningOf, member, id, evidence))
	})
}

// RemoveCredit implements [renewal.Store].
func (s *Store) RemoveCredit(ctx context.Context, member, id string, now time.Time) error {
	return s.changesRenewals(ctx, "remove credit", member, now, func(ctx context.Context, tx *tx) error {
		return oneOf(tx.exec(ctx, `DELETE FROM credits WHERE id = $2 AND cycle_id IN `+runningOf, member, id))
	})
}
