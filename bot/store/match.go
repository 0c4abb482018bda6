package store

import (
	"context"
	"crypto/subtle"
	"slices"
	"time"

	"studyhall/bot"
	"studyhall/bot/group"
	"studyhall/bot/practice"
	"studyhall/bot/schedule"
)

var _ practice.MatchStore = (*Store)(nil)

const matchQuery = `SELECT m.id, m.state, m.certification, m.host_group, h.name, m.guest_group, g.name, m.account, m.size, m.started_at, m.ends_at
	FROM matches m JOIN groups h ON h.id = m.host_group JOIN groups g ON g.id = m.guest_group `

func readMatch(scan scanner) (m practice.Match, err error) {
	var started, ends int64
	err = scan(&m.ID, &m.State, &m.Certification, &m.Host.Group, &m.Host.Name, &m.Guest.Group, &m.Guest.Name, &m.Account, &m.Size, &started, &ends)
	m.StartedAt, m.EndsAt = instant(started), instant(ends)
	return m, err
}

// Match implements [practice.MatchStore].
func (s *Store) Match(ctx context.Context, id string) (practice.Match, bool, error) {
	m, err := readMatch(s.read(ctx).row(ctx, matchQuery+`WHERE m.id = $1`, id).scan)
	ok, err := found(err)
	return m, ok, wrap("read match", err)
}

// liveMatch is the condition for a match that a group has or is asked for. SQLite
// uses the indexes of such matches only where their condition stands word for word.
const liveMatch = `(m.host_group = $1 AND m.state IN ('found', 'asked', 'running') AND m.state <> 'found' OR m.guest_group = $1 AND m.state IN ('found', 'asked', 'running'))
	AND (m.state = 'running' OR m.ends_at > $2)`

// MatchOf implements [practice.MatchStore].
func (s *Store) MatchOf(ctx context.Context, groupID string, now time.Time) (practice.Match, bool, error) {
	m, err := readMatch(s.read(ctx).row(ctx, matchQuery+`WHERE `+liveMatch+` ORDER BY m.state = 'running' DESC, m.made_at DESC LIMIT 1`,
		groupID, millis(now)).scan)
	ok, err := found(err)
	return m, ok, wrap("read match of group", err)
}

// MakeMatchCode implements [practice.MatchStore].
func (s *Store) MakeMatchCode(ctx context.Context, c practice.MatchCode, now time.Time) (made bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		if _, err := tx.exec(ctx, `DELETE FROM match_codes WHERE group_id = $1 OR ends_at <= $2`, c.Group, millis(now)); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `INSERT INTO match_codes (selector, secret, group_id, account, ends_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			c.Selector, c.Secret, c.Group, string(c.Account), millis(c.EndsAt))
		made = n == 1
		return err
	})
	return made, wrap("make match code", err)
}

// EnterMatchCode implements [practice.MatchStore].
func (s *Store) EnterMatchCode(ctx context.Context, c practice.MatchCode, id string, now time.Time) (entry practice.MatchEntry, m practice.Match, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		// The group's row makes its tries follow one another.
		if _, err := lockGroup(ctx, tx, c.Group); err != nil {
			return err
		}
		var tries int
		if err := tx.row(ctx, `SELECT COUNT(*) FROM match_tries WHERE group_id = $1 AND tried_at > $2`,
			c.Group, millis(now.Add(-practice.MatchTriesIn))).scan(&tries); err != nil {
			return err
		}
		if entry = practice.MatchCodeTooMany; tries >= practice.MatchTries {
			return nil
		}
		host, account, ok, err := fitCode(ctx, tx, c, now)
		if err != nil {
			return err
		}
		if entry = practice.MatchCodeWrong; !ok {
			_, err := tx.exec(ctx, `INSERT INTO match_tries (group_id, tried_at) VALUES ($1, $2)`, c.Group, millis(now))
			return err
		}
		var certification string
		if entry, certification, err = mayMatch(ctx, tx, host, c.Group, now); err != nil || entry != practice.MatchCodeFits {
			return err
		}
		n, err := tx.exec(ctx, `DELETE FROM match_codes WHERE selector = $1`, c.Selector)
		if err != nil {
			return err
		}
		if n == 0 { // another group was faster
			entry = practice.MatchCodeWrong
			return nil
		}
		if _, err := tx.exec(ctx, `INSERT INTO matches (id, state, certification, host_group, guest_group, account, made_at, ends_at)
			VALUES ($1, 'found', $7, $2, $3, $4, $5, $6)`,
			id, host, c.Group, account, millis(now), millis(now.Add(practice.MatchFor)), certification); err != nil {
			return err
		}
		m, err = readMatch(tx.row(ctx, matchQuery+`WHERE m.id = $1`, id).scan)
		return err
	})
	return entry, m, wrap("enter match code", err)
}

// fitCode finds the group whose code was entered. Whatever was entered is
// compared in the same time, and a code that was missed too often is no more.
func fitCode(ctx context.Context, tx *tx, c practice.MatchCode, now time.Time) (host, account string, ok bool, err error) {
	secret := make([]byte, len(c.Secret))
	known, err := found(tx.row(ctx, `SELECT group_id, account, secret FROM match_codes WHERE selector = $1 AND ends_at > $2 AND tries < $3`,
		c.Selector, millis(now), practice.MatchTries).scan(&host, &account, &secret))
	if err != nil {
		return "", "", false, err
	}
	if subtle.ConstantTimeCompare(secret, c.Secret) == 1 && known {
		return host, account, true, nil
	}
	_, err = tx.exec(ctx, `UPDATE match_codes SET tries = tries + 1 WHERE selector = $1`, c.Selector)
	return "", "", false, err
}

// mayMatch reports whether two groups can have a match, and on what: the first
// of what the guest studies that the host studies, too.
func mayMatch(ctx context.Context, tx *tx, host, guest string, now time.Time) (entry practice.MatchEntry, certification string, err error) {
	if host == guest {
		return practice.MatchCodeOwn, "", nil
	}
	both, err := found(tx.row(ctx, `SELECT t.certification FROM schedules s JOIN tracks t ON t.id = s.track_id
		WHERE s.group_id = $1 AND s.kind = $3 AND t.certification IN (
			SELECT u.certification FROM schedules r JOIN tracks u ON u.id = r.track_id WHERE r.group_id = $2 AND r.kind = $3)
		ORDER BY s.place, s.id LIMIT 1`, guest, host, group.KindQuestion).scan(&certification))
	if err != nil || !both {
		return practice.MatchOtherExam, "", err
	}
	for _, g := range []string{host, guest} {
		var one int64
		if busy, err := found(tx.row(ctx, `SELECT 1 FROM matches m WHERE `+liveMatch+` LIMIT 1`, g, millis(now)).scan(&one)); err != nil || busy {
			return practice.MatchBusy, "", err
		}
	}
	return practice.MatchCodeFits, certification, nil
}

// AskMatch implements [practice.MatchStore].
func (s *Store) AskMatch(ctx context.Context, id, guest string, ask schedule.Delivery, now time.Time) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		n, err := tx.exec(ctx, `UPDATE matches SET state = 'asked' WHERE id = $1 AND guest_group = $2 AND state = 'found' AND ends_at > $3`, id, guest, millis(now))
		if ok = n == 1; err != nil || !ok {
			return err
		}
		return insertDeliveries(ctx, tx, ask)
	})
	return ok && err == nil, wrap("ask for match", err)
}

// lockMatch holds the groups of a match and then the match itself.
func lockMatch(ctx context.Context, tx *tx, id string) (m practice.Match, ok bool, err error) {
	m, err = readMatch(tx.row(ctx, matchQuery+`WHERE m.id = $1`, id).scan)
	if ok, err = found(err); !ok || err != nil {
		return m, false, err
	}
	for _, g := range slices.Sorted(slices.Values([]string{m.Host.Group, m.Guest.Group})) {
		if _, err := lockGroup(ctx, tx, g); err != nil {
			return m, false, err
		}
	}
	if _, err := tx.exec(ctx, `UPDATE matches SET state = state WHERE id = $1`, id); err != nil {
		return m, false, err
	}
	m, err = readMatch(tx.row(ctx, matchQuery+`WHERE m.id = $1`, id).scan)
	return m, err == nil, err
}

// StartMatch implements [practice.MatchStore].
func (s *Store) StartMatch(ctx context.Context, id, host string, items []practice.LiveItem, newKey func() string, now time.Time) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		m, there, err := lockMatch(ctx, tx, id)
		ok = there && m.Host.Group == host && m.State == practice.MatchAsked && now.Before(m.EndsAt)
		if err != nil || !ok {
			return err
		}
		var one int64
		for _, g := range []string{m.Host.Group, m.Guest.Group} {
			busy, err := found(tx.row(ctx, `SELECT 1 FROM matches m WHERE `+liveMatch+` AND m.state = 'running' LIMIT 1`, g, millis(now)).scan(&one))
			if ok = !busy; err != nil || busy {
				return err
			}
		}
		ends := now.Add(practice.MatchFor)
		if _, err := tx.exec(ctx, `UPDATE matches SET state = 'running', size = $2, started_at = $3, ends_at = $4 WHERE id = $1`,
			id, len(items), millis(now), millis(ends)); err != nil {
			return err
		}
		for n, item := range items {
			if _, err := tx.exec(ctx, `INSERT INTO item_versions (id, item_id, bank, certification, snapshot, created_at)
				VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
				item.Version, item.Item, item.Bank, item.Certification, string(item.Snapshot), millis(now)); err != nil {
				return err
			}
			if _, err := tx.exec(ctx, `INSERT INTO match_items (match_id, place, item_id, domain, item_version) VALUES ($1, $2, $3, $4, $5)`,
				id, n+1, item.Item, item.Domain, item.Version); err != nil {
				return err
			}
		}
		if err := insertDue(ctx, tx, schedule.Due{Kind: practice.KindMatch, Subject: id, Occurrence: "end", Lane: "match/" + id,
			Rank: schedule.RankSumUp, At: ends}); err != nil {
			return err
		}
		if err := wantEdit(ctx, tx, practice.KindMatch, matchRef(id, m.Host.Group, "asked"), now); err != nil {
			return err
		}
		return oweMatch(ctx, tx, m, "play", newKey, now)
	})
	return ok && err == nil, wrap("start match", err)
}

// oweMatch owes a post of a match to every channel of its groups that run.
func oweMatch(ctx context.Context, tx *tx, m practice.Match, what string, newKey func() string, now time.Time) error {
	for _, g := range []string{m.Host.Group, m.Guest.Group} {
		channels, err := list(ctx, tx, column[string], `SELECT c.id FROM channels c JOIN groups g ON g.id = c.group_id
			WHERE c.group_id = $1 AND NOT c.gone AND g.state = 'running' ORDER BY c.bound_at, c.id`, g)
		if err != nil {
			return err
		}
		for _, ch := range channels {
			if err := insertDeliveries(ctx, tx, schedule.Delivery{Key: newKey(), Kind: practice.KindMatch, Ref: matchRef(m.ID, g, what), Group: g,
				Target: ch, Rank: schedule.RankSumUp, At: now, Until: now.Add(practice.MatchCodeFor)}); err != nil {
				return err
			}
		}
	}
	return nil
}

func matchRef(id, groupID, what string) string { return id + "/" + groupID + "/" + what }

// overMatch ends a match that is held: nobody goes on playing, and its posts say so.
func overMatch(ctx context.Context, tx *tx, m practice.Match, state practice.MatchState, now time.Time) error {
	if _, err := tx.exec(ctx, `UPDATE matches SET state = $2, ended_at = $3 WHERE id = $1`, m.ID, string(state), millis(now)); err != nil {
		return err
	}
	open, err := list(ctx, tx, column[string], `SELECT p.session_id FROM match_players p JOIN sessions s ON s.id = p.session_id
		WHERE p.match_id = $1 AND s.state = 'open' ORDER BY p.session_id`, m.ID)
	if err != nil {
		return err
	}
	for _, id := range open {
		if _, err := endSession(ctx, tx, id, now); err != nil {
			return err
		}
	}
	if err := dropDue(ctx, tx, practice.KindMatch, m.ID); err != nil {
		return err
	}
	for _, g := range []string{m.Host.Group, m.Guest.Group} {
		if err := wantEdit(ctx, tx, practice.KindMatch, matchRef(m.ID, g, "play"), now); err != nil {
			return err
		}
	}
	if m.State != practice.MatchAsked {
		return nil
	}
	return wantEdit(ctx, tx, practice.KindMatch, matchRef(m.ID, m.Host.Group, "asked"), now)
}

// DropMatch implements [practice.MatchStore].
func (s *Store) DropMatch(ctx context.Context, id, groupID string, now time.Time) (ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		m, there, err := lockMatch(ctx, tx, id)
		ok = there && (m.Host.Group == groupID || m.Guest.Group == groupID)
		if err != nil || !ok {
			return err
		}
		switch m.State {
		case practice.MatchRunning:
			return overMatch(ctx, tx, m, practice.MatchCancelled, now)
		case practice.MatchFound, practice.MatchAsked:
			return overMatch(ctx, tx, m, practice.MatchDeclined, now)
		}
		ok = false
		return nil
	})
	return ok && err == nil, wrap("drop match", err)
}

// EndMatch implements [practice.MatchStore].
func (s *Store) EndMatch(ctx context.Context, d schedule.Due, newKey func() string, now time.Time) error {
	return wrap("end match", s.write(ctx, func(ctx context.Context, tx *tx) error {
		m, ok, err := lockMatch(ctx, tx, d.Subject)
		if err != nil {
			return err
		}
		if err := takeDue(ctx, tx, d, now); err != nil || !ok || m.State != practice.MatchRunning {
			return err
		}
		if err := overMatch(ctx, tx, m, practice.MatchEnded, now); err != nil {
			return err
		}
		return oweMatch(ctx, tx, m, "end", newKey, now)
	}))
}

// MatchFigures implements [practice.MatchStore].
func (s *Store) MatchFigures(ctx context.Context, id string) (map[string]practice.MatchFigures, error) {
	figures := map[string]practice.MatchFigures{}
	err := visit(ctx, s.read(ctx), func(scan scanner) error {
		var g string
		var f practice.MatchFigures
		err := scan(&g, &f.People, &f.Right)
		figures[g] = f
		return err
	}, `SELECT p.group_id, COUNT(DISTINCT p.member_id), COUNT(a.id)
		FROM matches m JOIN match_players p ON p.match_id = m.id
			JOIN sessions s ON s.id = p.session_id AND s.answered >= m.size
			LEFT JOIN answers a ON a.session_id = s.id AND a.verdict = 'right'
		WHERE m.id = $1 GROUP BY p.group_id`, id)
	return figures, wrap("sum up match", err)
}

// PlayMatch implements [practice.MatchStore].
func (s *Store) PlayMatch(ctx context.Context, id, groupID string, account bot.UserID, session string, now time.Time) (p practice.Session, ok bool, err error) {
	err = s.write(ctx, func(ctx context.Context, tx *tx) error {
		ok = false
		var member, track string
		there, err := found(tx.row(ctx, `SELECT ms.member_id, sc.track_id FROM matches m
				JOIN memberships ms ON ms.group_id = $2 JOIN accounts a ON a.member_id = ms.member_id AND a.id = $3
				JOIN schedules sc ON sc.group_id = ms.group_id AND sc.kind = $4
				JOIN tracks t ON t.id = sc.track_id AND t.certification = m.certification
			WHERE m.id = $1 AND (m.host_group = $2 OR m.guest_group = $2) AND m.state = 'running' AND m.ends_at > $5
			ORDER BY sc.id LIMIT 1`, id, groupID, string(account), group.KindQuestion, millis(now)).scan(&member, &track))
		if err != nil || !there {
			return err
		}
		// Two devices, or one person in both groups: the first row counts. Holding
		// the match's row they follow one another, and its end: a part begun after
		// that would stay open for ever, and no other could begin beside it.
		if n, err := tx.exec(ctx, `UPDATE matches SET state = state WHERE id = $1 AND state = 'running'`, id); err != nil || n == 0 {
			return err
		}
		if ok, err = found(tx.row(ctx, `SELECT session_id FROM match_players WHERE match_id = $1 AND member_id = $2`, id, member).scan(&session)); ok || err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO sessions (id, kind, group_id, track_id, member_id, asked, size, state, started_at, active_at)
			SELECT $1, 'match', $2, $3, $4, m.size, m.size, 'open', CAST($5 AS BIGINT), CAST($5 AS BIGINT) FROM matches m WHERE m.id = $6`,
			session, groupID, track, member, millis(now), id); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO session_items (session_id, place, item_id, domain, item_version, reason)
			SELECT $1, place, item_id, domain, item_version, 'unseen' FROM match_items WHERE match_id = $2`, session, id); err != nil {
			return err
		}
		ok = true
		_, err = tx.exec(ctx, `INSERT INTO match_players (match_id, member_id, group_id, session_id) VALUES ($1, $2, $3, $4)`, id, member, groupID, session)
		return err
	})
	if err != nil || !ok {
		return p, false, wrap("play match", err)
	}
	return s.session(ctx, `SELECT `+sessionColumns+` FROM sessions s WHERE s.id = $1`, session)
}

// MatchPlayed implements [practice.MatchStore].
func (s *Store) MatchPlayed(ctx context.Context, id, memberID string) (n int, err error) {
	_, err = found(s.read(ctx).row(ctx, `SELECT s.answered FROM match_players p JOIN sessions s ON s.id = p.session_id
		WHERE p.match_id = $1 AND p.member_id = $2`, id, memberID).scan(&n))
	return n, wrap("read match of member", err)
}

// GroupOf implements [practice.MatchStore].
func (s *Store) GroupOf(ctx context.Context, groupID string) (group.Group, error) {
	g, err := readGroup(s.read(ctx).row(ctx, `SELECT `+groupColumns+` FROM groups g WHERE g.id = $1`, groupID).scan)
	return g, wrap("read group", err)
}
